"""Conditions on orders, as values: they can be stored, compared, explained and analysed.

A condition is made of parts that hold together; a part that is not given always holds. Every part stands in one
table with what it looks at and how it compares, and matching, explaining and analysing all read that table.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from operator import contains, ge, is_
from typing import Any, NamedTuple

from attrs import field, fields_dict, frozen

from omskit.core import UsageError
from omskit.orders.model import Order


@frozen
class Span:
    """An inclusive range of ints; None leaves a side open."""

    low: int | None = None
    high: int | None = None

    def __contains__(self, value: object) -> bool:
        if not isinstance(value, int):
            return False
        return (self.low is None or value >= self.low) and (self.high is None or value <= self.high)

    @property
    def is_empty(self) -> bool:
        """Whether no int lies within."""
        return self.low is not None and self.high is not None and self.low > self.high

    def covers(self, other: Span) -> bool:
        """Whether every int within the other range lies within this one."""
        low = self.low is None or (other.low is not None and other.low >= self.low)
        high = self.high is None or (other.high is not None and other.high <= self.high)
        return other.is_empty or (low and high)


#: Any int.
ANY = Span()


@frozen
class History:
    """What is known of a buyer's earlier orders.

    Args:
        orders: How many there were.
        cancelled: How many of them had units cancelled.
        returned: How many of them had units returned.
    """

    orders: int = 0
    cancelled: int = 0
    returned: int = 0


#: Nothing is known of the buyer.
STRANGER = History()

#: Whether what is wanted holds for what is found.
Holds = Callable[[Any, Any], bool]
#: Finds what a part of a condition is about.
Look = Callable[[Order, History], Any]


@frozen
class When:
    """A condition on an order: all given parts hold together; what is not given always holds.

    Args:
        channels: Codes of channels.
        kinds: Order types.
        currencies: ISO 4217.
        countries: ISO 3166-1 alpha-2.
        regions: Country and region, as in ``DE-BY``.
        postcodes: Country and the beginning of a postcode, as in ``DE/80``.
        buyers: Pseudonymous ids of buyers.
        marks: At least one of these marks stands in the order's terms.
        skus: At least one line has one of these SKUs.
        without_skus: No line has one of these SKUs.
        only_skus: No line has any other SKU.
        traits: At least one component has one of these traits.
        words: At least one of these texts stands in the memo, whatever the case.
        total_minor: What the buyer pays, in minor units.
        lines: How many lines there are.
        units: Units of all lines together.
        largest: Units of the largest line.
        weight_g: Weight of the whole order.
        grade: Customer grade.
        earlier: Orders that the buyer placed before.
        returns: Orders of the buyer with units returned.
        unpriced: Whether some line that is no gift is paid with nothing.
        nameless: Whether the buyer is unknown.
        memo: Whether there is a memo.
        cod: Whether the courier collects the money.
        paid: Whether it is paid.
        urgent: Whether it goes before others of its grade.

    Raises:
        UsageError: ``not_a_set`` when one text stands where a set of texts belongs.
    """

    channels: frozenset[str] = frozenset()
    kinds: frozenset[str] = frozenset()
    countries: frozenset[str] = frozenset()
    skus: frozenset[str] = frozenset()
    total_minor: Span = ANY
    largest: Span = ANY
    weight_g: Span = ANY
    unpriced: bool | None = None
    nameless: bool | None = None
    memo: bool | None = None
    cod: bool | None = None
    currencies: frozenset[str] = frozenset()
    regions: frozenset[str] = frozenset()
    postcodes: frozenset[str] = frozenset()
    buyers: frozenset[str] = frozenset()
    marks: frozenset[str] = frozenset()
    without_skus: frozenset[str] = frozenset()
    only_skus: frozenset[str] = frozenset()
    traits: frozenset[str] = frozenset()
    words: frozenset[str] = frozenset()
    lines: Span = ANY
    units: Span = ANY
    grade: Span = ANY
    earlier: Span = ANY
    returns: Span = ANY
    paid: bool | None = None
    urgent: bool | None = None
    _given: tuple[tuple[str, Part, Any], ...] = field(init=False, eq=False, repr=False)
    tests: tuple[tuple[Holds, Look, Any], ...] = field(init=False, eq=False, repr=False)

    def __attrs_post_init__(self) -> None:
        given = []
        for name, part in PARTS.items():
            wanted = getattr(self, name)
            if isinstance(wanted, str):
                raise UsageError("not_a_set", f"{wanted!r} is one text where a set of them belongs", part=name)
            if wanted != _UNASKED[name]:
                given.append((name, part, wanted))
        object.__setattr__(self, "_given", tuple(given))
        tests = tuple([(part.test.holds, part.of, wanted) for _, part, wanted in given])
        object.__setattr__(self, "tests", tests)

    def matches(self, order: Order, history: History = STRANGER) -> bool:
        """Whether the order fulfills the condition."""
        for holds, look, wanted in self.tests:  # noqa: SIM110 - asked of every order, of every rule
            if not holds(wanted, look(order, history)):
                return False
        return True

    def miss(self, order: Order, history: History = STRANGER) -> Miss | None:
        """Return the first part that does not hold, None when the condition is fulfilled."""
        for name, part, wanted in self._given:
            found = part.of(order, history)
            if not part.test.holds(wanted, found):
                return Miss(name, wanted, found)
        return None

    @property
    def asks_history(self) -> bool:
        """Whether it has to be known what the buyer did before."""
        return any(part.historic for _, part, _ in self._given)

    @property
    def never(self) -> str:
        """The part that nothing can fulfill, empty when there is none."""
        return next((name for name, part, wanted in self._given if part.test.never(wanted)), "")

    def covers(self, other: When) -> bool:
        """Whether this condition holds wherever the other does; told part by part, so a no may be too careful."""
        theirs = {name: wanted for name, _, wanted in other._given}
        return all(
            name in theirs and part.test.covers(wanted, theirs[name]) for name, part, wanted in self._given
        )


@frozen
class Miss:
    """A part of a condition that an order does not fulfill.

    Args:
        part: Its name, as in :class:`When`.
        wanted: What was asked for.
        found: What the order has.
    """

    part: str
    wanted: object
    found: object

    def __str__(self) -> str:
        return f"{self.part} is {_said(self.found)}, wanted {_said(self.wanted)}"


def _said(value: object) -> str:
    if isinstance(value, Span):
        if value.low == value.high:
            return str(value.low)
        return f"{'' if value.low is None else value.low}..{'' if value.high is None else value.high}"
    if isinstance(value, frozenset | set | tuple | list):
        return ", ".join(sorted(map(str, value))) or "nothing"
    return {True: "yes", False: "no"}.get(value, repr(value)) if isinstance(value, bool) else repr(value)


class Test(NamedTuple):
    """How a part compares: what is wanted with what is found, and two wishes with each other."""

    holds: Holds
    covers: Callable[[Any, Any], bool]
    never: Callable[[Any], bool] = lambda _: False


class Part(NamedTuple):
    """One part of a condition: how it compares, and what it looks at."""

    test: Test
    of: Look
    historic: bool = False


_ONE_OF = Test(contains, ge)
_SOME = Test(lambda wanted, found: not wanted.isdisjoint(found), lambda a, b: a >= b)
_NONE = Test(lambda wanted, found: wanted.isdisjoint(found), lambda a, b: a <= b)
_ONLY = Test(lambda wanted, found: wanted.issuperset(found), lambda a, b: a >= b)
_BEGINS = Test(
    lambda wanted, found: found.startswith(tuple(wanted)),
    lambda a, b: all(one.startswith(tuple(a)) for one in b),
)
_SAYS = Test(
    lambda wanted, found: any(word.casefold() in found.casefold() for word in wanted),
    lambda a, b: all(any(word.casefold() in one.casefold() for word in a) for one in b),
)
_WITHIN = Test(contains, lambda a, b: a.covers(b), lambda wanted: wanted.is_empty)
_IS = Test(is_, is_)


def _skus(order: Order, _: History) -> list[str]:
    return [line.sku for line in order.lines]


def _is_unpriced(order: Order, _: History) -> bool:
    for line in order.lines:  # noqa: SIM110 - a generator would cost more than what it is asked
        if line.list_minor == line.discount_minor and not line.gift:
            return True
    return False


def _weight_g(order: Order, _: History) -> int:
    return sum(part.weight_g * part.per * line.quantity for line in order.lines for part in line.components)


#: Every part of a condition, by the name of its field in :class:`When`.
PARTS: Mapping[str, Part] = {
    "channels": Part(_ONE_OF, lambda order, _: order.terms.channel),
    "kinds": Part(_ONE_OF, lambda order, _: order.terms.kind),
    "currencies": Part(_ONE_OF, lambda order, _: order.terms.currency),
    "countries": Part(_ONE_OF, lambda order, _: order.terms.destination.country),
    "regions": Part(
        _ONE_OF, lambda order, _: f"{order.terms.destination.country}-{order.terms.destination.region}"
    ),
    "postcodes": Part(
        _BEGINS, lambda order, _: f"{order.terms.destination.country}/{order.terms.destination.postcode}"
    ),
    "buyers": Part(_ONE_OF, lambda order, _: order.terms.buyer),
    "marks": Part(_SOME, lambda order, _: order.terms.marks),
    "skus": Part(_SOME, _skus),
    "without_skus": Part(_NONE, _skus),
    "only_skus": Part(_ONLY, _skus),
    "traits": Part(
        _SOME, lambda order, _: {one for line in order.lines for part in line.components for one in part.traits}
    ),
    "words": Part(_SAYS, lambda order, _: order.terms.memo),
    "nameless": Part(_IS, lambda order, _: not order.terms.buyer),
    "memo": Part(_IS, lambda order, _: bool(order.terms.memo)),
    "cod": Part(_IS, lambda order, _: order.terms.cod),
    "paid": Part(_IS, lambda order, _: order.terms.paid_at is not None),
    "urgent": Part(_IS, lambda order, _: order.terms.urgent),
    "unpriced": Part(_IS, _is_unpriced),
    "grade": Part(_WITHIN, lambda order, _: order.terms.grade),
    "lines": Part(_WITHIN, lambda order, _: len(order.lines)),
    "units": Part(_WITHIN, lambda order, _: sum(line.quantity for line in order.lines)),
    "largest": Part(_WITHIN, lambda order, _: max(line.quantity for line in order.lines)),
    "total_minor": Part(_WITHIN, lambda order, _: order.total_minor),
    "weight_g": Part(_WITHIN, _weight_g),
    "earlier": Part(_WITHIN, lambda _, history: history.orders, historic=True),
    "returns": Part(_WITHIN, lambda _, history: history.returned, historic=True),
}

_UNASKED = {name: fields_dict(When)[name].default for name in PARTS}
