"""What a command does to a transfer: events, or a refusal. The same document twice moves pieces once."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from omskit.core import Machine, Refused, UsageError
from omskit.inventory.transfers import commands as c
from omskit.inventory.transfers import events as e
from omskit.inventory.transfers import machine as m
from omskit.inventory.transfers.model import Transfer

Events = tuple[e.Event, ...]


def decide(
    state: Transfer | None,
    command: c.Command,
    *,
    at: datetime,  # noqa: ARG001 - every aggregate is asked in the same way
    actor: str = "",  # noqa: ARG001
    documents: frozenset[str] = frozenset(),
    machine: Machine = m.TRANSFER_MACHINE,
) -> Events:
    """Return the events of a command; one that is already satisfied happens as no event.

    Args:
        state: The transfer, or None before its request.
        command: What is asked.
        at: Now.
        actor: Who asks.
        documents: Documents of this transfer that were booked before; they are not booked again.
        machine: The life of a transfer.

    Raises:
        Refused: ``not_allowed`` by the machine; ``already_requested``; ``too_many_pieces`` when more leave than
        are
            open, or more arrive than are on their way (what is over is counted as found, by hand).
        UsageError: ``unknown_transfer``; ``bad_status``; ``unknown_line``; ``bad_quantity``.
    """
    if isinstance(command, c.Request):
        return _request(state, command, machine)
    if state is None:
        raise UsageError("unknown_transfer", f"{type(command).__name__} for one that is not there")
    if isinstance(command, c.Send | c.Receive):
        return () if command.document in documents else _carry(state, command, machine)
    trigger = m.CLOSE_SHORT if isinstance(command, c.CloseShort) else m.CANCEL
    if state.status in machine.reached_by(trigger):
        return ()
    status = machine.next(state.status, trigger)
    if isinstance(command, c.Cancel):
        return (e.Cancelled(status, command.reason),)
    lost = tuple((line.number, line.in_transit) for line in state.lines if line.in_transit)
    return (e.ClosedShort(status, lost, command.reason),)


def _request(state: Transfer | None, command: c.Request, machine: Machine) -> Events:
    new = command.transfer
    if state is not None:
        raise Refused("already_requested", f"transfer {new.key} is there", transfer=new.key)
    if new.status != machine.initial or any(line.open != line.quantity for line in new.lines):
        raise UsageError("bad_status", f"a transfer starts as {machine.initial!r}, all open", status=new.status)
    return (e.Requested(new),)


def _carry(state: Transfer, command: c.Send | c.Receive, machine: Machine) -> Events:
    return _send(state, command, machine) if isinstance(command, c.Send) else _receive(state, command, machine)


def _send(state: Transfer, command: c.Send, machine: Machine) -> Events:
    machine.next(state.status, m.SEND)
    _check(state, command.lines, {line.number: line.open for line in state.lines}, "open")
    final = command.final or sum(count for _, count in command.lines) == state.unsent
    if final and not command.lines and not state.in_transit:
        raise UsageError("bad_quantity", "nothing leaves: cancel it, or close it short", transfer=state.key)
    status = machine.next(state.status, m.SEND if final else m.SEND_PART)
    return (e.Sent(status, command.document, command.lines, final),)


def _receive(state: Transfer, command: c.Receive, machine: Machine) -> Events:
    machine.next(state.status, m.RECEIVE_PART)
    if any(min(fit, damaged) < 0 for _, fit, damaged in command.lines):
        raise UsageError("bad_quantity", "pieces arrive from 0", transfer=state.key)
    arrived = [(number, fit + damaged) for number, fit, damaged in command.lines]
    _check(state, arrived, {line.number: line.in_transit for line in state.lines}, "on their way")
    all_there = sum(count for _, count in arrived) == state.in_transit and not state.unsent
    status = machine.next(state.status, m.RECEIVE if all_there else m.RECEIVE_PART)
    return (e.Received(status, command.document, command.lines),)


def _check(state: Transfer, lines: Iterable[tuple[int, int]], there: dict[int, int], what: str) -> None:
    seen = set()
    for number, count in lines:
        if number not in there or number in seen:
            raise UsageError("unknown_line", f"line {number}: one of 1 to {len(there)}, once", line=number)
        seen.add(number)
        if count < 1:
            raise UsageError("bad_quantity", f"line {number}: {count} pieces; from 1", line=number)
        if count > there[number]:
            raise Refused(
                "too_many_pieces",
                f"{count} of {there[number]} pieces {what} on line {number}",
                transfer=state.key,
                line=number,
            )


