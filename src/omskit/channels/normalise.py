"""From a channel's order to the order that is placed: items become SKUs, bundles and charges."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime, timedelta

from attrs import evolve

from omskit.channels.channel import Channel, Listing, Meaning
from omskit.channels.documents import DOCUMENTS, ChannelLine, ChannelOrder, RefundRequest, Reversal
from omskit.core import MAX_AMOUNT_MINOR, SEPARATOR, Refused, aware, checked_minor, scale_of
from omskit.orders import Charge, Hold, OrderLine, Place, Terms

#: Hold of an order with an item that no listing explains.
UNMAPPED = "unmapped_item"
#: Hold of an order whose sums are further from its payment than the channel tolerates.
GAP = "amount_gap"
#: Charge that makes an order's sums equal its payment when they differ by no more than is tolerated.
TOLERANCE = "tolerance"


def fingerprint(document: ChannelOrder | Reversal | RefundRequest) -> str:
    """Return a digest of a document's content: 128 bits of BLAKE2b over its canonical text, in hex.

    Of an order it is the essence that counts; see :meth:`ChannelOrder.essence`.
    """
    if isinstance(document, ChannelOrder):
        document = document.essence()
    elif isinstance(document, RefundRequest):
        document = evolve(document, extra=())
    return hashlib.blake2b(DOCUMENTS.dump(document).encode(), digest_size=16).hexdigest()


def normalise(
    channel: Channel, document: ChannelOrder, *, key: int, at: datetime, buffer: timedelta = timedelta(0)
) -> Place:
    """Return the command that places a channel's order.

    Items without listing are placed under their own code, which the line keeps as its ``item``, and hold the order
    (``unmapped_item``). Holds of
    the channel become the order's. Freight becomes a charge ``freight``. Where the channel says what is paid,
    sums that differ by up to ``channel.tolerance_minor`` get a charge ``tolerance`` over the difference, so that
    the order totals what was paid; a larger difference holds the order (``amount_gap``).

    Args:
        channel: Where it comes from.
        document: What the channel says.
        key: The order's key.
        at: Now.
        buffer: How long after its placement the order waits before anything is done with it.

    Raises:
        Refused: ``bad_line`` for a quantity below one or a discount above the price; ``item_refused``;
            ``bad_item`` for a SKU with the mark of a bucket;
            ``no_goods`` for an order of charges only; ``amount_out_of_range``.
        UsageError: ``not_minor_units``, ``amount_out_of_range``, ``unknown_currency``, ``naive_datetime`` and
            ``bad_grade`` for what a reader should not have let through.
    """
    scale_of(document.currency)
    for instant in (document.placed_at, document.paid_at, document.ship_by, document.arrive_by):
        if instant is not None:
            aware(instant)
    _check_amounts(document)
    lines: list[OrderLine] = []
    charges: list[Charge] = []
    unmapped: list[str] = []
    numbers = {0: 0}
    for position, said in enumerate(document.lines, 1):
        listing = channel.listings.get(said.item)
        item = ""
        if listing is None:
            unmapped.append(said.item)
            item, listing = said.item, Listing(said.item)
        if listing.meaning is Meaning.REFUSED:
            raise Refused("item_refused", listing.code, item=said.item, line=position)
        if listing.meaning is Meaning.CHARGE:
            charges.append(Charge(listing.code, said.list_minor - said.discount_minor, said.title))
        else:
            numbers[position] = len(lines) + 1
            lines.append(_line(len(lines) + 1, said, listing, position, item))
    if not lines:
        raise Refused("no_goods", "the order holds no goods", charges=tuple(charge.code for charge in charges))
    holds = [
        Hold(one.code, at, channel.code, one.reason, numbers[one.line])
        for one in document.holds
        if one.line in numbers
    ]
    if unmapped:
        holds.append(Hold(UNMAPPED, at, channel.code, f"no listing for {', '.join(unmapped)}"))
    charges += [Charge(one.code, one.amount_minor, one.title) for one in document.charges]
    if document.freight_minor:
        charges.append(Charge("freight", document.freight_minor))
    identity = document.identity(channel.tolerance_minor)
    if identity and not identity.holds:
        holds.append(Hold(GAP, at, channel.code, f"paid {identity.paid_minor}, sums {identity.expected_minor}"))
    elif identity and identity.gap_minor:
        charges.append(Charge(TOLERANCE, identity.gap_minor))
    checked_minor(_paid_minor(lines, charges))
    ready = document.placed_at + buffer
    not_before = ready if ready > at else None
    return Place(key, _terms(channel, document), tuple(lines), tuple(charges), tuple(holds), not_before)


def _check_amounts(document: ChannelOrder) -> None:
    """Refuse amounts that no real order has, one by one and in sum, so that every column can hold them."""
    total = abs(document.freight_minor) + abs(document.paid_minor or 0)
    for line in document.lines:
        amounts = (line.list_minor, line.discount_minor, line.tax_minor)
        for amount_minor in amounts:
            if type(amount_minor) is not int:
                checked_minor(amount_minor)
        if min(amounts) < -MAX_AMOUNT_MINOR or max(amounts) > MAX_AMOUNT_MINOR:
            checked_minor(max(amounts, key=abs))
        total += abs(line.list_minor) + abs(line.tax_minor)
    for charge in document.charges:
        total += abs(charge.amount_minor)
    if total > MAX_AMOUNT_MINOR:
        raise Refused("amount_out_of_range", f"amounts of {total} are beyond 10^15 minor units", total=total)


def _paid_minor(lines: Sequence[OrderLine], charges: Sequence[Charge]) -> int:
    paid_minor = sum([charge.amount_minor for charge in charges]) if charges else 0
    for line in lines:
        paid_minor += line.list_minor - line.discount_minor
    return paid_minor


def _line(number: int, said: ChannelLine, listing: Listing, position: int, item: str) -> OrderLine:
    if SEPARATOR in listing.code:
        raise Refused("bad_item", f"{said.item!r} names a bucket, not goods", item=said.item, line=position)
    whole = type(said.quantity) is int and said.quantity >= 1
    if not whole or not 0 <= said.discount_minor <= max(said.list_minor, 0):
        raise Refused(
            "bad_line",
            f"line {position}: {said.quantity} units for {said.list_minor} less {said.discount_minor};"
            " from 1 unit, with a discount from 0 up to the price",
            line=position,
            item=said.item,
            quantity=said.quantity,
        )
    return OrderLine(
        number,
        listing.code,
        said.quantity,
        said.quantity,
        list_minor=said.list_minor,
        discount_minor=said.discount_minor,
        tax_minor=said.tax_minor,
        components=listing.components,
        external_id=said.external_id,
        title=said.title,
        ship_by=said.ship_by,
        item=item,
    )


def _terms(channel: Channel, document: ChannelOrder) -> Terms:
    return Terms(
        channel.code,
        document.external_id,
        document.placed_at,
        document.currency,
        document.destination,
        document.buyer,
        document.kind,
        document.grade,
        document.urgent,
        document.paid_at,
        document.cod,
        document.ship_by,
        document.arrive_by,
        document.ship_complete,
        document.warehouse,
        document.courier,
        document.memo,
        document.marks,
        document.merge,
        cart=document.cart,
    )
