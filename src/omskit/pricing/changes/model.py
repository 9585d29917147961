"""The price change: entries that replace those of one list, from an instant on."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from attrs import evolve, field, frozen

from omskit.core import UsageError, aware
from omskit.pricing.prices import PriceEntry, PriceList


@frozen
class PriceChange:
    """New prices for one list, with who asked for them and who agreed.

    Args:
        key: Its 64-bit key.
        status: Where it stands in its machine.
        price_list: Code of the list.
        effective_at: From when on; aware. A wall time of a channel becomes one by :meth:`Window.begins`.
        entries: What is put in, or in the place of what the list has for the SKU.
        removed: SKUs that the list no longer prices.
        submitted_by: Who asked for it.
        approved_by: Who agreed; never the same.
        applied_at: When it was put into the list; None before.

    Raises:
        UsageError: ``bad_price_change`` without a list, without anything to change, or for one SKU twice;
            ``naive_datetime``.
    """

    key: int
    status: str
    price_list: str
    effective_at: datetime = field(converter=aware)
    entries: tuple[PriceEntry, ...] = ()
    removed: tuple[str, ...] = ()
    submitted_by: str = ""
    approved_by: str = ""
    applied_at: datetime | None = None

    def __attrs_post_init__(self) -> None:
        named = [*(entry.sku for entry in self.entries), *self.removed]
        if not self.price_list or not named or len(set(named)) < len(named):
            raise UsageError("bad_price_change", "it names a list, and each SKU once", price_list=self.price_list)


def changed_list(price_list: PriceList, changes: Iterable[PriceChange]) -> PriceList:
    """Return a list as applied changes make it; those of other lists, and those not applied, are passed over.

    The later one wins: by ``effective_at``, then by key.
    """
    mine = [one for one in changes if one.price_list == price_list.code and one.applied_at is not None]
    if not mine:
        return price_list
    entries = dict(price_list.entries)
    for change in sorted(mine, key=lambda one: (one.effective_at, one.key)):
        entries.update((entry.sku, entry) for entry in change.entries)
        for sku in change.removed:
            entries.pop(sku, None)
    return evolve(price_list, entries=entries)
