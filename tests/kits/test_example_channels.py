"""The channels of the examples keep the promises of a channel."""

from __future__ import annotations

import json

import pytest
import web_shop
from online_retail import CHANNEL as WHOLESALE
from online_retail import HEADER

from omskit.channels import Channel
from omskit.testing import ChannelKit

ORDER = {
    "id": "A-1001",
    "at": "2026-03-02T08:15:00+01:00",
    "customer": "c-17",
    "note": "please ring",
    "ship_to": {"country": "DE", "postcode": "10115"},
    "lines": [
        {"sku": "MUG", "quantity": 2, "price": "19.80", "title": "Mug, blue"},
        {"sku": "TEAPOT", "quantity": 1, "price": "34.50"},
    ],
}
REFUND = {
    "id": "R-1",
    "refund_of": "A-1001",
    "at": "2026-03-05T08:15:00Z",
    "lines": [{"sku": "MUG", "quantity": 1}],
}
SECOND = {**ORDER, "id": "A-1002", "customer": "c-18"}


class TestWebShop(ChannelKit):
    @pytest.fixture
    def channel(self) -> Channel:
        return web_shop.CHANNEL

    @pytest.fixture
    def payload(self) -> bytes:
        return json.dumps([ORDER, REFUND, SECOND]).encode()

    @pytest.fixture(params=[{**ORDER, "id": "A-9", "lines": 5}, {**REFUND, "at": "soon"}, 17, {}], ids=repr)
    def broken(self, request: pytest.FixtureRequest) -> bytes:
        return json.dumps([ORDER, request.param, REFUND, SECOND]).encode()


FIRST = [
    "536365,85123A,WHITE HANGING HEART T-LIGHT HOLDER,6,2010-12-01 08:26:00,2.55,17850.0,United Kingdom",
    "536365,71053,WHITE METAL LANTERN,6,2010-12-01 08:26:00,3.39,17850.0,United Kingdom",
]
BACK = ["C536379,D,Discount,-1,2010-12-01 09:41:00,27.50,14527.0,United Kingdom"]
LAST = ["536370,22728,ALARM CLOCK BAKELIKE PINK,24,2010-12-01 08:45:00,3.75,12583.0,France"]


class TestWholesale(ChannelKit):
    """The rows are from the real file."""

    @pytest.fixture
    def channel(self) -> Channel:
        return WHOLESALE

    @pytest.fixture
    def payload(self) -> bytes:
        return "\n".join([HEADER, *FIRST, *BACK, *LAST]).encode()

    @pytest.fixture(
        params=[
            "536366,22633,HAND WARMER,six,2010-12-01 08:28:00,1.85,17850.0,United Kingdom",
            "536366,22633,HAND WARMER,6,2010-12-01 08:28:00,1.85,17850.0,Atlantis",
            ",22633,HAND WARMER,6,2010-12-01 08:28:00,1.85,17850.0,United Kingdom",
        ],
        ids=["quantity", "country", "number"],
    )
    def broken(self, request: pytest.FixtureRequest) -> bytes:
        return "\n".join([HEADER, *FIRST, request.param, *BACK, *LAST]).encode()

    @pytest.fixture
    def extended(self, payload: bytes) -> bytes:
        head, *rows = payload.decode().splitlines()
        return "\n".join([f"{head},Colour", *(f"{row},blue" for row in rows)]).encode()
