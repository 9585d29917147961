"""What a channel says, in omskit's words: orders and reversals, read from payloads by an adapter."""

from __future__ import annotations

from datetime import datetime

from attrs import frozen

from omskit.core import Codec, Destination


@frozen
class ChannelLine:
    """One line of a channel's order, as the channel counts and prices it.

    Args:
        item: The channel's code of what was sold.
        quantity: Units; what is below one is refused when the order is received.
        list_minor: Price of all units before discounts.
        discount_minor: The line's share of all discounts.
        tax_minor: The line's share of the tax within the paid amount.
        external_id: The channel's id of the line.
        title: What the buyer read.
        ship_by: Latest hand-over of the line; None where the order's own holds.
    """

    item: str
    quantity: int
    list_minor: int = 0
    discount_minor: int = 0
    tax_minor: int = 0
    external_id: str = ""
    title: str = ""
    ship_by: datetime | None = None


@frozen
class ChannelOrder:
    """An order as a channel tells it; fields mean what they mean in :class:`omskit.orders.Terms`."""

    external_id: str
    placed_at: datetime
    currency: str
    destination: Destination
    lines: tuple[ChannelLine, ...]
    buyer: str = ""
    kind: str = "sale"
    grade: int = 5
    urgent: bool = False
    paid_at: datetime | None = None
    cod: bool = False
    ship_by: datetime | None = None
    arrive_by: datetime | None = None
    ship_complete: bool = False
    warehouse: str = ""
    courier: str = ""
    memo: str = ""
    marks: tuple[str, ...] = ()
    merge_identity: str = ""


@frozen
class ReversedLine:
    """Units of one item that the channel takes back from a sale."""

    item: str
    quantity: int
    amount_minor: int = 0
    external_id: str = ""


@frozen
class Reversal:
    """A cancellation or return as a channel tells it.

    Args:
        external_id: The channel's id of the reversal.
        at: When it was made.
        lines: What is taken back.
        buyer: Pseudonymous id of the buyer; empty when unknown.
        order: External id of the order it is about; empty when the channel does not say.
    """

    external_id: str
    at: datetime
    lines: tuple[ReversedLine, ...]
    buyer: str = ""
    order: str = ""


#: Writes the documents canonically, so that equal content has equal text.
DOCUMENTS: Codec[ChannelOrder | Reversal] = Codec(
    "channel document", {"order": ChannelOrder, "reversal": Reversal}
)
