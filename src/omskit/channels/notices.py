"""What a channel and a warehouse are told: documents that wait in the outbox until the host has sent them."""

from __future__ import annotations

from datetime import date

from attrs import frozen

from omskit.channels.answers import RefundAnswer
from omskit.core import Codec, Destination


@frozen
class SentLine:
    """Units of one line that left in a parcel, by the channel's own ids."""

    external_id: str
    item: str
    quantity: int


@frozen
class ShipmentNotice:
    """Tells a channel that a parcel of an order has left."""

    channel: str
    external_id: str
    waybill: str
    courier: str
    lines: tuple[SentLine, ...]


@frozen
class PickLine:
    """Pieces of one SKU to pick."""

    sku: str
    quantity: int


@frozen
class PickRequest:
    """Asks a warehouse to pick, pack and hand over.

    Args:
        number: The fulfillment order's readable number; the same request has the same number.
        warehouse: Who is asked.
        courier: Who is to carry it.
        service: The courier's product.
        destination: Where it goes.
        ship_on: Planned day of hand-over.
        lines: Pieces by SKU, summed, in order of SKU.
        orders: External ids of the orders inside, for the packing slip.
    """

    number: str
    warehouse: str
    courier: str
    service: str
    destination: Destination
    ship_on: date | None
    lines: tuple[PickLine, ...]
    orders: tuple[str, ...]


@frozen
class RecallRequest:
    """Asks a warehouse to stop working on a pick request."""

    number: str
    warehouse: str
    reason: str = ""


Notice = ShipmentNotice | PickRequest | RecallRequest | RefundAnswer

#: Writes notices into the outbox and reads them for the host's sender.
NOTICES: Codec[Notice] = Codec(
    "notice",
    {"shipment": ShipmentNotice, "pick": PickRequest, "recall": RecallRequest, "refund": RefundAnswer},
)
