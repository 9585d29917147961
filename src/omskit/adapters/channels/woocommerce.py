"""WooCommerce: orders and refunds of the REST API v3, stock, webhooks.

Source: the WooCommerce REST API v3 documentation (orders, order refunds, products batch, webhooks). Amounts are
decimal text without tax beside their tax; ``date_created`` has no zone, ``date_created_gmt`` is UTC.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator, Sequence
from datetime import datetime

from omskit.channels import (
    CancelAnswer,
    Channel,
    ChannelCharge,
    ChannelLine,
    ChannelOrder,
    Discount,
    Fields,
    Listings,
    PaymentFact,
    Receiver,
    RefundAnswer,
    RefundKind,
    RefundRequest,
    RefundState,
    Request,
    Reversal,
    ReversedLine,
    ShipmentNotice,
    Standing,
    StockUpdate,
    Webhook,
    hmac_of,
    holds_of,
    json_request,
    must_match,
    numeric,
    parse_json,
    read_each,
    segment,
)
from omskit.core import Contact, Destination, Refusal, format_amount

#: What an order's status allows; plugins add their own, and those hold the order.
STATUSES = {
    "pending": Standing.UNPAID,
    "on-hold": Standing.UNPAID,
    "processing": Standing.READY,
    "completed": Standing.SENT,
    "cancelled": Standing.CANCELLED,
    "refunded": Standing.REFUNDED,
    "failed": Standing.UNPAID,
    "trash": Standing.CANCELLED,
    "checkout-draft": Standing.UNPAID,
}
#: Most products in one batch.
BATCH = 100
_KNOWN = frozenset(
    "id status currency date_created date_created_gmt date_modified date_modified_gmt date_paid date_paid_gmt "
    "total total_tax line_items shipping_lines fee_lines coupon_lines tax_lines payment_method "
    "payment_method_title transaction_id customer_id customer_note shipping refunds _links billing "
    "customer_ip_address customer_user_agent order_key cart_hash payment_url meta_data".split()
)
_KNOWN_LINE = frozenset(
    "id sku product_id variation_id quantity subtotal subtotal_tax total total_tax name taxes price".split()
)


def read(payload: bytes) -> Iterator[ChannelOrder | Reversal | Refusal]:
    """Read orders: one, a list, or what a batch request created and updated."""
    said = parse_json(payload)
    if isinstance(said, list):
        yield from read_each(said, "$", "id", _order)
        return
    batch = Fields.of(said)
    if "line_items" not in batch.values:
        for part in ("create", "update"):
            yield from read_each(batch.values.get(part) or [], f"$.{part}", "id", _order)
        return
    yield from read_each([said], "$", "id", _order)


def _order(said: Fields) -> ChannelOrder:
    currency = said.currency("currency")
    status = said.text("status")
    freight = (_with_tax(one, "total", currency) for one in said.some("shipping_lines"))
    fees = tuple(_fee(one, currency) for one in said.some("fee_lines"))
    address, paid_at = _address(said), said.moment("date_paid_gmt")
    paid = said.amount("total", currency)
    method = said.text("payment_method", "")
    payment = PaymentFact(method, paid, paid_at, said.text("transaction_id", ""))
    return ChannelOrder(
        said.key("id"),
        said.instant("date_created_gmt"),
        currency,
        Destination(address.text("country"), address.text("state", ""), address.text("postcode", "")),
        tuple(_line(one, currency) for one in said.each("line_items")),
        _buyer(said),
        paid_at=paid_at,
        cod=method == "cod",
        memo=said.prose("customer_note"),
        freight_minor=sum(freight),
        charges=fees,
        tax_minor=said.amount("total_tax", currency, 0),
        paid_minor=paid,
        discounts=tuple(
            Discount(_with_tax(one, "discount", currency, "discount_tax"), code=one.text("code", ""))
            for one in said.some("coupon_lines")
        ),
        payments=(payment,) if paid_at else (),
        status=status,
        holds=holds_of(status, STATUSES),
        receiver=Receiver(_contact(address, said.one("billing"))),
        changed_at=said.moment("date_modified_gmt"),
        extra=said.rest(_KNOWN),
    )


def _fee(said: Fields, currency: str) -> ChannelCharge:
    return ChannelCharge("fee", _with_tax(said, "total", currency), said.prose("name"))


def _buyer(said: Fields) -> str:
    """Return the customer's id; guests have the id 0 and are nobody."""
    buyer = said.text("customer_id", "0")
    return "" if buyer == "0" else buyer


def _address(said: Fields) -> Fields:
    """Return where it goes: to the billing address when there is no other."""
    shipping = said.one("shipping")
    return shipping if shipping.text("country", "") else said.one("billing")


def _contact(address: Fields, billing: Fields) -> Contact:
    name = " ".join(part for part in (address.prose("first_name"), address.prose("last_name")) if part)
    lines = tuple(text for text in map(address.prose, ("company", "address_1", "address_2")) if text)
    return Contact(name, address.prose("phone") or billing.prose("phone"), lines, address.prose("city"))


def _with_tax(said: Fields, name: str, currency: str, tax: str = "") -> int:
    return said.amount(name, currency, 0) + said.amount(tax or f"{name}_tax", currency, 0)


def _line(said: Fields, currency: str) -> ChannelLine:
    before, after = _with_tax(said, "subtotal", currency), _with_tax(said, "total", currency)
    return ChannelLine(
        _item(said),
        said.count("quantity"),
        before,
        before - after,
        said.amount("total_tax", currency, 0),
        said.key("id"),
        said.prose("name"),
        extra=said.rest(_KNOWN_LINE),
    )


def _item(said: Fields) -> str:
    """Return the SKU; without one, the product's and the variation's id."""
    return said.text("sku", "") or f"product/{said.text('product_id', '')}/{said.text('variation_id', '0')}"


def read_refunds(payload: bytes, currency: str, order: str = "") -> Iterator[RefundRequest | Refusal]:
    """Read the refunds of an order, which the seller has made; ``order`` where they do not link to it."""
    said = parse_json(payload)

    def one(refund: Fields) -> RefundRequest:
        lines = tuple(_returned(line, currency) for line in refund.some("line_items"))
        return RefundRequest(
            refund.key("id"),
            refund.instant("date_created_gmt"),
            order or _linked(refund),
            currency,
            refund.amount("amount", currency),
            lines,
            RefundKind.MONEY,
            RefundState.DONE,
            reason=refund.prose("reason"),
        )

    yield from read_each(said if isinstance(said, list) else [said], "$", "id", one)


def _linked(said: Fields) -> str:
    up = next(said.one("_links").some("up"), Fields({}))
    return up.text("href", "").rpartition("/")[2]


def _returned(said: Fields, currency: str) -> ReversedLine:
    """Return a refunded line: quantities and totals are negative, the line's id stands in its meta data."""
    ids = [one.text("value", "") for one in said.some("meta_data") if one.text("key", "") == "_refunded_item_id"]
    amount = -said.amount("total", currency, 0) - said.amount("total_tax", currency, 0)
    return ReversedLine(_item(said), -said.whole("quantity"), amount, ids[0] if ids else said.key("id"))


def write_shipment(notice: ShipmentNotice, _at: datetime) -> tuple[Request, ...]:
    """Return the requests that complete an order and leave a note with every waybill for the buyer."""
    path = f"/wp-json/wc/v3/orders/{segment(notice.external_id)}"
    key = f"shipment/{notice.external_id}/{notice.waybill}"
    parcels = [f"{one.courier} {one.waybill}" for one in notice.packages]
    note = {"note": "\n".join(parcels), "customer_note": True}
    return (
        json_request("POST", f"{path}/notes", note, f"{key}/note"),
        json_request("PUT", path, {"status": "completed"}, key),
    )


def write_stock(updates: Sequence[StockUpdate]) -> tuple[Request, ...]:
    """Return one request for up to 100 products, and one for the variations of each product."""
    plain = [{"id": numeric(one.item), "stock_quantity": one.available} for one in updates if not one.variant]
    requests = [
        json_request("POST", "/wp-json/wc/v3/products/batch", {"update": plain[at : at + BATCH]})
        for at in range(0, len(plain), BATCH)
    ]
    for product in sorted({one.item for one in updates if one.variant}):
        some = [
            {"id": numeric(one.variant), "stock_quantity": one.available}
            for one in updates
            if one.item == product and one.variant
        ]
        path = f"/wp-json/wc/v3/products/{segment(product)}/variations/batch"
        requests += [
            json_request("POST", path, {"update": some[at : at + BATCH]}) for at in range(0, len(some), BATCH)
        ]
    return tuple(requests)


def write_refund_answer(answer: RefundAnswer) -> tuple[Request, ...]:
    """Return the request that refunds an amount through the payment gateway; a refusal needs none."""
    if not answer.agreed:
        return ()
    body = {"amount": format_amount(answer.amount_minor, answer.currency), "reason": answer.reason}
    path = f"/wp-json/wc/v3/orders/{segment(answer.order)}/refunds"
    return (json_request("POST", path, body, f"refund/{answer.refund}"),)


def write_cancel_answer(answer: CancelAnswer) -> tuple[Request, ...]:
    """Return the request that cancels an order; a refusal needs none."""
    path = f"/wp-json/wc/v3/orders/{segment(answer.order)}"
    return (json_request("PUT", path, {"status": "cancelled"}, f"cancel/{answer.order}"),) if answer.agreed else ()


def verify(webhook: Webhook, secret: str, _at: datetime) -> None:
    """Prove a webhook: base64 of HMAC-SHA256 over the raw body. It tells no time: repeats are known by content.

    Raises:
        PayloadError: ``missing_field``; ``bad_signature``.
    """
    name = "X-WC-Webhook-Signature"
    must_match(webhook.header(name), b64encode(hmac_of(secret, webhook.body)).decode(), name)


def channel(code: str, currency: str, listings: Listings | None = None, returns_to: str = "") -> Channel:
    """Return a WooCommerce shop as a channel; refunds do not tell their currency, so the shop's is given."""
    return Channel(
        code,
        read,
        listings or Listings(open=True),
        returns_to,
        read_refunds=lambda payload: read_refunds(payload, currency),
        verify=verify,
        write_shipment=write_shipment,
        write_stock=write_stock,
        write_refund_answer=write_refund_answer,
        write_cancel_answer=write_cancel_answer,
    )
