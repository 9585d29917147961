"""Rehearsing a process: what it would do with orders that are in the book, without writing anything."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import count

from attrs import frozen

from omskit.core import Refusal, readable
from omskit.engine.explain import explain
from omskit.engine.units import Shop
from omskit.flow import Facts, Process, Processes, Workspace, advance, ask
from omskit.orders import ORDERS, Order, OrderPlaced, Place
from omskit.storage import Unit, Where


@frozen
class Rehearsed:
    """What would become of one order.

    Args:
        number: Its readable number.
        status: Where it would stand.
        text: What would happen to it, one line each.
    """

    number: str
    status: str
    text: tuple[str, ...]


@frozen
class Rehearsal:
    """What a process would do.

    Args:
        orders: What would become of each order, in order of key.
        moved: How many orders each step would give commands to.
        refused: Orders that a command would be refused for.
    """

    orders: tuple[Rehearsed, ...]
    moved: Mapping[str, int]
    refused: tuple[Refusal, ...]


def rehearse(shop: Shop, process: Process, where: Sequence[Where], limit: int) -> Rehearsal:
    """Let recorded orders go through a process from their placement on, on the stock as it is now."""
    with shop.storage.begin(read=True) as unit:
        placed = _placed(unit, where, limit)
        work = Workspace(shop.now(), "rehearsal", Processes(process), count(1).__next__)
        for order in placed:
            work.order(order.key, _again(order, process), "placement")
        work.order_news.clear()
        keys = [order.key for order in placed]
        orders = [track.state for track in work.orders.values() if track.state]
        facts = Facts(work.at, work.new_key, ask(process, unit, orders, work.at, lock=False), process.rules)
        done = advance(process, work, keys, facts)
    return Rehearsal(tuple(_rehearsed(work, key) for key in keys), done.moved, done.refused)


def _placed(unit: Unit, where: Sequence[Where], limit: int) -> list[Order]:
    """Return orders as they were placed."""
    keys = unit.of(ORDERS).find(*where, limit=limit)
    histories = unit.of(ORDERS).history(keys)
    events = [histories[key][0].event for key in keys if histories[key]]
    return [event.order for event in events if isinstance(event, OrderPlaced)]


def _again(order: Order, process: Process) -> Place:
    return Place(order.key, order.terms, order.lines, order.charges, order.holds, process=process.id)


def _rehearsed(work: Workspace, key: int) -> Rehearsed:
    track = work.orders[key]
    assert track.state is not None  # noqa: S101 - it was placed above
    return Rehearsed(readable(ORDERS.number, key), track.state.status, tuple(explain(track.entries[1:])))
