"""What a command does to a fulfillment order: events, or a refusal. Recall and shipment race: exactly one wins."""

from __future__ import annotations

from datetime import datetime

from omskit.core import Machine, Refused, UsageError
from omskit.fulfillment import commands as c
from omskit.fulfillment import events as e
from omskit.fulfillment import machine as m
from omskit.fulfillment.evolve import packed
from omskit.fulfillment.model import FulfillmentOrder, Parcel

Events = tuple[e.Event, ...]


def decide(
    state: FulfillmentOrder | None,
    command: c.Command,
    *,
    at: datetime,  # noqa: ARG001 - every aggregate is asked in the same way
    actor: str = "",  # noqa: ARG001
    machine: Machine = m.FULFILLMENT_MACHINE,
) -> Events:
    """Return the events of a command; one that is already satisfied happens as no event.

    Raises:
        Refused: ``not_allowed`` by the machine; ``already_opened``; ``too_many_units`` when parcels hold more
            of a line than is open.
        UsageError: ``unknown_fulfillment``; ``bad_parcel`` for parcels out of number, without a waybill or
            empty; ``unknown_line``.
    """
    if isinstance(command, c.Open):
        return _open(state, command, machine)
    if state is None:
        raise UsageError("unknown_fulfillment", f"{type(command).__name__} for one that is not there")
    if isinstance(command, c.Ship):
        return _ship(state, command, machine)
    if isinstance(command, c.HandOver):
        return _hand_over(state, command, machine)
    trigger = _TRIGGERS[type(command)]
    if not machine.allows(state.status, trigger) and state.status in machine.reached_by(trigger):
        return ()
    status = machine.next(state.status, trigger)
    return (_happened(command, status),)


def _happened(command: c.Command, status: str) -> e.Event:
    match command:
        case c.Reject(reason, bar_until):
            return e.Rejected(status, reason, bar_until)
        case c.Recall(reason):
            return e.Recalled(status, reason)
        case c.ConfirmRecall():
            return e.RecallConfirmed(status)
        case c.DenyRecall():
            return e.RecallDenied(status)
    return e.Accepted(status)


def _open(state: FulfillmentOrder | None, command: c.Open, machine: Machine) -> Events:
    new = command.fulfillment
    if state is not None:
        raise Refused("already_opened", f"fulfillment order {new.key} is there", fulfillment=new.key)
    if new.status == machine.initial:
        return (e.Opened(new),)
    raise UsageError("bad_status", f"a fulfillment order opens as {machine.initial!r}", status=new.status)


def _hand_over(state: FulfillmentOrder, command: c.HandOver, machine: Machine) -> Events:
    if any(parcel.waybill == command.waybill for parcel in state.parcels):
        return ()
    lines = tuple((line.number, line.open) for line in state.lines if line.open)
    number = len(state.parcels) + 1
    parcel = Parcel(number, command.waybill, lines, command.courier, command.weight_g)
    machine.next(state.status, m.SHIP)
    return _ship(state, c.Ship((parcel,)), machine)


def _ship(state: FulfillmentOrder, command: c.Ship, machine: Machine) -> Events:
    known = {parcel.waybill for parcel in state.parcels}
    if command.parcels and all(parcel.waybill in known for parcel in command.parcels):
        return ()
    for position, parcel in enumerate(command.parcels, len(state.parcels) + 1):
        if parcel.number != position or not parcel.waybill or not parcel.lines:
            raise UsageError(
                "bad_parcel", f"parcel {parcel.number} where {position} belongs, with a waybill and lines"
            )
    units = packed(command.parcels)
    for number, count in units.items():
        if not 1 <= number <= len(state.lines):
            raise UsageError("unknown_line", f"no line {number}; there are 1 to {len(state.lines)}", line=number)
        there = state.lines[number - 1].open
        if count > there:
            raise Refused("too_many_units", f"{count} of {there} open units of line {number}", line=number)
    final = command.final or all(line.open == units.get(line.number, 0) for line in state.lines)
    status = machine.next(state.status, m.SHIP if final else m.SHIP_PART)
    return (e.ParcelsShipped(status, command.parcels, final),)


_TRIGGERS: dict[type[c.Command], str] = {
    c.Accept: m.ACCEPT,
    c.Reject: m.REJECT,
    c.Recall: m.RECALL,
    c.ConfirmRecall: m.CONFIRM_RECALL,
    c.DenyRecall: m.DENY_RECALL,
}
