"""Price lists: what one unit of each SKU costs, for whom, where, when, and from which quantity."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import Enum
from types import MappingProxyType

from attrs import field, frozen

from omskit.core import UsageError, checked_minor, scale_of
from omskit.pricing.window import ALWAYS, Window


class TaxMode(Enum):
    """Whether prices hold their tax (consumers) or have it put on top (business)."""

    INCLUDED = "included"
    EXCLUDED = "excluded"


class TierMode(Enum):
    """What a tier's price is for: all units once its quantity is reached, or only the units from there on."""

    ALL_UNITS = "all_units"
    INCREMENTAL = "incremental"


def _tiers(tiers: Iterable[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    return tuple(sorted(tiers))


@frozen
class PriceEntry:
    """The price of one SKU in one list.

    Args:
        sku: What is priced.
        tiers: (from this quantity, price of one unit in minor units), the first from 1.
        mode: What a tier's price is for.
        floor_minor: Lowest price of one unit that any promotion may lead to; 0 for none.
        msrp_minor: Price that the maker suggests, for show and for checks; 0 when there is none.

    Raises:
        UsageError: ``bad_price`` unless the tiers begin at 1, have different quantities, and all amounts are
            zero or more; ``not_minor_units``, ``amount_out_of_range``.
    """

    sku: str
    tiers: tuple[tuple[int, int], ...] = field(converter=_tiers)
    mode: TierMode = TierMode.ALL_UNITS
    floor_minor: int = 0
    msrp_minor: int = 0

    def __attrs_post_init__(self) -> None:
        quantities = [quantity for quantity, _ in self.tiers]
        amounts = [checked_minor(m) for m in (*(m for _, m in self.tiers), self.floor_minor, self.msrp_minor)]
        if quantities[:1] != [1] or len(set(quantities)) < len(quantities) or min(amounts) < 0:
            raise UsageError(
                "bad_price",
                f"{self.sku}: tiers {self.tiers} begin at quantity 1, each quantity once, amounts from 0",
                sku=self.sku,
            )

    @classmethod
    def of(cls, sku: str, unit_minor: int) -> PriceEntry:
        """Return an entry with one price for any quantity."""
        return cls(sku, ((1, unit_minor),))

    @property
    def unit_minor(self) -> int:
        """Price of a single unit."""
        return self.tiers[0][1]

    def amount_minor(self, quantity: int) -> int:
        """Return the price of so many units together.

        Raises:
            UsageError: ``bad_quantity`` below one.
        """
        if quantity < 1:
            raise UsageError("bad_quantity", f"{quantity} of {self.sku}: a price is for 1 or more", sku=self.sku)
        if self.mode is TierMode.ALL_UNITS:
            return quantity * next(price for least, price in reversed(self.tiers) if least <= quantity)
        ends = (*(least - 1 for least, _ in self.tiers[1:]), quantity)
        return sum(
            price * max(0, min(end, quantity) - least + 1)
            for (least, price), end in zip(self.tiers, ends, strict=True)
        )

    def inversions(self) -> tuple[tuple[int, int], ...]:
        """Return (quantity, larger quantity) pairs at which more units cost no more: worth a warning."""
        return tuple(
            (least - 1, least)
            for least, _ in self.tiers[1:]
            if self.amount_minor(least) <= self.amount_minor(least - 1)
        )


def _by_sku(entries: Iterable[PriceEntry] | Mapping[str, PriceEntry]) -> Mapping[str, PriceEntry]:
    given = list(entries.values() if isinstance(entries, Mapping) else entries)
    table = {entry.sku: entry for entry in given}
    if len(table) < len(given):
        seen: set[str] = set()
        twice = next(entry.sku for entry in given if entry.sku in seen or seen.add(entry.sku))  # type: ignore[func-returns-value]
        raise UsageError("duplicate_price", f"{twice} stands twice in one list", sku=twice)
    return MappingProxyType(table)


@frozen
class PriceList:
    """Prices that hold under the same conditions. A condition that is left empty holds for all.

    Args:
        code: Short and unique; it stands in every quote.
        currency: ISO 4217, of every amount in it.
        entries: One a SKU.
        channel: Code of the one channel it is for.
        group: The customer group it is for.
        warehouse: Code of the warehouse that sends.
        region: Where the goods go, as ``DE`` or ``DE-BY``.
        window: When it is valid, in the channel's time zone.
        priority: Decides between lists that are equally specific; the lower number goes first.
        tax_mode: Whether its prices hold their tax.

    Raises:
        UsageError: ``bad_code`` without a code; ``duplicate_price``; ``unknown_currency``.
    """

    code: str
    currency: str
    entries: Mapping[str, PriceEntry] = field(converter=_by_sku, repr=False)
    channel: str = ""
    group: str = ""
    warehouse: str = ""
    region: str = ""
    window: Window = ALWAYS
    priority: int = 0
    tax_mode: TaxMode = TaxMode.INCLUDED

    def __attrs_post_init__(self) -> None:
        scale_of(self.currency)
        if not self.code:
            raise UsageError("bad_code", "a price list has a code", value=self.code)

    @property
    def rank(self) -> tuple[int, ...]:
        """Where it stands in the one order of specificity: the smaller goes first.

        For a customer group before for everybody, then for a channel, for a warehouse, for the smaller region,
        dated before undated, and at last by priority.
        """
        depth = len(self.region.split("-")) if self.region else 0
        return (
            -bool(self.group),
            -bool(self.channel),
            -bool(self.warehouse),
            -depth,
            -self.window.is_dated,
            self.priority,
        )

    def may_rival(self, other: PriceList) -> bool:
        """Whether some buyer at some instant may meet both lists, and neither goes first.

        One buyer may be in two groups, so that lists for different groups are rivals too.
        """
        return (
            self.rank == other.rank
            and (self.currency, self.tax_mode) == (other.currency, other.tax_mode)
            and (self.channel, self.warehouse, self.region) == (other.channel, other.warehouse, other.region)
            and self.window.may_meet(other.window)
        )
