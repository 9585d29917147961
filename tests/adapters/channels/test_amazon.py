from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from samples import sample

from omskit.adapters.channels import amazon
from omskit.channels import ChannelOrder, News, SentLine, ShipmentNotice, StatementLine, StockUpdate
from omskit.core import Destination, Refusal

AT = datetime(2026, 3, 2, 9, tzinfo=UTC)


def usd(amount: str) -> dict[str, str]:
    return {"CurrencyCode": "USD", "Amount": amount}


ITEM = {
    "OrderItemId": "I1",
    "SellerSKU": "S1",
    "QuantityOrdered": 2,
    "ItemPrice": usd("20.00"),
    "ItemTax": usd("1.60"),
}


def order(total: str = "26.60", items: tuple[dict[str, object], ...] = (), **changes: object) -> ChannelOrder:
    said = json.loads(sample("channels/amazon_sp_api/getOrder.sandbox.json"))["static"][0]["response"]
    said["payload"] |= {"OrderTotal": usd(total)} | changes
    id_ = said["payload"]["AmazonOrderId"]
    freight = {"ShippingPrice": usd("6.00"), "ShippingDiscount": usd("1.00")}
    page = {"payload": {"AmazonOrderId": id_, "OrderItems": items or [ITEM | freight]}}
    address = sample("channels/amazon_sp_api/getOrderAddress.example.json").replace(
        b"902-3159896-1390916", id_.encode()
    )
    (read,) = amazon.read(amazon.join(json.dumps(said).encode(), [json.dumps(page).encode()], [address]))
    assert isinstance(read, ChannelOrder), read
    return read


def test_an_order_its_items_and_its_address_are_read_together() -> None:
    read = order()
    assert (read.external_id, read.currency, read.paid_minor, read.freight_minor) == (
        "902-1845936-5435065", "USD", 2660, 500,
    )  # fmt: skip
    assert read.destination == Destination("US", "MI", "48817")
    assert [(line.item, line.quantity, line.list_minor, line.tax_minor) for line in read.lines] == [
        ("S1", 2, 2160, 160)
    ]
    assert read.holds == ()
    assert read.ship_by == datetime(1970, 1, 19, 4, 5, 13, tzinfo=UTC)


@pytest.mark.parametrize(("total", "list_minor"), [("26.60", 2160), ("25.00", 2000)], ids=["on top", "within"])
def test_the_total_tells_whether_prices_hold_their_tax(total: str, list_minor: int) -> None:
    read = order(total)
    assert read.lines[0].list_minor == list_minor
    assert read.identity() is not None
    assert read.expected_minor == read.paid_minor


def test_a_pending_order_has_no_price_and_is_held() -> None:
    item = {"OrderItemId": "1", "SellerSKU": "S", "QuantityOrdered": 1}
    items = json.dumps({"payload": {"AmazonOrderId": "902-3159896-1390916", "OrderItems": [item]}}).encode()
    (read,) = amazon.read(amazon.join(sample("channels/amazon_sp_api/getOrder.example.json"), [items]))
    assert isinstance(read, ChannelOrder)
    assert (read.paid_minor, read.currency) == (None, "USD")
    assert [hold.code for hold in read.holds] == ["awaiting_payment"]


def test_an_order_without_address_goes_to_its_marketplaces_country_and_is_held() -> None:
    said = json.loads(sample("channels/amazon_sp_api/getOrder.sandbox.json"))["static"][0]["response"]
    (read,) = amazon.read(amazon.join(json.dumps(said).encode(), []))
    assert isinstance(read, ChannelOrder)
    assert read.destination == Destination("US")
    assert [hold.code for hold in read.holds] == ["no_receiver"]


@pytest.mark.parametrize(
    ("status", "code"),
    [
        ("Pending", "awaiting_payment"),
        ("Canceled", "cancelled_at_channel"),
        ("Shipped", "sent_elsewhere"),
        ("Unfulfillable", "must_not_ship"),
        ("Teleported", "unknown_status"),
    ],
)
def test_a_status_that_is_not_unshipped_holds_the_order(status: str, code: str) -> None:
    assert [hold.code for hold in order(OrderStatus=status).holds] == [code]


def test_what_amazon_sends_itself_is_held() -> None:
    assert [hold.code for hold in order(FulfillmentChannel="AFN").holds] == ["sent_elsewhere"]


def test_a_buyers_request_to_cancel_holds_the_line() -> None:
    wish = {"BuyerRequestedCancel": {"IsBuyerRequestedCancel": "true"}}
    assert [(hold.code, hold.line) for hold in order(items=(ITEM, ITEM | wish)).holds] == [("cancel_requested", 2)]


def test_the_documented_items_mix_currencies_and_are_refused() -> None:
    said = {"payload": {"AmazonOrderId": "903-1671087-0812628", "OrderStatus": "Unshipped",
                        "MarketplaceId": "A1VC38T7YXB528", "PurchaseDate": "2020-01-01T00:00:00Z"}}  # fmt: skip
    items = sample("channels/amazon_sp_api/getOrderItems.example.json")
    (refused,) = amazon.read(amazon.join(json.dumps(said).encode(), [items]))
    assert isinstance(refused, Refusal)
    assert (refused.subject, refused.code) == ("903-1671087-0812628", "bad_currency")
    assert refused.facts["path"] == "$.payload.Orders[0].OrderItems[0].BuyerInfo.GiftWrapPrice"


def test_the_documented_notification_names_an_order() -> None:
    assert list(amazon.read_news(sample("channels/amazon_sp_api/OrderChangeNotification.examples.json"))) == [
        News(
            "903-8868176-2219830",
            datetime(2022, 11, 29, 19, 42, 4, 284000, tzinfo=UTC),
            "BuyerRequestedChange",
            "Unshipped",
            "d0e9e693-c3ad-4373-979f-ed4ec98dd746",
        )
    ]


def test_the_documented_events_are_statement_lines() -> None:
    said = json.loads(sample("channels/amazon_sp_api/listFinancialEventsByGroupId.sandbox.json"))["static"][0]
    lines = list(amazon.read_settlement(json.dumps(said["response"]).encode()))
    assert all(isinstance(one, StatementLine) for one in lines)
    assert [(one.category, one.amount_minor) for one in lines if isinstance(one, StatementLine)] == [
        ("Chargeback/Tax", 2537),
        ("Chargeback/FixedClosingFee", 2537),
        ("Chargeback/Tax", 2537),
        ("Chargeback/FixedClosingFee", 2537),
    ]


def test_a_parcel_is_confirmed() -> None:
    notice = ShipmentNotice("amz", "902-1", "1Z99", "UPS", (SentLine("I1", "S1", 2),))
    (request,) = amazon.write_shipment(notice, AT, "ATVPDKIKX0DER")
    assert request.path == "/orders/v0/orders/902-1/shipmentConfirmation"
    assert json.loads(request.body) == {
        "marketplaceId": "ATVPDKIKX0DER",
        "packageDetail": {
            "packageReferenceId": "199",
            "carrierCode": "UPS",
            "trackingNumber": "1Z99",
            "shipDate": "2026-03-02T09:00:00Z",
            "orderItems": [{"orderItemId": "I1", "quantity": 2}],
        },
    }


def test_stock_is_patched_into_the_listing() -> None:
    (request,) = amazon.write_stock([StockUpdate("S 1", 3)], "A3", "ATVPDKIKX0DER")
    assert (request.method, request.path) == (
        "PATCH",
        "/listings/2021-08-01/items/A3/S%201?marketplaceIds=ATVPDKIKX0DER",
    )
    assert b'"quantity":3' in request.body
