from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
from attrs import evolve
from samples import sample

from omskit.adapters.channels import shopify
from omskit.adapters.channels.shopify_fulfillment import FulfillmentOrder, read_fulfillment_orders, write_shipment
from omskit.channels import ChannelOrder, Reversal, ReversedLine, SentLine, ShipmentNotice, StockUpdate, Webhook
from omskit.core import Destination, PayloadError, Refusal, Refused

AT = datetime(2026, 3, 2, 9, tzinfo=UTC)
VECTORS = json.loads(sample("channels/shopify/webhook_hmac_vectors.json"))
NOTICE = ShipmentNotice("shop", "3183479", "1Z2345", "UPS", (SentLine("466157049", "IPOD", 1),))


def order(**changes: object) -> ChannelOrder:
    said = json.loads(sample("channels/shopify/order.json"))
    said["order"] |= changes
    (read,) = shopify.read(json.dumps(said).encode())
    assert isinstance(read, ChannelOrder), read
    return read


def test_the_documented_order_is_read() -> None:
    read = order()
    assert (read.external_id, read.currency, read.paid_minor) == ("450789469", "USD", 40994)
    assert read.destination == Destination("US", "KY", "40202")
    assert [(line.item, line.quantity, line.external_id) for line in read.lines] == [
        ("IPOD2008GREEN", 1, "466157049"),
        ("IPOD2008RED", 1, "518995019"),
        ("IPOD2008BLACK", 1, "703073504"),
    ]
    assert read.placed_at == datetime(2008, 1, 10, 16, tzinfo=UTC)
    assert read.receiver.contact.name == "Bob Norman"


def test_tax_on_top_becomes_part_of_the_lines() -> None:
    assert [(line.list_minor, line.tax_minor) for line in order().lines] == [(20298, 398)] * 3


def test_the_samples_sums_do_not_hold_and_say_so() -> None:
    identity = order().identity()
    assert identity is not None
    assert (identity.expected_minor, identity.gap_minor) == (60894, -19900)


def test_tax_within_prices_stays_within() -> None:
    assert [line.list_minor for line in order(taxes_included=True).lines] == [19900] * 3


def test_a_discount_of_the_order_is_shared_over_its_lines() -> None:
    assert [line.discount_minor for line in order(total_discounts="10.00").lines] == [334, 333, 333]


@pytest.mark.parametrize(
    ("status", "codes"),
    [
        ("paid", []),
        ("authorized", []),
        ("pending", ["awaiting_payment"]),
        ("voided", ["cancelled_at_channel"]),
        ("refunded", ["refunded"]),
        ("on_the_moon", ["unknown_status"]),
    ],
)
def test_the_financial_status_says_whether_it_may_be_sent(status: str, codes: list[str]) -> None:
    assert [hold.code for hold in order(financial_status=status).holds] == codes


def test_cash_on_delivery_may_be_sent_unpaid() -> None:
    read = order(financial_status="pending", payment_gateway_names=["cash_on_delivery"])
    assert (read.cod, read.holds) == (True, ())


def test_what_was_sent_or_cancelled_elsewhere_is_held() -> None:
    assert [hold.code for hold in order(fulfillment_status="fulfilled").holds] == ["sent_elsewhere"]
    assert [hold.code for hold in order(cancelled_at="2020-01-01T00:00:00Z").holds] == ["cancelled_at_channel"]
    assert [hold.code for hold in order(test=True).holds] == ["test_order"]


def test_unknown_fields_are_kept_and_personal_ones_are_not() -> None:
    kept = dict(order(shiny=[1], email="x@example.com").extra)
    assert kept["shiny"] == "[1]"
    assert not {"email", "billing_address", "browser_ip", "customer", "payment_details"} & set(kept)


def test_a_refund_is_a_reversal() -> None:
    (read,) = shopify.read(sample("channels/shopify/refund.json"))
    assert read == Reversal(
        "509562969",
        datetime(2016, 6, 20, 17, 35, 6, tzinfo=UTC),
        (
            ReversedLine("IPOD2008BLACK", 1, external_id="703073504"),
            ReversedLine("IPOD2008GREEN", 1, external_id="466157049"),
        ),
        order="450789469",
    )


def test_refunds_within_an_order_come_after_it() -> None:
    refund = json.loads(sample("channels/shopify/refund.json"))["refund"]
    said = json.loads(sample("channels/shopify/order.json"))
    said["order"]["refunds"] = [refund]
    assert [type(one) for one in shopify.read(json.dumps(said).encode())] == [ChannelOrder, Reversal]


def test_a_bad_order_does_not_stop_its_batch() -> None:
    good = json.loads(sample("channels/shopify/order.json"))["order"]
    bad = {**good, "id": 5, "total_price": "12,50"}
    first, second = shopify.read(json.dumps({"orders": [bad, good]}).encode())
    assert isinstance(first, Refusal)
    assert (first.subject, first.code, first.facts["path"]) == ("5", "bad_amount", "$.orders[0].total_price")
    assert isinstance(second, ChannelOrder)


@pytest.mark.parametrize("vector", VECTORS["webhook"], ids=["valid", "other body", "other signature"])
def test_the_published_webhook_vectors_hold(vector: dict[str, object]) -> None:
    headers = {"X-Shopify-Hmac-Sha256": str(vector["signature"])}
    webhook = Webhook(headers, str(vector["raw_body"]).encode())
    if vector["valid"]:
        shopify.verify(webhook, str(vector["secret"]), AT)
        return
    with pytest.raises(PayloadError, match="bad_signature"):
        shopify.verify(webhook, str(vector["secret"]), AT)


def test_a_webhook_is_not_taken_twice_a_day_later() -> None:
    vector = VECTORS["webhook"][0]
    headers = {"X-Shopify-Hmac-Sha256": vector["signature"], "X-Shopify-Triggered-At": AT.isoformat()}
    webhook = Webhook(headers, vector["raw_body"].encode())
    shopify.verify(webhook, "hush", AT + timedelta(minutes=1))
    with pytest.raises(PayloadError, match="stale_webhook"):
        shopify.verify(webhook, "hush", AT + timedelta(days=1))


def test_the_published_callback_vector_holds() -> None:
    (vector,) = VECTORS["oauth_callback"]
    assert shopify.verify_callback(vector["query"], vector["secret"])["shop"] == "some-shop.myshopify.com"
    with pytest.raises(PayloadError, match="bad_signature"):
        shopify.verify_callback(vector["query"].replace("some-shop", "evil"), vector["secret"])


def test_the_documented_fulfillment_order_is_read() -> None:
    (group,) = read_fulfillment_orders(sample("channels/shopify/goshopify_fulfillment_order.json"))
    lines = (("466157049", "466157049", 1),)
    assert group == FulfillmentOrder("255858046", "3183479", "open", "3183479", lines, ("incorrect_address",))


def test_a_parcel_is_told_against_fulfillment_orders() -> None:
    groups = read_fulfillment_orders(sample("channels/shopify/goshopify_fulfillment_order.json"))
    (request,) = write_shipment(NOTICE, groups)
    assert (request.method, request.path, request.key) == ("POST", "/fulfillments.json", "shipment/3183479/1Z2345")
    assert request.body == (
        b'{"fulfillment":{"line_items_by_fulfillment_order":[{"fulfillment_order_id":255858046,'
        b'"fulfillment_order_line_items":[{"id":466157049,"quantity":1}]}],'
        b'"tracking_info":{"number":"1Z2345","company":"UPS"}}}'
    )


def test_a_parcel_with_more_than_is_open_is_refused() -> None:
    groups = read_fulfillment_orders(sample("channels/shopify/goshopify_fulfillment_order.json"))
    more = evolve(NOTICE, lines=(SentLine("466157049", "IPOD", 2),))
    with pytest.raises(Refused, match="not_fulfillable"):
        write_shipment(more, groups)


def test_the_channel_asks_the_host_for_fulfillment_orders() -> None:
    groups = read_fulfillment_orders(sample("channels/shopify/goshopify_fulfillment_order.json"))
    channel = shopify.channel("shop", {"3183479": groups}.__getitem__)
    assert channel.write_shipment(NOTICE, AT) == write_shipment(NOTICE, groups)
    assert "write_refund_answer" not in channel.abilities


def test_stock_is_set_level_by_level() -> None:
    (request,) = shopify.write_stock([StockUpdate("808950810", 6, "905684977")])
    assert request.body == b'{"location_id":905684977,"inventory_item_id":808950810,"available":6}'


def test_payouts_are_statement_lines() -> None:
    lines = list(shopify.read_settlement(sample("channels/shopify/payouts_transactions.json")))
    first = lines[2]
    assert not isinstance(first, Refusal)
    assert (first.amount_minor, first.category, first.order, first.payout) == (
        -345,
        "refund",
        "217130470",
        "623721858",
    )
    assert not [one for one in lines if isinstance(one, Refusal)]
