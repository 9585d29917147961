"""Amazon Selling Partner API: orders v0 with their items, notifications, financial events, stock.

Source: the models ``ordersV0``, ``financesV0``, ``listingsItems_2021-08-01`` and the schema of
OrderChangeNotification. An order comes without its items: :func:`join` puts both answers into one payload.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from functools import partial

from omskit.channels import (
    Channel,
    ChannelCharge,
    ChannelHold,
    ChannelLine,
    ChannelOrder,
    Discount,
    Fields,
    Listings,
    News,
    Receiver,
    Request,
    ShipmentNotice,
    Standing,
    StatementLine,
    StockUpdate,
    holds_of,
    json_request,
    parse_json,
    read_each,
    segment,
)
from omskit.core import Contact, Destination, PayloadError, Refusal

#: What ``OrderStatus`` allows. ``Pending`` has no address and no price yet, and must not be sent.
STATUSES = {
    "PendingAvailability": Standing.UNPAID,
    "Pending": Standing.UNPAID,
    "Unshipped": Standing.READY,
    "PartiallyShipped": Standing.READY,
    "Shipped": Standing.SENT,
    "InvoiceUnconfirmed": Standing.FORBIDDEN,
    "Canceled": Standing.CANCELLED,
    "Unfulfillable": Standing.FORBIDDEN,
}
#: Kinds of financial events that are about an order's items and have one shape.
ORDER_EVENTS = ("Shipment", "Refund", "GuaranteeClaim", "Chargeback")
#: Marketplace to country and currency, for orders that Amazon shows without address or price.
MARKETPLACES = {
    "A2EUQ1WTGCTBG2": ("CA", "CAD"),
    "ATVPDKIKX0DER": ("US", "USD"),
    "A1AM78C64UM0Y8": ("MX", "MXN"),
    "A2Q3Y263D00KWC": ("BR", "BRL"),
    "A28R8C7NBKEWEA": ("IE", "EUR"),
    "A1RKKUPIHCS9HS": ("ES", "EUR"),
    "A1F83G8C2ARO7P": ("GB", "GBP"),
    "A13V1IB3VIYZZH": ("FR", "EUR"),
    "AMEN7PMS3EDWL": ("BE", "EUR"),
    "A1805IZSGTT6HS": ("NL", "EUR"),
    "A1PA6795UKMFR9": ("DE", "EUR"),
    "APJ6JRA9NG5V4": ("IT", "EUR"),
    "A2NODRKZP88ZB9": ("SE", "SEK"),
    "AE08WJ6YKNBMC": ("ZA", "ZAR"),
    "A1C3SOZRARQ6R3": ("PL", "PLN"),
    "ARBP9OOSHTCHU": ("EG", "EGP"),
    "A33AVAJ2PDY3EV": ("TR", "TRY"),
    "A17E79C6D8DWNP": ("SA", "SAR"),
    "A2VIGQ35RCS4UG": ("AE", "AED"),
    "A21TJRUUN4KGV": ("IN", "INR"),
    "A19VAU5U5O7RUS": ("SG", "SGD"),
    "A39IBJ37TRP1C6": ("AU", "AUD"),
    "A1VC38T7YXB528": ("JP", "JPY"),
}
_KNOWN = frozenset(
    "AmazonOrderId PurchaseDate LastUpdateDate OrderStatus FulfillmentChannel OrderTotal LatestShipDate "
    "LatestDeliveryDate PaymentMethod PaymentMethodDetails ShippingAddress OrderItems BuyerInfo MarketplaceId "
    "DefaultShipFromLocationAddress IsPrime IsPremiumOrder".split()
)
_KNOWN_LINE = frozenset(
    "ASIN OrderItemId SellerSKU Title QuantityOrdered QuantityShipped ItemPrice ItemTax ShippingPrice ShippingTax "
    "ShippingDiscount ShippingDiscountTax PromotionDiscount PromotionDiscountTax CODFee CODFeeDiscount BuyerInfo "
    "BuyerRequestedCancel".split()
)


def join(orders: bytes, items: Iterable[bytes], addresses: Iterable[bytes] = ()) -> bytes:
    """Put the answers to getOrderItems and getOrderAddress into those of getOrders: one payload for :func:`read`.

    Pages of one order's items are put together. An answer to getOrder serves as well.

    Raises:
        PayloadError: With the path of what does not fit.
    """
    parsed = _orders(Fields.of(parse_json(orders)))
    by_order: dict[str, list[object]] = {}
    for payload in items:
        page = Fields.of(parse_json(payload)).one("payload")
        by_order.setdefault(page.key("AmazonOrderId"), []).extend(one.values for one in page.each("OrderItems"))
    shown = {}
    for payload in addresses:
        address = Fields.of(parse_json(payload)).one("payload")
        shown[address.key("AmazonOrderId")] = {"ShippingAddress": address.one("ShippingAddress").values}
    whole = []
    for one in parsed:
        id_ = str(one.get("AmazonOrderId"))
        whole.append({**one, **shown.get(id_, {}), "OrderItems": by_order.get(id_, [])})
    return json.dumps({"payload": {"Orders": whole}}, ensure_ascii=False, default=str).encode()


def _orders(said: Fields) -> list[dict[str, object]]:
    payload = said.one("payload")
    many = payload.values.get("Orders", [payload.values])
    if not isinstance(many, list) or not all(isinstance(one, dict) for one in many):
        raise PayloadError("not_an_array", "expected orders @ $.payload.Orders", path="$.payload.Orders")
    return many


def read(payload: bytes) -> Iterator[ChannelOrder | Refusal]:
    """Read orders with their items, as :func:`join` has put them together."""
    yield from read_each(_orders(Fields.of(parse_json(payload))), "$.payload.Orders", "AmazonOrderId", _order)


def _order(said: Fields) -> ChannelOrder:
    total = said.one("OrderTotal")
    country, currency = MARKETPLACES.get(said.text("MarketplaceId", ""), (None, None))
    currency = total.currency("CurrencyCode", currency)
    status = said.text("OrderStatus")
    items = list(said.each("OrderItems"))
    address = said.one("ShippingAddress")
    paid = total.amount("Amount", currency) if total.values else None
    fees = sum(_net(one, currency, "CODFee", "CODFeeDiscount") for one in items)
    wraps = sum(_money(one.one("BuyerInfo"), "GiftWrapPrice", currency) for one in items)
    freight = sum(_net(one, currency, "ShippingPrice", "ShippingDiscount") for one in items)
    goods = sum(_net(one, currency, "ItemPrice", "PromotionDiscount") for one in items)
    item_tax = sum(_money(one, "ItemTax", currency) for one in items)
    freight_tax = sum(_money(one, "ShippingTax", currency) for one in items)
    # Prices hold their tax in some marketplaces and not in others; the total tells which.
    included = goods + freight + fees + wraps == paid
    return ChannelOrder(
        said.key("AmazonOrderId"),
        said.instant("PurchaseDate"),
        currency,
        Destination(
            address.text("CountryCode", country), address.text("StateOrRegion", ""), address.text("PostalCode", "")
        ),
        tuple(_line(one, currency, included) for one in items),
        urgent=said.flag("IsPrime") or said.flag("IsPremiumOrder"),
        cod=said.text("PaymentMethod", "") == "COD",
        ship_by=said.moment("LatestShipDate"),
        arrive_by=said.moment("LatestDeliveryDate"),
        freight_minor=freight + (0 if included else freight_tax),
        charges=tuple(
            ChannelCharge(code, amount) for code, amount in (("cod_fee", fees), ("gift_wrap", wraps)) if amount
        ),
        tax_minor=item_tax + freight_tax,
        paid_minor=paid,
        status=status,
        holds=_holds(said, status, items),
        receiver=Receiver(_contact(address)),
        changed_at=said.moment("LastUpdateDate"),
        extra=said.rest(_KNOWN),
    )


def _holds(said: Fields, status: str, items: Sequence[Fields]) -> tuple[ChannelHold, ...]:
    holds = holds_of(status, STATUSES)
    if said.text("FulfillmentChannel", "") == "AFN":
        holds += (ChannelHold("sent_elsewhere", "Amazon sends it from its own warehouses"),)
    if not said.values.get("ShippingAddress"):
        holds += (ChannelHold("no_receiver", "the address has to be fetched with a restricted token"),)
    for position, one in enumerate(items, 1):
        if one.one("BuyerRequestedCancel").flag("IsBuyerRequestedCancel"):
            holds += (ChannelHold("cancel_requested", "the buyer wants to cancel the line", position),)
    return holds


def _money(said: Fields, name: str, currency: str) -> int:
    """Return an amount in the order's currency; one in another currency is refused, never converted."""
    if said.values.get(name) is None:
        return 0
    money = said.one(name)
    if money.text("CurrencyCode", currency) != currency:
        raise PayloadError("bad_currency", f"not in {currency} @ {money.path}", path=money.path)
    return money.amount("Amount", currency)


def _net(said: Fields, currency: str, plus: str, minus: str) -> int:
    return _money(said, plus, currency) - _money(said, minus, currency)


def _line(said: Fields, currency: str, included: bool) -> ChannelLine:  # noqa: FBT001
    tax = _money(said, "ItemTax", currency)
    discount = _money(said, "PromotionDiscount", currency)
    return ChannelLine(
        said.text("SellerSKU", "") or said.text("ASIN"),
        said.count("QuantityOrdered"),
        _money(said, "ItemPrice", currency) + (0 if included else tax),
        discount,
        tax,
        said.key("OrderItemId"),
        said.prose("Title"),
        (Discount(discount),) if discount else (),
        extra=said.rest(_KNOWN_LINE),
    )


def _contact(address: Fields) -> Contact:
    lines = tuple(text for n in "123" if (text := address.prose(f"AddressLine{n}")))
    return Contact(address.prose("Name"), address.prose("Phone"), lines, address.prose("City"))


def read_news(payload: bytes) -> Iterator[News | Refusal]:
    """Read notifications of the type ORDER_CHANGE, one or several: fetch the orders that they name."""
    said = parse_json(payload)
    yield from read_each(said if isinstance(said, list) else [said], "$", "NotificationType", _news)


def _news(said: Fields) -> News:
    change = said.one("Payload").one("OrderChangeNotification")
    trigger, meta = change.one("OrderChangeTrigger"), said.one("NotificationMetadata")
    return News(
        change.key("AmazonOrderId"),
        trigger.moment("TimeOfOrderChange") or said.instant("EventTime"),
        change.text("OrderChangeType", ""),
        change.one("Summary").text("OrderStatus", ""),
        meta.text("NotificationId", ""),
    )


def read_settlement(payload: bytes) -> Iterator[StatementLine | Refusal]:
    """Read the events of Finances v0 that are about orders: one line for each charge and fee of an item."""
    events = Fields.of(parse_json(payload)).one("payload").one("FinancialEvents")
    for kind in ORDER_EVENTS:
        path, many = f"{events.path}.{kind}EventList", events.values.get(f"{kind}EventList") or []
        for one in read_each(many, path, "AmazonOrderId", partial(_event, kind=kind)):
            yield from (one,) if isinstance(one, Refusal) else one


def _event(said: Fields, kind: str) -> tuple[StatementLine, ...]:
    order, at = said.key("AmazonOrderId"), said.instant("PostedDate")
    lines: list[StatementLine] = []
    for items in ("ShipmentItemList", "ShipmentItemAdjustmentList"):
        suffix = "Adjustment" if items.endswith("AdjustmentList") else ""
        for item in said.some(items):
            id_ = item.text(f"Order{suffix}ItemId", "") or item.text("OrderItemId", "")
            for part, name, amount in (("Charge", "ChargeType", "ChargeAmount"), ("Fee", "FeeType", "FeeAmount")):
                for one in item.some(f"Item{part}{suffix}List"):
                    money, number = one.one(amount), len(lines) + 1
                    currency = money.currency("CurrencyCode")
                    minor = money.number("CurrencyAmount", currency)
                    key, category = f"{kind}/{order}/{at.isoformat()}/{number}", f"{kind}/{one.text(name)}"
                    lines.append(StatementLine(key, at, currency, minor, category, order, id_))
    return tuple(lines)


def write_shipment(notice: ShipmentNotice, at: datetime, marketplace: str) -> tuple[Request, ...]:
    """Return the request of confirmShipment; the reference of a package counts within its order."""
    items = [{"orderItemId": line.external_id, "quantity": line.quantity} for line in notice.lines]
    package = {
        "packageReferenceId": "".join(sign for sign in notice.waybill if sign.isdigit())[-5:] or "1",
        "carrierCode": notice.courier,
        "trackingNumber": notice.waybill,
        "shipDate": at.isoformat(timespec="seconds").replace("+00:00", "Z"),
        "orderItems": items,
    }
    path = f"/orders/v0/orders/{segment(notice.external_id)}/shipmentConfirmation"
    body = {"marketplaceId": marketplace, "packageDetail": package}
    return (json_request("POST", path, body, f"shipment/{notice.external_id}/{notice.waybill}"),)


def write_stock(updates: Sequence[StockUpdate], seller: str, marketplace: str) -> tuple[Request, ...]:
    """Return one request a SKU, as the Listings Items API asks for."""
    requests = []
    for one in updates:
        value = [{"fulfillment_channel_code": one.location or "DEFAULT", "quantity": one.available}]
        patch = {"op": "replace", "path": "/attributes/fulfillment_availability", "value": value}
        path = f"/listings/2021-08-01/items/{segment(seller)}/{segment(one.item)}"
        path += f"?marketplaceIds={segment(marketplace)}"
        body = {"productType": "PRODUCT", "patches": [patch]}
        requests.append(json_request("PATCH", path, body, f"stock/{one.item}/{one.available}"))
    return tuple(requests)


def channel(
    code: str, seller: str, marketplace: str, listings: Listings | None = None, returns_to: str = ""
) -> Channel:
    """Return an Amazon seller account in one marketplace as a channel."""
    return Channel(
        code,
        read,
        listings or Listings(open=True),
        returns_to,
        read_settlement=read_settlement,
        read_news=read_news,
        write_shipment=lambda notice, at: write_shipment(notice, at, marketplace),
        write_stock=lambda updates: write_stock(updates, seller, marketplace),
    )
