"""UBL 2.0 and 2.1: orders, their changes and their cancellations, each read as the order that it leaves.

Source: OASIS Universal Business Language 2.1, documents Order, OrderChange and OrderCancellation. What is answered
is written in :mod:`omskit.adapters.channels.ubl_answers`. Line amounts hold no tax; unless the payable amount
leaves it out too, the tax of a line, or the order's shared over its lines, is put on top.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime, tzinfo
from decimal import Decimal

from attrs import evolve

from omskit.adapters.channels.sums import rounded, taxed
from omskit.adapters.channels.ubl_answers import Parties, write_cancel_answer, write_shipment
from omskit.adapters.channels.ubl_changes import LINES, in_sequence, put_in
from omskit.channels import (
    Channel,
    ChannelCharge,
    ChannelHold,
    ChannelLine,
    ChannelOrder,
    Fields,
    Listings,
    Node,
    Receiver,
    Standing,
    holds_of,
    parse_xml,
)
from omskit.core import Contact, Destination, PayloadError, Refusal

#: ``known(number)`` returns the documents of an order that have come so far; the host has kept them.
Known = Callable[[str], Iterable[bytes]]
_SPACE = "urn:oasis:names:specification:ubl:schema:xsd:"
_KINDS = ("Order", "OrderChange", "OrderCancellation")


def _nothing(_: str) -> Iterable[bytes]:
    return ()


def read(payload: bytes, zone: tzinfo = UTC, known: Known = _nothing) -> Iterator[ChannelOrder | Refusal]:
    """Read an Order, OrderChange or OrderCancellation as the order that it leaves.

    Changes and cancellations are read together with the order that they are about, and an order that comes again
    with what was issued to it since, so that repeats and another sequence of arrival give the same order.
    A cancellation holds its order (``cancelled_at_channel``): whether it still can be is for a person to say. A
    change of lines that tells no total holds it as well (``no_total``), and so does an unknown line status.

    Args:
        payload: One document.
        zone: Of times that tell none.
        known: Asked for the documents of each order that the payload is about.

    Yields:
        An order for each that the document is about, or a refusal; ``no_order`` where ``known`` has no Order.

    Raises:
        PayloadError: ``not_an_order`` for another document; what :func:`omskit.channels.parse_xml` raises.
    """
    root = parse_xml(payload)
    _check_kind(root)
    for number in _about(root) or [""]:
        try:
            came = [parse_xml(one) for one in known(number)] if number else []
            yield _standing(number, [*came, root], zone)
        except PayloadError as error:
            yield Refusal.of(number[:80] or root.path, error)


def _check_kind(root: Node) -> None:
    if root.name not in _KINDS or root.space != f"{_SPACE}{root.name}-2":
        raise PayloadError("not_an_order", f"{root.name} is no order of UBL, nor about one", path=root.path)


def _about(root: Node) -> list[str]:
    """Return the numbers of the orders that a document is about, each once."""
    if root.name == "Order":
        return [root.first("ID").text] if root.first("ID").text else []
    return list(dict.fromkeys(text for one in root.all("OrderReference") if (text := one.first("ID").text)))


def _standing(number: str, documents: Sequence[Node], zone: tzinfo) -> ChannelOrder:
    """Return an order as its documents leave it: the Order that was issued last, and what came after it."""
    where = documents[-1].path
    if not number:
        raise PayloadError("missing_field", f"no number of an order @ {where}", path=where)
    for one in documents:
        _check_kind(one)
    about = [one for one in documents if number in _about(one)]
    orders = [one for one in about if one.name == "Order"]
    if not orders:
        raise PayloadError("no_order", f"no Order {number[:80]!r} is known", path=where)
    first = root = max(reversed(orders), key=lambda one: _instant(one.fields(), zone))
    later = [one for one in about if one.name != "Order" and not _is_before(one, first, zone)]
    for change in in_sequence([one for one in later if one.name == "OrderChange"]):
        root = put_in(root, change)
    standing = _order(root, zone, first)
    for cancellation in [one for one in later if one.name == "OrderCancellation"][-1:]:
        note = cancellation.fields().prose("CancellationNote")
        hold = ChannelHold(Standing.CANCELLED.value, note or "the customer cancels it")
        standing = evolve(standing, holds=(*standing.holds, hold))
    return evolve(standing, changed_at=max(_instant(one.fields(), zone) for one in (first, *later)))


def _is_before(one: Node, order: Node, zone: tzinfo) -> bool:
    """Whether a document was issued before an Order; by the day alone where one of them tells no time."""
    said, told = one.fields(), order.fields()
    if "IssueTime" in said.values and "IssueTime" in told.values:
        return _instant(said, zone) < _instant(told, zone)
    return said.text("IssueDate") < told.text("IssueDate")


def _order(root: Node, zone: tzinfo, first: Node) -> ChannelOrder:
    """Read an Order; ``first`` is it before changes, which tells whether its sums leave the tax out."""
    said = root.fields()
    lines = [one.first("LineItem") for one in root.all("OrderLine")]
    currency = _currency(root, lines)
    charges = [_charge(one, currency) for one in root.all("AllowanceCharge")]
    payable = root.first("AnticipatedMonetaryTotal", "PayableAmount")
    paid = _money(payable, currency) if payable.text else None
    read_lines = [_line(one, currency) for one in lines]
    net = sum(line.list_minor for line in read_lines) + sum(charge.amount_minor for charge in charges)
    untold = paid is None and first is not root
    before = _order(first, zone, first) if untold else None
    left_out = before is not None and before.paid_minor is not None and not before.tax_minor
    if net != paid and not left_out:
        read_lines = _taxed(
            read_lines, [_money(one.first("TotalTaxAmount"), currency) for one in lines], root, currency
        )
    place, address = root.first("Delivery"), _address(root)
    party = root.first("BuyerCustomerParty", "Party")
    name = party.first("PartyName", "Name").text
    streets = ("StreetName", "BuildingNumber", "AdditionalStreetName")
    street = tuple(one.text for tag in streets for one in address.all(tag) if one.text)
    return ChannelOrder(
        said.key("ID"),
        _instant(said, zone),
        currency,
        Destination(
            address.first("Country").fields().text("IdentificationCode"),
            address.first("CountrySubentity").text,
            address.first("PostalZone").text,
        ),
        tuple(read_lines),
        party.first("PartyIdentification", "ID").text or name,
        arrive_by=_end(place.first("RequestedDeliveryPeriod"), zone),
        memo=said.prose("Note"),
        charges=tuple(charges),
        tax_minor=sum(line.tax_minor for line in read_lines),
        paid_minor=paid,
        holds=_holds(lines, untold=before is not None and before.paid_minor is not None),
        receiver=Receiver(Contact(name, "", street, address.first("CityName").text)),
    )


def _holds(lines: Sequence[Node], *, untold: bool) -> tuple[ChannelHold, ...]:
    no_total = (ChannelHold("no_total", "a change of the order tells no total"),) if untold else ()
    states = enumerate((one.first("LineStatusCode").text for one in lines), 1)
    return (*no_total, *(hold for position, status in states for hold in holds_of(status, LINES, position)))


def _taxed(lines: list[ChannelLine], own: list[int], root: Node, currency: str) -> list[ChannelLine]:
    """Put tax on top of the lines: their own, or the order's in proportion."""
    tax = _money(root.first("TaxTotal", "TaxAmount"), currency)
    if not any(own):
        return taxed(lines, tax)
    return [
        evolve(line, list_minor=line.list_minor + part, tax_minor=part)
        for line, part in zip(lines, own, strict=True)
    ]


def _currency(root: Node, lines: list[Node]) -> str:
    said = root.fields()
    if "DocumentCurrencyCode" in said.values:
        return said.currency("DocumentCurrencyCode")
    amounts = [one.first("LineExtensionAmount").attributes.get("currencyID") for one in lines]
    return Fields({"currencyID": amounts[0] if amounts else None}, f"{root.path}/OrderLine").currency("currencyID")


def _money(node: Node, currency: str) -> int:
    """Return an amount; UBL writes more digits than a currency has, and they are rounded half up."""
    if not node.text:
        return 0
    if node.attributes.get("currencyID", currency) != currency:
        raise PayloadError("bad_currency", f"not in {currency} @ {node.path}", path=node.path)
    value = Fields({node.name: node.text}, node.path.rpartition("/")[0]).decimal(node.name)
    return rounded(value, currency, node.path)


def _line(item: Node, currency: str) -> ChannelLine:
    said = item.fields()
    quantity = Fields({"Quantity": _whole(said.text("Quantity"))}, item.path).count("Quantity")
    goods = item.first("Item")
    total = item.first("LineExtensionAmount")
    amount = _money(total, currency) if total.text else _priced(item.first("Price"), quantity, currency)
    names = ("SellersItemIdentification", "StandardItemIdentification", "BuyersItemIdentification")
    code = next((text for name in names if (text := goods.first(name, "ID").text)), "")
    title = goods.first("Name").text or goods.first("Description").text
    return ChannelLine(
        Fields({"ID": code or None}, goods.path).key("ID"),
        quantity,
        amount,
        external_id=said.key("ID"),
        title=Fields({"Name": title}).prose("Name"),
    )


def _priced(price: Node, quantity: int, currency: str) -> int:
    """Return price times quantity, rounded half up once; a price is for its base quantity."""
    each = price.first("PriceAmount")
    if not each.text:
        return 0
    said = price.fields()
    base = said.decimal("BaseQuantity", Decimal(1))
    if base <= 0:
        raise PayloadError("bad_decimal", f"expected a quantity above 0 @ {price.path}", path=price.path)
    total = said.decimal("PriceAmount") * quantity / base
    return _money(evolve(each, text=f"{total:.20f}"), currency)


def _whole(text: str) -> str:
    whole, point, part = text.partition(".")
    return whole if point and not part.strip("0") else text


def _charge(node: Node, currency: str) -> ChannelCharge:
    amount = _money(node.first("Amount"), currency)
    reason = node.first("AllowanceChargeReason").text
    if node.fields().flag("ChargeIndicator"):
        return ChannelCharge("charge", amount, reason)
    return ChannelCharge("allowance", -amount, reason)


def _address(root: Node) -> Node:
    """Return where it goes: UBL 2.1 names a location, UBL 2.0 an address, and else it is the buyer's."""
    delivery, buyer = root.first("Delivery"), root.first("BuyerCustomerParty", "Party", "PostalAddress")
    places = (delivery.first("DeliveryLocation", "Address"), delivery.first("DeliveryAddress"), buyer)
    return next((one for one in places if one.first("Country", "IdentificationCode").text), buyer)


def _instant(said: Fields, zone: tzinfo) -> datetime:
    text = f"{said.text('IssueDate')}T{said.text('IssueTime', '00:00:00')}"
    return Fields({"IssueDate": text}, said.path).instant("IssueDate", zone)


def _end(period: Node, zone: tzinfo) -> datetime | None:
    said = period.fields()
    if "EndDate" not in said.values:
        return None
    text = f"{said.text('EndDate')}T{said.text('EndTime', '23:59:59')}"
    return Fields({"EndDate": text}, said.path).instant("EndDate", zone)


def channel(
    code: str,
    zone: tzinfo = UTC,
    listings: Listings | None = None,
    returns_to: str = "",
    *,
    known: Known = _nothing,
    parties: Parties | None = None,
) -> Channel:
    """Return a business customer who orders by UBL as a channel.

    Args:
        code: The channel's code.
        zone: Of times that tell none.
        listings: What items stand for; by default for themselves.
        returns_to: Warehouse that takes back what the customer returns.
        known: Returns the documents of an order that have come so far; see :func:`read`.
        parties: Who sells to whom, for answers.
    """
    return Channel(
        code,
        lambda payload: read(payload, zone, known),
        listings or Listings(open=True),
        returns_to,
        write_shipment=lambda notice, at: write_shipment(notice, at, parties),
        write_cancel_answer=lambda answer: write_cancel_answer(answer, parties),
    )
