"""What a command does to a redemption: events, or a refusal. Repeats happen as no event."""

from __future__ import annotations

from datetime import datetime

from attrs import evolve

from omskit.core import Machine, Refused, UsageError
from omskit.pricing.redemptions import commands as c
from omskit.pricing.redemptions import events as e
from omskit.pricing.redemptions import machine as m
from omskit.pricing.redemptions.model import Redemption

Events = tuple[e.Event, ...]


def decide(
    state: Redemption | None,
    command: c.Command,
    *,
    at: datetime,  # noqa: ARG001 - every aggregate is asked in the same way
    actor: str = "",  # noqa: ARG001
    machine: Machine = m.REDEMPTION_MACHINE,
) -> Events:
    """Return the events of a command; one that is already satisfied happens as no event.

    Raises:
        Refused: ``not_allowed`` by the machine; ``already_reserved`` when the order holds something else.
        UsageError: ``unknown_redemption``; ``bad_use``.
    """
    if isinstance(command, c.Reserve):
        return _reserve(state, command, machine)
    if state is None:
        raise UsageError("unknown_redemption", f"{type(command).__name__} for an order that holds nothing")
    trigger = _TRIGGERS[type(command)]
    if not machine.allows(state.status, trigger) and state.status in machine.reached_by(trigger):
        return ()
    status = machine.next(state.status, trigger)
    match command:
        case c.Revise(uses):
            evolve(state, uses=uses)
            return () if uses == state.uses else (e.Revised(status, uses),)
        case c.Confirm():
            return (e.Confirmed(status),)
        case c.Stand():
            return _stand(state, command, status, machine)
    return (e.Released(status, command.reason),)


def _stand(state: Redemption, command: c.Stand, status: str, machine: Machine) -> Events:
    before = state.holders or (state.order,)
    after = tuple(sorted({*before} - {*command.gone} | {*command.come}))
    if after == before:
        return ()
    if not after:
        return (e.Released(machine.next(state.status, m.RELEASE), "none of its parts is left"),)
    return (e.Stood(status, () if after == (state.order,) else after),)


def _reserve(state: Redemption | None, command: c.Reserve, machine: Machine) -> Events:
    new = command.redemption
    if state is None:
        return (e.Reserved(evolve(new, status=machine.initial)),)
    if state.uses == new.uses and machine.has(state.status, m.HOLDS):
        return ()
    raise Refused("already_reserved", f"order {new.order} has a redemption; revise it", order=new.order)


_TRIGGERS: dict[type[c.Command], str] = {
    c.Revise: m.REVISE,
    c.Confirm: m.CONFIRM,
    c.Release: m.RELEASE,
    c.Stand: m.STAND,
}
