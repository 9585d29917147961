"""The fulfillment order: work given to one warehouse, for one order or for several that leave together."""

from __future__ import annotations

from datetime import date, datetime

from attrs import frozen

from omskit.core import Component, Destination, UsageError, quick
from omskit.fulfillment.parcels import LotPieces, Parcel


@quick
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
        open_, shipped, short = counters = (self.open, self.shipped, self.short)
        if open_ + shipped + short != self.quantity or open_ < 0 or shipped < 0 or short < 0:
            raise UsageError(
                "bad_counters", f"line {self.number}: {self.quantity} is not open + shipped + short = {counters}"
            )


@frozen
class WorkHold:
    """Something about a fulfillment order that waits for a person.

    Args:
        code: What kind of thing, stable, for programs.
        since: When it came up.
        actor: Who brought it up.
        reason: One sentence for a person.
        parcel: Number of the parcel that it is about, 0 for the whole.
    """

    code: str
    since: datetime
    actor: str
    reason: str = ""
    parcel: int = 0


@frozen
class Pickup:
    """What a store must know to hand goods to the one who collects them.

    Args:
        digest: Of the code that the buyer shows; empty before the goods are ready.
        until: When they go back to the shelf; None before they are ready.
        attempts: How many wrong codes were shown.
    """

    digest: str = ""
    until: datetime | None = None
    attempts: int = 0


@quick
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
        parcels: What was packed and what has left; the parcel with number n stands at position n - 1.
        process: Id of the process whose machine it follows; empty for the default.
        holds: What waits for a person.
        confirmed: Ids of the warehouse's confirmations so far.
        pickup: Set where a buyer collects the goods; None where a courier carries them.
        anyway: Numbers of the parcels that left although the work had been stopped, each with what was decided:
            empty for nothing yet, ``sold`` or ``gone``.
        lots: Of which lots the warehouse is asked to take pieces; it chooses those that are not named.
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
    holds: tuple[WorkHold, ...] = ()
    confirmed: tuple[str, ...] = ()
    pickup: Pickup | None = None
    anyway: tuple[tuple[int, str], ...] = ()
    lots: tuple[LotPieces, ...] = ()

    @property
    def orders(self) -> tuple[int, ...]:
        """Keys of the orders it serves, sorted."""
        orders = {line.order for line in self.lines}
        return tuple(sorted(orders)) if len(orders) > 1 else tuple(orders)

    def parcel(self, number: int) -> Parcel:
        """Return a parcel by number.

        Raises:
            UsageError: ``unknown_parcel``.
        """
        if not 1 <= number <= len(self.parcels):
            count = len(self.parcels)
            raise UsageError("unknown_parcel", f"no parcel {number}; there are {count}", parcel=number)
        return self.parcels[number - 1]

    def line(self, number: int) -> WorkLine:
        """Return a work line by number.

        Raises:
            UsageError: ``unknown_line``.
        """
        if not 1 <= number <= len(self.lines):
            raise UsageError("unknown_line", f"no line {number}; there are 1 to {len(self.lines)}", line=number)
        return self.lines[number - 1]
