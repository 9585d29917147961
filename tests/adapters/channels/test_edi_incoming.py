"""Envelopes around incoming orders of EDI: counts and control numbers checked, tests held."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from samples import sample

from omskit.adapters.channels import edi
from omskit.adapters.channels.edi_envelopes import Partners, edifact_interchange, x12_interchange
from omskit.channels import ChannelOrder

AT = datetime(2026, 3, 2, 9, 5, tzinfo=UTC)
HEAD = "ISA*00*          *00*          *ZZ*BUYER          *ZZ*OMSKIT         *260302*0905*U*00401*000000055*0*P*>~"
GROUP = "GS*PO*BUYER*OMSKIT*20260302*0905*7*X*004010~"
Read = list[tuple[str, ...]]


def purchase(number: str, control: str) -> str:
    body = f"BEG*00*SA*{number}**20260302~N1*ST*Shop~N3*Street 1~N4*Troy*NY*12180*US~PO1*1*2*EA*9.95**VN*S1~CTT*1~"
    return f"ST*850*{control}~{body}SE*8*{control}~"


ONE, TWO = purchase("P1", "0001"), purchase("P2", "0002")
WHOLE = f"{HEAD}{GROUP}{ONE}{TWO}GE*2*7~IEA*1*000000055~"
ORDER = (
    "UNH+1+ORDERS:D:01B:UN'BGM+220+E1+9'DTM+137:20260302:102'NAD+DP+42::9++Shop+Street+City++46149+DE'"
    "LIN+1++S1:SA'QTY+21:2'UNS+S'UNT+8+1'"
)
OTHER = ORDER.replace("UNH+1", "UNH+2").replace("8+1", "8+2").replace("E1", "E2")
EDIFACT = f"UNB+UNOC:3+B+O+260302:0905+896'{ORDER}{OTHER}UNZ+2+896'"


def told(payload: str | bytes) -> Read:
    """Return what comes of a payload: (number, codes of holds) of an order, (subject, "refused", code) else."""
    raw = payload.encode() if isinstance(payload, str) else payload
    reader = edi.read_edifact if raw.startswith(b"UN") else edi.read_x12
    return [
        (one.external_id, *(hold.code for hold in one.holds))
        if isinstance(one, ChannelOrder)
        else (one.subject, "refused", one.code)
        for one in reader(raw)
    ]


def changed(old: str, new: str) -> Read:
    whole = EDIFACT if old.startswith("UN") else WHOLE
    assert whole.count(old) == 1
    return told(whole.replace(old, new))


def test_whole_interchanges_of_production_are_read_without_a_hold() -> None:
    assert told(WHOLE) == [("P1",), ("P2",)]
    assert told(EDIFACT) == [("E1",), ("E2",)]


def test_interchanges_as_they_are_written_here_are_read_without_a_hold() -> None:
    partners = Partners("A", "B")
    assert told(x12_interchange([ONE.encode(), TWO.encode()], partners, 3, AT, "PO")) == [("P1",), ("P2",)]
    assert told(edifact_interchange([ORDER.encode()], partners, 3, AT)) == [("E1",)]


@pytest.mark.parametrize(
    ("old", "new", "held"),
    [
        ("SE*8*0001", "SE*8*0009", ["P1"]),
        ("ST*850*0002", "ST*850*0001", ["P2"]),
        ("GE*2*7", "GE*2*8", ["P1", "P2"]),
        ("IEA*1*000000055", "IEA*1*000000056", ["P1", "P2"]),
        ("UNT+8+2", "UNT+8+3", ["E2"]),
        ("UNZ+2+896", "UNZ+2+897", ["E1", "E2"]),
    ],
)
def test_numbers_that_do_not_agree_hold_the_orders_within(old: str, new: str, held: list[str]) -> None:
    found = changed(old, new)
    assert len(found) == 2
    assert [number for number, *codes in found if codes and set(codes) == {"control_number"}] == held
    assert [number for number, *codes in found if codes] == held


def test_a_number_that_comes_twice_in_a_group_holds_its_second_order() -> None:
    again = WHOLE.replace("ST*850*0002", "ST*850*0001").replace("SE*8*0002", "SE*8*0001")
    assert told(again) == [("P1",), ("P2", "control_number")]


def test_zeros_and_blanks_that_fill_a_number_mean_nothing() -> None:
    assert changed("IEA*1*000000055", "IEA*01*55") == told(WHOLE)
    assert changed("SE*8*0001", "SE*08*1") == told(WHOLE)


@pytest.mark.parametrize(
    ("old", "new", "refused"),
    [
        ("SE*8*0001", "SE*7*0001", ["P1"]),
        ("SE*8*0001", "SE**0001", ["P1"]),
        ("GE*2*7", "GE*3*7", ["P1", "P2"]),
        ("IEA*1*0", "IEA*2*0", ["P1", "P2"]),
        ("UNT+8+1", "UNT+9+1", ["E1"]),
        ("UNZ+2+896", "UNZ+1+896", ["E1", "E2"]),
    ],
)
def test_a_count_that_does_not_hold_refuses_all_that_it_counts(old: str, new: str, refused: list[str]) -> None:
    found = changed(old, new)
    assert len(found) == 2
    assert [one[0] for one in found if one[1:] == ("refused", "bad_edi")] == refused
    assert all(len(one) == 1 for one in found if one[0] not in refused)


@pytest.mark.parametrize("end", ["SE*8*0002~", "GE*2*7~", "IEA*1*000000055~"])
def test_an_interchange_that_was_cut_off_is_refused_as_a_whole(end: str) -> None:
    assert told(WHOLE[: WHOLE.index(end)]) == [("P1", "refused", "bad_edi"), ("P2", "refused", "bad_edi")]


@pytest.mark.parametrize("lost", [ONE, "ST*850*0001~"])
def test_a_lost_message_is_missed(lost: str) -> None:
    assert told(WHOLE.replace(lost, "")) == [("P2", "refused", "bad_edi")]


def test_an_end_without_its_head_is_no_end_of_another_message() -> None:
    lost = WHOLE.replace("ST*850*0002~", "").replace("GE*2*7", "GE*1*7")
    assert told(lost) == [("P1", "refused", "bad_edi")]


def test_orders_outside_of_their_envelopes_are_refused() -> None:
    assert told(WHOLE.replace(GROUP, "")) == [("P1", "refused", "bad_edi"), ("P2", "refused", "bad_edi")]
    outside = f"{HEAD}IEA*0*000000055~{GROUP}{ONE}GE*1*7~"
    assert told(outside) == [("P1", "refused", "bad_edi")]


def test_an_interchange_that_has_lost_all_of_its_messages_is_not_passed_over() -> None:
    assert told(f"{HEAD}{GROUP}GE*2*7~IEA*1*000000055~") == [("2:GS", "refused", "bad_edi")]
    assert told(f"{HEAD}IEA*1*000000055~") == [("1:ISA", "refused", "bad_edi")]
    assert told(f"{HEAD}IEA*0*000000055~") == []
    assert told("UNB+UNOC:3+ORDERS+O+260302:0905+896'UNZ+0+896'") == []


def test_a_missing_end_does_not_take_the_next_message_with_it() -> None:
    assert changed("SE*8*0001~", "") == [("P1", "refused", "bad_edi"), ("P2",)]
    assert changed("UNT+8+1'", "") == [("E1", "refused", "bad_edi"), ("E2",)]


def test_other_messages_are_passed_over_unless_their_interchange_is_damaged() -> None:
    invoice = "ST*810*0003~BIG*20260302*I1~SE*3*0003~"
    assert told(WHOLE.replace("GE*2", f"{invoice}GE*3")) == [("P1",), ("P2",)]
    assert told(f"{HEAD}{GROUP}{invoice}GE*2*7~IEA*1*000000055~") == [("3:ST", "refused", "bad_edi")]


def test_groups_of_edifact_are_counted_where_there_are_any() -> None:
    head, rest = EDIFACT.split("UNH+1", 1)
    grouped = f"{head}UNG+ORDERS+B+O+260302:0905+4+UN+D:01B'UNH+1{rest}".replace("UNZ+2", "UNE+2+4'UNZ+1")
    assert told(grouped) == [("E1",), ("E2",)]
    assert told(grouped.replace("UNE+2", "UNE+1")) == [("E1", "refused", "bad_edi"), ("E2", "refused", "bad_edi")]


@pytest.mark.parametrize("mode", ["T", "I", ""])
def test_whatever_is_not_marked_as_production_is_held(mode: str) -> None:
    assert changed("*0*P*>", f"*0*{mode or ' '}*>") == [("P1", "test_interchange"), ("P2", "test_interchange")]
    assert changed("UNB+UNOC:3+B+O+260302:0905+896", "UNB+UNOC:3+B+O+260302:0905+896++++++1")[0] == (
        "E1",
        "test_interchange",
    )


def test_the_samples_come_as_what_their_envelopes_say_of_them() -> None:
    assert told(sample("channels/edi/x12.850.edi").removeprefix(b"\xef\xbb\xbf")) == [
        ("1000012", "test_interchange", "control_number")
    ]
    assert told(sample("channels/edi/x12.850.issue135.edi")) == [
        ("740150", "test_interchange", "no_receiver"),
        ("740151", "test_interchange", "control_number", "no_receiver"),
    ]
    assert told(sample("channels/edi/edifact_ORDERS_D01B_example_order_ok.edi")) == [
        ("2019265563", "test_interchange")
    ]


def test_a_sample_of_an_invoice_whose_count_is_wrong_is_refused() -> None:
    assert told(sample("channels/edi/edifact.Issue203.edi").removeprefix(b"\xef\xbb\xbf")) == [
        ("2:UNH", "refused", "bad_edi")
    ]
