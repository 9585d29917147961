"""What a command does to a lot: events, or a refusal."""

from __future__ import annotations

from datetime import datetime

from omskit.core import Machine, Refused, UsageError
from omskit.inventory.lots import commands as c
from omskit.inventory.lots import events as e
from omskit.inventory.lots import machine as m
from omskit.inventory.lots.model import LotRecord

Events = tuple[e.Event, ...]

#: Triggers of commands that are satisfied where they lead nowhere: a blocked lot may run empty, and stays blocked.
_TRIGGERS = {c.Empty: m.EMPTY, c.Block: m.BLOCK, c.Clear: m.CLEAR}


def decide(
    state: LotRecord | None,
    command: c.Command,
    *,
    at: datetime,  # noqa: ARG001 - every aggregate is asked in the same way
    actor: str = "",  # noqa: ARG001
    machine: Machine = m.LOT_MACHINE,
) -> Events:
    """Return the events of a command; one that is already satisfied happens as no event.

    Raises:
        Refused: ``lot_differs`` when a known lot is made known with another expiry or another code of its maker.
        UsageError: ``unknown_lot`` for anything but :class:`Register` of a lot that is not there.
    """
    if isinstance(command, c.Register):
        return _register(state, command.record)
    if state is None:
        raise UsageError("unknown_lot", f"{type(command).__name__} for a lot that is not there")
    if isinstance(command, c.Enter):
        status = machine.next(state.status, m.ENTER)
        return (e.Entered(status, command.warehouse, command.pieces, command.document),)
    trigger = _TRIGGERS[type(command)]
    if state.status in machine.reached_by(trigger) or not machine.allows(state.status, trigger):
        return ()
    status = machine.next(state.status, trigger)
    if isinstance(command, c.Block):
        return (e.Blocked(status, command.reason),)
    return (e.Emptied(status),) if isinstance(command, c.Empty) else (e.Cleared(status),)


def _register(state: LotRecord | None, record: LotRecord) -> Events:
    if state is None:
        return (e.Registered(record),)
    known, said = (state.expires, state.maker_code), (record.expires, record.maker_code)
    if known != said:
        raise Refused(
            "lot_differs",
            f"lot {state.code} of {state.sku} is known with {known}, not {said}",
            sku=state.sku,
            lot=state.code,
            known=known,
            said=said,
        )
    return ()
