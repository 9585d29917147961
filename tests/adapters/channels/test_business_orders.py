"""UBL Order, X12 850 and EDIFACT ORDERS."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from samples import sample

from omskit.adapters.channels import edi, edi_notices, ubl
from omskit.adapters.channels.edi_segments import edifact_segments
from omskit.channels import CancelAnswer, Channel, ChannelOrder, Package, SentLine, ShipmentNotice, parse_xml
from omskit.core import Destination, PayloadError, Refusal, UsageError

AT = datetime(2026, 3, 2, 9, tzinfo=UTC)


def one_ubl(name: str) -> ChannelOrder:
    (read,) = ubl.read(sample(f"channels/ubl/{name}.xml"))
    assert isinstance(read, ChannelOrder), read
    return read


def test_the_ubl_2_1_example_is_read_and_its_sums_hold() -> None:
    read = one_ubl("UBL-Order-2.1-Example")
    assert (read.external_id, read.currency, read.paid_minor, read.expected_minor) == ("34", "SEK", 622500, 622500)
    assert [(line.item, line.quantity, line.list_minor) for line in read.lines] == [
        ("SItemNo001", 120, 600000),
        ("SItemNo011", 15, 22500),
    ]
    assert [(charge.code, charge.amount_minor) for charge in read.charges] == [
        ("charge", 10000),
        ("allowance", -10000),
    ]
    assert read.destination == Destination("SE", "RegionX", "11000")
    assert read.arrive_by == datetime(2010, 2, 25, 23, 59, 59, tzinfo=UTC)


@pytest.mark.parametrize(
    ("name", "currency", "paid"),
    [("UBL-Order-2.0-Example", "GBP", 10000), ("UBL-Order-2.0-Example-International", "USD", 100000)],
)
def test_the_ubl_2_0_examples_are_read(name: str, currency: str, paid: int) -> None:
    read = one_ubl(name)
    assert (read.external_id, read.currency, read.paid_minor, read.expected_minor) == (
        "AEG012345",
        currency,
        paid,
        paid,
    )


def test_a_despatch_advice_tells_of_a_parcel() -> None:
    (request,) = ubl.channel("b2b").write_shipment(
        ShipmentNotice("b2b", "34", "W<1>", "DHL", (SentLine("1", "S&1", 5),)), AT
    )
    root = parse_xml(request.body)
    assert root.name == "DespatchAdvice"
    assert root.first("OrderReference", "ID").text == "34"
    assert root.first("Shipment", "ID").text == "W<1>"
    line = root.first("DespatchLine")
    assert (line.first("DeliveredQuantity").text, line.first("Item", "SellersItemIdentification", "ID").text) == (
        "5",
        "S&1",
    )


def test_a_cancelled_order_is_answered_as_not_accepted() -> None:
    (request,) = ubl.channel("b2b").write_cancel_answer(CancelAnswer("34", True, "no stock", AT))
    root = parse_xml(request.body)
    assert (root.first("AcceptedIndicator").text, root.first("RejectionNote").text) == ("false", "no stock")


def test_the_x12_850_sample_is_read() -> None:
    (read,) = edi.read_x12(sample("channels/edi/x12.850.edi"))
    assert isinstance(read, ChannelOrder)
    assert (read.external_id, read.currency, read.placed_at) == (
        "1000012",
        "USD",
        datetime(2009, 8, 27, tzinfo=UTC),
    )
    assert read.destination == Destination("US", "NY", "11788-1234")
    assert [(line.item, line.quantity, line.list_minor) for line in read.lines] == [("0054321", 1, 1995)]
    assert [hold.code for hold in read.holds] == ["test_interchange", "control_number"]


def test_an_x12_sample_whose_header_is_too_short_is_refused() -> None:
    with pytest.raises(PayloadError, match="bad_edi"):
        list(edi.read_x12(sample("channels/edi/x12.850a.edi")))


def test_an_x12_sample_that_ends_segments_by_line_breaks_is_read_and_held_without_address() -> None:
    first, second = edi.read_x12(sample("channels/edi/x12.850.issue135.edi"))
    assert isinstance(first, ChannelOrder)
    assert isinstance(second, ChannelOrder)
    assert [(one.external_id, [hold.code for hold in one.holds]) for one in (first, second)] == [
        ("740150", ["test_interchange", "no_receiver"]),
        ("740151", ["test_interchange", "control_number", "no_receiver"]),
    ]


@pytest.mark.parametrize(
    ("old", "new"),
    [(b"SE*11*", b"SE*10*"), (b"CTT*1*", b"CTT*2*"), (b"SE*11*0003~", b""), (b"EA*19.95", b"EA*19,95")],
    ids=["segments", "lines", "no end", "comma"],
)
def test_an_x12_order_that_lost_something_is_refused(old: bytes, new: bytes) -> None:
    (refusal,) = edi.read_x12(sample("channels/edi/x12.850.edi").replace(old, new))
    assert isinstance(refusal, Refusal)
    assert (refusal.subject, refusal.code) == ("1000012", "bad_decimal" if b"EA" in old else "bad_edi")


@pytest.mark.parametrize("name", ["ok", "error"])
def test_the_edifact_order_of_146_lines_is_read_with_its_dirt(name: str) -> None:
    (read,) = edi.read_edifact(sample(f"channels/edi/edifact_ORDERS_D01B_example_order_{name}.edi"))
    assert isinstance(read, ChannelOrder)
    assert (read.external_id, len(read.lines), read.buyer) == ("2019265563", 146, "4250159300001")
    assert read.destination == Destination("DE", "", "46149")
    assert read.arrive_by == datetime(2018, 12, 6, tzinfo=UTC)
    assert (read.lines[0].item, read.lines[0].quantity, read.lines[0].title) == ("1001", 2, "Butter 40x250g Alu")


def test_released_characters_are_text() -> None:
    (segment, _) = edifact_segments(b"UNA:+.? 'UNB+UNOC:3+A?+B?:C??'UNZ+1'")
    assert segment.get(2) == "A+B:C?"


@pytest.mark.parametrize("payload", [b"", b"UNA:+.? '", b"UNH+1'", b"UNB+UNOC:3+A", b"UNB+UNOA:1+\xff'"])
def test_what_is_no_whole_interchange_is_refused(payload: bytes) -> None:
    with pytest.raises(PayloadError, match=r"bad_edi|bad_encoding"):
        list(edi.read_edifact(payload))


NOTICE = ShipmentNotice("b2b", "PO+1", "W'1", "DHL", (SentLine("1", "S:1", 5), SentLine("2", "S?2", 1)))


@pytest.mark.parametrize(
    ("channel", "told"),
    [
        (edi.edifact_channel("b2b"), [b"RFF+CN:W1'", b"RFF+CN:W0'", b"RFF+CN:W9'"]),
        (edi.x12_channel("b2b"), [b"REF*CN*W1~", b"REF*CN*W0~", b"REF*CN*W9~"]),
        (
            ubl.channel("b2b"),
            [
                b"<cac:Consignment><cbc:ID>W1</cbc:ID><cac:CarrierParty><cac:PartyName><cbc:Name>UPS<",
                b"<cac:Consignment><cbc:ID>W0</cbc:ID><cac:CarrierParty><cac:PartyName><cbc:Name>DHL<",
                b"<cac:Consignment><cbc:ID>W9</cbc:ID><cac:CarrierParty><cac:PartyName><cbc:Name>UPS<",
            ],
        ),
    ],
    ids=["edifact", "x12", "ubl"],
)
def test_lines_in_several_parcels_are_told_with_every_waybill_once(channel: Channel, told: list[bytes]) -> None:
    more = (Package("W0", "DHL"), Package("W9", "UPS"))
    notice = ShipmentNotice("b2b", "PO1", "W1", "UPS", (SentLine("1", "S", 5),), more)
    (request,) = channel.write_shipment(notice, AT)
    assert [request.body.count(one) for one in told] == [1, 1, 1]
    assert sorted(told, key=request.body.index) == told


def test_a_desadv_releases_what_would_break_it_and_counts_its_segments() -> None:
    (request,) = edi.edifact_channel("b2b").write_shipment(NOTICE, AT)
    around = b"UNB+UNOY:3+A+B+260302:0900+1'" + request.body + b"UNZ+1+1'"
    segments = edifact_segments(around)
    assert [one.tag for one in segments][1:-1] == "UNH BGM DTM RFF TDT RFF LIN QTY LIN QTY UNT".split()
    assert (segments[2].get(2), segments[4].get(1, 2), segments[7].get(3), segments[9].get(3)) == (
        "W'1",
        "PO+1",
        "S:1",
        "S?2",
    )
    assert segments[-2].get(1) == "11"


def test_an_856_counts_its_segments_and_refuses_text_that_would_break_it() -> None:
    plain = ShipmentNotice("b2b", "PO1", "W1", "UPSG", (SentLine("1", "0054321", 5),))
    (request,) = edi.x12_channel("b2b").write_shipment(plain, AT)
    assert request.body.decode().split("~\n") == [
        "ST*856*0001", "BSN*00*W1*20260302*0900", "HL*1**S", "TD5**2*UPSG", "REF*CN*W1", "HL*2*1*O", "PRF*PO1",
        "HL*3*2*I", "LIN*1*VN*0054321", "SN1*1*5*EA", "CTT*3", "SE*12*0001", "",
    ]  # fmt: skip
    with pytest.raises(UsageError, match="bad_edi_text"):
        edi.x12_channel("b2b").write_shipment(ShipmentNotice("b2b", "PO*1", "W1", "U", ()), AT)


@given(st.lists(st.text("AB+:?' ", min_size=1, max_size=6), min_size=1, max_size=4))
def test_released_text_reads_back_as_it_was(texts: list[str]) -> None:
    body = b"UNB+UNOY:3'" + edi_notices.write_edifact([["FTX", *texts, "end"]])
    (_, segment) = edifact_segments(body)
    assert [segment.get(at) for at in range(1, len(texts) + 1)] == texts
