"""Review: which orders may go on by themselves, and which wait for a person, with the reason.

*Guards* are all asked, and each that matches puts its own hold: several reasons stand side by side. An order
that no guard stops goes through the *rules* in turn, and the first that matches decides. No rule means no
approval: what nobody thought of waits for a person. A hold that was lifted is not put again: its guard or rule is
passed over.

Conditions are values, not functions: they can be stored, compared and analysed.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import Enum

from attrs import field, frozen

from omskit.core import UsageError
from omskit.orders.commands import Approve, Command, PutOnHold
from omskit.orders.model import Order


class Verdict(Enum):
    """What a rule says of an order that it matches."""

    ALLOW = "allow"
    HOLD = "hold"


@frozen
class Span:
    """An inclusive range of ints; None leaves a side open."""

    low: int | None = None
    high: int | None = None

    def __contains__(self, value: object) -> bool:
        if not isinstance(value, int):
            return False
        return (self.low is None or value >= self.low) and (self.high is None or value <= self.high)


#: Any int.
ANY = Span()


@frozen
class When:
    """A condition on an order: all given parts hold together; what is not given always holds.

    Args:
        channels: Codes of channels.
        kinds: Order types.
        countries: ISO 3166-1 alpha-2.
        skus: At least one line has one of these SKUs.
        total_minor: What the buyer pays, in minor units.
        largest: Units of the largest line.
        weight_g: Weight of the whole order.
        unpriced: Whether some line is paid with nothing.
        nameless: Whether the buyer is unknown.
        memo: Whether there is a memo.
        cod: Whether the courier collects the money.
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

    def matches(self, order: Order) -> bool:
        """Whether the order fulfills the condition."""
        terms = order.terms
        return (
            (not self.channels or terms.channel in self.channels)
            and (not self.kinds or terms.kind in self.kinds)
            and (not self.countries or terms.destination.country in self.countries)
            and (not self.skus or any(line.sku in self.skus for line in order.lines))
            and (self.nameless is None or self.nameless == (not terms.buyer))
            and (self.memo is None or self.memo == bool(terms.memo))
            and (self.cod is None or self.cod == terms.cod)
            and (self.unpriced is None or self.unpriced == any(line.paid_minor == 0 for line in order.lines))
            and (self.total_minor is ANY or order.total_minor in self.total_minor)
            and (self.largest is ANY or max(line.quantity for line in order.lines) in self.largest)
            and (self.weight_g is ANY or _weight_g(order) in self.weight_g)
        )


def _weight_g(order: Order) -> int:
    return sum(part.weight_g * part.per * line.quantity for line in order.lines for part in line.components)


@frozen
class Rule:
    """One rule of a review.

    Args:
        name: Unique within the policy; entries and holds name it.
        when: What it is about.
        verdict: Let go, or hold.
        code: Code of the hold; the name where none is given.
        reason: One sentence for a person.
        since: First instant of its validity; None for always.
        until: First instant after its validity; None for open end.
    """

    name: str
    when: When
    verdict: Verdict = Verdict.HOLD
    code: str = ""
    reason: str = ""
    since: datetime | None = None
    until: datetime | None = None

    @property
    def hold(self) -> str:
        """Code of the hold that it puts."""
        return self.code or self.name

    def applies(self, order: Order, at: datetime) -> bool:
        """Whether it is in force and matches."""
        in_force = (self.since is None or self.since <= at) and (self.until is None or at < self.until)
        return in_force and self.when.matches(order)


@frozen
class ReviewPolicy:
    """How orders are reviewed; see the module.

    Args:
        guards: Holds that are all asked for, whatever the rules say.
        rules: The cascade; the first match decides.
        buffer: How long an order waits after its placement before it is reviewed, so that what belongs
            together can meet.

    Raises:
        UsageError: ``duplicate_rule``; ``bad_guard`` for a guard that allows.
    """

    guards: tuple[Rule, ...] = ()
    rules: tuple[Rule, ...] = field(default=())
    buffer: timedelta = timedelta(0)

    def __attrs_post_init__(self) -> None:
        names = [rule.name for rule in (*self.guards, *self.rules)]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise UsageError("duplicate_rule", f"rule names come once: {', '.join(twice)}", names=tuple(twice))
        for guard in self.guards:
            if guard.verdict is not Verdict.HOLD:
                raise UsageError("bad_guard", f"guard {guard.name!r} allows; guards only hold", rule=guard.name)

    def review(self, order: Order, at: datetime) -> Sequence[Command]:
        """Return the commands that the review comes to: holds, an approval, or nothing within the buffer."""
        if at < order.terms.placed_at + self.buffer:
            return ()
        guards = (guard for guard in self.guards if guard.hold not in order.cleared)
        stopped = [_hold(guard) for guard in guards if guard.applies(order, at)]
        if stopped:
            return stopped
        for rule in self.rules:
            if rule.hold not in order.cleared and rule.applies(order, at):
                return (Approve(rule.name),) if rule.verdict is Verdict.ALLOW else (_hold(rule),)
        return (PutOnHold("no_rule", "no review rule speaks for this order"),)


def _hold(rule: Rule) -> PutOnHold:
    return PutOnHold(rule.hold, rule.reason or f"rule {rule.name}")


#: Holds that stand between a doubtful order and its approval unless a host decides otherwise.
GUARDS = (
    Rule("unpriced", When(unpriced=True), reason="a line is paid with nothing"),
    Rule("no_buyer", When(nameless=True), reason="the buyer is unknown"),
    Rule("memo", When(memo=True), reason="someone wrote a memo that a person should read"),
    Rule("cod", When(cod=True), reason="the courier is to collect the money"),
)

#: Lets everything go that no guard stops.
ALLOW_ALL = Rule("allow_all", When(), Verdict.ALLOW)

#: The guards above, and everything else goes.
STANDARD_REVIEW = ReviewPolicy(GUARDS, (ALLOW_ALL,))
