"""The price book: all lists behind one lookup that is never ambiguous, and answers in batches."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from attrs import field, frozen

from omskit.core import Refusal, UsageError, aware, share
from omskit.pricing.codes import codes, lies_in
from omskit.pricing.prices import PriceEntry, PriceList, TaxMode
from omskit.pricing.window import zone_of


@frozen
class Customer:
    """For whom, where and when a price is looked up.

    Args:
        currency: ISO 4217; lists in another currency are not looked at.
        at: Now; aware.
        channel: Code of the channel.
        zone: IANA name of the channel's time zone.
        groups: Customer groups of the buyer.
        warehouse: Who would send; empty when it is not known yet.
        region: Where it goes, as ``DE-BY``.
        tax_mode: Lists with the other mode are not looked at.

    Raises:
        UsageError: ``naive_datetime``, ``unknown_zone``, ``not_a_set``.
    """

    currency: str
    at: datetime = field(converter=aware)
    channel: str = ""
    zone: str = "UTC"
    groups: tuple[str, ...] = field(default=(), converter=codes)
    warehouse: str = ""
    region: str = ""
    tax_mode: TaxMode = TaxMode.INCLUDED

    def __attrs_post_init__(self) -> None:
        zone_of(self.zone)


@frozen
class Wanted:
    """Units of one line that a price is asked for."""

    number: int
    sku: str
    quantity: int


@frozen
class Quote:
    """The price of one line, before promotions.

    Args:
        number: As asked.
        sku: As asked.
        quantity: As asked.
        list_minor: Price of all its units. The tiers count all units of the SKU that were asked for together,
            so that a line may be split without another price.
        entry: The price it comes from.
        price_list: Code of the list it comes from.
    """

    number: int
    sku: str
    quantity: int
    list_minor: int
    entry: PriceEntry
    price_list: str


def _listed(lists: Iterable[PriceList]) -> tuple[PriceList, ...]:
    return tuple(sorted(lists, key=lambda one: (one.rank, one.code)))


@frozen
class PriceBook:
    """All price lists, in the order in which they are asked.

    Raises:
        UsageError: ``duplicate_list`` for two lists of one code; ``ambiguous_price`` when two equally specific
            lists may both have a price for a SKU, with ``lists`` and ``sku``.
    """

    lists: tuple[PriceList, ...] = field(converter=_listed)

    def __attrs_post_init__(self) -> None:
        seen: set[str] = set()
        for one in self.lists:
            if one.code in seen:
                raise UsageError("duplicate_list", f"two price lists are called {one.code!r}", price_list=one.code)
            seen.add(one.code)
        for first, second in _rivals(self.lists):
            both = first.entries.keys() & second.entries.keys()
            if both:
                raise UsageError(
                    "ambiguous_price",
                    f"{min(both)} has a price in {first.code!r} and in {second.code!r}, and neither list is more"
                    " specific: give one another priority or another window",
                    sku=min(both),
                    lists=(first.code, second.code),
                )

    def for_customer(self, customer: Customer) -> tuple[PriceList, ...]:
        """Return the lists that hold for a customer, the most specific first."""
        return tuple(one for one in self.lists if _why_not(one, customer) == "")

    def quote(self, wanted: Sequence[Wanted], customer: Customer) -> tuple[Quote | Refusal, ...]:
        """Return a price for every line, or why it has none.

        Returns:
            In the order asked: a quote, or a refusal ``no_price`` whose facts say for each list that has the SKU
            which of its conditions does not hold.

        Raises:
            UsageError: ``bad_quantity`` below one.
        """
        holding = self.for_customer(customer)
        tables = [(one.code, one.entries) for one in holding]
        places: dict[str, list[int]] = {}
        for place, one in enumerate(wanted):
            places.setdefault(one.sku, []).append(place)
        found: list[Quote | Refusal | None] = [None] * len(wanted)
        for sku, some in places.items():
            entry, code = next(((entries[sku], code) for code, entries in tables if sku in entries), (None, ""))
            lines = [wanted[place] for place in some]
            if entry is None:
                answers: Iterable[Quote | Refusal] = [self._none(one, customer) for one in lines]
            else:
                answers = _quotes(lines, entry, code)
            for place, answer in zip(some, answers, strict=True):
                found[place] = answer
        return tuple([answer for answer in found if answer is not None])

    def _none(self, one: Wanted, customer: Customer) -> Refusal:
        why = tuple((each.code, _why_not(each, customer)) for each in self.lists if one.sku in each.entries)
        return Refusal(
            str(one.number),
            "no_price",
            f"no list has a price of {one.sku} in {customer.currency} for this customer",
            {"sku": one.sku, "lists": why},
        )


def _quotes(lines: Sequence[Wanted], entry: PriceEntry, code: str) -> list[Quote]:
    """Price all lines of one SKU together, and share the amount by their units; ties go to the lower number."""
    amount = entry.amount_minor(min(lines, key=lambda one: one.quantity).quantity)
    if len(lines) == 1:
        (one,) = lines
        return [Quote(one.number, one.sku, one.quantity, amount, entry, code)]
    amount = entry.amount_minor(sum(one.quantity for one in lines))
    order = sorted(range(len(lines)), key=lambda place: lines[place].number)
    parts = dict(zip(order, share(amount, [lines[place].quantity for place in order]), strict=True))
    return [
        Quote(one.number, one.sku, one.quantity, parts[place], entry, code) for place, one in enumerate(lines)
    ]


def _rivals(lists: Sequence[PriceList]) -> Iterable[tuple[PriceList, PriceList]]:
    """Yield the pairs that neither goes first of; lists of one rank stand side by side."""
    by_rank: dict[tuple[int, ...], list[PriceList]] = {}
    for one in lists:
        by_rank.setdefault(one.rank, []).append(one)
    for some in by_rank.values():
        for position, first in enumerate(some):
            for second in some[position + 1 :]:
                if first.may_rival(second):
                    yield first, second


def _why_not(one: PriceList, customer: Customer) -> str:
    """Return the condition of a list that does not hold; empty when all do."""
    conditions = {
        "currency": one.currency == customer.currency,
        "tax_mode": one.tax_mode is customer.tax_mode,
        "channel": one.channel in {"", customer.channel},
        "group": one.group in {"", *customer.groups},
        "warehouse": one.warehouse in {"", customer.warehouse},
        "region": not one.region or lies_in(customer.region, (one.region,)),
        "window": one.window.has(customer.at, customer.zone),
    }
    return next((name for name, holds in conditions.items() if not holds), "")
