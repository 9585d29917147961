"""Shopify's fulfillment orders: how it groups an order's lines by location, and how parcels are told against them.

Source: the REST Admin API reference (FulfillmentOrder, Fulfillment).
"""

from __future__ import annotations

from collections.abc import Sequence

from attrs import frozen

from omskit.channels import Fields, Request, ShipmentNotice, json_request, numeric, parse_json
from omskit.core import Refused


@frozen
class FulfillmentOrder:
    """Shopify's own grouping of an order's lines by location; what is sent is told against its lines.

    Args:
        id: Its id.
        order: The order's id.
        status: ``open``, ``in_progress``, ``on_hold``, ``scheduled``, ``closed``, ``cancelled``, ``incomplete``.
        location: Where Shopify expects it to be sent from.
        lines: (its line's id, the order line's id, units that can still be sent).
        holds: Reasons for which it is held.
    """

    id: str
    order: str
    status: str
    location: str
    lines: tuple[tuple[str, str, int], ...]
    holds: tuple[str, ...] = ()


def read_fulfillment_orders(payload: bytes) -> tuple[FulfillmentOrder, ...]:
    """Read the answer to ``GET /orders/{id}/fulfillment_orders.json``, or one fulfillment order.

    Raises:
        PayloadError: With the path of what does not fit.
    """
    said = Fields.of(parse_json(payload))
    if "fulfillment_orders" in said.values:
        return tuple(_group(one) for one in said.each("fulfillment_orders"))
    return (_group(said.one("fulfillment_order")),)


def _group(said: Fields) -> FulfillmentOrder:
    return FulfillmentOrder(
        said.key("id"),
        said.key("order_id"),
        said.text("status"),
        said.text("assigned_location_id", ""),
        tuple(
            (line.key("id"), line.key("line_item_id"), line.count("fulfillable_quantity"))
            for line in said.each("line_items")
        ),
        tuple(hold.text("reason", "") for hold in said.some("fulfillment_holds")),
    )


def write_shipment(notice: ShipmentNotice, groups: Sequence[FulfillmentOrder]) -> tuple[Request, ...]:
    """Return the request that makes one fulfillment of a parcel, over as many fulfillment orders as it takes.

    Raises:
        Refused: ``not_fulfillable`` when open fulfillment orders have fewer units of a line than were sent.
    """
    wanted: dict[str, int] = {}
    for line in notice.lines:
        wanted[line.external_id] = wanted.get(line.external_id, 0) + line.quantity
    told: list[dict[str, object]] = []
    for group in groups:
        if group.status not in ("open", "in_progress"):
            continue
        taken = []
        for id_, line_id, open_units in group.lines:
            if units := min(open_units, wanted.get(line_id, 0)):
                wanted[line_id] -= units
                taken.append({"id": numeric(id_), "quantity": units})
        if taken:
            told.append({"fulfillment_order_id": numeric(group.id), "fulfillment_order_line_items": taken})
    missing = {line: units for line, units in wanted.items() if units}
    if missing:
        raise Refused(
            "not_fulfillable",
            f"order {notice.external_id} has no open fulfillment order for {missing}",
            lines=missing,
        )
    tracking = {"number": notice.waybill, "company": notice.courier}
    body = {"fulfillment": {"line_items_by_fulfillment_order": told, "tracking_info": tracking}}
    return (json_request("POST", "/fulfillments.json", body, f"shipment/{notice.external_id}/{notice.waybill}"),)
