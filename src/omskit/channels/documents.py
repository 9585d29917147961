"""What a channel says, in omskit's words: orders, reversals, refund requests, statement lines, news."""

from __future__ import annotations

from datetime import datetime
from enum import Enum

from attrs import evolve, field, frozen

from omskit.channels.money_facts import ChannelCharge, Discount, Identity, PaymentFact, PresaleStep
from omskit.channels.receiver import NOBODY, Receiver
from omskit.channels.standing import ChannelHold
from omskit.core import Codec, Destination, quick

#: Fields of a payload that the adapter has no word for: name to compact JSON text, sorted by name.
Extra = tuple[tuple[str, str], ...]


@quick
@frozen
class ChannelLine:
    """One line of a channel's order, as the channel counts and prices it; amounts include tax.

    Args:
        item: The channel's code of what was sold.
        quantity: Units; what is below one is refused when the order is received.
        list_minor: Price of all units before discounts.
        discount_minor: The line's share of all discounts.
        tax_minor: The line's share of the tax within the paid amount.
        external_id: The channel's id of the line.
        title: What the buyer read.
        discounts: What ``discount_minor`` consists of, as far as the channel says.
        status: The channel's own status of the line.
        extra: What else the channel says of it.
        ship_by: Latest hand-over of the line; None where the order's own holds.
    """

    item: str
    quantity: int
    list_minor: int = 0
    discount_minor: int = 0
    tax_minor: int = 0
    external_id: str = ""
    title: str = ""
    discounts: tuple[Discount, ...] = ()
    status: str = ""
    extra: Extra = field(default=(), repr=False)
    ship_by: datetime | None = None


@quick
@frozen
class ChannelOrder:
    """An order as a channel tells it; fields up to ``memo`` mean what they mean in :class:`omskit.orders.Terms`.

    Args:
        marks: Facts that a review asks for; see :class:`omskit.orders.Terms`.
        freight_minor: What the buyer pays for delivery, tax included.
        charges: Other money for no goods.
        tax_minor: All tax within what the buyer pays.
        paid_minor: What the channel says that the buyer pays; None leaves the sums unchecked.
        discounts: Discounts of the order as a whole; lines carry their shares already.
        payments: What was paid, how and when.
        presale: Steps of a sale that is paid in steps.
        status: The channel's own status.
        holds: Why it must not go on.
        receiver: Whom it goes to; never part of what is stored with the order.
        merge: Merge identity: equal and not empty means the same receiver at this channel. Ciphertext never
            serves, because one address encrypts to many.
        changed_at: When the channel last changed it.
        extra: What else the channel says of it.
        cart: The channel's id of the cart that it was; empty when it is ``external_id``.
    """

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
    freight_minor: int = 0
    charges: tuple[ChannelCharge, ...] = ()
    tax_minor: int = 0
    paid_minor: int | None = None
    discounts: tuple[Discount, ...] = ()
    payments: tuple[PaymentFact, ...] = ()
    presale: tuple[PresaleStep, ...] = ()
    status: str = ""
    holds: tuple[ChannelHold, ...] = ()
    receiver: Receiver = field(default=NOBODY)
    merge: str = ""
    changed_at: datetime | None = None
    extra: Extra = field(default=(), repr=False)
    cart: str = ""

    @property
    def expected_minor(self) -> int:
        """What lines, charges and freight add up to."""
        lines = sum(line.list_minor - line.discount_minor for line in self.lines)
        return lines + sum(charge.amount_minor for charge in self.charges) + self.freight_minor

    def identity(self, tolerance_minor: int = 0) -> Identity | None:
        """Return the sums against the payment; None when the channel does not say what is paid."""
        if self.paid_minor is None:
            return None
        return Identity(self.expected_minor, self.paid_minor, tolerance_minor)

    def essence(self) -> ChannelOrder:
        """Return the order without what changes while the promise stays.

        Left out are extras, the time of the last change, and a receiver who is masked or encrypted: there the
        merge identity tells of a new address.
        """
        lines = self.lines
        if any(line.extra for line in lines):
            lines = tuple([evolve(line, extra=()) for line in lines])
        receiver = self.receiver.essence()
        if lines is self.lines and not self.extra and self.changed_at is None and receiver is self.receiver:
            return self
        return evolve(self, lines=lines, extra=(), receiver=receiver, changed_at=None)


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


class RefundKind(Enum):
    """What the buyer wants."""

    MONEY = "money"
    RETURN = "return"
    EXCHANGE = "exchange"
    REPAIR = "repair"
    RESEND = "resend"
    PRICE = "price"
    OTHER = "other"


class RefundState(Enum):
    """How far a refund request has come; unknown states of a channel wait for a person."""

    REQUESTED = "requested"
    AGREED = "agreed"
    RETURNING = "returning"
    DISPUTED = "disputed"
    REFUSED = "refused"
    CLOSED = "closed"
    DONE = "done"
    UNKNOWN = "unknown"


class GoodsState(Enum):
    """Where the goods of a refund request are."""

    UNSENT = "unsent"
    UNDERWAY = "underway"
    WITH_BUYER = "with_buyer"
    RETURNED = "returned"
    UNKNOWN = "unknown"


@frozen
class RefundRequest:
    """What a buyer asks back through a channel; money and goods are two questions.

    Args:
        external_id: The channel's id of the request.
        at: When it was made.
        order: External id of the order.
        currency: ISO 4217, of every amount in it.
        amount_minor: Money that is asked back.
        lines: Goods it is about; empty for the order as a whole.
        kind: What the buyer wants.
        state: How far it has come.
        goods: Where the goods are.
        status: The channel's own status.
        reason: The channel's reason; not the buyer's free words.
        waybill: Of the parcel that comes back.
        courier: Who carries it, in the channel's dictionary.
        version: The channel's counter, to be sent back with the answer.
        answer_by: When the channel decides by itself.
        extra: What else the channel says of it.
    """

    external_id: str
    at: datetime
    order: str
    currency: str
    amount_minor: int
    lines: tuple[ReversedLine, ...] = ()
    kind: RefundKind = RefundKind.OTHER
    state: RefundState = RefundState.UNKNOWN
    goods: GoodsState = GoodsState.UNKNOWN
    status: str = ""
    reason: str = ""
    waybill: str = ""
    courier: str = ""
    version: str = ""
    answer_by: datetime | None = None
    extra: Extra = field(default=(), repr=False)


@frozen
class StatementLine:
    """One amount of a channel's statement, as it will be or was paid out.

    Args:
        external_id: Unique within the channel.
        at: When it was booked.
        currency: ISO 4217.
        amount_minor: Above zero to the seller, below zero from the seller.
        category: The channel's own word: sale, commission, freight.
        order: External id of the order; empty when it is about none.
        line: External id of the line; empty when it is about none.
        payout: Id of the transfer that holds it.
        fee_minor: What the channel kept of it, when it says so beside the amount.
        extra: What else the channel says of it.
    """

    external_id: str
    at: datetime
    currency: str
    amount_minor: int
    category: str
    order: str = ""
    line: str = ""
    payout: str = ""
    fee_minor: int = 0
    extra: Extra = field(default=(), repr=False)


@frozen
class News:
    """Word that something has changed, without saying all of it: fetch the order.

    Args:
        external_id: The order's id at the channel.
        at: When it changed; a later one makes an earlier one worthless.
        topic: What kind of change, in the channel's words.
        status: The order's status then, when the channel says so.
        id: The message's own id, to know repeats by.
    """

    external_id: str
    at: datetime
    topic: str
    status: str = ""
    id: str = ""


#: Writes the documents canonically, so that equal content has equal text.
DOCUMENTS: Codec[ChannelOrder | Reversal | RefundRequest | StatementLine | News] = Codec(
    "channel document",
    {
        "order": ChannelOrder,
        "reversal": Reversal,
        "refund": RefundRequest,
        "statement": StatementLine,
        "news": News,
    },
)
