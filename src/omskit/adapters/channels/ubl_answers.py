"""What a business customer is told by UBL: despatch advice, and the simple and the detailed response to an order.

Source: OASIS UBL 2.1, documents DespatchAdvice, OrderResponseSimple and OrderResponse, elements in the order of
their schemas; code list LineStatusCode 2.0.
"""

from __future__ import annotations

from datetime import datetime
from enum import Enum
from xml.sax.saxutils import escape

from attrs import field, frozen

from omskit.channels import CancelAnswer, Request, SentLine, ShipmentNotice
from omskit.core import UsageError

_NAMES = (
    'xmlns:cac="urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2" '
    'xmlns:cbc="urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2"'
)


@frozen
class Party:
    """A company as UBL names it; what is empty is left out.

    Args:
        id: By which the two sides know it.
        name: Of the company.
        scheme: Of the id: ``GLN``; empty for an agreed one.
    """

    id: str = ""
    name: str = ""
    scheme: str = ""


@frozen
class Parties:
    """Who sells to whom: the schemas ask for both in every answer."""

    seller: Party = field(default=Party())
    buyer: Party = field(default=Party())


class LineStatus(Enum):
    """What becomes of a line, in the words of UBL."""

    ACCEPTED = "NoStatus"
    ADDED = "Added"
    REVISED = "Revised"
    DISPUTED = "Disputed"
    CANCELLED = "Cancelled"


@frozen
class LineAnswer:
    """What the seller says to one line.

    Args:
        external_id: The line's id in the order.
        status: What becomes of it.
        title: What it is, for a person.
        quantity: Units that the seller offers; None where the ordered ones stand.
    """

    external_id: str
    status: LineStatus
    title: str = ""
    quantity: int | None = None


@frozen
class OrderAnswer:
    """What the seller says to an order, line by line.

    Args:
        external_id: Id of the answer; the same answer has the same one.
        order: External id of the order.
        at: When it was decided, in the zone that the partners count in.
        lines: Lines that are answered.
        note: For a person.
    """

    external_id: str
    order: str
    at: datetime
    lines: tuple[LineAnswer, ...]
    note: str = ""


def _tag(name: str, text: str, attributes: str = "") -> str:
    return f"<cbc:{name}{attributes}>{escape(text)}</cbc:{name}>" if text else ""


def _group(name: str, inside: str) -> str:
    return f"<cac:{name}>{inside}</cac:{name}>"


def _head(id_: str, at: datetime) -> str:
    date, time = _tag("IssueDate", f"{at:%Y-%m-%d}"), _tag("IssueTime", f"{at:%H:%M:%S}")
    return f"{_tag('UBLVersionID', '2.1')}{_tag('ID', id_)}{date}{time}"


def _party(name: str, party: Party) -> str:
    scheme = f' schemeID="{escape(party.scheme, {chr(34): "&quot;"})}"' if party.scheme else ""
    known = _group("PartyIdentification", _tag("ID", party.id, scheme)) if party.id else ""
    named = _group("PartyName", _tag("Name", party.name)) if party.name else ""
    return _group(name, _group("Party", known + named) if known or named else "")


def _order(number: str) -> str:
    return _group("OrderReference", _tag("ID", number))


def _document(name: str, inside: str, key: str) -> tuple[Request, ...]:
    space = f"urn:oasis:names:specification:ubl:schema:xsd:{name}-2"
    text = f'<?xml version="1.0" encoding="UTF-8"?>\n<{name} xmlns="{space}" {_NAMES}>{inside}</{name}>'
    return (Request("POST", "", {"Content-Type": "application/xml"}, text.encode(), key),)


def _despatched(number: int, line: SentLine) -> str:
    quantity = _tag("DeliveredQuantity", str(line.quantity), ' unitCode="C62"')
    reference = _group("OrderLineReference", _tag("LineID", line.external_id))
    item = _group("Item", _group("SellersItemIdentification", _tag("ID", line.item)))
    return _group("DespatchLine", f"{_tag('ID', str(number))}{quantity}{reference}{item}")


def _consigned(waybill: str, courier: str) -> str:
    carrier = _group("CarrierParty", _group("PartyName", _tag("Name", courier)))
    return _group("Consignment", _tag("ID", waybill) + carrier)


def write_shipment(notice: ShipmentNotice, at: datetime, parties: Parties | None = None) -> tuple[Request, ...]:
    """Return a DespatchAdvice: what left, for which lines of the order, under which waybills."""
    known = parties or Parties()
    parcels = "".join(_consigned(one.waybill, one.courier) for one in notice.packages)
    inside = (
        _head(notice.waybill, at),
        _order(notice.external_id),
        _party("DespatchSupplierParty", known.seller),
        _party("DeliveryCustomerParty", known.buyer),
        _group("Shipment", _tag("ID", notice.waybill) + parcels),
        *(_despatched(number, line) for number, line in enumerate(notice.lines, 1)),
    )
    return _document("DespatchAdvice", "".join(inside), f"shipment/{notice.external_id}/{notice.waybill}")


def write_cancel_answer(answer: CancelAnswer, parties: Parties | None = None) -> tuple[Request, ...]:
    """Return an OrderResponseSimple: an order that is cancelled is not accepted, one that stands is.

    It answers an OrderCancellation, and tells of a cancellation of the seller's own.

    Raises:
        UsageError: ``no_instant`` for an answer without ``at``: the document has to be dated.
    """
    if answer.at is None:
        raise UsageError("no_instant", f"the answer to {answer.order} has no day", order=answer.order)
    known = parties or Parties()
    inside = (
        _head(f"response-{answer.order}", answer.at),
        _tag("AcceptedIndicator", "false" if answer.agreed else "true"),
        _tag("RejectionNote", answer.reason) if answer.agreed else "",
        _order(answer.order),
        _party("SellerSupplierParty", known.seller),
        _party("BuyerCustomerParty", known.buyer),
    )
    return _document("OrderResponseSimple", "".join(inside), f"cancel/{answer.order}")


def write_response(answer: OrderAnswer, parties: Parties | None = None) -> tuple[Request, ...]:
    """Return an OrderResponse: what becomes of each line of an order, or of an OrderChange of it."""
    known = parties or Parties()
    inside = (
        _head(answer.external_id, answer.at),
        _tag("Note", answer.note),
        _order(answer.order),
        _party("SellerSupplierParty", known.seller),
        _party("BuyerCustomerParty", known.buyer),
        *(_answered(line) for line in answer.lines),
    )
    return _document("OrderResponse", "".join(inside), f"response/{answer.order}/{answer.external_id}")


def _answered(line: LineAnswer) -> str:
    quantity = "" if line.quantity is None else _tag("Quantity", str(line.quantity), ' unitCode="C62"')
    status = _tag("LineStatusCode", line.status.value, ' listAgencyID="UBL" listName="Line Status"')
    item = _group("Item", _tag("Description", line.title))
    return _group("OrderLine", _group("LineItem", f"{_tag('ID', line.external_id)}{status}{quantity}{item}"))
