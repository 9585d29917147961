"""The allowance: how often, and up to which amount, something may be used, and how much of it is."""

from __future__ import annotations

from datetime import datetime

from attrs import frozen

from omskit.core import UsageError, scale_of
from omskit.pricing.basket import Left


@frozen
class Allowance:
    """A limit with its counter. A limit that was lowered below what is used gives nothing until enough comes back.

    Args:
        key: Its 64-bit key.
        status: Where it stands in its machine.
        name: Unique: ``promotion:SUMMER``, ``promotion:SUMMER/buyer:b7``, ``coupon:X7``.
        promotion: Code of the promotion that a coupon is for; empty for budgets.
        limit_uses: Orders; None is without limit. A single-use coupon has 1.
        limit_minor: Discount in total; None is without limit.
        currency: ISO 4217 of its amounts; empty when it has none.
        buyer: The only buyer who may use it; empty for everyone.
        until: First instant at which it gives nothing any more; aware. None for no end.
        uses: Orders that hold it now.
        minor: Discount that they hold.

    Raises:
        UsageError: ``bad_allowance`` without a name or with a negative figure; for an amount without currency;
            ``unknown_currency``.
    """

    key: int
    status: str
    name: str
    promotion: str = ""
    limit_uses: int | None = None
    limit_minor: int | None = None
    currency: str = ""
    buyer: str = ""
    until: datetime | None = None
    uses: int = 0
    minor: int = 0

    def __attrs_post_init__(self) -> None:
        figures = (self.limit_uses, self.limit_minor, self.uses, self.minor)
        if not self.name or any(figure is not None and figure < 0 for figure in figures):
            raise UsageError("bad_allowance", f"{self.name!r}: a name, and figures from 0", name=self.name)
        if self.currency:
            scale_of(self.currency)
        elif self.limit_minor is not None:
            raise UsageError("bad_allowance", f"{self.name}: an amount needs a currency", name=self.name)

    @property
    def left(self) -> Left:
        """What it still gives, as a context takes it."""
        return Left(
            None if self.limit_uses is None else max(0, self.limit_uses - self.uses),
            None if self.limit_minor is None else max(0, self.limit_minor - self.minor),
        )
