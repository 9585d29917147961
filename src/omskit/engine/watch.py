"""Watching the clocks: orders whose goods have to leave soon, and parcels that no courier has scanned."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from attrs import frozen

from omskit.core import TERMINAL, readable, to_ms
from omskit.engine.units import Shop
from omskit.flow import Processes
from omskit.fulfillment import FULFILLMENTS, FulfillmentOrder, is_unscanned
from omskit.orders import ORDERS, Order, due
from omskit.storage import After, Op, Unit, Where

#: Orders that are read in one step.
PAGE = 500


@frozen
class AtRisk:
    """An order with units that have to leave soon.

    Args:
        number: Its readable number.
        status: Where it stands.
        due_at: When the first of them has to leave.
        left: Time until then; below zero when it is over.
        lines: (line number, units) that have not left and are due within the time that was asked about.
        holds: Codes of what blocks the order.
    """

    number: str
    status: str
    due_at: datetime
    left: timedelta
    lines: tuple[tuple[int, int], ...]
    holds: tuple[str, ...]


def at_risk(shop: Shop, processes: Processes, within: timedelta, limit: int) -> list[AtRisk]:
    """Return the orders with units due within a time from now, those due first at the front."""
    now = shop.now()
    with shop.storage.begin(read=True) as unit:
        found = list(_due(unit, _unfinished(processes), now + within, limit))
    return [_at_risk(order, now, now + within) for order in found]


def _unfinished(processes: Processes) -> tuple[str, ...]:
    machines = [process.rules.orders for process in processes.all]
    return tuple(sorted({s for machine in machines for s in machine.states if not machine.has(s, TERMINAL)}))


def _due(unit: Unit, statuses: Sequence[str], until: datetime, limit: int) -> Iterator[Order]:
    where = (Where("status", Op.IN, tuple(statuses)), Where("due", Op.LE, to_ms(until)))
    after: After | None = None
    while limit and (keys := unit.of(ORDERS).find(*where, limit=min(limit, PAGE), by="due", after=after)):
        stored = unit.of(ORDERS).load(keys)
        yield from (stored[key].state for key in keys)
        limit -= len(keys)
        after = After(due(stored[keys[-1]].state), keys[-1])


def _at_risk(order: Order, now: datetime, until: datetime) -> AtRisk:
    due_at = order.due_at
    assert due_at is not None  # noqa: S101 - it was found by that instant
    lines = (
        (line.number, line.open + line.reserved)
        for line in order.lines
        if line.open + line.reserved and (line.ship_by or order.terms.ship_by or until) <= until
    )
    holds = tuple(sorted({hold.code for hold in order.holds}))
    return AtRisk(readable(ORDERS.number, order.key), order.status, due_at, due_at - now, tuple(lines), holds)


@frozen
class Unscanned:
    """A parcel that was told as handed over, and that no courier has said to have.

    Args:
        number: Readable number of its fulfillment order.
        parcel: Its number there.
        waybill: The courier's number.
        courier: Who should have it.
        left_at: When its hand-over was told.
        due_at: When the first scan has to be there.
        left: Time until then; below zero when it is over.
        orders: Readable numbers of the orders inside.
    """

    number: str
    parcel: int
    waybill: str
    courier: str
    left_at: datetime
    due_at: datetime
    left: timedelta
    orders: tuple[str, ...]


def unscanned(shop: Shop, allowed: timedelta, within: timedelta, limit: int) -> list[Unscanned]:
    """Return parcels whose first scan is due within a time from now, those that left first at the front."""
    now = shop.now()
    latest = now + within - allowed
    found: list[Unscanned] = []
    after: After | None = None
    where = Where("unscanned", Op.LE, to_ms(latest))
    with shop.storage.begin(read=True) as unit:
        work = unit.of(FULFILLMENTS)
        while len(found) < limit and (keys := work.find(where, limit=PAGE, by="unscanned", after=after)):
            stored = work.load(keys)
            for key in keys:
                found += _unscanned(stored[key].state, now, allowed, latest)
            value = FULFILLMENTS.column("unscanned")(stored[keys[-1]].state)
            after = After(value if isinstance(value, int) else None, keys[-1])
    return sorted(found, key=lambda one: (one.left_at, one.number, one.parcel))[:limit]


def _unscanned(
    state: FulfillmentOrder, now: datetime, allowed: timedelta, latest: datetime
) -> Iterator[Unscanned]:
    for parcel in state.parcels:
        left_at = parcel.left_at
        if left_at is None or left_at > latest or not is_unscanned(parcel):
            continue
        due_at = left_at + allowed
        yield Unscanned(
            readable(FULFILLMENTS.number, state.key),
            parcel.number,
            parcel.waybill,
            parcel.courier or state.courier,
            left_at,
            due_at,
            due_at - now,
            tuple(
                readable(ORDERS.number, key)
                for key in sorted({state.lines[number - 1].order for number, _ in parcel.lines})
            ),
        )
