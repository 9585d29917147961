"""The redemption: all that one order holds of budgets and coupons."""

from __future__ import annotations

from datetime import datetime

from attrs import frozen

from omskit.core import UsageError
from omskit.pricing.result import Use


@frozen
class Redemption:
    """What one order holds.

    Args:
        key: Its 64-bit key.
        status: Where it stands in its machine.
        order: Key of the order; there is one redemption an order.
        uses: From :attr:`omskit.pricing.PriceResult.uses`; each allowance once.
        buyer: Whose order it is; empty when unknown.
        until: First instant at which it may be released for not having been confirmed; None for no end.
        holders: Keys of the orders that stand for it, since it was divided; empty while it stands for itself.

    Raises:
        UsageError: ``bad_use`` for an allowance that is named twice.
    """

    key: int
    status: str
    order: int
    uses: tuple[Use, ...] = ()
    buyer: str = ""
    until: datetime | None = None
    holders: tuple[int, ...] = ()

    def __attrs_post_init__(self) -> None:
        names = [use.name for use in self.uses]
        if len(set(names)) < len(names):
            raise UsageError("bad_use", "an allowance is named twice", names=tuple(names))
