"""What a command does to a fulfillment order: events, or a refusal. Recall and shipment race: exactly one wins."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any, cast

from omskit.core import Machine, Refused, UsageError
from omskit.fulfillment import commands as c
from omskit.fulfillment import events as e
from omskit.fulfillment import labels, pickup, shipping, tracking
from omskit.fulfillment import machine as m
from omskit.fulfillment.asking import Ask, Events
from omskit.fulfillment.evolve import packed
from omskit.fulfillment.model import FulfillmentOrder


def decide(
    state: FulfillmentOrder | None,
    command: c.Command,
    *,
    at: datetime,
    actor: str = "",
    machine: Machine = m.FULFILLMENT_MACHINE,
    parcels: Machine = m.PARCEL_MACHINE,
) -> Events:
    """Return the events of a command; one that is already satisfied happens as no event.

    Args:
        state: The fulfillment order as it stands; None before it is opened.
        command: What is asked.
        at: Now.
        actor: Who asks; kept in holds.
        machine: The life of the fulfillment order.
        parcels: The life of its parcels.

    Raises:
        Refused: ``not_allowed`` by a machine; ``already_opened``; ``too_many_units`` when more of a line is
            packed, shipped or rejected than is open; ``in_boxes`` when units to reject are packed;
            ``waybill_known``; ``not_labelled``; ``not_counted``; ``nothing_to_settle``; ``not_under_way``;
            ``not_intercepted``; ``too_many_facts``; ``pickup_only``, ``not_a_pickup``, ``pickup_blocked``,
            ``not_expired``.
        UsageError: ``unknown_fulfillment``; ``bad_status``; ``bad_parcel`` for parcels out of number, without a
            waybill of their own or empty; ``bad_quantity``; ``bad_size``; ``bad_waybill``; ``bad_pickup``;
            ``no_courier``; ``unknown_line``, ``unknown_parcel``, ``unknown_label``.
    """
    if isinstance(command, c.Open):
        return _open(state, command, machine)
    if state is None:
        raise UsageError("unknown_fulfillment", f"{type(command).__name__} for one that is not there")
    return _DECIDE[type(command)](state, command, Ask(at, actor, machine, parcels))


def _open(state: FulfillmentOrder | None, command: c.Open, machine: Machine) -> Events:
    new = command.fulfillment
    if state is not None:
        raise Refused("already_opened", f"fulfillment order {new.key} is there", fulfillment=new.key)
    if new.status == machine.initial:
        return (e.Opened(new),)
    raise UsageError("bad_status", f"a fulfillment order opens as {machine.initial!r}", status=new.status)


def _moved(state: FulfillmentOrder, trigger: str, ask: Ask) -> str:
    """Return where a trigger leads; empty when it has been made."""
    if not ask.machine.allows(state.status, trigger) and state.status in ask.machine.reached_by(trigger):
        return ""
    return ask.machine.next(state.status, trigger)


def _accept(state: FulfillmentOrder, _command: c.Accept, ask: Ask) -> Events:
    status = _moved(state, m.ACCEPT, ask)
    return (e.Accepted(status),) if status else ()


def _reject(state: FulfillmentOrder, command: c.Reject, ask: Ask) -> Events:
    status = _moved(state, m.REJECT, ask)
    if not status:
        return ()
    if any(line.shipped for line in state.lines):
        short = tuple((line.number, command.reason) for line in state.lines if line.open)
        return shipping.ship(state, c.Ship((), short=short, bar_until=command.bar_until), ask)
    return (
        e.Rejected(status, command.reason, command.bar_until),
        *shipping.left_over(state, ask, command.reason),
    )


def _reject_lines(state: FulfillmentOrder, command: c.RejectLines, ask: Ask) -> Events:
    wanted: dict[int, int] = {}
    for number, units in command.lines:
        if units < 1:
            raise UsageError("bad_quantity", f"line {number}: {units} units; at least 1", line=number, value=units)
        wanted[number] = wanted.get(number, 0) + units
    for number, units in wanted.items():
        there = state.line(number).open
        if units > there:
            raise Refused("too_many_units", f"{units} of {there} open units of line {number}", line=number)
    if wanted and all(wanted.get(line.number, 0) == line.open for line in state.lines):
        return _reject(state, c.Reject(command.reason, command.bar_until), ask)
    inside = packed(shipping.boxes(state, ask))
    for number, units in wanted.items():
        there = state.line(number).open - inside.get(number, 0)
        if units > there:
            message = f"line {number} has {there} open units outside of boxes; unpack one first"
            raise Refused("in_boxes", message, line=number, there=there)
    status = ask.machine.next(state.status, m.REJECT_PART)
    lines = tuple(sorted(wanted.items()))
    return (e.LinesRejected(status, lines, command.reason, command.bar_until),) if lines else ()


def _recall(state: FulfillmentOrder, command: c.Recall, ask: Ask) -> Events:
    status = _moved(state, m.RECALL, ask)
    return (e.Recalled(status, command.reason),) if status else ()


def _confirm_recall(state: FulfillmentOrder, _command: c.ConfirmRecall, ask: Ask) -> Events:
    status = _moved(state, m.CONFIRM_RECALL, ask)
    if not status:
        return ()
    return (e.RecallConfirmed(status), *shipping.left_over(state, ask, "recalled"))


def _deny_recall(state: FulfillmentOrder, _command: c.DenyRecall, ask: Ask) -> Events:
    status = _moved(state, m.DENY_RECALL, ask)
    return (e.RecallDenied(status),) if status else ()


def _lift(state: FulfillmentOrder, command: c.LiftHold, _ask: Ask) -> Events:
    if any((hold.code, hold.parcel) == (command.code, command.parcel) for hold in state.holds):
        return (e.WorkHoldLifted(command.code, command.parcel),)
    return ()


_DECIDE = cast(
    "dict[type, Callable[[FulfillmentOrder, Any, Ask], Events]]",  # each function takes the command of its own key
    {
        c.Accept: _accept,
        c.Reject: _reject,
        c.RejectLines: _reject_lines,
        c.Ship: shipping.ship,
        c.HandOver: shipping.hand_over,
        c.Dispatch: shipping.dispatch,
        c.Unship: shipping.unship,
        c.Settle: shipping.settle,
        c.Recall: _recall,
        c.ConfirmRecall: _confirm_recall,
        c.DenyRecall: _deny_recall,
        c.Pack: shipping.pack,
        c.Unpack: shipping.unpack,
        c.Weigh: shipping.weigh,
        c.GetWaybill: labels.get,
        c.ReceiveWaybill: labels.receive,
        c.FailWaybill: labels.fail,
        c.VoidWaybill: labels.void,
        c.ConfirmVoid: labels.confirm_void,
        c.RefuseVoid: labels.refuse_void,
        c.Track: tracking.track,
        c.Intercept: tracking.intercept,
        c.AcceptIntercept: tracking.accept_intercept,
        c.DenyIntercept: tracking.deny_intercept,
        c.AwaitPickup: pickup.await_pickup,
        c.Collect: pickup.collect,
        c.ExpirePickup: pickup.expire,
        c.LiftHold: _lift,
    },
)
