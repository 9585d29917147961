"""What a command does to an announcement: events, or a refusal. The same receipt twice brings goods once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from omskit.core import Machine, Refused, UsageError
from omskit.inventory.inbound import commands as c
from omskit.inventory.inbound import events as e
from omskit.inventory.inbound import machine as m
from omskit.inventory.inbound.model import AnnouncedLine, Announcement

Events = tuple[e.Event, ...]


def decide(
    state: Announcement | None,
    command: c.Command,
    *,
    at: datetime,  # noqa: ARG001 - every aggregate is asked in the same way
    actor: str = "",  # noqa: ARG001
    documents: frozenset[str] = frozenset(),
    machine: Machine = m.ANNOUNCEMENT_MACHINE,
) -> Events:
    """Return the events of a command; one that is already satisfied happens as no event.

    Args:
        state: The announcement, or None before it.
        command: What is asked.
        at: Now.
        actor: Who asks.
        documents: Receipts of this announcement that were booked before; they are not booked again.
        machine: The life of an announcement.

    Raises:
        Refused: ``not_allowed`` by the machine; ``already_announced`` with other lines; ``too_many_pieces`` when
            more of a SKU come than were announced and its tolerance allows; ``too_few_pieces`` when fewer are to
            come of a line than have come.
        UsageError: ``unknown_announcement``; ``unknown_line``; ``bad_quantity``.
    """
    if isinstance(command, c.Announce):
        return _announce(state, command.announcement, machine)
    if state is None:
        raise UsageError("unknown_announcement", f"{type(command).__name__} for what was not announced")
    if isinstance(command, c.Revise):
        return _revise(state, command, machine)
    if isinstance(command, c.Receive):
        return () if command.document in documents else _receive(state, command, machine)
    trigger = m.CLOSE_SHORT if isinstance(command, c.CloseShort) else m.CANCEL
    if state.status in machine.reached_by(trigger):
        return ()
    status = machine.next(state.status, trigger)
    gone = tuple((line.number, line.open) for line in state.lines if line.open)
    if isinstance(command, c.CloseShort):
        return (e.ClosedShort(status, gone, command.reason),)
    return (e.Cancelled(status, gone, command.reason),)


def _announce(state: Announcement | None, new: Announcement, machine: Machine) -> Events:
    if any(line.quantity < 1 or line.open != line.quantity for line in new.lines):
        raise UsageError("bad_quantity", "each line announces 1 piece or more", document=new.document)
    if state is None:
        return (e.Announced(new),) if new.status == machine.initial else _bad_status(new, machine)
    said = [(line.sku, line.quantity, line.day) for line in new.lines]
    if state.warehouse == new.warehouse and said == [(one.sku, one.quantity, one.day) for one in state.lines]:
        return ()
    raise Refused("already_announced", f"{new.document} says something else; revise it", document=new.document)


def _bad_status(new: Announcement, machine: Machine) -> Events:
    raise UsageError("bad_status", f"an announcement starts as {machine.initial!r}", status=new.status)


def _revise(state: Announcement, command: c.Revise, machine: Machine) -> Events:
    status = machine.next(state.status, m.REVISE)
    now: dict[int, tuple[int, date]] = {line.number: (line.quantity, line.day) for line in state.lines}
    before, added = dict(now), []
    for change in command.changes:
        if isinstance(change, c.AddExpected):
            number = len(now) + 1
            added.append((number, change.sku))
            now[number] = (_counted(change.quantity, 1), change.day)
            continue
        if change.line not in before:
            raise UsageError("unknown_line", f"line {change.line}: one of 1 to {len(before)}", line=change.line)
        quantity, day = now[change.line]
        if isinstance(change, c.SetDay):
            now[change.line] = (quantity, change.day)
        else:
            now[change.line] = (_enough(state.lines[change.line - 1], _counted(change.quantity, 0)), day)
    lines = tuple((number, *said) for number, said in now.items() if before.get(number) != said)
    came = sum(line.quantity - line.open for line in state.lines)
    if sum(quantity for quantity, _ in now.values()) == came:
        status = machine.next(state.status, m.RECEIVE if came else m.CANCEL)
    return (e.Revised(status, lines, tuple(added), command.reason),) if lines else ()


def _counted(quantity: int, least: int) -> int:
    if type(quantity) is not int or quantity < least:
        raise UsageError("bad_quantity", f"{quantity!r} pieces: from {least}", value=quantity)
    return quantity


def _enough(line: AnnouncedLine, quantity: int) -> int:
    came = line.quantity - line.open
    if quantity < came:
        text = f"{came} pieces of line {line.number} have come"
        raise Refused("too_few_pieces", text, line=line.number, least=came)
    return quantity


def _receive(state: Announcement, command: c.Receive, machine: Machine) -> Events:
    machine.next(state.status, m.RECEIVE)
    if not command.goods:
        raise UsageError("bad_quantity", "nothing came", document=command.document)
    lines: list[tuple[int, int, int, int]] = []
    for sku, fit, damaged in command.goods:
        lines += _served(state, sku, _counted(fit, 0), _counted(damaged, 0))
    if len({number for number, *_ in lines}) < len(lines):
        raise UsageError("unknown_line", "a SKU comes twice in one receipt", document=command.document)
    came = sum(fit + damaged for _, fit, damaged, _ in lines)
    status = machine.next(state.status, m.RECEIVE if came == state.outstanding else m.RECEIVE_PART)
    return (e.Received(status, command.document, tuple(lines)),)


def _served(state: Announcement, sku: str, fit: int, damaged: int) -> list[tuple[int, int, int, int]]:
    """Return what each line of a SKU gets, those due first at the front; what is over goes to the last."""
    mine = sorted((line for line in state.lines if line.sku == sku), key=lambda line: (line.day, line.number))
    if not mine or fit + damaged < 1:
        raise UsageError("unknown_line", f"{sku} was not announced, or none of it came", sku=sku)
    _within(state, mine, fit + damaged)
    found = []
    for line in mine:
        spoiled = min(damaged, line.open)
        good = min(fit, line.open - spoiled)
        damaged, fit = damaged - spoiled, fit - good
        over = fit if line is mine[-1] else 0
        if spoiled or good or over:
            found.append((line.number, good, spoiled, over))
    if damaged:
        raise Refused("too_many_pieces", f"{damaged} damaged pieces of {sku} were not announced", sku=sku)
    return found


def _within(state: Announcement, lines: Sequence[AnnouncedLine], came: int) -> None:
    over = came - sum(line.open for line in lines)
    allowed = sum(line.quantity for line in lines) * state.tolerance_percent // 100
    allowed -= sum(line.over for line in lines)
    if over > max(0, allowed):
        sku = lines[0].sku
        raise Refused(
            "too_many_pieces", f"{over} more of {sku} than announced; {allowed} allowed", sku=sku, allowed=allowed
        )
