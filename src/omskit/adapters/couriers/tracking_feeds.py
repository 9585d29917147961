"""Tracking by EasyPost, UPS, FedEx and DHL: each answer read into the one vocabulary.

Source: EasyPost's Tracker object, UPS Track v1, FedEx Track v1, DHL Shipment Tracking Unified and MyDHL.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, tzinfo

from omskit.adapters.couriers.tracking import Milestone, TrackingFact
from omskit.channels import Fields, parse_json

EASYPOST = {
    "pre_transit": Milestone.ANNOUNCED,
    "in_transit": Milestone.MOVING,
    "out_for_delivery": Milestone.OUT_FOR_DELIVERY,
    "available_for_pickup": Milestone.READY_FOR_PICKUP,
    "delivered": Milestone.DELIVERED,
    "return_to_sender": Milestone.RETURNING,
    "failure": Milestone.PROBLEM,
    "cancelled": Milestone.NOTED,
    "error": Milestone.PROBLEM,
}
#: By the type of UPS's status.
UPS = {
    "M": Milestone.ANNOUNCED,
    "MV": Milestone.NOTED,
    "P": Milestone.PICKED_UP,
    "I": Milestone.MOVING,
    "O": Milestone.OUT_FOR_DELIVERY,
    "X": Milestone.PROBLEM,
    "D": Milestone.DELIVERED,
    "RS": Milestone.RETURNING,
    "W": Milestone.MOVING,
}
#: By FedEx's event type.
FEDEX = {
    "OC": Milestone.ANNOUNCED,
    "PU": Milestone.PICKED_UP,
    "PX": Milestone.PICKED_UP,
    "DP": Milestone.MOVING,
    "AR": Milestone.MOVING,
    "IT": Milestone.MOVING,
    "AF": Milestone.MOVING,
    "FD": Milestone.MOVING,
    "CC": Milestone.CUSTOMS,
    "CD": Milestone.CUSTOMS,
    "OD": Milestone.OUT_FOR_DELIVERY,
    "HL": Milestone.READY_FOR_PICKUP,
    "DE": Milestone.PROBLEM,
    "SE": Milestone.PROBLEM,
    "DL": Milestone.DELIVERED,
    "RS": Milestone.RETURNING,
    "RD": Milestone.RETURNED,
}
#: By the status code of DHL's unified tracking.
DHL = {
    "pre-transit": Milestone.ANNOUNCED,
    "transit": Milestone.MOVING,
    "delivered": Milestone.DELIVERED,
    "failure": Milestone.PROBLEM,
    "unknown": Milestone.NOTED,
}
#: By the event type of MyDHL.
MYDHL = {
    "SD": Milestone.ANNOUNCED,
    "PU": Milestone.PICKED_UP,
    "PL": Milestone.MOVING,
    "DF": Milestone.MOVING,
    "AF": Milestone.MOVING,
    "AR": Milestone.MOVING,
    "CR": Milestone.CUSTOMS,
    "RR": Milestone.CUSTOMS,
    "WC": Milestone.OUT_FOR_DELIVERY,
    "OH": Milestone.PROBLEM,
    "BA": Milestone.PROBLEM,
    "RD": Milestone.REFUSED,
    "RT": Milestone.RETURNING,
    "OK": Milestone.DELIVERED,
}


def _where(*parts: str) -> str:
    return ", ".join(part for part in parts if part)


def read_easypost(payload: bytes) -> Iterator[TrackingFact]:
    """Read a Tracker, or a webhook's event with one in it.

    Raises:
        PayloadError: With the path of what does not fit.
    """
    said = Fields.of(parse_json(payload))
    tracker = said.one("result") if "result" in said.values else said
    waybill, back = tracker.text("tracking_code"), tracker.flag("is_return")
    for one in tracker.some("tracking_details"):
        at, status = one.one("tracking_location"), one.text("status")
        milestone = EASYPOST.get(status, Milestone.NOTED)
        if back and milestone is Milestone.DELIVERED:
            milestone = Milestone.RETURNED
        place = _where(at.prose("city"), at.prose("state"), at.prose("country"))
        yield TrackingFact(waybill, one.instant("datetime"), milestone, one.prose("message"), place, status)


def read_ups(payload: bytes, zone: tzinfo = UTC) -> Iterator[TrackingFact]:
    """Read UPS's answer; scans tell GMT in newer answers, and else local times, which are taken in ``zone``.

    Raises:
        PayloadError: With the path of what does not fit.
    """
    for shipment in Fields.of(parse_json(payload)).one("trackResponse").each("shipment"):
        for package in shipment.some("package"):
            waybill = package.text("trackingNumber")
            for one in package.some("activity"):
                status, at = one.one("status"), one.one("location").one("address")
                gmt = "gmtDate" in one.values
                day, time = (
                    one.text("gmtDate" if gmt else "date"),
                    one.text("gmtTime" if gmt else "time", "000000"),
                )
                stamp = Fields({"date": f"{day}T{time.replace(':', '')}"}, one.path)
                yield TrackingFact(
                    waybill,
                    stamp.instant("date", UTC if gmt else zone),
                    UPS.get(status.text("type"), Milestone.NOTED),
                    status.prose("description"),
                    _where(at.prose("city"), at.prose("stateProvince"), at.prose("countryCode")),
                    status.text("code", ""),
                )


def read_fedex(payload: bytes) -> Iterator[TrackingFact]:
    """Read FedEx's answer.

    Raises:
        PayloadError: With the path of what does not fit.
    """
    for result in Fields.of(parse_json(payload)).one("output").each("completeTrackResults"):
        for track in result.some("trackResults"):
            waybill = track.one("trackingNumberInfo").text("trackingNumber", "") or result.text("trackingNumber")
            for one in track.some("scanEvents"):
                at, kind = one.one("scanLocation"), one.text("eventType")
                place = _where(at.prose("city"), at.prose("stateOrProvinceCode"), at.prose("countryCode"))
                milestone = FEDEX.get(kind, Milestone.NOTED)
                yield TrackingFact(
                    waybill, one.instant("date"), milestone, one.prose("eventDescription"), place, kind
                )


def read_dhl(payload: bytes) -> Iterator[TrackingFact]:
    """Read an answer of DHL's unified tracking, or the part of one below ``trackingResponse``.

    Raises:
        PayloadError: With the path of what does not fit.
    """
    said = Fields.of(parse_json(payload))
    said = said.one("trackingResponse") if "trackingResponse" in said.values else said
    for shipment in said.each("shipments"):
        for one in shipment.some("events"):
            at, code = one.one("location").one("address"), one.text("statusCode", "")
            yield TrackingFact(
                shipment.text("id"),
                one.instant("timestamp"),
                DHL.get(code, Milestone.NOTED),
                one.prose("description") or one.prose("status"),
                _where(at.prose("addressLocality"), at.prose("countryCode")),
                code,
            )


def read_mydhl(payload: bytes) -> Iterator[TrackingFact]:
    """Read MyDHL's answer: each scan tells its own offset from GMT.

    Raises:
        PayloadError: With the path of what does not fit.
    """
    for shipment in Fields.of(parse_json(payload)).each("shipments"):
        for one in shipment.some("events"):
            stamp = f"{one.text('date')}T{one.text('time')}{one.text('GMTOffset', '')}"
            code = one.text("typeCode")
            area = next(one.some("serviceArea"), Fields({}))
            yield TrackingFact(
                shipment.text("shipmentTrackingNumber"),
                Fields({"date": stamp}, one.path).instant("date"),
                MYDHL.get(code, Milestone.NOTED),
                one.prose("description"),
                area.prose("description"),
                code,
            )
