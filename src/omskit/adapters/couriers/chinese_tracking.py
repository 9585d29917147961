"""Tracking of Chinese parcels: Kuaidi100's answers and pushes, and the routes of SF Express.

Source: Kuaidi100's documented states, SF Express's documented operation codes. Times are Chinese local time.
"""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import parse_qs

from attrs import frozen

from omskit.adapters.couriers.tracking import Milestone, TrackingFact
from omskit.adapters.regions.provinces import CHINA_TIME
from omskit.channels import Fields, parse_json
from omskit.core import PayloadError

#: Kuaidi100's states of a parcel or, in newer answers, of a scan.
KUAIDI100 = {
    "0": Milestone.MOVING,
    "1": Milestone.PICKED_UP,
    "2": Milestone.PROBLEM,
    "3": Milestone.DELIVERED,
    "4": Milestone.RETURNED,
    "5": Milestone.OUT_FOR_DELIVERY,
    "6": Milestone.RETURNING,
    "7": Milestone.MOVING,
    "8": Milestone.CUSTOMS,
    "10": Milestone.CUSTOMS,
    "11": Milestone.CUSTOMS,
    "12": Milestone.MOVING,
    "13": Milestone.PROBLEM,
    "14": Milestone.REFUSED,
}
#: SF Express's operation codes.
SF = {
    "50": Milestone.PICKED_UP,
    "30": Milestone.MOVING,
    "31": Milestone.MOVING,
    "36": Milestone.MOVING,
    "44": Milestone.OUT_FOR_DELIVERY,
    "204": Milestone.OUT_FOR_DELIVERY,
    "80": Milestone.DELIVERED,
    "8000": Milestone.DELIVERED,
    "33": Milestone.PROBLEM,
    "70": Milestone.PROBLEM,
    "648": Milestone.RETURNING,
    "99": Milestone.RETURNED,
}


@frozen
class Push:
    """A push of Kuaidi100.

    Args:
        facts: Scans, oldest first.
        status: ``polling``, ``shutdown`` (finished), ``abort`` (nothing for 3 days, or unchanged for 60) or
            ``updateall``.
        courier: Kuaidi100's name of the courier; the corrected one where it has found another.
    """

    facts: tuple[TrackingFact, ...]
    status: str
    courier: str


def read_kuaidi100(payload: bytes) -> tuple[TrackingFact, ...]:
    """Read an answer to a query: scans come newest first and leave here oldest first.

    Where scans tell no state of their own, the newest one has the parcel's, and the others are underway.

    Raises:
        PayloadError: ``channel_error`` when nothing was found; else with the path of what does not fit.
    """
    return _kuaidi100(Fields.of(parse_json(payload)))


def _kuaidi100(said: Fields) -> tuple[TrackingFact, ...]:
    if said.text("status", "200") != "200":
        text = said.prose("message")
        raise PayloadError(
            "channel_error", f"Kuaidi100 answers {said.text('status')}: {text[:120]}", path=said.path
        )
    waybill, state = said.text("nu"), said.text("state", "")
    facts = []
    for position, one in enumerate(said.each("data")):
        own = one.text("statusCode", "") or (state if position == 0 else "0")
        at = one.instant("ftime" if one.values.get("ftime") else "time", CHINA_TIME)
        milestone = KUAIDI100.get(own, KUAIDI100.get(own[:1], Milestone.NOTED))
        place = one.prose("location") or one.prose("areaName")
        facts.append(TrackingFact(waybill, at, milestone, one.prose("context"), place, own))
    return tuple(reversed(facts))


def read_kuaidi100_push(payload: bytes) -> Push:
    """Read a push: a form whose ``param`` is JSON. Unless it is acknowledged, it comes again.

    Raises:
        PayloadError: ``missing_field``, ``bad_encoding``, or with the path of what does not fit.
    """
    try:
        form = parse_qs(payload.decode())
    except (UnicodeDecodeError, ValueError):
        raise PayloadError("bad_encoding", "the push is no form in UTF-8", path="$") from None
    said = Fields.of(
        parse_json(Fields({"param": next(iter(form.get("param", [])), None)}).prose("param").encode())
    )
    result = said.one("lastResult")
    facts = _kuaidi100(result) if result.values.get("data") else ()
    return Push(facts, said.text("status"), said.text("comNew", "") or result.text("com", ""))


def read_sf(payload: bytes) -> Iterator[TrackingFact]:
    """Read the routes of SF Express (``EXP_RECE_SEARCH_ROUTES``).

    Raises:
        PayloadError: ``channel_error`` when SF refuses; else with the path of what does not fit.
    """
    said = Fields.of(parse_json(payload))
    data = said.one("msgData")
    if not said.flag("success"):
        raise PayloadError("channel_error", f"SF answers {said.text('errorCode', '')}", path="$")
    for parcel in data.each("routeResps"):
        for one in parcel.some("routes"):
            code = one.text("opCode", "")
            yield TrackingFact(
                parcel.text("mailNo"),
                one.instant("acceptTime", CHINA_TIME),
                SF.get(code, Milestone.NOTED),
                one.prose("remark"),
                one.prose("acceptAddress"),
                code,
            )
