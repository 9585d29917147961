"""Every reader of tracking that is shipped keeps the promises of the kit."""

from __future__ import annotations

import json
from collections.abc import Mapping
from urllib.parse import urlencode

import pytest
from samples import sample

from omskit.adapters.couriers import chinese_tracking, tracking_feeds
from omskit.testing import CourierKit
from omskit.testing.couriers import ReadTracking
from omskit.testing.unknown import with_unknown_fields


def easypost() -> object:
    said = json.loads(sample("carriers/easypost/tracker_create.json"))[0]["response"]
    first, last = said["tracking_details"][0], said["tracking_details"][-1]
    done = {**last, "status": "delivered", "datetime": "2030-01-01T00:00:00Z"}
    return {**said, "tracking_details": [{**first, "status": "pre_transit"}, done]}


def ups() -> object:
    done = {
        "status": {"type": "D", "description": "Left at front door", "code": "KM"},
        "location": {"address": {"city": "Ulm", "countryCode": "DE"}},
        "date": "20260303",
        "time": "090000",
    }
    taken = {
        "status": {"type": "P", "description": "Pickup Scan", "code": "PU"},
        "location": {"address": {"city": "Bonn", "countryCode": "DE"}},
        "gmtDate": "20260302",
        "gmtTime": "08:00:00",
    }
    package = {"trackingNumber": "1Z1", "activity": [done, taken]}
    return {"trackResponse": {"shipment": [{"package": [package]}]}}


def fedex() -> object:
    scans = [
        {"date": "2026-03-03T09:00:00-06:00", "eventType": "DL", "eventDescription": "Delivered to Ann"},
        {"date": "2026-03-02T09:00:00-06:00", "eventType": "PU", "eventDescription": "Picked up"},
    ]
    results = [{"trackingNumber": "7", "trackResults": [{"scanEvents": scans}]}]
    return {"output": {"completeTrackResults": results}}


def dhl() -> object:
    events = [
        {"timestamp": "2026-03-03T09:00:00+01:00", "statusCode": "delivered", "description": "Beim Nachbarn"},
        {"timestamp": "2026-03-02T09:00:00+01:00", "statusCode": "transit", "description": "Im Zentrum"},
    ]
    return {"shipments": [{"id": "00340", "events": events}]}


def mydhl() -> object:
    common = {"time": "09:00:00", "GMTOffset": "+01:00", "serviceArea": [{"description": "Ulm"}]}
    events = [
        {"date": "2026-03-03", "typeCode": "OK", "description": "Delivered to Ann", **common},
        {"date": "2026-03-02", "typeCode": "PU", "description": "Shipment picked up", **common},
    ]
    return {"shipments": [{"shipmentTrackingNumber": "777", "events": events}]}


def sf() -> object:
    routes = [
        {"opCode": "50", "acceptTime": "2026-03-02 09:00:00", "remark": "taken over", "acceptAddress": "A"},
        {"opCode": "80", "acceptTime": "2026-03-03 09:00:00", "remark": "signed by Ann", "acceptAddress": "B"},
    ]
    return {"success": True, "msgData": {"routeResps": [{"mailNo": "SF1", "routes": routes}]}}


def kuaidi100() -> object:
    scans = [
        {"time": "2026-03-03 09:00:00", "context": "delivered to the neighbour"},
        {"time": "2026-03-02 09:00:00", "context": "taken over by the courier"},
    ]
    return {"nu": "W1", "status": "200", "state": "3", "com": "sf", "data": scans}


SAID: Mapping[str, tuple[ReadTracking, object]] = {
    "easypost": (tracking_feeds.read_easypost, easypost()),
    "ups": (tracking_feeds.read_ups, ups()),
    "fedex": (tracking_feeds.read_fedex, fedex()),
    "dhl": (tracking_feeds.read_dhl, dhl()),
    "mydhl": (tracking_feeds.read_mydhl, mydhl()),
    "sf": (chinese_tracking.read_sf, sf()),
    "kuaidi100": (chinese_tracking.read_kuaidi100, kuaidi100()),
}


class TestTracking(CourierKit):
    @pytest.fixture(params=SAID)
    def format_(self, request: pytest.FixtureRequest) -> tuple[ReadTracking, object]:
        return SAID[request.param]

    @pytest.fixture
    def read(self, format_: tuple[ReadTracking, object]) -> ReadTracking:
        return format_[0]

    @pytest.fixture
    def payload(self, format_: tuple[ReadTracking, object]) -> bytes:
        return json.dumps(format_[1]).encode()


class TestKuaidi100Push(CourierKit):
    said = json.dumps({"status": "shutdown", "lastResult": kuaidi100()})

    @pytest.fixture
    def read(self) -> ReadTracking:
        return lambda payload: chinese_tracking.read_kuaidi100_push(payload).facts

    @pytest.fixture
    def payload(self) -> bytes:
        return urlencode({"param": self.said}).encode()

    @pytest.fixture
    def extended(self) -> bytes:
        more = json.dumps(with_unknown_fields(json.loads(self.said)))
        return urlencode({"param": more, "more": "1"}).encode()
