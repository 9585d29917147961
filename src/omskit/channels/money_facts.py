"""What a channel says about money beside the price: who funds a discount, what was paid, what is still due."""

from __future__ import annotations

from datetime import datetime
from enum import Enum

from attrs import frozen


class Funder(Enum):
    """Who bears a discount: the seller loses revenue, another one pays it to the seller later."""

    SELLER = "seller"
    PLATFORM = "platform"
    PARTNER = "partner"
    UNKNOWN = "unknown"


@frozen
class Discount:
    """A discount as the channel tells it; lines carry their shares of it already.

    Args:
        amount_minor: What the buyer pays less, zero or more.
        funder: Who bears it.
        code: The promotion or coupon.
        title: What the buyer read.
    """

    amount_minor: int
    funder: Funder = Funder.SELLER
    code: str = ""
    title: str = ""


@frozen
class ChannelCharge:
    """Money of an order for no goods and no freight: gift wrap, a fee for cash on delivery."""

    code: str
    amount_minor: int
    title: str = ""


@frozen
class PaymentFact:
    """A payment as the channel tells it.

    Args:
        method: The channel's name of the instrument.
        amount_minor: What was paid by it.
        at: When; None when the channel does not say.
        reference: The provider's id of the payment.
    """

    method: str
    amount_minor: int
    at: datetime | None = None
    reference: str = ""


@frozen
class PresaleStep:
    """One step of a sale that is paid in steps: a deposit, the rest.

    Args:
        name: ``deposit`` or ``balance``.
        amount_minor: What the step asks for.
        paid: Whether it was paid.
        at: When it was paid or, unpaid, until when it can be; None when the channel does not say.
    """

    name: str
    amount_minor: int
    paid: bool
    at: datetime | None = None


@frozen
class Identity:
    """The sums of an order held against what was paid: lines + charges + freight = payment.

    Args:
        expected_minor: Lines less discounts, charges and freight.
        paid_minor: What the channel says the buyer pays.
        tolerance_minor: How far apart both may be.
    """

    expected_minor: int
    paid_minor: int
    tolerance_minor: int = 0

    @property
    def gap_minor(self) -> int:
        """What was paid beyond the sums; negative when less was."""
        return self.paid_minor - self.expected_minor

    @property
    def holds(self) -> bool:
        """Whether the gap is within the tolerance."""
        return abs(self.gap_minor) <= self.tolerance_minor
