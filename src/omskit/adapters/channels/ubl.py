"""UBL 2.0 and 2.1: orders in, despatch advice and the simple response to an order out.

Source: OASIS Universal Business Language 2.1, documents Order, DespatchAdvice and OrderResponseSimple. Line
amounts hold no tax; unless the payable amount leaves it out too, the tax of a line, or the order's shared over its
lines, is put on top.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, tzinfo
from decimal import ROUND_HALF_UP, Decimal
from xml.sax.saxutils import escape

from attrs import evolve

from omskit.channels import (
    CancelAnswer,
    Channel,
    ChannelCharge,
    ChannelLine,
    ChannelOrder,
    Fields,
    Listings,
    Node,
    Receiver,
    Request,
    SentLine,
    ShipmentNotice,
    parse_xml,
)
from omskit.core import Contact, Destination, PayloadError, Refusal, scale_of, share

_ORDER = "urn:oasis:names:specification:ubl:schema:xsd:Order-2"
_NAMES = (
    'xmlns:cac="urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2" '
    'xmlns:cbc="urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2"'
)


def read(payload: bytes, zone: tzinfo = UTC) -> Iterator[ChannelOrder | Refusal]:
    """Read one Order; its times are in ``zone`` unless they tell their own."""
    root = parse_xml(payload)
    if root.name != "Order" or root.space != _ORDER:
        raise PayloadError("not_an_order", f"{root.name} is no UBL Order", path=root.path)
    try:
        yield _order(root, zone)
    except PayloadError as error:
        yield Refusal.of(root.first("ID").text[:80] or root.path, error)


def _order(root: Node, zone: tzinfo) -> ChannelOrder:
    said = root.fields()
    lines = [one.first("LineItem") for one in root.all("OrderLine")]
    currency = _currency(root, lines)
    charges = [_charge(one, currency) for one in root.all("AllowanceCharge")]
    payable = root.first("AnticipatedMonetaryTotal", "PayableAmount")
    paid = _money(payable, currency) if payable.text else None
    read_lines = [_line(one, currency) for one in lines]
    net = sum(line.list_minor for line in read_lines) + sum(charge.amount_minor for charge in charges)
    if net != paid:
        read_lines = _taxed(
            read_lines, [_money(one.first("TotalTaxAmount"), currency) for one in lines], root, currency
        )
    place, address = root.first("Delivery"), _address(root)
    party = root.first("BuyerCustomerParty", "Party")
    name = party.first("PartyName", "Name").text
    lines_of_address = tuple(
        one.text
        for tag in ("StreetName", "BuildingNumber", "AdditionalStreetName")
        for one in address.all(tag)
        if one.text
    )
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
        receiver=Receiver(Contact(name, "", lines_of_address, address.first("CityName").text)),
    )


def _taxed(lines: list[ChannelLine], own: list[int], root: Node, currency: str) -> list[ChannelLine]:
    """Put tax on top of the lines: their own, or the order's in proportion."""
    tax = _money(root.first("TaxTotal", "TaxAmount"), currency)
    weights = [max(line.list_minor, 0) for line in lines]
    taxes = share(tax, weights) if tax > 0 and not any(own) and any(weights) else own
    return [
        evolve(line, list_minor=line.list_minor + part, tax_minor=part)
        for line, part in zip(lines, taxes, strict=True)
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
    minor = value.scaleb(scale_of(currency)).quantize(Decimal(1), ROUND_HALF_UP)
    if abs(minor) > 10**15:
        raise PayloadError("amount_out_of_range", f"beyond 10^15 minor units @ {node.path}", path=node.path)
    return int(minor)


def _line(item: Node, currency: str) -> ChannelLine:
    said = item.fields()
    quantity = Fields({"Quantity": _whole(said.text("Quantity"))}, item.path).count("Quantity")
    goods = item.first("Item")
    total = item.first("LineExtensionAmount")
    if total.text:
        amount = _money(total, currency)
    else:
        amount = _money(item.first("Price", "PriceAmount"), currency) * quantity
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


def _tag(name: str, text: str, attributes: str = "") -> str:
    return f"<cbc:{name}{attributes}>{escape(text)}</cbc:{name}>"


def _document(name: str, inside: str, path: str, key: str) -> tuple[Request, ...]:
    space = f"urn:oasis:names:specification:ubl:schema:xsd:{name}-2"
    text = f'<?xml version="1.0" encoding="UTF-8"?>\n<{name} xmlns="{space}" {_NAMES}>{inside}</{name}>'
    return (Request("POST", path, {"Content-Type": "application/xml"}, text.encode(), key),)


def _despatched(number: int, line: SentLine) -> str:
    quantity = _tag("DeliveredQuantity", str(line.quantity), ' unitCode="C62"')
    reference = f"<cac:OrderLineReference>{_tag('LineID', line.external_id)}</cac:OrderLineReference>"
    item = f"<cac:SellersItemIdentification>{_tag('ID', line.item)}</cac:SellersItemIdentification>"
    inside = f"{_tag('ID', str(number))}{quantity}{reference}<cac:Item>{item}</cac:Item>"
    return f"<cac:DespatchLine>{inside}</cac:DespatchLine>"


def _consigned(waybill: str, courier: str) -> str:
    carrier = f"<cac:CarrierParty><cac:PartyName>{_tag('Name', courier)}</cac:PartyName></cac:CarrierParty>"
    return f"<cac:Consignment>{_tag('ID', waybill)}{carrier}</cac:Consignment>"


def write_shipment(notice: ShipmentNotice, at: datetime) -> tuple[Request, ...]:
    """Return a DespatchAdvice: what left, for which lines of the order, under which waybill."""
    lines = "".join(_despatched(number, line) for number, line in enumerate(notice.lines, 1))
    parcels = "".join(_consigned(one.waybill, one.courier) for one in notice.packages)
    inside = (
        f"{_tag('UBLVersionID', '2.1')}{_tag('ID', notice.waybill)}"
        f"{_tag('IssueDate', f'{at:%Y-%m-%d}')}{_tag('IssueTime', f'{at:%H:%M:%S}')}"
        f"<cac:OrderReference>{_tag('ID', notice.external_id)}</cac:OrderReference>"
        f"<cac:Shipment>{_tag('ID', notice.waybill)}{parcels}</cac:Shipment>{lines}"
    )
    return _document("DespatchAdvice", inside, "", f"shipment/{notice.external_id}/{notice.waybill}")


def write_cancel_answer(answer: CancelAnswer) -> tuple[Request, ...]:
    """Return an OrderResponseSimple: an order that the seller cancels is not accepted."""
    reason = _tag("RejectionNote", answer.reason) if answer.agreed and answer.reason else ""
    inside = (
        f"{_tag('UBLVersionID', '2.1')}{_tag('ID', f'response-{answer.order}')}"
        f"{_tag('AcceptedIndicator', 'false' if answer.agreed else 'true')}{reason}"
        f"<cac:OrderReference>{_tag('ID', answer.order)}</cac:OrderReference>"
    )
    return _document("OrderResponseSimple", inside, "", f"cancel/{answer.order}")


def channel(code: str, zone: tzinfo = UTC, listings: Listings | None = None, returns_to: str = "") -> Channel:
    """Return a business customer who orders by UBL as a channel."""
    return Channel(
        code,
        lambda payload: read(payload, zone),
        listings or Listings(open=True),
        returns_to,
        write_shipment=write_shipment,
        write_cancel_answer=write_cancel_answer,
    )
