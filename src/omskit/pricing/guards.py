"""Guards over prices before they are published, and the differences between channels that carry the same SKU."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from enum import Enum

from attrs import field, frozen

from omskit.core import Money, Refusal, UsageError
from omskit.pricing.book import Customer, PriceBook, Quote, Wanted
from omskit.pricing.exchange import Exchange
from omskit.pricing.prices import PriceEntry
from omskit.pricing.rounding import Rounding, fraction, rounded


class Breach(Enum):
    """What is wrong with a price."""

    BELOW_FLOOR = "below_floor"
    BELOW_MARGIN = "below_margin"
    ABOVE_MSRP = "above_msrp"
    LEAP = "leap"
    INVERSION = "inversion"


@frozen
class Violation:
    """A price that a guard would not let through.

    Args:
        sku: What is priced.
        breach: What is wrong.
        quantity: From which quantity the price holds.
        unit_minor: The price of one unit.
        bound_minor: What would be allowed: at least, or for ``ABOVE_MSRP`` and an upward ``LEAP`` at most.
    """

    sku: str
    breach: Breach
    quantity: int
    unit_minor: int
    bound_minor: int


def _margin(rate: Decimal) -> Decimal:
    return fraction(rate, name="margin")


@frozen
class PriceGuard:
    """What a price has to keep.

    Args:
        margin: Least part of the price that is left over the cost: ``Decimal("0.2")`` asks 12.50 for 10.00.
        leap: Largest part by which a price may move at once, either way; None for any.
        below_msrp: Whether a price may not be above the suggested one.

    Raises:
        UsageError: ``bad_fraction``; ``bad_margin`` for a margin of 1, which no price has.
    """

    margin: Decimal = field(default=Decimal(0), converter=_margin)
    leap: Decimal | None = None
    below_msrp: bool = False

    def __attrs_post_init__(self) -> None:
        if self.margin == 1:
            raise UsageError("bad_margin", "a margin of 1 leaves nothing for the cost", value=self.margin)
        if self.leap is not None:
            fraction(self.leap, name="leap")

    def least_minor(self, cost_minor: int) -> int:
        """Return the lowest price that keeps the margin over a cost, rounded up."""
        left, whole = (1 - self.margin).as_integer_ratio()
        return rounded(cost_minor * whole, left, Rounding.UP)

    def violations(
        self,
        entries: Iterable[PriceEntry],
        *,
        costs: Mapping[str, int],
        before: Mapping[str, PriceEntry] | None = None,
    ) -> tuple[Violation, ...]:
        """Return what is wrong with the entries, by SKU, quantity and breach.

        Args:
            entries: To check.
            costs: Minor units by SKU, in the same currency and tax mode; a SKU without one has no margin to keep.
            before: The entries that they replace, for ``leap``.
        """
        found = [
            violation
            for entry in entries
            for violation in (
                *self._of_tiers(entry, costs.get(entry.sku)),
                *self._leap(entry, (before or {}).get(entry.sku)),
            )
        ]
        return tuple(sorted(found, key=lambda one: (one.sku, one.quantity, one.breach.value)))

    def _of_tiers(self, entry: PriceEntry, cost_minor: int | None) -> Iterable[Violation]:
        least = self.least_minor(cost_minor) if cost_minor is not None else 0
        for quantity, unit in entry.tiers:
            if unit < entry.floor_minor:
                yield Violation(entry.sku, Breach.BELOW_FLOOR, quantity, unit, entry.floor_minor)
            if unit < least:
                yield Violation(entry.sku, Breach.BELOW_MARGIN, quantity, unit, least)
            if self.below_msrp and entry.msrp_minor and unit > entry.msrp_minor:
                yield Violation(entry.sku, Breach.ABOVE_MSRP, quantity, unit, entry.msrp_minor)
        for fewer, more in entry.inversions():
            unit = rounded(entry.amount_minor(more), more)
            yield Violation(entry.sku, Breach.INVERSION, more, unit, rounded(entry.amount_minor(fewer), more) + 1)

    def _leap(self, entry: PriceEntry, before: PriceEntry | None) -> Iterable[Violation]:
        if self.leap is None or before is None:
            return
        part, whole = self.leap.as_integer_ratio()
        old, unit = before.unit_minor, entry.unit_minor
        if abs(unit - old) * whole > old * part:
            sign = 1 if unit > old else -1
            bound = old + sign * rounded(old * part, whole, Rounding.DOWN)
            yield Violation(entry.sku, Breach.LEAP, 1, unit, bound)


@frozen
class PriceDifference:
    """One SKU whose price is not the same in all places.

    Args:
        sku: What is priced.
        prices: (place, price of one unit in its own currency), in the order of the places asked.
        missing: Places without a price.
        spread_minor: Highest less lowest, in the currency compared in.
    """

    sku: str
    prices: tuple[tuple[str, Money], ...]
    missing: tuple[str, ...]
    spread_minor: int


def price_differences(
    book: PriceBook,
    skus: Sequence[str],
    places: Mapping[str, Customer],
    *,
    currency: str,
    exchanges: Iterable[Exchange] = (),
    tolerance_minor: int = 0,
) -> tuple[PriceDifference, ...]:
    """Return the SKUs that cost differently in some places, or are not priced in all of them.

    Args:
        book: The price lists.
        skus: To compare, one unit each.
        places: Customer as whom to look, by the name of the place; all with one tax mode.
        currency: To compare in.
        exchanges: A stated rate into ``currency`` for every other currency of the places.
        tolerance_minor: A spread up to this is no difference.

    Raises:
        UsageError: ``no_exchange`` for a place whose currency has no rate; ``mixed_tax_modes``.
    """
    rates = {one.source: one for one in exchanges if one.target == currency}
    if len({customer.tax_mode for customer in places.values()}) > 1:
        raise UsageError("mixed_tax_modes", "prices with and without tax do not compare", places=tuple(places))
    for place, customer in places.items():
        if customer.currency != currency and customer.currency not in rates:
            raise UsageError(
                "no_exchange",
                f"{place} sells in {customer.currency}: state its rate to {currency}",
                place=place,
                currency=customer.currency,
            )
    wanted = [Wanted(number, sku, 1) for number, sku in enumerate(skus, 1)]
    quoted = {place: book.quote(wanted, customer) for place, customer in places.items()}
    found = []
    for position, sku in enumerate(skus):
        answers = [(place, quotes[position]) for place, quotes in quoted.items()]
        difference = _difference(sku, answers, places, rates)
        if difference.missing or difference.spread_minor > tolerance_minor:
            found.append(difference)
    return tuple(found)


def _difference(
    sku: str,
    answers: Iterable[tuple[str, Quote | Refusal]],
    places: Mapping[str, Customer],
    rates: Mapping[str, Exchange],
) -> PriceDifference:
    prices, missing, compared = [], [], []
    for place, answer in answers:
        if isinstance(answer, Refusal):
            missing.append(place)
            continue
        currency = places[place].currency
        prices.append((place, Money(answer.list_minor, currency)))
        compared.append(rates[currency].minor(answer.list_minor) if currency in rates else answer.list_minor)
    spread = max(compared) - min(compared) if compared else 0
    return PriceDifference(sku, tuple(prices), tuple(missing), spread)
