"""What carts hold, and the orders that come for it: an order owns its cart's pieces until it has warehouses.

Nobody else gets them in between. What is planned for the order may use them; when its units get warehouses, they
are let go in the same unit in which the units are reserved, so that nothing is counted twice.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from attrs import frozen

from omskit.core import TERMINAL, Cell, Change, Entry, Movement, Stored, readable
from omskit.flow.rules import Ruling
from omskit.inventory import RESERVED_FOR, movements, pieces
from omskit.inventory.soft import (
    COMMANDS,
    HOLDS,
    OWNED,
    SOFT_MACHINE,
    SOFTS,
    Bind,
    Command,
    SoftReservation,
    Use,
    decide,
    evolve,
    stock_moves,
)
from omskit.orders import ORDERS, Order
from omskit.storage import Op, Unit, Where

#: Most values in one condition of a search.
CHUNK = 500
#: Statuses in which an order owns what is held.
OWNED_NOW = SOFT_MACHINE.with_trait(OWNED)
#: Statuses in which anything is held.
HELD_NOW = SOFT_MACHINE.with_trait(HOLDS)

Softs = dict[int, Stored[SoftReservation]]


class Claiming(NamedTuple):
    """An order that has come, with its cart, or that needs other units than before.

    Args:
        order: Its key; of a part of a divided order, the key of that.
        channel: Of the cart.
        cart: Empty unless the order has just come.
    """

    order: int
    channel: str = ""
    cart: str = ""


def root_of(order: Order) -> int:
    """Return the key under which an order owns what a cart holds: that of the first order it was divided from."""
    return order.part_of or order.key


def owned_by(unit: Unit, orders: Collection[int], *, lock: bool = False) -> Softs:
    """Load what orders own, one search for each :data:`CHUNK` of them."""
    keys = _owned_keys(unit, orders)
    found = unit.of(SOFTS).load(keys, lock=lock) if keys else {}
    return {key: one for key, one in found.items() if one.state.status in OWNED_NOW}


def _any(unit: Unit, statuses: tuple[str, ...]) -> bool:
    """Whether there is any at all: a search for hundreds of values costs far more than this."""
    return bool(unit.of(SOFTS).find(Where("status", Op.IN, statuses), limit=1))


def _owned_keys(unit: Unit, orders: Collection[int]) -> list[int]:
    ordered = sorted(orders) if orders and _any(unit, OWNED_NOW) else []
    keys: list[int] = []
    for start in range(0, len(ordered), CHUNK):
        chunk = tuple(ordered[start : start + CHUNK])
        where = (Where("order", Op.IN, chunk), Where("status", Op.IN, OWNED_NOW))
        keys += unit.of(SOFTS).find(*where, limit=len(chunk))
    return sorted(keys)


def _cart_keys(unit: Unit, carts: Iterable[tuple[str, str]]) -> list[int]:
    by_channel: dict[str, list[str]] = {}
    named = sorted(carts)
    for channel, cart in named if named and _any(unit, HELD_NOW) else ():
        by_channel.setdefault(channel, []).append(cart)
    keys: list[int] = []
    for channel, some in by_channel.items():
        for start in range(0, len(some), CHUNK):
            chunk = tuple(some[start : start + CHUNK])
            where = (Where("channel", Op.EQ, channel), Where("cart", Op.IN, chunk))
            keys += unit.of(SOFTS).find(*where, limit=len(chunk))
    return keys


def held_by(
    unit: Unit, carts: Iterable[tuple[str, str]], orders: Collection[int], *, lock: bool = False
) -> Softs:
    """Load what holds something, of (channel, cart) pairs and of orders; in one order of keys."""
    keys = {*_cart_keys(unit, carts), *_owned_keys(unit, orders)}
    found = unit.of(SOFTS).load(sorted(keys), lock=lock) if keys else {}
    return {key: one for key, one in found.items() if one.state.status in HELD_NOW}


def needed(
    unit: Unit, roots: Collection[int], ruling: Ruling, known: Mapping[int, Order] | None = None
) -> dict[int, list[tuple[Order, dict[str, int]]]]:
    """Return the pieces that orders, and the parts that they were divided into, still need, by root.

    Args:
        unit: Where orders that are not known are loaded, without locks.
        roots: Keys of orders that own something.
        ruling: Says when an order is over.
        known: Orders as they stand in this unit.
    """
    states, wanted = dict(known or {}), set(roots)
    asked: set[int] = set()
    while wanted:
        asked |= wanted
        unknown = sorted(wanted - states.keys())
        states |= {key: one.state for key, one in unit.of(ORDERS).load(unknown).items()} if unknown else {}
        wanted = {child for key in wanted if key in states for child in states[key].children} - asked
    found: dict[int, list[tuple[Order, dict[str, int]]]] = {root: [] for root in roots}
    for key in sorted(asked & states.keys()):
        order = states[key]
        if root_of(order) in found and not ruling.rules_of(order.process).orders.has(order.status, TERMINAL):
            found[root_of(order)].append((order, open_pieces(order)))
    return found


def open_pieces(order: Order) -> dict[str, int]:
    """Return the pieces of each SKU in the units that have no warehouse."""
    total: dict[str, int] = {}
    for line in order.lines:
        if line.open:
            for sku, count in pieces(line.parts, line.open).items():
                total[sku] = total.get(sku, 0) + count
    return total


@frozen
class Following:
    """Lets what carts hold follow the orders of a unit.

    Args:
        unit: Where.
        ruling: Says when an order is over.
        orders: The orders of the unit, as they stand now.
        at: Now.
        actor: Who acts.
    """

    unit: Unit
    ruling: Ruling
    orders: Mapping[int, Order]
    at: datetime
    actor: str

    def follow(
        self, claiming: Sequence[Claiming], booked: Iterable[Movement]
    ) -> tuple[list[Change[SoftReservation]], list[Movement]]:
        """Return what is to be saved and booked: orders that came own their carts, what they used is let go.

        Args:
            claiming: Which orders; those that own nothing cost one search in all.
            booked: The movements of the unit.
        """
        arrived = {(one.channel, one.cart): one.order for one in claiming if one.cart}
        softs = held_by(self.unit, arrived, {one.order for one in claiming if not one.cart}, lock=True)
        owners = {key: _owner(one.state, arrived) for key, one in softs.items()}
        if not softs:
            return [], []
        needs = needed(self.unit, set(owners.values()), self.ruling, self.orders)
        used = self._used(booked)
        changes: list[Change[SoftReservation]] = []
        more: list[Movement] = []
        for key, stored in sorted(softs.items()):
            root = owners[key]
            mine = [used[one] for one in dict.fromkeys(_party(order) for order, _ in needs[root]) if one in used]
            command = self._use(stored.state, root, mine, needs[root])
            change, booking = soft_change(
                stored, (Bind(root), command), at=self.at, actor=self.actor, cause="order"
            )
            if change is not None:
                changes.append(change)
                more += booking
        return changes, more

    def _used(self, booked: Iterable[Movement]) -> dict[object, dict[Cell, int]]:
        """Sum what was reserved just now for orders that leave together, which may use each other's pieces."""
        used: dict[object, dict[Cell, int]] = {}
        for one in booked:
            if one.kind == RESERVED_FOR and one.claim.order in self.orders:
                there = used.setdefault(_party(self.orders[one.claim.order]), {})
                there[one.cell] = there.get(one.cell, 0) + one.quantity
        return used

    @staticmethod
    def _use(
        soft: SoftReservation,
        root: int,
        used: Sequence[dict[Cell, int]],
        needs: Sequence[tuple[Order, Mapping[str, int]]],
    ) -> Use:
        taken: dict[Cell, int] = {}
        for one in soft.reservations:
            for there in used:
                some = min(one.quantity - taken.get(one.cell, 0), there.get(one.cell, 0))
                if some > 0:
                    taken[one.cell] = taken.get(one.cell, 0) + some
                    there[one.cell] -= some
        total: dict[str, int] = {}
        for _, counts in needs:
            for sku, count in counts.items():
                total[sku] = total.get(sku, 0) + count
        moved = tuple(sorted((*cell, count) for cell, count in taken.items()))
        return Use(moved, tuple(sorted(total.items())), readable(ORDERS.number, root))


def soft_change(
    stored: Stored[SoftReservation] | None,
    commands: Iterable[Command],
    *,
    at: datetime,
    actor: str,
    cause: str = "",
) -> tuple[Change[SoftReservation] | None, list[Movement]]:
    """Decide commands on a soft reservation; return what is to be saved, if anything, and booked.

    Raises:
        Refused: As :func:`omskit.inventory.soft.decide` says.
        UsageError: Likewise.
    """
    state, version = (stored.state, stored.version) if stored else (None, 0)
    entries: list[Entry] = []
    for command in commands:
        for event in decide(state, command, at=at, actor=actor):
            state = evolve(state, event)
            why = cause or COMMANDS.tag_of(command)
            entries.append(Entry(state.key, version + len(entries) + 1, at, actor, why, event))
    if state is None or not entries:
        return None, []
    moved = stock_moves(stored.state if stored else None, state)
    booked = [movement for move in moved for movement in movements(move, at=at, actor=actor)]
    return Change(state.key, version, state, tuple(entries)), booked


def _owner(soft: SoftReservation, arrived: Mapping[tuple[str, str], int]) -> int:
    """Return who owns it from now on: the order that does already, or else the one that has come."""
    return soft.order if SOFT_MACHINE.has(soft.status, OWNED) else arrived[soft.channel, soft.cart]


def _party(order: Order) -> object:
    return ("group", order.merged) if order.merged else root_of(order)
