"""What a channel and a warehouse are told: documents that wait in the outbox until the host has sent them."""

from __future__ import annotations

from datetime import date
from enum import Enum

from attrs import frozen

from omskit.channels.answers import RefundAnswer, StockUpdate
from omskit.core import Codec, Destination, quick


@frozen
class SentLine:
    """Units of one line that left in a parcel, by the channel's own ids."""

    external_id: str
    item: str
    quantity: int


class Reporting(Enum):
    """When a channel is told of the parcels of an order's line.

    A channel that takes whole lines only must hear of each once, however many parcels it left in. ``EACH`` tells
    of every parcel with the units in it. The others tell of a line once, with all of its units: ``FIRST`` with the
    first parcel; ``WHOLE`` when nothing of it is left to send, with the last parcel; ``ALL`` then, and with every
    other parcel as ``more``.
    """

    EACH = "each"
    FIRST = "first"
    WHOLE = "whole"
    ALL = "all"


@frozen
class Package:
    """A further parcel that has units of the lines of a notice."""

    waybill: str
    courier: str


@frozen
class ShipmentNotice:
    """Tells a channel that a parcel of an order has left; ``more`` are others with units of the same lines."""

    channel: str
    external_id: str
    waybill: str
    courier: str
    lines: tuple[SentLine, ...]
    more: tuple[Package, ...] = ()

    @property
    def packages(self) -> tuple[Package, ...]:
        """Every parcel that the notice tells of, its own first."""
        return (Package(self.waybill, self.courier), *self.more)


@frozen
class ShipmentWithdrawn:
    """Tells a channel that a parcel it has heard of had not left; its lines as they were told."""

    channel: str
    external_id: str
    waybill: str
    lines: tuple[SentLine, ...]
    reason: str = ""


@quick
@frozen
class PickLine:
    """Pieces of one SKU to pick; ``lots`` says of which lots, as (code, pieces), as far as it matters."""

    sku: str
    quantity: int
    lots: tuple[tuple[str, int], ...] = ()


@quick
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


@frozen
class WaybillRequest:
    """Asks a courier for a waybill.

    Args:
        number: The fulfillment order's readable number.
        parcel: The parcel's number within it.
        label: The label's number within the parcel; the answer names it. Number, parcel and label together are the
            courier's object id: asked twice under one, it gives the same waybill.
        courier: Who is asked.
        service: The courier's product.
        warehouse: Where the parcel is picked up.
        destination: Where it goes.
        lines: Pieces by SKU, summed, in order of SKU.
        weight_g: As weighed, or as expected; 0 for unknown.
        length_mm: As measured; 0 for unknown.
        width_mm: As measured.
        height_mm: As measured.
        orders: External ids of the orders inside.
    """

    number: str
    parcel: int
    label: int
    courier: str
    service: str
    warehouse: str
    destination: Destination
    lines: tuple[PickLine, ...]
    weight_g: int = 0
    length_mm: int = 0
    width_mm: int = 0
    height_mm: int = 0
    orders: tuple[str, ...] = ()


@frozen
class WaybillVoid:
    """Asks a courier to take a waybill back, or a request that it has not answered (``waybill`` is empty)."""

    number: str
    parcel: int
    label: int
    courier: str
    waybill: str = ""
    reason: str = ""


@frozen
class InterceptRequest:
    """Asks a courier to stop a parcel on its way and to bring it back."""

    number: str
    parcel: int
    courier: str
    waybill: str
    reason: str = ""


@frozen
class StockNotice:
    """Tells a channel what it may sell of some items, as absolute figures; a later notice makes it worthless."""

    channel: str
    updates: tuple[StockUpdate, ...]


Notice = (
    ShipmentNotice
    | ShipmentWithdrawn
    | PickRequest
    | RecallRequest
    | RefundAnswer
    | WaybillRequest
    | WaybillVoid
    | InterceptRequest
    | StockNotice
)

#: Writes notices into the outbox and reads them for the host's sender.
NOTICES: Codec[Notice] = Codec(
    "notice",
    {
        "shipment": ShipmentNotice,
        "shipment_withdrawn": ShipmentWithdrawn,
        "pick": PickRequest,
        "recall": RecallRequest,
        "refund": RefundAnswer,
        "waybill": WaybillRequest,
        "waybill_void": WaybillVoid,
        "intercept": InterceptRequest,
        "stock": StockNotice,
    },
)
