"""What a channel is answered: stock to publish, refund requests and cancellations decided."""

from __future__ import annotations

from datetime import datetime

from attrs import frozen

from omskit.core import UsageError


@frozen
class StockUpdate:
    """What a channel may sell of one item.

    Args:
        item: The channel's code of the item.
        available: Units, zero or more, as an absolute figure.
        location: The channel's code of the place; empty where it has one stock.
        variant: The channel's code of the variant where the item alone is not enough.

    Raises:
        UsageError: ``bad_quantity`` for a negative or non-int figure.
    """

    item: str
    available: int
    location: str = ""
    variant: str = ""

    def __attrs_post_init__(self) -> None:
        if type(self.available) is not int or self.available < 0:
            raise UsageError("bad_quantity", f"{self.available!r} of {self.item}: an int from 0", item=self.item)


@frozen
class RefundAnswer:
    """What the seller says to a refund request.

    Args:
        refund: The channel's id of the request.
        order: External id of the order.
        agreed: Whether it is granted.
        amount_minor: What is given back when it is.
        currency: ISO 4217.
        reason: Code or sentence for a refusal.
        version: As the request had it.
    """

    refund: str
    order: str
    agreed: bool
    amount_minor: int
    currency: str
    reason: str = ""
    version: str = ""


@frozen
class CancelAnswer:
    """What the seller says to a cancellation, or the seller's own one.

    Args:
        order: External id of the order.
        agreed: Whether it is cancelled.
        reason: Code or sentence.
        at: When it was decided, for channels whose answers are dated.
    """

    order: str
    agreed: bool
    reason: str = ""
    at: datetime | None = None
