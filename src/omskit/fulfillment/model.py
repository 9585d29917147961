"""The fulfillment order: work given to one warehouse, for one order or for several that leave together."""

from __future__ import annotations

from datetime import date

from attrs import frozen

from omskit.core import Component, Destination, UsageError


@frozen
class WorkLine:
    """Units of one order line that the warehouse works on; quantity = open + shipped + short.

    Args:
        number: Position in the fulfillment order, from 1.
        order: Key of the order.
        line: Number of the order's line.
        sku: What was sold.
        quantity: Units to send, above zero.
        open: Units the warehouse has not answered for.
        shipped: Units in parcels.
        short: Units that will not come from here.
        parts: What one unit is made of.

    Raises:
        UsageError: ``bad_counters``; ``bad_quantity`` for a quantity below one.
    """

    number: int
    order: int
    line: int
    sku: str
    quantity: int
    open: int
    shipped: int = 0
    short: int = 0
    parts: tuple[Component, ...] = ()

    def __attrs_post_init__(self) -> None:
        if self.quantity < 1:
            raise UsageError("bad_quantity", f"line {self.number}: 1 unit or more", value=self.quantity)
        counters = (self.open, self.shipped, self.short)
        if sum(counters) != self.quantity or min(counters) < 0:
            raise UsageError(
                "bad_counters", f"line {self.number}: {self.quantity} is not open + shipped + short = {counters}"
            )


@frozen
class Parcel:
    """A box that was handed to a courier.

    Args:
        number: 1, 2, 3 ... within the fulfillment order.
        waybill: The courier's number of it.
        lines: (work line number, units) pairs.
        courier: Who carries it; empty for the one that was planned.
        weight_g: As weighed; 0 when it was not.
    """

    number: int
    waybill: str
    lines: tuple[tuple[int, int], ...]
    courier: str = ""
    weight_g: int = 0


@frozen
class FulfillmentOrder:
    """Work for one warehouse.

    Args:
        key: Its 64-bit key.
        status: Where it stands in its machine.
        warehouse: Who works on it.
        destination: Where it goes.
        lines: What to send.
        courier: Who is to carry it.
        service: The courier's product.
        weight_g: Expected weight.
        freight_minor: Expected freight.
        currency: Of the freight.
        ship_on: Planned day of hand-over.
        arrive_on: Planned day of delivery.
        parcels: What has left.
        process: Id of the process whose machine it follows; empty for the default.
    """

    key: int
    status: str
    warehouse: str
    destination: Destination
    lines: tuple[WorkLine, ...]
    courier: str = ""
    service: str = ""
    weight_g: int = 0
    freight_minor: int = 0
    currency: str = ""
    ship_on: date | None = None
    arrive_on: date | None = None
    parcels: tuple[Parcel, ...] = ()
    process: str = ""

    @property
    def orders(self) -> tuple[int, ...]:
        """Keys of the orders it serves, sorted."""
        orders = {line.order for line in self.lines}
        return tuple(sorted(orders)) if len(orders) > 1 else tuple(orders)
