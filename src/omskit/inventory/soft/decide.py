"""What a command does to a soft reservation: events, or a refusal. Repeats happen as no event.

A soft reservation holds pieces for a time, ``at < expires``. When its time is over and nothing keeps it, it ends;
while the order that owns it waits, or a payment is pending, it is extended, and said to be.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import cast

from attrs import evolve

from omskit.core import Machine, Refused, UsageError
from omskit.inventory.soft import commands as c
from omskit.inventory.soft import events as e
from omskit.inventory.soft import machine as m
from omskit.inventory.soft.model import SoftReservation

Events = tuple[e.Event, ...]


def decide(
    state: SoftReservation | None,
    command: c.Command,
    *,
    at: datetime,
    actor: str = "",  # noqa: ARG001 - every aggregate is asked in the same way
    machine: Machine = m.SOFT_MACHINE,
) -> Events:
    """Return the events of a command; one that is already satisfied happens as no event.

    Args:
        state: The soft reservation, or None before it has held anything.
        command: What is asked.
        at: Now.
        actor: Who asks.
        machine: The life of a soft reservation.

    Raises:
        Refused: ``not_allowed`` by the machine; ``reservation_expired`` when one is to be held for longer at its
            end or after; ``other_order`` when an order comes for what another one owns.
        UsageError: ``unknown_reservation``; ``bad_extension`` by no time.
    """
    if isinstance(command, c.Hold):
        return _hold(state, command.soft, at, machine)
    if state is None:
        raise UsageError("unknown_reservation", f"{type(command).__name__} for a cart that holds nothing")
    return _DECIDE[type(command)](state, command, at, machine)


def _hold(state: SoftReservation | None, new: SoftReservation, at: datetime, machine: Machine) -> Events:
    if state is None:
        return (e.Held(evolve(new, status=machine.initial, since=at)),)
    status = machine.next(state.status, m.HOLD)
    if not machine.has(state.status, m.HOLDS) or not state.is_live(at):
        return (e.Held(evolve(new, key=state.key, status=status, since=at)),)
    if new.lines == state.lines:
        return ()
    return (e.Held(evolve(state, status=status, lines=new.lines, expires=max(state.expires, new.expires))),)


def _extend(state: SoftReservation, command: c.Extend, at: datetime, machine: Machine) -> Events:
    status = machine.next(state.status, m.EXTEND)
    if not state.is_live(at) and not machine.has(state.status, m.OWNED):
        raise Refused("reservation_expired", f"held until {state.expires}", cart=state.cart, expires=state.expires)
    return (e.Extended(status, command.expires),) if command.expires > state.expires else ()


def _keep(state: SoftReservation, command: c.Keep, _at: datetime, machine: Machine) -> Events:
    return _kept(state, {*state.kept_by, command.by}, machine)


def _stop(state: SoftReservation, command: c.StopKeeping, _at: datetime, machine: Machine) -> Events:
    return _kept(state, {*state.kept_by} - {command.by}, machine)


def _kept(state: SoftReservation, by: set[str], machine: Machine) -> Events:
    kept_by = tuple(sorted(by))
    if kept_by == state.kept_by:
        return ()
    return (e.KeptBy(machine.next(state.status, m.EXTEND), kept_by),)


def _bind(state: SoftReservation, command: c.Bind, _at: datetime, machine: Machine) -> Events:
    status = machine.next(state.status, m.BIND)
    if not machine.has(state.status, m.OWNED):
        return (e.Bound(status, command.order),)
    if state.order == command.order:
        return ()
    raise Refused("other_order", "another order owns what the cart holds", cart=state.cart, order=state.order)


def _use(state: SoftReservation, command: c.Use, _at: datetime, machine: Machine) -> Events:
    status = machine.next(state.status, m.USE)
    taken = _taken(state, {(sku, warehouse): count for sku, warehouse, count in command.taken})
    used = {(number, warehouse): count for number, warehouse, count in taken}
    freed = _surplus(state, used, dict(command.needed))
    gone = sum(count for _, _, count in (*taken, *freed))
    if gone < sum(line.held for line in state.lines):
        if not gone:
            return ()
    else:
        took = taken or any(line.taken for line in state.lines)
        status = machine.next(state.status, m.TAKE if took else m.GIVE_BACK)
    return (e.Used(status, taken, freed, command.reason),)


def _taken(state: SoftReservation, moved: Mapping[tuple[str, str], int]) -> e.Pieces:
    found = []
    for line in state.lines:
        for warehouse, count in line.places:
            some = min(count, moved.get((line.sku, warehouse), 0))
            if some:
                found.append((line.number, warehouse, some))
    return tuple(found)


def _surplus(state: SoftReservation, used: Mapping[tuple[int, str], int], needed: Mapping[str, int]) -> e.Pieces:
    found = []
    for line in state.lines:
        left = [(warehouse, count - used.get((line.number, warehouse), 0)) for warehouse, count in line.places]
        over = sum(count for _, count in left) - needed.get(line.sku, 0)
        for warehouse, count in reversed(left):
            some = min(count, over)
            if some > 0:
                found.append((line.number, warehouse, some))
                over -= some
    return tuple(found)


def _let_go(state: SoftReservation, command: c.LetGo, _at: datetime, machine: Machine) -> Events:
    if not machine.has(state.status, m.HOLDS):
        return ()
    return (e.Ended(machine.next(state.status, m.LET_GO), command.reason),)


def _expire(state: SoftReservation, command: c.Expire, at: datetime, machine: Machine) -> Events:
    if command.extend_by <= timedelta(0):
        raise UsageError("bad_extension", f"an extension by {command.extend_by} is none", value=command.extend_by)
    if at < state.expires or not machine.has(state.status, m.HOLDS):
        return ()
    keepers = (*state.kept_by, *command.kept_by)
    if keepers:
        status = machine.next(state.status, m.EXTEND)
        return (e.Extended(status, at + command.extend_by, f"kept by {', '.join(keepers)}"),)
    if machine.has(state.status, m.OWNED):
        return _use(state, c.Use(reason="its order needs it no more"), at, machine)
    return (e.Ended(machine.next(state.status, m.EXPIRE), f"its time was over at {state.expires.isoformat()}"),)


_DECIDE = cast(
    "dict[type, Callable[[SoftReservation, c.Command, datetime, Machine], Events]]",
    {
        c.Extend: _extend,
        c.Keep: _keep,
        c.StopKeeping: _stop,
        c.Bind: _bind,
        c.Use: _use,
        c.LetGo: _let_go,
        c.Expire: _expire,
    },
)
