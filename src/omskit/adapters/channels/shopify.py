"""Shopify: orders and refunds of the REST Admin API, stock, payouts, webhooks.

Source: the REST Admin API reference (Order, Refund, FulfillmentOrder, Fulfillment, InventoryLevel, Transactions)
and "Verify webhook deliveries". Amounts are decimal text in the shop's currency; ids are numbers.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from urllib.parse import parse_qsl

from omskit.adapters.channels.shopify_fulfillment import FulfillmentOrder, write_shipment
from omskit.adapters.channels.sums import discounted, taxed
from omskit.channels import (
    CancelAnswer,
    Channel,
    ChannelCharge,
    ChannelHold,
    ChannelLine,
    ChannelOrder,
    Discount,
    Fields,
    Listings,
    PaymentFact,
    Receiver,
    Request,
    Reversal,
    ReversedLine,
    ShipmentNotice,
    Standing,
    StatementLine,
    StockUpdate,
    Webhook,
    hmac_of,
    holds_of,
    json_request,
    must_be_fresh,
    must_match,
    numeric,
    parse_json,
    read_each,
    segment,
)
from omskit.core import Contact, Destination, PayloadError, Refusal

#: What ``financial_status`` allows; money that is only authorized is captured when goods leave.
FINANCIAL = {
    "pending": Standing.UNPAID,
    "authorized": Standing.READY,
    "partially_paid": Standing.UNPAID,
    "paid": Standing.READY,
    "partially_refunded": Standing.READY,
    "refunded": Standing.REFUNDED,
    "voided": Standing.CANCELLED,
    "expired": Standing.CANCELLED,
}
#: What ``fulfillment_status`` allows; missing means that nothing has left.
FULFILLMENT = {
    "": Standing.READY,
    "unfulfilled": Standing.READY,
    "partial": Standing.READY,
    "fulfilled": Standing.SENT,
    "restocked": Standing.CANCELLED,
}
_KNOWN = frozenset(
    "id created_at updated_at currency line_items shipping_lines shipping_address customer financial_status "
    "fulfillment_status total_price total_tax taxes_included cancelled_at test note refunds transactions "
    "total_discounts discount_codes total_tip_received tax_lines gateway payment_gateway_names fulfillments "
    # personal, or a way to the person
    "email contact_email phone billing_address browser_ip client_details payment_details token cart_token "
    "checkout_token landing_site landing_site_ref referring_site order_status_url note_attributes user_id".split()
)
_KNOWN_LINE = frozenset(
    "id sku variant_id quantity price title name discount_allocations total_discount tax_lines fulfillment_status "
    "properties".split()
)


def read(payload: bytes) -> Iterator[ChannelOrder | Reversal | Refusal]:
    """Read orders with their refunds: one, a list, or a webhook's bare order or refund."""
    said = Fields.of(parse_json(payload))
    if "refund" in said.values or "refund_line_items" in said.values:
        yield _refund(said.one("refund") if "refund" in said.values else said)
        return
    many = said.values.get("orders")
    orders = many if many is not None else [said.values.get("order", said.values)]
    for one in read_each(orders, "$.orders" if many is not None else "$", "id", _with_refunds):
        yield from (one,) if isinstance(one, Refusal) else one


def _with_refunds(said: Fields) -> tuple[ChannelOrder | Reversal, ...]:
    return (_order(said), *(_refund(one) for one in said.some("refunds")))


def _order(said: Fields) -> ChannelOrder:
    currency = said.currency("currency")
    included = said.flag("taxes_included")
    lines = _spread(said, currency, [_line(one, currency, included) for one in said.each("line_items")], included)
    shipping = list(said.some("shipping_lines"))
    address = said.one("shipping_address")
    status = said.text("financial_status", "")
    tip = said.amount("total_tip_received", currency, 0)
    return ChannelOrder(
        said.key("id"),
        said.instant("created_at"),
        currency,
        Destination(address.text("country_code"), address.text("province_code", ""), address.text("zip", "")),
        tuple(lines),
        said.one("customer").text("id", ""),
        cod="cash_on_delivery" in (said.text("gateway", ""), *_names(said)),
        memo=said.prose("note"),
        freight_minor=sum(_freight(one, currency, included) for one in shipping),
        charges=(ChannelCharge("tip", tip),) if tip else (),
        tax_minor=said.amount("total_tax", currency, 0),
        paid_minor=said.amount("total_price", currency),
        discounts=tuple(_coupon(one, currency) for one in said.some("discount_codes")),
        payments=tuple(_payment(one, currency) for one in said.some("transactions")),
        status=status,
        holds=_holds(said, status),
        receiver=Receiver(_contact(address)),
        changed_at=said.moment("updated_at"),
        extra=said.rest(_KNOWN),
    )


def _coupon(said: Fields, currency: str) -> Discount:
    return Discount(said.amount("amount", currency), code=said.text("code", ""))


def _names(said: Fields) -> tuple[str, ...]:
    names = said.values.get("payment_gateway_names")
    return tuple(str(name) for name in names) if isinstance(names, list) else ()


def _holds(said: Fields, status: str) -> tuple[ChannelHold, ...]:
    holds = () if "cash_on_delivery" in (said.text("gateway", ""), *_names(said)) else holds_of(status, FINANCIAL)
    holds += holds_of(said.text("fulfillment_status", ""), FULFILLMENT)
    if said.moment("cancelled_at"):
        holds += (ChannelHold(Standing.CANCELLED.value, "the channel has cancelled it"),)
    if said.flag("test"):
        holds += (ChannelHold("test_order", "the channel calls it a test"),)
    return holds


def _line(said: Fields, currency: str, included: bool) -> ChannelLine:  # noqa: FBT001
    count = said.count("quantity")
    tax = sum(one.amount("price", currency) for one in said.some("tax_lines"))
    shares = tuple(one.amount("amount", currency) for one in said.some("discount_allocations"))
    discount = sum(shares) or said.amount("total_discount", currency, 0)
    return ChannelLine(
        said.text("sku", "") or f"variant/{said.text('variant_id', '')}",
        count,
        said.amount("price", currency) * count + (0 if included else tax),
        discount,
        tax,
        said.key("id"),
        said.prose("title"),
        tuple(Discount(amount) for amount in shares),
        said.text("fulfillment_status", ""),
        said.rest(_KNOWN_LINE),
    )


def _spread(said: Fields, currency: str, lines: list[ChannelLine], included: bool) -> list[ChannelLine]:  # noqa: FBT001
    """Share discounts and taxes of the order over lines that do not tell their own."""
    discount = said.amount("total_discounts", currency, 0)
    tax = sum(one.amount("price", currency) for one in said.some("tax_lines"))
    if not any(line.discount_minor for line in lines):
        lines = discounted(lines, discount)
    return lines if any(line.tax_minor for line in lines) else taxed(lines, tax, included=included)


def _freight(said: Fields, currency: str, included: bool) -> int:  # noqa: FBT001
    tax = sum(one.amount("price", currency) for one in said.some("tax_lines"))
    less = sum(one.amount("amount", currency) for one in said.some("discount_allocations"))
    return said.amount("price", currency) - less + (0 if included else tax)


def _payment(said: Fields, currency: str) -> PaymentFact:
    at = said.moment("processed_at") or said.moment("created_at")
    kind = f"{said.text('gateway', '')}/{said.text('kind', '')}/{said.text('status', '')}"
    return PaymentFact(kind, said.amount("amount", currency), at, said.text("id", ""))


def _contact(address: Fields) -> Contact:
    lines = tuple(text for text in (address.prose("address1"), address.prose("address2")) if text)
    return Contact(address.prose("name"), address.prose("phone"), lines, address.prose("city"))


def _refund(said: Fields) -> Reversal:
    lines = tuple(_returned(one) for one in said.each("refund_line_items"))
    return Reversal(said.key("id"), said.instant("created_at"), lines, order=said.key("order_id"))


def _returned(said: Fields) -> ReversedLine:
    line = said.one("line_item")
    item = line.text("sku", "") or f"variant/{line.text('variant_id', '')}"
    return ReversedLine(item, said.count("quantity"), external_id=said.key("line_item_id"))


def write_stock(updates: Sequence[StockUpdate]) -> tuple[Request, ...]:
    """Return one request an update: Shopify sets one level at a time. The item is the inventory item's id."""
    return tuple(
        json_request(
            "POST",
            "/inventory_levels/set.json",
            {
                "location_id": numeric(one.location),
                "inventory_item_id": numeric(one.item),
                "available": one.available,
            },
            f"stock/{one.location}/{one.item}/{one.available}",
        )
        for one in updates
    )


def write_cancel_answer(answer: CancelAnswer) -> tuple[Request, ...]:
    """Return the request that cancels an order; a refusal needs none."""
    if not answer.agreed:
        return ()
    body = {"reason": answer.reason or "other", "email": False}
    return (json_request("POST", f"/orders/{segment(answer.order)}/cancel.json", body, f"cancel/{answer.order}"),)


def read_settlement(payload: bytes) -> Iterator[StatementLine | Refusal]:
    """Read the transactions of payouts (``shopify_payments/balance/transactions.json``); amounts are net."""
    said = Fields.of(parse_json(payload))
    yield from read_each(said.values.get("transactions"), "$.transactions", "id", _statement_line)


def _statement_line(said: Fields) -> StatementLine:
    currency = said.currency("currency")
    return StatementLine(
        said.key("id"),
        said.instant("processed_at"),
        currency,
        said.amount("net", currency),
        said.text("type"),
        said.text("source_order_id", ""),
        payout=said.text("payout_id", ""),
        fee_minor=said.amount("fee", currency, 0),
        extra=said.rest("id processed_at currency net type source_order_id payout_id fee".split()),
    )


def verify(webhook: Webhook, secret: str, at: datetime) -> None:
    """Prove a webhook: base64 of HMAC-SHA256 over the raw body; old ones are refused where they tell their time.

    Raises:
        PayloadError: ``missing_field``; ``bad_signature``; ``stale_webhook``.
    """
    name = "X-Shopify-Hmac-Sha256"
    must_match(webhook.header(name), b64encode(hmac_of(secret, webhook.body)).decode(), name)
    if "x-shopify-triggered-at" in webhook.headers:
        sent = Fields({"t": webhook.header("X-Shopify-Triggered-At")}, "headers.X-Shopify-Triggered-At")
        must_be_fresh(sent.instant("t"), at)


def verify_callback(query: str, secret: str) -> Mapping[str, str]:
    """Return the parameters of an OAuth callback whose ``hmac`` holds: HMAC-SHA256, hex, over the sorted others.

    Raises:
        PayloadError: ``missing_field``; ``bad_signature``.
    """
    said = dict(parse_qsl(query, keep_blank_values=True))
    if "hmac" not in said:
        raise PayloadError("missing_field", "the callback has no hmac", path="query.hmac")
    rest = sorted((name, value) for name, value in said.items() if name not in ("hmac", "signature"))
    message = "&".join(f"{name}={value}" for name, value in rest)
    must_match(said["hmac"], hmac_of(secret, message.encode()).hex(), "query.hmac")
    return dict(rest)


def channel(
    code: str,
    fulfillment_orders: Callable[[str], Iterable[FulfillmentOrder]],
    listings: Listings | None = None,
    returns_to: str = "",
) -> Channel:
    """Return a Shopify shop as a channel.

    Args:
        code: The channel's code.
        fulfillment_orders: Returns the fulfillment orders of an order's id; the host has fetched them.
        listings: What SKUs stand for; by default for themselves.
        returns_to: Warehouse that takes back what buyers return.
    """

    def shipment(notice: ShipmentNotice, _: datetime) -> tuple[Request, ...]:
        return write_shipment(notice, tuple(fulfillment_orders(notice.external_id)))

    return Channel(
        code,
        read,
        listings or Listings(open=True),
        returns_to,
        read_settlement=read_settlement,
        verify=verify,
        write_shipment=shipment,
        write_stock=write_stock,
        write_cancel_answer=write_cancel_answer,
    )
