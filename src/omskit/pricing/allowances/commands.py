"""What can be asked of an allowance."""

from __future__ import annotations

from attrs import frozen

from omskit.pricing.allowances.model import Allowance


@frozen
class Open:
    """Make it; its status and its counters are left to the machine."""

    allowance: Allowance


@frozen
class Take:
    """Count something for an order, if it is there.

    Args:
        order: Key of the order.
        uses: Orders that count: 1, or 0 for an amount more in an order that counts already.
        minor: Discount.
        currency: Of the discount.
        buyer: Whose order it is; empty when unknown.
    """

    order: int
    uses: int = 1
    minor: int = 0
    currency: str = ""
    buyer: str = ""


@frozen
class Give:
    """Count something no longer. A redemption sees to it that this happens once."""

    order: int
    uses: int = 1
    minor: int = 0


@frozen
class Resize:
    """Set other limits; what is used stays used."""

    limit_uses: int | None = None
    limit_minor: int | None = None


@frozen
class Close:
    """Give nothing any more."""

    reason: str = ""


@frozen
class Reopen:
    """Give again."""

    reason: str = ""


Command = Open | Take | Give | Resize | Close | Reopen
