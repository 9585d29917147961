"""OrderChange, OrderCancellation and the responses of UBL, held to the samples of the standard."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from samples import sample
from shop import process

from omskit import Oms
from omskit.adapters.channels import ubl
from omskit.adapters.channels.ubl_answers import (
    LineAnswer,
    LineStatus,
    OrderAnswer,
    Parties,
    Party,
    write_cancel_answer,
    write_response,
    write_shipment,
)
from omskit.channels import CancelAnswer, ChannelOrder, Node, SentLine, ShipmentNotice, parse_xml
from omskit.core import Destination, PayloadError, Refusal, UsageError
from omskit.orders import ORDERS, Order

AT = datetime(2010, 1, 21, 12, 30, tzinfo=UTC)
PARTIES = Parties(
    Party("7302347231111", "Moderna Produkter AB", "GLN"), Party("7300070011115", "Johnssons", "GLN")
)


def document(name: str) -> bytes:
    return sample(f"channels/ubl/UBL-{name}-2.1-Example.xml")


def changed(*changes: bytes, order: bytes | None = None) -> ChannelOrder:
    """Return the sample's order as the last of some changes leaves it, the earlier ones being known."""
    *before, last = changes
    known = (order or document("Order"), *before)
    (read,) = ubl.read(last, known=lambda number: known if number == "34" else ())
    assert isinstance(read, ChannelOrder), read
    return read


def change(lines: str, sequence: int = 1, more: str = "", day: int = 21) -> bytes:
    text = document("OrderChange").decode()
    text = re.sub(r"<cac:OrderLine>.*</cac:OrderLine>", lambda _: more + lines, text, flags=re.DOTALL)
    text = text.replace("<cbc:SequenceNumberID>1<", f"<cbc:SequenceNumberID>{sequence}<")
    return text.replace("2010-01-21", f"2010-01-{day}").encode()


def line(inside: str, id_: str = "1") -> str:
    return f"<cac:OrderLine><cac:LineItem><cbc:ID>{id_}</cbc:ID>{inside}</cac:LineItem></cac:OrderLine>"


def told(read: ChannelOrder) -> list[tuple[str, str, int, int]]:
    return [(one.external_id, one.item, one.quantity, one.list_minor) for one in read.lines]


def test_the_sample_of_a_change_is_the_order_of_the_other_sample_with_more_paint() -> None:
    read = changed(document("OrderChange"))
    assert told(read) == [("1", "SItemNo001", 240, 1200000), ("2", "SItemNo011", 15, 22500)]
    assert (read.external_id, read.currency, read.changed_at) == ("34", "SEK", AT)
    assert read.placed_at == datetime(2010, 1, 20, 12, 30, tzinfo=UTC)
    assert read.destination == Destination("SE", "RegionX", "11000")
    assert read.memo == "Information text for the whole order change"


def test_a_change_of_lines_without_a_total_is_held_and_not_checked_against_the_old_one() -> None:
    read = changed(document("OrderChange"))
    assert (read.paid_minor, [hold.code for hold in read.holds]) == (None, ["no_total"])
    total = '<cac:AnticipatedMonetaryTotal><cbc:PayableAmount currencyID="SEK">225</cbc:PayableAmount>'
    whole = changed(
        change(
            line("<cbc:LineStatusCode>Cancelled</cbc:LineStatusCode>"),
            more=f"{total}</cac:AnticipatedMonetaryTotal>",
        )
    )
    assert (told(whole), whole.paid_minor, whole.holds) == ([("2", "SItemNo011", 15, 22500)], 22500, ())


def test_without_the_order_a_change_is_refused_instead_of_guessed() -> None:
    for name in ("OrderChange", "OrderCancellation"):
        (refusal,) = ubl.read(document(name))
        assert isinstance(refusal, Refusal)
        assert (refusal.subject, refusal.code) == ("34", "no_order")


def test_a_changed_quantity_is_priced_by_the_price_that_stands() -> None:
    assert told(changed(change(line("<cbc:Quantity>7</cbc:Quantity>"))))[0] == ("1", "SItemNo001", 7, 35000)
    dozen = line(
        "<cbc:Quantity>7</cbc:Quantity><cac:Price><cbc:PriceAmount>10.0050</cbc:PriceAmount>"
        "<cbc:BaseQuantity>12</cbc:BaseQuantity></cac:Price>"
    )
    assert told(changed(change(dozen)))[0][3] == 584


def test_lines_that_cannot_be_told_apart_are_not_changed_by_guess() -> None:
    twice = document("Order").replace(b"<cbc:ID>2</cbc:ID>", b"<cbc:ID>1</cbc:ID>")
    (refusal,) = ubl.read(document("OrderChange"), known=lambda _: [twice])
    assert isinstance(refusal, Refusal)
    assert (refusal.subject, refusal.code) == ("34", "line_twice")


@pytest.mark.parametrize("base", ["0", "-1"])
def test_a_price_for_no_quantity_is_refused(base: str) -> None:
    price = (
        f"<cac:Price><cbc:PriceAmount>1</cbc:PriceAmount><cbc:BaseQuantity>{base}</cbc:BaseQuantity></cac:Price>"
    )
    (refusal,) = ubl.read(change(line(price)), known=lambda _: [document("Order")])
    assert isinstance(refusal, Refusal)
    assert (refusal.code, refusal.subject) == ("bad_decimal", "34")


def test_the_tax_of_an_order_does_not_outlive_a_change_of_its_lines() -> None:
    own = rb"<cbc:TotalTaxAmount [^>]*>10</cbc:TotalTaxAmount>"
    tax = b'<cac:TaxTotal><cbc:TaxAmount currencyID="SEK">1000</cbc:TaxAmount></cac:TaxTotal>'
    order = re.sub(own, b"", document("Order"))
    order = re.sub(rb"<cac:TaxTotal>.*?</cac:TaxTotal>", b"", order, flags=re.DOTALL)
    order = order.replace(b"</Order>", tax + b"</Order>").replace(
        b">6225</cbc:PayableAmount>", b">7225</cbc:PayableAmount>"
    )
    assert changed(order, order=order).tax_minor == 100000
    total = (
        "<cac:AnticipatedMonetaryTotal><cbc:PayableAmount>600</cbc:PayableAmount></cac:AnticipatedMonetaryTotal>"
    )
    read = changed(change(line("<cbc:Quantity>7</cbc:Quantity>"), more=total), order=order)
    assert (read.tax_minor, read.paid_minor, read.lines[0].list_minor) == (0, 60000, 35000)


def test_of_two_orders_of_one_instant_the_one_that_came_last_counts() -> None:
    again = document("Order").replace(b">120</cbc:Quantity>", b">121</cbc:Quantity>")
    assert changed(again).lines[0].quantity == 121


def test_a_line_can_be_added() -> None:
    item = (
        "<cac:Item><cac:SellersItemIdentification><cbc:ID>S3</cbc:ID></cac:SellersItemIdentification></cac:Item>"
    )
    more = line(f"<cbc:LineStatusCode>Added</cbc:LineStatusCode><cbc:Quantity>2</cbc:Quantity>{item}", "3")
    assert told(changed(change(more)))[2] == ("3", "S3", 2, 0)


@pytest.mark.parametrize("status", ["Disputed", "STATUS_OF_TOMORROW"])
def test_a_line_status_that_says_neither_holds_its_line(status: str) -> None:
    read = changed(change(line(f"<cbc:LineStatusCode>{status}</cbc:LineStatusCode>", "2")))
    assert [(hold.code, hold.line) for hold in read.holds] == [("no_total", 0), ("unknown_status", 2)]


def test_changes_are_put_in_by_their_sequence_however_they_arrive() -> None:
    first = change(line("<cbc:Quantity>7</cbc:Quantity>"), 1)
    second = change(line("<cbc:Quantity>9</cbc:Quantity>"), 2, day=22)
    assert changed(first, second) == changed(second, first)
    assert changed(second, first).lines[0].quantity == 9


def test_an_order_that_comes_again_keeps_what_has_changed_since() -> None:
    assert changed(document("OrderChange"), document("Order")) == changed(document("OrderChange"))


def test_an_order_that_was_issued_anew_stands_without_what_was_said_before_it() -> None:
    anew = document("Order").replace(b"2010-01-20<", b"2010-01-22<")
    assert changed(document("OrderChange"), document("OrderCancellation"), anew) == changed(anew, order=anew)
    assert changed(anew, document("OrderChange")).lines[0].quantity == 120
    assert changed(anew, document("Order")).changed_at == datetime(2010, 1, 22, 12, 30, tzinfo=UTC)


def test_a_change_of_the_same_day_without_its_time_is_not_taken_for_an_older_one() -> None:
    day = change(line("<cbc:Quantity>7</cbc:Quantity>"), day=20)
    assert changed(day.replace(b">12:30:00<", b">12:29:59<")).lines[0].quantity == 120
    assert changed(day.replace(b"<cbc:IssueTime>12:30:00</cbc:IssueTime>", b"")).lines[0].quantity == 7


def test_what_a_change_of_the_delivery_does_not_say_stands() -> None:
    period = (
        "<cac:Delivery><cac:RequestedDeliveryPeriod><cbc:EndDate>2010-03-01</cbc:EndDate>"
        "</cac:RequestedDeliveryPeriod></cac:Delivery>"
    )
    read = changed(change("", more=period))
    before = changed(document("Order"))
    assert read.arrive_by == datetime(2010, 3, 1, 23, 59, 59, tzinfo=UTC)
    assert (read.destination, read.receiver, read.lines) == (before.destination, before.receiver, before.lines)
    assert (read.paid_minor, read.holds) == (622500, ())


def test_an_address_is_replaced_as_a_whole() -> None:
    place = (
        "<cac:Delivery><cac:DeliveryLocation><cac:Address><cbc:CityName>Oslo</cbc:CityName><cac:Country>"
        "<cbc:IdentificationCode>NO</cbc:IdentificationCode></cac:Country></cac:Address></cac:DeliveryLocation></cac:Delivery>"
    )
    read = changed(change("", more=place))
    assert read.destination == Destination("NO")
    assert (read.receiver.contact.city, read.receiver.contact.lines) == ("Oslo", ())


def test_the_sample_of_a_cancellation_holds_the_order() -> None:
    read = changed(document("OrderCancellation"))
    assert [(hold.code, hold.reason) for hold in read.holds] == [
        ("cancelled_at_channel", "With reference to phone call")
    ]
    assert (told(read), read.changed_at) == (told(changed(document("Order"))), AT)


def test_a_cancellation_of_two_orders_is_read_for_each() -> None:
    two = document("OrderCancellation").replace(
        b"</cac:OrderReference>",
        b"</cac:OrderReference><cac:OrderReference><cbc:ID>35</cbc:ID></cac:OrderReference>",
    )
    orders = {"34": document("Order"), "35": document("Order").replace(b"<cbc:ID>34<", b"<cbc:ID>35<")}
    read = [one for one in ubl.read(two, known=lambda number: [orders[number]]) if isinstance(one, ChannelOrder)]
    assert [(one.external_id, one.holds[0].code) for one in read] == [
        ("34", "cancelled_at_channel"),
        ("35", "cancelled_at_channel"),
    ]


@pytest.mark.parametrize("name", ["OrderResponse", "OrderResponseSimple", "Invoice"])
def test_what_is_no_order_and_about_none_is_refused(name: str) -> None:
    with pytest.raises(PayloadError, match="not_an_order"):
        list(ubl.read(document(name)))


def test_through_the_engine_a_change_amends_its_order_and_a_cancellation_holds_it(tmp_path: Path) -> None:
    kept = [document("Order")]
    shop = ubl.channel("b2b", known=lambda _: kept)
    oms = Oms.open(f"sqlite:///{tmp_path / 'shop.db'}", channels=[shop], process=process())

    def order() -> Order:
        with oms.storage.begin(read=True) as unit:
            ((_, stored),) = unit.of(ORDERS).load(unit.of(ORDERS).find(limit=10)).items()
        return stored.state

    assert len(oms.receive("b2b", document("Order")).placed) == 1
    kept.append(document("OrderChange"))
    assert len(oms.receive("b2b", document("OrderChange")).amended) == 1
    assert ([one.quantity for one in order().lines], order().terms.destination.country) == ([240, 15], "SE")
    assert oms.receive("b2b", document("Order"), document("OrderChange")).repeated == 2
    kept.append(document("OrderCancellation"))
    oms.receive("b2b", document("OrderCancellation"))
    assert {hold.code for hold in order().holds} == {"no_total", "cancelled_at_channel"}


def shape(node: Node, path: str = "") -> Iterator[str]:
    """Yield the paths of a document's elements, each once, in order."""
    seen = dict.fromkeys(
        one for child in node.children for one in (f"{path}/{child.name}", *shape(child, f"{path}/{child.name}"))
    )
    yield from seen


def sent(body: bytes, name: str) -> Node:
    root = parse_xml(body)
    assert (root.name, root.space) == (name, f"urn:oasis:names:specification:ubl:schema:xsd:{name}-2")
    return root


#: What the samples hold and the answers leave out: ids of profiles and of end points.
LEFT_OUT = ("/CustomizationID", "/ProfileID", "/EndpointID", "/DocumentCurrencyCode")


def test_a_simple_response_has_the_elements_of_the_sample_in_its_order() -> None:
    (request,) = write_cancel_answer(CancelAnswer("34", agreed=False, at=AT), PARTIES)
    root, known = sent(request.body, "OrderResponseSimple"), parse_xml(document("OrderResponseSimple"))
    assert list(shape(root)) == [one for one in shape(known) if not one.endswith(LEFT_OUT)]
    for name in ("IssueDate", "IssueTime", "AcceptedIndicator"):
        assert root.first(name).text == known.first(name).text


def test_a_detailed_response_has_the_elements_of_the_sample_in_its_order() -> None:
    lines = (
        LineAnswer("1", LineStatus.ACCEPTED, "Red paint"),
        LineAnswer("2", LineStatus.DISPUTED, "Very good pencils for red paint."),
    )
    note = "Information text for the whole order response"
    (request,) = write_response(OrderAnswer("7", "34", AT, lines, note), PARTIES)
    root, known = sent(request.body, "OrderResponse"), parse_xml(document("OrderResponse"))
    assert list(shape(root)) == [one for one in shape(known) if not one.endswith(LEFT_OUT)]
    assert request.key == "response/34/7"

    def items(node: Node) -> list[Node]:
        return [one.first("LineItem") for one in node.all("OrderLine")]

    for ours, theirs in zip(items(root), items(known), strict=True):
        assert (ours.first("LineStatusCode"), ours.first("Item", "Description")) == (
            theirs.first("LineStatusCode"),
            theirs.first("Item", "Description"),
        )


def test_a_counter_offer_says_how_many_and_what_is_hostile_stays_text() -> None:
    offer = OrderAnswer("7", "<34>", AT, (LineAnswer("1", LineStatus.REVISED, "a & b", 100),))
    (request,) = write_response(offer, Parties(Party("1", "x", '"><cbc:ID>')))
    root = sent(request.body, "OrderResponse")
    item = root.first("OrderLine", "LineItem")
    assert (item.first("Quantity").text, item.first("Item", "Description").text) == ("100", "a & b")
    assert root.first("OrderReference", "ID").text == "<34>"
    party = root.first("SellerSupplierParty", "Party", "PartyIdentification", "ID")
    assert (party.text, party.attributes["schemeID"]) == ("1", '"><cbc:ID>')


def test_a_despatch_advice_names_both_sides_where_the_schema_asks_for_them() -> None:
    notice = ShipmentNotice("b2b", "34", "W1", "DHL", (SentLine("1", "S1", 5),))
    (request,) = write_shipment(notice, AT, PARTIES)
    root = sent(request.body, "DespatchAdvice")
    assert [one.name for one in root.children][4:8] == [
        "OrderReference",
        "DespatchSupplierParty",
        "DeliveryCustomerParty",
        "Shipment",
    ]
    assert root.first("DeliveryCustomerParty", "Party", "PartyName", "Name").text == "Johnssons"


def test_an_answer_without_its_day_is_refused() -> None:
    with pytest.raises(UsageError, match="no_instant"):
        write_cancel_answer(CancelAnswer("34", agreed=True))
