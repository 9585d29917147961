"""What a business customer is told by EDI: that a parcel has left, as X12 856 and as EDIFACT DESADV.

Source: ASC X12 004010 transaction set 856 (shipment, order, item), UN/EDIFACT D.01B message DESADV. The messages
are written without their interchange, which :mod:`omskit.adapters.channels.edi_envelopes` puts around them.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime

from omskit.channels import Request, ShipmentNotice
from omskit.core import UsageError

_RELEASED = re.compile(r"([?'+:])")
_X12_MARKS = re.compile(r"[*~>\r\n]")


def write_edifact(segments: Sequence[Sequence[str | Sequence[str]]]) -> bytes:
    """Return segments of EDIFACT, one a line, with the default separators; text that holds one is released."""
    return b"".join(_edifact_segment(one).encode() + b"'\n" for one in segments)


def _edifact_segment(elements: Sequence[str | Sequence[str]]) -> str:
    def written(element: str | Sequence[str]) -> str:
        parts = [element] if isinstance(element, str) else element
        return ":".join(_without_end([_RELEASED.sub(r"?\1", part) for part in parts]))

    return "+".join(_without_end([written(one) for one in elements]))


def _without_end(parts: list[str]) -> list[str]:
    """Leave out empty parts at the end, as the standard asks."""
    while parts and not parts[-1]:
        parts.pop()
    return parts


def write_x12(segments: Sequence[Sequence[str]]) -> bytes:
    """Return segments of X12, one a line, with ``*`` and ``~``.

    Raises:
        UsageError: ``bad_edi_text`` for text that holds a separator: X12 cannot release it.
    """
    for one in segments:
        for text in one:
            if _X12_MARKS.search(text):
                raise UsageError("bad_edi_text", f"{text[:40]!r} holds a separator of X12", value=text[:40])
    return b"".join("*".join(one).rstrip("*").encode() + b"~\n" for one in segments)


def x12_856(notice: ShipmentNotice, at: datetime, control: str = "0001") -> Request:
    """Return a ship notice: one shipment, one order, one item a line.

    Raises:
        UsageError: ``bad_edi_text``.
    """
    body = [
        ["BSN", "00", notice.waybill, f"{at:%Y%m%d}", f"{at:%H%M}"],
        ["HL", "1", "", "S"],
        ["TD5", "", "2", notice.courier],
        *(["REF", "CN", one.waybill] for one in notice.packages),
        ["HL", "2", "1", "O"],
        ["PRF", notice.external_id],
    ]
    for number, line in enumerate(notice.lines, 3):
        body += [
            ["HL", str(number), "2", "I"],
            ["LIN", line.external_id, "VN", line.item],
            ["SN1", line.external_id, str(line.quantity), "EA"],
        ]
    body.append(["CTT", str(len(notice.lines) + 2)])
    segments = [["ST", "856", control], *body, ["SE", str(len(body) + 2), control]]
    headers = {"Content-Type": "application/edi-x12"}
    return Request("POST", "", headers, write_x12(segments), f"shipment/{notice.external_id}/{notice.waybill}")


def edifact_desadv(notice: ShipmentNotice, at: datetime, reference: str = "1") -> Request:
    """Return a despatch advice: one order, one line a line of it."""
    body: list[Sequence[str | Sequence[str]]] = [
        ["BGM", "351", notice.waybill, "9"],
        ["DTM", ["137", f"{at:%Y%m%d%H%M}", "203"]],
        ["RFF", ["ON", notice.external_id]],
        ["TDT", "20", "", "", "", ["", "", "", notice.courier]],
        *(["RFF", ["CN", one.waybill]] for one in notice.packages),
    ]
    for line in notice.lines:
        body += [["LIN", line.external_id, "", [line.item, "SA"]], ["QTY", ["12", str(line.quantity)]]]
    segments = [
        ["UNH", reference, ["DESADV", "D", "01B", "UN"]],
        *body,
        ["UNT", str(len(body) + 2), reference],
    ]
    headers = {"Content-Type": "application/edifact"}
    return Request("POST", "", headers, write_edifact(segments), f"shipment/{notice.external_id}/{notice.waybill}")
