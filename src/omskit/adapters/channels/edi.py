"""X12 850 and EDIFACT ORDERS: purchase orders of business customers, read strictly.

Source: ASC X12 004010 transaction set 850, UN/EDIFACT D.01B message ORDERS, ISO 9735 for separators and release.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, tzinfo
from decimal import ROUND_HALF_UP, Decimal

from attrs import frozen

from omskit.adapters.channels.edi_notices import edifact_desadv, x12_856
from omskit.channels import Channel, ChannelHold, ChannelLine, ChannelOrder, Fields, Listings, Receiver, must_fit
from omskit.core import Contact, Destination, PayloadError, Refusal, scale_of

#: Most segments of one interchange.
MAX_SEGMENTS = 1_000_000
_CHARSETS = {"UNOA": "ascii", "UNOB": "ascii", "UNOC": "latin-1", "UNOW": "utf-8", "UNOY": "utf-8"}
_DIGITS = re.compile(r"[0-9]+", re.ASCII)


@frozen
class Segment:
    """One segment: its tag, its elements with their components, and where it stands.

    Args:
        tag: ``PO1``, ``LIN``.
        elements: After the tag, each a tuple of components.
        number: Position in the interchange, from 1.
    """

    tag: str
    elements: tuple[tuple[str, ...], ...]
    number: int

    def get(self, element: int, component: int = 1) -> str:
        """Return a component by the numbers that the standards count from 1; empty where there is none."""
        parts = self.elements[element - 1] if element <= len(self.elements) else ()
        return parts[component - 1] if component <= len(parts) else ""

    @property
    def path(self) -> str:
        """Where it stands, for errors."""
        return f"{self.number}:{self.tag}"


def x12_segments(payload: bytes) -> list[Segment]:
    """Return the segments of an X12 interchange; its header tells the separators by their places.

    Raises:
        PayloadError: ``bad_edi`` for a short header, a line break within a segment, or a wrong count.
    """
    must_fit(payload)
    text = _decoded(payload, "utf-8-sig").lstrip()
    if not text.startswith("ISA") or len(text) < 106:
        raise PayloadError("bad_edi", "no whole ISA header", path="1:ISA")
    separator, component, terminator = text[3], text[104], text[105]
    if len({separator, component, terminator}) < 3 or terminator.isalnum() or separator.isalnum():
        raise PayloadError("bad_edi", "the ISA header is not 106 characters long", path="1:ISA")
    segments: list[Segment] = []
    for raw in text.split(terminator):
        if piece := raw.strip():
            tag, *elements = piece.split(separator)
            if "\n" in piece or "\r" in piece:
                raise PayloadError(
                    "bad_edi", "a terminator is missing before a line break", path=f"{len(segments) + 1}:{tag}"
                )
            parts = [(one,) if tag == "ISA" else tuple(one.split(component)) for one in elements]
            segments.append(Segment(tag, tuple(parts), len(segments) + 1))
    _check_size(segments)
    return segments


def edifact_segments(payload: bytes) -> list[Segment]:
    """Return the segments of an EDIFACT interchange, with the separators of its UNA and the charset of its UNB.

    Raises:
        PayloadError: ``bad_edi`` without UNB, in an unknown charset or with an open end.
    """
    must_fit(payload)
    head = payload[3:] if payload.startswith(b"\xef\xbb\xbf") else payload
    marks = ":+.? '"
    if head.startswith(b"UNA") and len(head) >= 9:
        marks, head = head[3:9].decode("latin-1"), head[9:]
    component, element, release, terminator = (marks[at] for at in (0, 1, 3, 5))
    syntax = head.lstrip()[4:8].decode("latin-1")
    charset = _CHARSETS.get(syntax, "latin-1" if syntax.startswith("UNO") else "")
    if not head.lstrip().startswith(b"UNB") or not charset:
        charset = "utf-8" if head.lstrip().startswith(b"UNB") else ""
    if not charset:
        raise PayloadError("bad_edi", "no UNB where the interchange begins", path="1:UNB")
    return _cut(_decoded(head, charset), component, element, release, terminator)


def _decoded(payload: bytes, charset: str) -> str:
    try:
        return payload.decode(charset)
    except UnicodeDecodeError:
        raise PayloadError("bad_encoding", f"not in {charset}, as its header says", path="1") from None


def _cut(text: str, component: str, element: str, release: str, terminator: str) -> list[Segment]:
    segments: list[Segment] = []
    parts: list[list[str]] = [[""]]
    signs = iter(text)
    for sign in signs:
        if sign == release and release != " ":
            parts[-1][-1] += next(signs, "")
        elif sign == component:
            parts[-1].append("")
        elif sign == element:
            parts.append([""])
        elif sign == terminator:
            tag = parts[0][0].strip()
            segments.append(Segment(tag, tuple(tuple(one) for one in parts[1:]), len(segments) + 1))
            parts = [[""]]
        elif len(parts) > 1 or len(parts[0]) > 1 or sign not in "\r\n\t ":
            parts[-1][-1] += sign
    if parts != [[""]]:
        raise PayloadError("bad_edi", "the last segment has no end", path=f"{len(segments) + 1}:{parts[0][0][:3]}")
    _check_size(segments)
    return segments


def _check_size(segments: Sequence[Segment]) -> None:
    if len(segments) > MAX_SEGMENTS:
        raise PayloadError("too_big", f"{len(segments)} segments; at most {MAX_SEGMENTS}", path="1")


def _messages(segments: Sequence[Segment], first: str, last: str, count: int) -> Iterator[list[Segment]]:
    """Yield messages from their first to their last segment, whose stated count has to hold.

    Raises:
        PayloadError: ``bad_edi``.
    """
    inside: list[Segment] | None = None
    for one in segments:
        if one.tag == first:
            if inside is not None:
                raise PayloadError("bad_edi", f"no {last} before the next {first}", path=one.path)
            inside = []
        if inside is not None:
            inside.append(one)
            if one.tag == last:
                if one.get(count) != str(len(inside)):
                    raise PayloadError(
                        "bad_edi", f"{last} counts {one.get(count)[:20]} segments of {len(inside)}", path=one.path
                    )
                yield inside
                inside = None
    if inside is not None:
        raise PayloadError("bad_edi", f"no {last} where the message ends", path=inside[-1].path)


def read_x12(payload: bytes, zone: tzinfo = UTC, currency: str = "USD") -> Iterator[ChannelOrder | Refusal]:
    """Read the 850s of an interchange; ``currency`` counts where an order has no CUR segment."""
    for message in _messages(x12_segments(payload), "ST", "SE", 1):
        if message[0].get(1) == "850":
            try:
                yield _x12_order(message, zone, currency)
            except PayloadError as error:
                yield Refusal.of(_subject(message, "BEG", 3), error)


def _subject(message: Sequence[Segment], tag: str, element: int) -> str:
    return next((one.get(element)[:80] for one in message if one.tag == tag and one.get(element)), message[0].path)


def _x12_order(message: Sequence[Segment], zone: tzinfo, currency: str) -> ChannelOrder:
    begin = _one(message, "BEG")
    money = next((one.get(2) for one in message if one.tag == "CUR"), currency)
    money = Fields({"CUR02": money}, begin.path).currency("CUR02")
    party: dict[str, dict[str, Segment]] = {}
    dates: dict[str, datetime] = {}
    lines: list[ChannelLine] = []
    where = ""
    for one in message:
        if one.tag == "PO1":
            where = ""
            lines.append(_x12_line(one, money))
        elif one.tag == "N1":
            where = one.get(1)
            party[where] = {"N1": one}
        elif one.tag in ("N2", "N3", "N4") and where:
            party[where].setdefault(one.tag, one)
        elif one.tag == "DTM" and not lines:
            dates[one.get(1)] = _day(one.get(2), zone, one)
    to = party.get("ST") or party.get("BY") or {}
    place, street, name = (to.get(tag, Segment(tag, (), begin.number)) for tag in ("N4", "N3", "N1"))
    holds = () if place.elements else (ChannelHold("no_receiver", "the order names no place to send it to"),)
    counted = next((one for one in message if one.tag == "CTT"), None)
    if counted is not None and counted.get(1) != str(len(lines)):
        raise PayloadError("bad_edi", f"CTT counts {counted.get(1)[:20]} lines of {len(lines)}", path=counted.path)
    return ChannelOrder(
        Fields({"BEG03": begin.get(3) or None}, begin.path).text("BEG03"),
        _day(begin.get(5), zone, begin),
        money,
        Destination(place.get(4) or "US", place.get(2), place.get(3)),
        tuple(lines),
        party.get("BY", {}).get("N1", name).get(4) or name.get(2),
        ship_by=dates.get("010") or dates.get("038"),
        arrive_by=dates.get("002"),
        holds=holds,
        receiver=Receiver(
            Contact(name.get(2), "", tuple(filter(None, (street.get(1), street.get(2)))), place.get(1))
        ),
    )


def _one(message: Sequence[Segment], tag: str) -> Segment:
    for one in message:
        if one.tag == tag:
            return one
    raise PayloadError("missing_field", f"no {tag} segment", path=f"{message[0].path}..{tag}")


def _x12_line(one: Segment, currency: str) -> ChannelLine:
    said = Fields({"PO101": one.get(1), "PO102": one.get(2), "PO104": one.get(4)}, one.path)
    ids = {one.get(at): one.get(at + 1) for at in range(6, len(one.elements), 2)}
    kinds = ("VN", "VP", "SK", "UP", "EN", "BP", "IN", "ST")
    code = next((ids[kind] for kind in kinds if ids.get(kind)), next(iter(ids.values()), ""))
    quantity = said.count("PO102")
    total = _times(said.decimal("PO104", Decimal(0)), quantity, currency, one)
    item = Fields({"PO107": code or None}, one.path).text("PO107")
    return ChannelLine(item, quantity, total, external_id=said.text("PO101", ""), title="")


def _times(price: Decimal, quantity: int, currency: str, one: Segment) -> int:
    """Return price times quantity, rounded half up once: unit prices have more digits than money."""
    total = (price * quantity).scaleb(scale_of(currency)).quantize(Decimal(1), ROUND_HALF_UP)
    if abs(total) > 10**15:
        raise PayloadError("amount_out_of_range", f"beyond 10^15 minor units @ {one.path}", path=one.path)
    return int(total)


def _day(text: str, zone: tzinfo, one: Segment) -> datetime:
    """Return CCYYMMDD or CCYYMMDDHHMM as an instant in a zone."""
    try:
        if len(text) in (8, 12) and _DIGITS.fullmatch(text):
            hour, minute = (int(text[8:10]), int(text[10:])) if len(text) == 12 else (0, 0)
            day = datetime(int(text[:4]), int(text[4:6]), int(text[6:8]), hour, minute, tzinfo=zone)
            return day.astimezone(UTC)
    except (ValueError, OverflowError):
        pass
    raise PayloadError("bad_instant", f"expected CCYYMMDD @ {one.path}", path=one.path, value=text[:20])


def read_edifact(payload: bytes, zone: tzinfo = UTC, currency: str = "EUR") -> Iterator[ChannelOrder | Refusal]:
    """Read the ORDERS messages of an interchange; ``currency`` counts where an order has no CUX segment."""
    for message in _messages(edifact_segments(payload), "UNH", "UNT", 1):
        if message[0].get(2) == "ORDERS":
            try:
                yield _edifact_order(message, zone, currency)
            except PayloadError as error:
                yield Refusal.of(_subject(message, "BGM", 2), error)


def _edifact_order(message: Sequence[Segment], zone: tzinfo, currency: str) -> ChannelOrder:
    begin = _one(message, "BGM")
    money = next((one.get(1, 2) for one in message if one.tag == "CUX"), currency)
    money = Fields({"CUX": money}, begin.path).currency("CUX")
    end = next((at for at, one in enumerate(message) if one.tag in ("UNS", "UNT")), len(message))
    starts = [at for at, one in enumerate(message[:end]) if one.tag == "LIN"]
    groups = [message[start:stop] for start, stop in zip(starts, [*starts[1:], end], strict=False)]
    head = message[: starts[0]] if starts else message
    parties = {one.get(1): one for one in head if one.tag == "NAD"}
    dates = {one.get(1, 1): one for one in head if one.tag == "DTM"}
    buyer = parties.get("BY", begin)
    to = parties.get("DP") or parties.get("ST") or buyer
    number = Fields({"BGM02": begin.get(2) or None}, begin.path).text("BGM02")
    placed = dates.get("137") or _one(message, "DTM")
    delivered = dates.get("2")
    street = tuple(text for at in (1, 2, 3, 4) if (text := to.get(5, at)))
    return ChannelOrder(
        number,
        _day(placed.get(1, 2), zone, placed),
        money,
        Destination(Fields({"NAD09": to.get(9) or None}, to.path).text("NAD09"), to.get(7), to.get(8)),
        tuple(_edifact_line(group, money) for group in groups),
        buyer.get(2),
        arrive_by=_day(delivered.get(1, 2), zone, delivered) if delivered else None,
        receiver=Receiver(Contact(to.get(4), "", street, to.get(6))),
    )


def _edifact_line(group: Sequence[Segment], currency: str) -> ChannelLine:
    line = group[0]
    quantity = next((one for one in group if one.tag == "QTY" and one.get(1) == "21"), None)
    price = next((one for one in group if one.tag == "PRI"), None)
    title = next((one for one in group if one.tag == "IMD"), None)
    if quantity is None:
        raise PayloadError("missing_field", f"no ordered quantity (QTY+21) @ {line.path}", path=line.path)
    units = Fields({"QTY": quantity.get(1, 2)}, quantity.path).count("QTY")
    each = Fields({"PRI": price.get(1, 2)}, price.path).decimal("PRI") if price else Decimal(0)
    item = Fields({"LIN03": line.get(3) or None}, line.path).text("LIN03")
    text = " ".join(filter(None, (title.get(3, 4), title.get(3, 5)))) if title else ""
    amount = _times(each, units, currency, line)
    return ChannelLine(item, units, amount, external_id=line.get(1), title=text)


def x12_channel(code: str, zone: tzinfo = UTC, currency: str = "USD", listings: Listings | None = None) -> Channel:
    """Return a business customer who orders by X12 850, and is told by 856, as a channel."""
    return Channel(
        code,
        lambda payload: read_x12(payload, zone, currency),
        listings or Listings(open=True),
        write_shipment=lambda notice, at: (x12_856(notice, at),),
    )


def edifact_channel(
    code: str, zone: tzinfo = UTC, currency: str = "EUR", listings: Listings | None = None
) -> Channel:
    """Return a business customer who orders by EDIFACT ORDERS, and is told by DESADV, as a channel."""
    return Channel(
        code,
        lambda payload: read_edifact(payload, zone, currency),
        listings or Listings(open=True),
        write_shipment=lambda notice, at: (edifact_desadv(notice, at),),
    )
