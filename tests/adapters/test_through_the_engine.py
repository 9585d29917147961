"""Orders of real formats go all the way: received, held for what the channel says, and placed once."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from attrs import evolve
from samples import sample
from shop import process

from omskit import Oms
from omskit.adapters.channels import shopify, woocommerce
from omskit.channels import Channel
from omskit.orders import ORDERS, Order

SHOP = shopify.channel("shop", lambda _: ())
WOO = evolve(woocommerce.channel("woo", "USD"), tolerance_minor=1)


@pytest.fixture
def oms(tmp_path: Path) -> Oms:
    return Oms.open(f"sqlite:///{tmp_path / 'shop.db'}", channels=[SHOP, WOO], process=process())


def orders(oms: Oms) -> dict[str, Order]:
    with oms.storage.begin(read=True) as unit:
        found = unit.of(ORDERS).load(unit.of(ORDERS).find(limit=10))
    return {stored.state.terms.external_id: stored.state for stored in found.values()}


def test_an_order_is_placed_once_however_often_it_comes(oms: Oms) -> None:
    payload = sample("channels/woocommerce/order_created.json")
    first, again = oms.receive("woo", payload), oms.receive("woo", payload, payload)
    assert (len(first.placed), again.repeated, again.placed) == (1, 2, ())
    order = orders(oms)["727"]
    assert (order.total_minor, [hold.code for hold in order.holds]) == (2935, [])
    assert [(charge.code, charge.amount_minor) for charge in order.charges] == [("freight", 1000)]


def test_sums_that_are_a_cent_off_are_written_down(oms: Oms) -> None:
    oms.receive("woo", sample("channels/woocommerce/orders_batch.json"))
    order = orders(oms)["728"]
    assert order.total_minor == 6225
    assert [(charge.code, charge.amount_minor) for charge in order.charges if charge.code == "tolerance"] == [
        ("tolerance", -1)
    ]
    assert [hold.code for hold in order.holds] == ["awaiting_payment"]


def test_sums_that_do_not_hold_hold_the_order(oms: Oms) -> None:
    oms.receive("shop", sample("channels/shopify/order.json"))
    assert [hold.code for hold in orders(oms)["450789469"].holds] == ["amount_gap"]


def test_a_bad_order_does_not_keep_the_others_out(oms: Oms) -> None:
    good = json.loads(sample("channels/shopify/order.json"))["order"]
    payload = json.dumps({"orders": [{"id": 1}, good]}).encode()
    received = oms.receive("shop", payload)
    assert ([refusal.subject for refusal in received.refused], len(received.placed)) == (["1"], 1)


def test_no_personal_data_reaches_what_is_stored_with_the_order(oms: Oms) -> None:
    oms.receive("shop", sample("channels/shopify/order.json"))
    text = repr(orders(oms))
    assert not [secret for secret in ("Norman", "hostmail", "555-625", "Chestnut") if secret in text]


def test_channels_tell_what_they_are_able_to() -> None:
    channels: list[Channel] = [SHOP, WOO]
    assert [sorted(channel.abilities) for channel in channels] == [
        ["read", "read_settlement", "verify", "write_cancel_answer", "write_shipment", "write_stock"],
        [
            "read",
            "read_refunds",
            "verify",
            "write_cancel_answer",
            "write_refund_answer",
            "write_shipment",
            "write_stock",
        ],
    ]
