"""Every reader of a channel's payloads survives real payloads with bytes changed: only typed errors, no hang."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from samples import fuzz, survives

from omskit.adapters.channels import amazon, shopify, woocommerce
from omskit.adapters.channels.shopify_fulfillment import read_fulfillment_orders

Reader = Callable[[bytes], object]
SHOPIFY = [
    f"channels/shopify/{name}.json" for name in ("order", "orders", "refund", "goshopify_order_with_transaction")
]
WOO = [f"channels/woocommerce/{name}.json" for name in ("order_created", "orders_list", "orders_batch")]


def amazon_orders(payload: bytes) -> object:
    return list(amazon.read(amazon.join(payload, [])))


READERS: list[tuple[str, Reader, list[str]]] = [
    ("shopify", shopify.read, SHOPIFY),
    ("shopify payouts", shopify.read_settlement, ["channels/shopify/payouts_transactions.json"]),
    ("shopify fulfillment", read_fulfillment_orders, ["channels/shopify/goshopify_fulfillment_order.json"]),
    ("woocommerce", woocommerce.read, WOO),
    (
        "woocommerce refunds",
        lambda payload: woocommerce.read_refunds(payload, "USD"),
        ["channels/woocommerce/order_refunds_list.json"],
    ),
    ("amazon", amazon_orders, ["channels/amazon_sp_api/getOrder.example.json"]),
    ("amazon news", amazon.read_news, ["channels/amazon_sp_api/OrderChangeNotification.examples.json"]),
]
IDS = [name for name, _, _ in READERS]
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.text(max_size=8)
    | st.sampled_from(["1.00", "EUR", "2020-01-01"]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=6), inner, max_size=4),
    max_leaves=12,
)


@pytest.mark.parametrize(("_", "read", "names"), READERS, ids=IDS)
def test_mutants_of_real_payloads_meet_only_typed_errors(_: str, read: Reader, names: list[str]) -> None:
    fuzz(read, names, 400)


@pytest.mark.long
@pytest.mark.parametrize(("_", "read", "names"), READERS, ids=IDS)
def test_a_hundred_thousand_mutants_meet_only_typed_errors(_: str, read: Reader, names: list[str]) -> None:
    fuzz(read, names, 100_000, seed=11)


@pytest.mark.parametrize(("_", "read", "names"), READERS, ids=IDS)
@given(said=JSON)
def test_any_json_meets_only_typed_errors(_: str, read: Reader, names: list[str], said: object) -> None:
    assert names
    survives(read, json.dumps(said).encode())
