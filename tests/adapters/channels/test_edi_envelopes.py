"""Interchanges around messages of X12 and EDIFACT, written out by hand and read back."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from omskit.adapters.channels import edi_notices
from omskit.adapters.channels.edi_envelopes import Partners, edifact_interchange, x12_interchange
from omskit.adapters.channels.edi_segments import edifact_segments, x12_segments
from omskit.channels import SentLine, ShipmentNotice
from omskit.core import UsageError

AT = datetime(2026, 3, 2, 9, 5, tzinfo=UTC)
US = Partners("OMSKIT", "000123456", "ZZ", "01")
NOTICE = ShipmentNotice("b2b", "PO1", "W1", "UPSG", (SentLine("1", "S1", 5),))


def test_an_x12_interchange_has_its_header_of_106_characters_and_counts_what_it_holds() -> None:
    sets = [edi_notices.x12_856(NOTICE, AT, control).body for control in ("0001", "0002")]
    segments = x12_interchange(sets, US, 55, AT).decode().split("~\n")
    assert segments[0] == (
        "ISA*00*          *00*          *ZZ*OMSKIT         *01*000123456      *260302*0905*U*00401*000000055*0*P*>"
    )
    assert len(segments[0]) == 105
    assert segments[1] == "GS*SH*OMSKIT*000123456*20260302*0905*55*X*004010"
    assert segments[-3:] == ["GE*2*55", "IEA*1*000000055", ""]


def test_an_x12_interchange_reads_back_with_its_messages_whole() -> None:
    message = edi_notices.x12_856(NOTICE, AT).body
    segments = x12_segments(x12_interchange([message], US, 1, AT))
    assert [one.tag for one in segments[:3]] == ["ISA", "GS", "ST"]
    assert [one.tag for one in segments[-3:]] == ["SE", "GE", "IEA"]
    assert segments[0].get(13) == segments[-1].get(2) == "000000001"


def test_an_edifact_interchange_is_in_utf_8_and_reads_back() -> None:
    message = edi_notices.edifact_desadv(NOTICE, AT).body
    payload = edifact_interchange([message], Partners("4012345000009", "A+B", "14", "14"), 7, AT)
    assert payload.startswith(b"UNB+UNOY:4+4012345000009:14+A?+B:14+20260302:0905+7'\nUNH+1+DESADV")
    assert payload.endswith(b"UNZ+1+7'\n")
    head, *_, foot = edifact_segments(payload)
    assert (head.get(3), head.get(5), foot.get(1), foot.get(2)) == ("A+B", "7", "1", "7")


def test_a_test_says_so_where_each_standard_looks_for_it() -> None:
    partners = Partners("A", "B", test=True)
    message = edi_notices.x12_856(NOTICE, AT).body
    assert x12_segments(x12_interchange([message], partners, 1, AT))[0].get(15) == "T"
    head, *_ = edifact_segments(edifact_interchange([b"UNH+1+X'UNT+2+1'"], partners, 1, AT))
    assert (head.get(10), head.get(11)) == ("", "1")


@pytest.mark.parametrize(
    ("changes", "control", "code"),
    [
        ({"sender": ""}, 1, "bad_envelope"),
        ({"receiver": "1234567890123456"}, 1, "bad_envelope"),
        ({"sender_kind": "Z"}, 1, "bad_envelope"),
        ({"receiver": "A*B"}, 1, "bad_edi_text"),
        ({"receiver_kind": "*1"}, 1, "bad_edi_text"),
        ({}, 0, "bad_envelope"),
        ({}, 1_000_000_000, "bad_envelope"),
    ],
)
def test_what_does_not_fit_into_an_x12_header_is_refused(changes: dict[str, Any], control: int, code: str) -> None:
    partners = Partners(**{"sender": "A", "receiver": "B", **changes})
    with pytest.raises(UsageError, match=code):
        x12_interchange([b"ST*856*0001~\nSE*2*0001~\n"], partners, control, AT)


@pytest.mark.parametrize("wrap", [x12_interchange, edifact_interchange])
def test_an_interchange_without_messages_is_refused(wrap: Any) -> None:
    with pytest.raises(UsageError, match="bad_envelope"):
        wrap([], US, 1, AT)
