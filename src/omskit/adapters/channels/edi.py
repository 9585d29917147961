"""X12 850 and EDIFACT ORDERS: purchase orders of business customers, read strictly.

Source: ASC X12 004010 transaction set 850, UN/EDIFACT D.01B message ORDERS.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, tzinfo
from decimal import Decimal

from omskit.adapters.channels.edi_incoming import EDIFACT, X12, Kind, read_messages, unwrapped
from omskit.adapters.channels.edi_notices import edifact_desadv, x12_856
from omskit.adapters.channels.edi_segments import Segment, edifact_segments, x12_segments
from omskit.adapters.channels.sums import rounded
from omskit.channels import Channel, ChannelHold, ChannelLine, ChannelOrder, Fields, Listings, Receiver
from omskit.core import Contact, Destination, PayloadError, Refusal

_DIGITS = re.compile(r"[0-9]+", re.ASCII)
#: Transaction set and message that hold orders: where their head names them, and where their number stands.
_X12_ORDER = Kind(1, "850", "BEG", 3)
_EDIFACT_ORDER = Kind(2, "ORDERS", "BGM", 2)


def read_x12(payload: bytes, zone: tzinfo = UTC, currency: str = "USD") -> Iterator[ChannelOrder | Refusal]:
    """Read the 850s of an interchange; ``currency`` counts where an order has no CUR segment.

    Orders of a test, and those whose control numbers do not agree, are held; see :func:`read_messages`.
    """
    messages = unwrapped(x12_segments(payload), X12)
    return read_messages(messages, _X12_ORDER, lambda message: _x12_order(message, zone, currency))


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
    total = rounded(said.decimal("PO104", Decimal(0)) * quantity, currency, one.path)
    item = Fields({"PO107": code or None}, one.path).text("PO107")
    return ChannelLine(item, quantity, total, external_id=said.text("PO101", ""), title="")


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
    """Read the ORDERS messages of an interchange; ``currency`` counts where an order has no CUX segment.

    Orders of a test, and those whose references do not agree, are held; see :func:`read_messages`.
    """
    messages = unwrapped(edifact_segments(payload), EDIFACT)
    return read_messages(messages, _EDIFACT_ORDER, lambda message: _edifact_order(message, zone, currency))


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
    amount = rounded(each * units, currency, line.path)
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
