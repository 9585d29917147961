"""The reservations desk: what carts and unpaid orders hold for a time, until an order takes it or it ends."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import timedelta
from functools import partial

from attrs import frozen

from omskit.core import Cell, Entry, Stored, UsageError, readable, to_ms
from omskit.engine.keeping import history_of
from omskit.engine.units import Shop, silent
from omskit.flow import HELD_NOW, Offering, Sellable, needed, soft_change, waiting_orders
from omskit.flow.offering import Waiting
from omskit.inventory.soft import (
    HOLDS,
    SOFT_MACHINE,
    SOFTS,
    Command,
    Expire,
    Extend,
    Hold,
    Keep,
    LetGo,
    SoftLine,
    SoftReservation,
    StopKeeping,
    placed,
)
from omskit.orders import ORDERS, Order
from omskit.storage import Op, Unit, Where

#: Most minutes that a cart may ask for at a time: a year.
LONGEST = 525_600


@frozen
class Swept:
    """What became of soft reservations whose time was over.

    Args:
        ended: Those that hold nothing any more.
        extended: Those that something keeps; the last entry of their history says what.
        overdue: Of these, those that are older than allowed, for a person to decide.
    """

    ended: tuple[SoftReservation, ...] = ()
    extended: tuple[SoftReservation, ...] = ()
    overdue: tuple[SoftReservation, ...] = ()


@frozen
class ReservationDesk:
    """Pieces that are held before there is an order; nobody else is offered them, or given them.

    A cart is known by its channel and the channel's id of it: of the cart, or of the order to come. The order that
    comes with that id (:attr:`omskit.channels.ChannelOrder.cart`, or its external id) owns what is held, and is
    planned on it; what it does not need is let go.

    Args:
        shop: The engine's parts.
        offering: What the host decides of offering stock; nothing is held that is not offered.
        batch: Most soft reservations in one unit of a sweep.
    """

    shop: Shop
    offering: Offering
    batch: int = 500

    def hold(
        self,
        channel: str,
        cart: str,
        quantities: Mapping[str, int],
        *,
        minutes: int,
        actor: str,
        warehouses: Collection[str] = (),
        partial: bool = False,
    ) -> SoftReservation:
        """Hold pieces for a cart, from one warehouse or several; what it holds already stays where it is.

        The same call again changes nothing, not even the end; other quantities move the end too. A cart that was
        let go, or has become an order, holds anew.

        Args:
            channel: Its code, or that of orders which people take down; its pool says which warehouses are seen.
            cart: The channel's id of the cart.
            quantities: Pieces by plain SKU that it is to hold from now on; a SKU that is not named stays as it is,
                and zero lets go of it.
            minutes: For how long, from 1.
            actor: Who asks.
            warehouses: Only from these; empty for all of the pool.
            partial: Whether to hold what is there if it is less, which ``missing`` of the result tells.

        Raises:
            Refused: ``out_of_stock`` with ``short`` when less is offered; nothing is changed. ``not_allowed`` when
                an order owns what the cart holds, and waits for its warehouses.
            UsageError: ``no_number`` for a cart without an id; ``bad_quantity``;
                ``bad_extension`` for no time, or more than :data:`LONGEST`.
        """
        if not cart:
            raise UsageError("no_number", "a cart is known by the channel's id of it", channel=channel)
        time = _time(minutes)
        with self.shop.storage.begin(read=True) as reading:
            before = self._waiting(reading, quantities)

        def do(unit: Unit, lock: bool) -> SoftReservation:  # noqa: FBT001
            at, stored = self.shop.now(), _load(unit, channel, cart)
            waiting = (lambda: self._waiting(unit, quantities)) if lock else (lambda: before)
            free, most = self._free(unit, channel, quantities, waiting, stored)
            some = {cell: count for cell, count in free.items() if not warehouses or cell.warehouse in warehouses}
            lines = placed(_lines(stored), quantities, some, most, partial=partial)
            (key,) = (stored.state.key,) if stored else unit.keys(1)
            new = SoftReservation(key, SOFT_MACHINE.initial, channel, cart, lines, at, at + time)
            return self._save(unit, stored, [Hold(new)], actor)

        return self.shop.attempt(do)

    def extend(self, channel: str, cart: str, *, minutes: int, actor: str) -> SoftReservation:
        """Hold for longer because the cart is active: to that many minutes from now, never for shorter.

        Raises:
            Refused: ``reservation_expired`` at its end and after; ``not_allowed`` when it holds nothing.
            UsageError: ``unknown_reservation``; ``bad_extension`` for no time, or more than :data:`LONGEST`.
        """
        return self._do(channel, cart, Extend(self.shop.now() + _time(minutes)), actor)

    def keep(self, channel: str, cart: str, by: str, *, actor: str) -> SoftReservation:
        """Let something, as a ``payment`` that is pending, keep it beyond its time; a sweep extends it then.

        Raises:
            Refused: ``not_allowed`` when it holds nothing.
            UsageError: ``unknown_reservation``.
        """
        return self._do(channel, cart, Keep(by), actor)

    def stop_keeping(self, channel: str, cart: str, by: str, *, actor: str) -> SoftReservation:
        """Let it end when its time is over, as far as this is concerned: the payment has failed, or has come.

        Raises:
            UsageError: ``unknown_reservation``.
        """
        return self._do(channel, cart, StopKeeping(by), actor)

    def let_go(self, channel: str, cart: str, *, actor: str, reason: str = "") -> SoftReservation:
        """Let go of all that a cart holds; once more changes nothing.

        Raises:
            Refused: ``not_allowed`` when an order owns it: cancel the order.
            UsageError: ``unknown_reservation``.
        """
        return self._do(channel, cart, LetGo(reason), actor)

    def expire(
        self,
        *,
        limit: int = 1000,
        extend_by: timedelta = timedelta(hours=1),
        longest: timedelta = timedelta(days=7),
        actor: str = "omskit",
        progress: Callable[[int], object] = silent,
    ) -> Swept:
        """End what is over, and extend what its order or a pending payment keeps; several may sweep at once.

        Args:
            limit: At most so many, those that were over first at the front.
            extend_by: How long what is kept is held on, from now.
            longest: How old what is kept may become before a person has to look.
            actor: Who sweeps.
            progress: Hears how many are through, after each unit.

        Raises:
            UsageError: ``bad_extension``.
        """
        ended: list[SoftReservation] = []
        extended: list[SoftReservation] = []
        through = 0
        while through < limit:
            most = min(self.batch, limit - through)
            found = self.shop.attempt(partial(self._sweep, most, extend_by, actor))
            for one in found:
                (extended if SOFT_MACHINE.has(one.status, HOLDS) else ended).append(one)
            through += len(found)
            progress(through)
            if len(found) < most:
                break
        now = self.shop.now()
        overdue = tuple(one for one in extended if now - one.since > longest)
        return Swept(tuple(ended), tuple(extended), overdue)

    def get(self, channel: str, cart: str) -> SoftReservation:
        """Return what a cart holds, or has held.

        Raises:
            UsageError: ``unknown_reservation``.
        """
        with self.shop.storage.begin(read=True) as unit:
            stored = _load(unit, channel, cart, lock=False)
        if stored is None:
            raise UsageError("unknown_reservation", f"cart {cart!r} has held nothing", channel=channel, cart=cart)
        return stored.state

    def history(self, channel: str, cart: str) -> Sequence[Entry]:
        """Return all that happened to what a cart holds: who held what, and when and why it was let go."""
        with self.shop.storage.begin(read=True) as unit:
            return history_of(unit, SOFTS, *_named(channel, cart))

    def _waiting(self, unit: Unit, skus: Collection[str]) -> list[Waiting]:
        return waiting_orders(unit, self.shop.ruling.all_rules(), frozenset(skus))

    def _free(
        self,
        unit: Unit,
        channel: str,
        quantities: Mapping[str, int],
        waiting: Callable[[], Sequence[Waiting]],
        stored: Stored[SoftReservation] | None,
    ) -> tuple[dict[Cell, int], dict[str, int]]:
        """Return what may be held in addition, by cell and by SKU, with the cells locked until the unit ends."""
        own = stored.state.reservations if stored else ()
        mine: dict[Cell, int] = {one.cell: one.quantity for one in own}
        sellable = Sellable.locked(unit, waiting, quantities, self.offering, self.shop.now().date())
        free: dict[Cell, int] = {}
        most: dict[str, int] = {}
        for sku, found in sellable.for_channel(channel, own).items():
            seen = {Cell(sku, warehouse): steps[0].quantity for warehouse, steps in found.places}
            free |= {cell: count - mine.get(cell, 0) for cell, count in seen.items()}
            most[sku] = found.free - sum(mine.get(cell, 0) for cell in seen)
        return free, most

    def _do(self, channel: str, cart: str, command: Command, actor: str) -> SoftReservation:
        def do(unit: Unit, _lock: bool) -> SoftReservation:  # noqa: FBT001
            return self._save(unit, _load(unit, channel, cart), [command], actor)

        return self.shop.attempt(do)

    def _save(
        self, unit: Unit, stored: Stored[SoftReservation] | None, commands: Iterable[Command], actor: str
    ) -> SoftReservation:
        change, booked = soft_change(stored, commands, at=self.shop.now(), actor=actor)
        if change is None:
            assert stored is not None, "a command on nothing is refused or makes something"  # noqa: S101
            return stored.state
        unit.of(SOFTS).save([change])
        unit.stock.post(booked)
        return change.state

    def _sweep(
        self,
        most: int,
        extend_by: timedelta,
        actor: str,
        unit: Unit,
        _lock: bool,  # noqa: FBT001
    ) -> list[SoftReservation]:
        at = self.shop.now()
        where = (Where("status", Op.IN, HELD_NOW), Where("expires", Op.LE, to_ms(at)))
        stored = unit.of(SOFTS).claim(*where, limit=most, by="expires")
        needs = needed(unit, {one.state.order for one in stored.values()} - {0}, self.shop.ruling)
        changes, booked = [], []
        for one in stored.values():
            kept_by = tuple(_waits(order) for order, counts in needs.get(one.state.order, ()) if counts)
            change, moved = soft_change(one, [Expire(kept_by, extend_by)], at=at, actor=actor)
            assert change is not None, "what is over ends or is extended"  # noqa: S101
            changes.append(change)
            booked += moved
        if changes:
            unit.of(SOFTS).save(changes)
            unit.stock.post(booked)
        return [change.state for change in changes]


def _time(minutes: int) -> timedelta:
    if not 1 <= minutes <= LONGEST:
        raise UsageError("bad_extension", f"{minutes} minutes: from 1 to {LONGEST}", value=minutes)
    return timedelta(minutes=minutes)


def _named(channel: str, cart: str) -> tuple[Where, Where]:
    return Where("channel", Op.EQ, channel), Where("cart", Op.EQ, cart)


def _load(unit: Unit, channel: str, cart: str, *, lock: bool = True) -> Stored[SoftReservation] | None:
    keys = unit.of(SOFTS).find(*_named(channel, cart), limit=1)
    return unit.of(SOFTS).load(keys, lock=lock).get(keys[0]) if keys else None


def _lines(stored: Stored[SoftReservation] | None) -> tuple[SoftLine, ...]:
    """Return what a cart wants by now: nothing, once what it held has ended."""
    if stored is None:
        return ()
    if SOFT_MACHINE.has(stored.state.status, HOLDS):
        return stored.state.lines
    return tuple(SoftLine(line.number, line.sku, 0) for line in stored.state.lines)


def _waits(order: Order) -> str:
    """Say which order waits, and for what."""
    holds = ", ".join(sorted({hold.code for hold in order.holds}))
    return f"{readable(ORDERS.number, order.key)} ({holds or order.status})"
