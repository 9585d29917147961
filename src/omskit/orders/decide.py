"""What a command does to an order: the events that happen, or a refusal.

A command that is already satisfied happens as no event. Nothing here compares a status: a machine says what is
allowed and where it leads.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any, NamedTuple, cast

from omskit.core import TERMINAL, Machine, Refused, UsageError
from omskit.orders import commands as c
from omskit.orders import events as e
from omskit.orders import machine as m
from omskit.orders.amending import amended
from omskit.orders.changes import Proposal
from omskit.orders.counting import (
    cancelled,
    conceivable,
    enough,
    settled,
    unassigned,
    unshipped,
    well_formed,
    with_buyer,
)
from omskit.orders.dividing import untouched
from omskit.orders.evolve import of_fulfillment
from omskit.orders.grade import GRADING, Grading
from omskit.orders.lines import totals
from omskit.orders.model import Hold, Order

#: Most lines of one order.
MAX_LINES = 10_000

Events = tuple[e.Event, ...]


class _Ask(NamedTuple):
    """When, by whom and under which process a command is decided."""

    at: datetime
    actor: str
    machine: Machine


def decide(
    order: Order | None,
    command: c.Command,
    *,
    at: datetime,
    actor: str = "",
    machine: Machine = m.ORDER_MACHINE,
    grading: Grading = GRADING,
) -> Events:
    """Return the events of a command.

    Args:
        order: The order as it stands; None before its placement.
        command: What is asked.
        at: Now.
        actor: Who asks; kept in holds.
        machine: The order's process.
        grading: Ranks a new order.

    Raises:
        Refused: ``not_allowed`` by the machine; ``order_held``; ``already_placed``; ``not_open``,
            ``not_reserved``, ``not_shipped`` when a line has fewer such units than asked;
            ``at_warehouse`` when units to cancel are being worked on; ``empty_order``; ``too_many_lines``;
            ``refund_exceeds_paid``, ``not_conceded`` for money that is not there to give or take back.
        UsageError: ``unknown_order`` for anything but a placement of an order that is not there; ``bad_lines``
            when lines are not numbered 1, 2, 3 ...; ``bad_consignment``; ``unknown_line``; ``bad_quantity``;
            ``reserved_trigger``; ``unknown_piece``.
    """
    if isinstance(command, c.Place):
        return _place(order, command, machine, grading)
    if order is None:
        raise UsageError("unknown_order", f"{type(command).__name__} for an order that is not there")
    return _DECIDE[type(command)](order, command, _Ask(at, actor, machine))


def _place(order: Order | None, command: c.Place, machine: Machine, grading: Grading) -> Events:
    if order is not None:
        raise Refused("already_placed", f"order {order.key} is in the book", order=order.key)
    if not command.lines:
        raise Refused("empty_order", "an order has at least one line", external_id=command.terms.external_id)
    if len(command.lines) > MAX_LINES:
        count = len(command.lines)
        raise Refused("too_many_lines", f"{count} lines; at most {MAX_LINES}", lines=count)
    for position, line in enumerate(command.lines, 1):
        if line.number != position or line.open != line.quantity:
            raise UsageError("bad_lines", f"line {line.number} at {position}: lines come as 1, 2, 3, all open")
    placed = Order(
        command.key,
        machine.initial,
        command.terms,
        command.lines,
        command.charges,
        command.holds,
        rank=grading.rank(command.terms),
        retry_at=command.not_before,
        process=command.process,
        redeems=command.redeems,
        part_of=command.part_of,
    )
    return (e.OrderPlaced(placed),)


def _not_held(order: Order) -> None:
    if order.holds and order.is_held:
        codes = tuple(sorted({hold.code for hold in order.holds if not hold.line}))
        raise Refused("order_held", f"held for {', '.join(codes)}", order=order.key, holds=codes)


def _approve(order: Order, command: c.Approve, ask: _Ask) -> Events:
    if not ask.machine.allows(order.status, m.APPROVE) and order.status in ask.machine.reached_by(m.APPROVE):
        return ()
    status = ask.machine.next(order.status, m.APPROVE)
    _not_held(order)
    return (e.Approved(status, command.rule, command.alerts),)


def _advance(order: Order, command: c.Advance, ask: _Ask) -> Events:
    if command.trigger in m.TRIGGERS:
        raise UsageError("reserved_trigger", f"{command.trigger!r} has its own command")
    _not_held(order)
    status = ask.machine.next(order.status, command.trigger)
    return (e.Advanced(status, command.trigger, command.rule, command.alerts),)


def _hold(order: Order, command: c.PutOnHold, ask: _Ask) -> Events:
    if ask.machine.has(order.status, TERMINAL):
        raise Refused("not_allowed", f"an order that is {order.status!r} is held no more", status=order.status)
    if command.line:
        order.line(command.line)
    asked = (command.code, command.line, command.awaits)
    if any((hold.code, hold.line, hold.awaits) == asked for hold in order.holds):
        return ()
    hold = Hold(
        command.code, ask.at, ask.actor, command.reason, command.line, command.until, command.awaits
    )
    return (e.HoldPlaced(hold),)


def _release_hold(order: Order, command: c.ReleaseHold, _ask: _Ask) -> Events:
    if any((hold.code, hold.line) == (command.code, command.line) for hold in order.holds):
        return (e.HoldReleased(command.code, command.line),)
    return ()


def _satisfy(order: Order, command: c.Satisfy, _ask: _Ask) -> Events:
    lifted = dict.fromkeys((hold.code, hold.line) for hold in order.holds if hold.awaits == command.fact)
    return tuple(e.HoldReleased(code, line, command.fact) for code, line in lifted) if command.fact else ()


def _merge(order: Order, command: c.Merge, ask: _Ask) -> Events:
    if command.group == order.merged:
        return ()
    _not_held(order)
    return (e.Merged(ask.machine.next(order.status, m.MERGE), command.group),)


def _unmerge(order: Order, command: c.Unmerge, ask: _Ask) -> Events:
    if not order.merged:
        return ()
    if working := tuple(sorted({one.fulfillment for one in order.consignments if one.fulfillment})):
        raise Refused(
            "at_warehouse",
            "a warehouse works on its group; cancel that fulfillment order first",
            order=order.key,
            fulfillments=working,
        )
    status = ask.machine.next(order.status, m.UNMERGE)
    return (e.Unmerged(status, tuple(one.number for one in order.consignments), command.reason),)


def _set_apart(order: Order, command: c.SetApart, ask: _Ask) -> Events:
    lines = tuple(sorted({order.line(number).number for number in command.lines}))
    if lines == order.apart:
        return ()
    if not ask.machine.has(order.status, m.EDITABLE):
        raise Refused(
            "not_editable",
            f"an order that is {order.status!r} is not changed any more",
            order=order.key,
            status=order.status,
            allowed=ask.machine.with_trait(m.EDITABLE),
        )
    return (e.LinesSetApart(lines),)


def _amend(order: Order, command: c.Amend, ask: _Ask) -> Events:
    return amended(order, command.changes, ask.machine, reason=command.reason)


def _propose(order: Order, command: c.Propose, ask: _Ask) -> Events:
    known = [one for one in order.proposals if one.id == command.proposal.id]
    if known == [command.proposal]:
        return ()
    if known or not command.proposal.id:
        raise UsageError("bad_proposal", f"{command.proposal.id!r}: an id of its own for each", order=order.key)
    ask.machine.next(order.status, m.AMEND)
    return (e.Proposed(command.proposal),)


def _confirm(order: Order, command: c.Confirm, ask: _Ask) -> Events:
    proposal = _proposal(order, command.id)
    return amended(order, proposal.changes, ask.machine, reason=proposal.reason, proposal=proposal.id)


def _discard(order: Order, command: c.Discard, _ask: _Ask) -> Events:
    return (e.Discarded(_proposal(order, command.id).id, command.reason),)


def _proposal(order: Order, id_: str) -> Proposal:
    for proposal in order.proposals:
        if proposal.id == id_:
            return proposal
    known = ", ".join(proposal.id for proposal in order.proposals) or "none"
    raise Refused("no_proposal", f"{id_!r} is not proposed; there are: {known}", order=order.key, id=id_)


def _keep_price(_order: Order, command: c.KeepPrice, _ask: _Ask) -> Events:
    return (e.Priced(command.price, command.context, command.gifts_only, command.until),)


def _note_gaps(order: Order, command: c.NoteGaps, _ask: _Ask) -> Events:
    return () if command.gaps == order.gaps else (e.GapsNoted(command.gaps),)


def _note_refund(_order: Order, command: c.NoteRefund, _ask: _Ask) -> Events:
    return (command.refunded,)


def _divide(order: Order, command: c.Divide, ask: _Ask) -> Events:
    _not_held(order)
    return (e.Divided(ask.machine.next(order.status, m.DIVIDE), command.children),)


def _rejoin(order: Order, _command: c.Rejoin, ask: _Ask) -> Events:
    return (e.Rejoined(ask.machine.next(order.status, m.REJOIN)),)


def _dissolve(order: Order, _command: c.Dissolve, ask: _Ask) -> Events:
    if not ask.machine.allows(order.status, m.DISSOLVE) and order.status in ask.machine.reached_by(m.DISSOLVE):
        return ()
    if not untouched(order):
        raise Refused("in_work", "units of it are not open any more", order=order.key)
    return (e.Dissolved(ask.machine.next(order.status, m.DISSOLVE)),)


def _assign(order: Order, command: c.Assign, ask: _Ask) -> Events:
    _not_held(order)
    wanted = totals([pair for one in command.consignments for pair in one.lines])
    for number, units in wanted.items():
        enough(order, number, units, order.line(number).open, "not_open")
    well_formed(order, command.consignments)
    left = any(line.open > wanted.get(line.number, 0) for line in order.lines)
    status = ask.machine.next(order.status, m.BACKORDER if left else m.RESERVE)
    retry_at = command.retry_at if left else None
    return (e.Assigned(status, command.consignments, retry_at, command.reasons, command.why),)


def _release(order: Order, command: c.Release, ask: _Ask) -> Events:
    _not_held(order)
    pending = {one.number for one in order.consignments if not one.fulfillment}
    wanted = {number for number, _ in command.fulfillments}
    if not wanted or not wanted <= pending:
        raise UsageError(
            "bad_consignment",
            f"consignments {sorted(wanted)} to release; pending are {sorted(pending)}",
            order=order.key,
        )
    return (e.Released(ask.machine.next(order.status, m.RELEASE), command.fulfillments),)


def _ship(order: Order, command: c.Ship, ask: _Ask) -> Events:
    taken = {} if command.unplanned else of_fulfillment(order, command.fulfillment, command.lines)
    found = totals((number, units) for (_, number), units in taken.items())
    for number, units in totals(command.lines).items():
        there = order.line(number).open if command.unplanned else found.get(number, 0)
        enough(order, number, units, there, "not_open" if command.unplanned else "not_reserved")
    status = ask.machine.next(order.status, m.SHIP)
    shipped = e.Shipped(status, command.fulfillment, command.lines, command.sent, command.unplanned)
    return (settled(order, shipped, ask.machine),)


def _unassign(order: Order, command: c.Unassign, ask: _Ask) -> Events:
    return unassigned(order, command, ask.machine)


def _unship(order: Order, command: c.Unship, ask: _Ask) -> Events:
    return unshipped(order, command, ask.machine)


def _cancel(order: Order, command: c.Cancel, ask: _Ask) -> Events:
    whole = ((line.number, line.open + line.reserved) for line in order.lines if line.open or line.reserved)
    wanted = totals(tuple(whole) if command.lines is None else command.lines)
    if not wanted:
        return ()
    return (cancelled(order, wanted, ask.machine, command.reason),)


def _take_back(order: Order, command: c.TakeBack, ask: _Ask) -> Events:
    with_buyer(order, command.lines, command.pieces)
    status = ask.machine.next(order.status, m.TAKE_BACK)
    return (e.TakenBack(status, command.lines, command.warehouse, command.reason, command.pieces),)


def _concede(order: Order, command: c.Concede, _ask: _Ask) -> Events:
    amounts = tuple((number, amount) for number, amount in totals(command.amounts).items() if amount)
    for number, amount in amounts:
        conceivable(order, number, amount)
    return (e.Conceded(amounts, command.reason),) if amounts else ()


_DECIDE = cast(
    "dict[type, Callable[[Order, Any, _Ask], Events]]",  # each function takes the command of its own key
    {
        c.Approve: _approve,
        c.Advance: _advance,
        c.PutOnHold: _hold,
        c.ReleaseHold: _release_hold,
        c.Satisfy: _satisfy,
        c.Merge: _merge,
        c.Unmerge: _unmerge,
        c.SetApart: _set_apart,
        c.Amend: _amend,
        c.Propose: _propose,
        c.Confirm: _confirm,
        c.Discard: _discard,
        c.KeepPrice: _keep_price,
        c.NoteGaps: _note_gaps,
        c.NoteRefund: _note_refund,
        c.Divide: _divide,
        c.Rejoin: _rejoin,
        c.Dissolve: _dissolve,
        c.Assign: _assign,
        c.Release: _release,
        c.Ship: _ship,
        c.Unassign: _unassign,
        c.Unship: _unship,
        c.Cancel: _cancel,
        c.TakeBack: _take_back,
        c.Concede: _concede,
    },
)
