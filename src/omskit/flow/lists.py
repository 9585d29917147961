"""Price lists with the price changes that were applied."""

from __future__ import annotations

from omskit.core import Machine
from omskit.flow.selling import Pricing
from omskit.pricing import PRICE_CHANGES, PriceChange
from omskit.pricing.changes import APPLIED, PRICE_CHANGE_MACHINE
from omskit.storage import After, Op, Unit, Where

#: Price changes read in one step.
PAGE = 500


def load_prices(unit: Unit, pricing: Pricing, machine: Machine = PRICE_CHANGE_MACHINE) -> Pricing:
    """Return a pricing with the price changes that were applied in its lists."""
    kept, found = unit.of(PRICE_CHANGES), list[PriceChange]()
    codes = tuple(one.code for one in pricing.book.lists)
    where = (Where("status", Op.IN, machine.with_trait(APPLIED)), Where("price_list", Op.IN, codes))
    after: After | None = None
    while keys := kept.find(*where, limit=PAGE, after=after):
        found += [one.state for one in kept.load(keys).values()]
        after = After(None, keys[-1])
        if len(keys) < PAGE:
            break
    return pricing.after(found)
