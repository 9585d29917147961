from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from samples import sample

from omskit.adapters.channels import woocommerce
from omskit.channels import (
    CancelAnswer,
    ChannelOrder,
    Package,
    RefundAnswer,
    RefundRequest,
    ReversedLine,
    SentLine,
    ShipmentNotice,
    StockUpdate,
    Webhook,
)
from omskit.core import Destination, PayloadError, Refusal, UsageError

AT = datetime(2026, 3, 2, 9, tzinfo=UTC)


def orders(name: str) -> list[ChannelOrder]:
    return [
        one
        for one in woocommerce.read(sample(f"channels/woocommerce/{name}.json"))
        if isinstance(one, ChannelOrder)
    ]


def test_the_documented_order_is_read() -> None:
    (read,) = orders("order_created")
    assert (read.external_id, read.paid_minor, read.freight_minor, read.tax_minor) == ("727", 2935, 1000, 135)
    assert read.destination == Destination("US", "CA", "94103")
    assert [(line.item, line.quantity, line.list_minor, line.tax_minor) for line in read.lines] == [
        ("product/93/0", 2, 645, 45),
        ("Bar3", 1, 1290, 90),
    ]
    assert read.placed_at == datetime(2017, 3, 22, 19, 28, 2, tzinfo=UTC)
    assert read.buyer == ""
    assert read.holds == ()


@pytest.mark.parametrize(
    ("name", "gaps"),
    [("order_created", [0]), ("order_completed", [0]), ("orders_list", [0, 0]), ("orders_batch", [-1, 0, 0])],
)
def test_the_sums_of_the_documented_orders_hold_to_a_cent(name: str, gaps: list[int]) -> None:
    assert [identity.gap_minor for read in orders(name) if (identity := read.identity())] == gaps


@pytest.mark.parametrize(
    ("status", "code"),
    [
        ("pending", "awaiting_payment"),
        ("on-hold", "awaiting_payment"),
        ("completed", "sent_elsewhere"),
        ("cancelled", "cancelled_at_channel"),
        ("refunded", "refunded"),
        ("wc-lay-buy", "unknown_status"),
    ],
)
def test_a_status_that_is_not_processing_holds_the_order(status: str, code: str) -> None:
    said = json.loads(sample("channels/woocommerce/order_created.json")) | {"status": status}
    (read,) = woocommerce.read(json.dumps(said).encode())
    assert isinstance(read, ChannelOrder)
    assert [hold.code for hold in read.holds] == [code]


def test_negative_refund_lines_become_units_and_amounts_that_come_back() -> None:
    whole, lines = woocommerce.read_refunds(sample("channels/woocommerce/order_refunds_list.json"), "USD")
    assert isinstance(whole, RefundRequest)
    assert isinstance(lines, RefundRequest)
    assert (whole.order, whole.amount_minor, whole.lines) == ("723", 1000, ())
    assert lines.lines == (ReversedLine("product/87/0", 1, 900, "311"),)


def test_a_line_in_several_parcels_tells_the_buyer_every_waybill() -> None:
    more = (Package("W0", "DHL"), Package("W9", "UPS"))
    note, _ = woocommerce.write_shipment(
        ShipmentNotice("woo", "727", "W1", "UPS", (SentLine("315", "a", 1),), more), AT
    )
    assert note.body == b'{"note":"UPS W1\\nDHL W0\\nUPS W9","customer_note":true}'


def test_a_parcel_completes_the_order_and_tells_the_buyer() -> None:
    note, status = woocommerce.write_shipment(
        ShipmentNotice("woo", "727", "W1", "UPS", (SentLine("315", "a", 1),)), AT
    )
    assert (note.path, note.body) == (
        "/wp-json/wc/v3/orders/727/notes",
        b'{"note":"UPS W1","customer_note":true}',
    )
    assert (status.method, status.path, status.body) == (
        "PUT",
        "/wp-json/wc/v3/orders/727",
        b'{"status":"completed"}',
    )


def test_stock_goes_in_batches_of_a_hundred_and_variations_by_product() -> None:
    updates = [StockUpdate(str(n), n) for n in range(1, 151)] + [StockUpdate("22", 5, variant="23")]
    first, second, variations = woocommerce.write_stock(updates)
    assert [len(json.loads(one.body)["update"]) for one in (first, second, variations)] == [100, 50, 1]
    assert variations.path == "/wp-json/wc/v3/products/22/variations/batch"
    assert json.loads(variations.body) == {"update": [{"id": 23, "stock_quantity": 5}]}


def test_a_product_without_number_cannot_be_published() -> None:
    with pytest.raises(UsageError, match="bad_id"):
        woocommerce.write_stock([StockUpdate("../users/1", 1)])


def test_an_id_cannot_leave_its_path() -> None:
    (request,) = woocommerce.write_cancel_answer(CancelAnswer("../users", agreed=True))
    assert request.path == "/wp-json/wc/v3/orders/..%2Fusers"


def test_a_refund_that_is_granted_is_made_and_one_that_is_not_needs_no_request() -> None:
    granted = RefundAnswer("r1", "727", agreed=True, amount_minor=900, currency="USD", reason="broken")
    (request,) = woocommerce.write_refund_answer(granted)
    assert (request.body, request.key) == (b'{"amount":"9.00","reason":"broken"}', "refund/r1")
    assert (
        woocommerce.write_refund_answer(RefundAnswer("r1", "727", agreed=False, amount_minor=0, currency="USD"))
        == ()
    )


def test_a_webhook_is_proven_by_its_signature() -> None:
    # printf '{"id":1}' | openssl dgst -sha256 -hmac secret -binary | base64
    good = Webhook({"X-WC-Webhook-Signature": "A971iWIMgT8Zj9A9eWfikrFj7wQ16/Qwcc4OlRl2PLc="}, b'{"id":1}')
    woocommerce.verify(good, "secret", AT)
    with pytest.raises(PayloadError, match="bad_signature"):
        woocommerce.verify(good, "other", AT)


def test_what_is_no_order_is_refused_with_its_path() -> None:
    (refused,) = woocommerce.read(b'[{"id":7,"currency":"XXX","line_items":[]}]')
    assert isinstance(refused, Refusal)
    assert (refused.subject, refused.code, refused.facts["path"]) == ("7", "bad_currency", "$[0].currency")
