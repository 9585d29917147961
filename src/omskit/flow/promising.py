"""Promising: what somebody may order, and orders that wait, as demands on goods that are there and due."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from attrs import evolve, field, frozen

from omskit.allocation import Compiled, Delivery, Demand, DemandLine, Policy, Supply
from omskit.core import Cell, Component, Destination, UsageError
from omskit.flow.deliveries import demand_of
from omskit.flow.steps.source import Headroom
from omskit.inventory import Available
from omskit.orders import Order


def _pairs(items: Iterable[tuple[str, int]]) -> tuple[tuple[str, int], ...]:
    return tuple(items)


@frozen
class Wish:
    """What somebody may order: what a product page shows, or what lies in a cart.

    Args:
        items: (item, units) pairs; items as the channel calls them, SKUs and bundles where there is none.
        destination: Where it is to go.
        channel: Who asks; empty sees every warehouse.
        ship_complete: Whether it may only leave as a whole.
        cod: Whether the courier is to collect the money.
        warehouse: The only warehouse it may leave; empty leaves it open.
        courier: The only courier that may carry it; empty leaves it open.
        arrive_by: When the buyer wants it; what a plan weighs against other costs.
        cart: The channel's id of the cart, whose pieces are there for it.

    Raises:
        UsageError: ``bad_lines`` without items; ``bad_quantity``.
    """

    items: tuple[tuple[str, int], ...] = field(converter=_pairs)
    destination: Destination
    channel: str = ""
    ship_complete: bool = False
    cod: bool = False
    warehouse: str = ""
    courier: str = ""
    arrive_by: datetime | None = None
    cart: str = ""

    def __attrs_post_init__(self) -> None:
        if not self.items:
            raise UsageError("bad_lines", "a wish has at least one item")
        for item, units in self.items:
            if type(units) is not int or units < 1:
                raise UsageError("bad_quantity", f"{units!r} units of {item}; at least 1", item=item, value=units)


@frozen
class Outlook:
    """How goods become dates.

    Args:
        today: What warehouses and couriers can still do today.
        daily: What they can do in each later day; None for no limits.
        dock_to_stock: How long goods take from the beginning of the day on which they are due until they can be
            packed.
        ahead: How far ahead is looked.

    Raises:
        UsageError: ``bad_period`` for a time below zero.
    """

    today: Headroom = field(factory=Headroom)
    daily: Headroom | None = None
    dock_to_stock: timedelta = timedelta(0)
    ahead: timedelta = timedelta(days=28)

    def __attrs_post_init__(self) -> None:
        shorter = min(self.dock_to_stock, self.ahead)
        if shorter < timedelta(0):
            raise UsageError("bad_period", f"{shorter}; from zero", value=shorter)


def wished(wish: Wish, known: Mapping[str, tuple[str, tuple[Component, ...]]], currency: str) -> Demand:
    """Return what a wish asks of the planner; its lines are numbered as its items.

    Args:
        wish: The wish.
        known: SKU and parts of each of its items.
        currency: Of the network.
    """
    lines = [
        DemandLine(number, known[item][0], units, known[item][1])
        for number, (item, units) in enumerate(wish.items, 1)
    ]
    return Demand(
        1,
        0,
        wish.destination,
        currency,
        tuple(lines),
        wish.channel,
        wish.ship_complete,
        None,
        wish.arrive_by,
        wish.cod,
        wish.warehouse,
        wish.courier,
    )


def still_asked(order: Order, at: datetime, policy: Policy) -> Demand | None:
    """Return what the open units of an order ask of the planner, as if nothing held it; None when none is."""
    return demand_of(evolve(order, holds=()), at, policy)


def goods_for(
    demand: Demand,
    found: Mapping[str, Available],
    own: Mapping[Cell, int],
    network: Compiled,
    dock_to_stock: timedelta,
) -> tuple[dict[Cell, int], list[Delivery]]:
    """Return the pieces that are there for a demand, and those that will come, from when on they can be packed.

    Args:
        demand: Whose goods.
        found: What can be sold, as the asker sees it, by SKU.
        own: Pieces that are reserved for the asker already.
        network: Its warehouses say when a day begins.
        dock_to_stock: How long goods take from the beginning of their day on.
    """
    there: dict[Cell, int] = {}
    coming: list[Delivery] = []
    zones = {one.code: ZoneInfo(one.zone) for one in network.warehouses}
    for sku in sorted({part.sku for line in demand.lines for part in line.parts}):
        for warehouse, steps in found[sku].by_place().items() if sku in found else ():
            cell, (first, *later) = Cell(sku, warehouse), steps
            there[cell] = first.quantity
            for before, step in zip(steps, later, strict=False):
                if warehouse in zones:
                    begins = datetime.combine(step.day, time(), zones[warehouse]).astimezone(UTC)
                    coming.append(Delivery(begins + dock_to_stock, {cell: step.quantity - before.quantity}))
    for cell, count in own.items():
        there[cell] = there.get(cell, 0) + count
    return there, coming


def room(headroom: Headroom, available: Mapping[Cell, int]) -> Supply:
    """Return a supply of some pieces within the room of a day."""
    return Supply(available, headroom.parcels, headroom.units, headroom.quotas, headroom.commitments)
