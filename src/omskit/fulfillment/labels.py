"""Waybills: asking couriers for them, one that holds for each parcel, and taking them back."""

from __future__ import annotations

from omskit.core import Refused, UsageError
from omskit.fulfillment import commands as c
from omskit.fulfillment import events as e
from omskit.fulfillment import machine as m
from omskit.fulfillment.asking import NO_WAYBILL, Ask, Events, held, lifted
from omskit.fulfillment.model import FulfillmentOrder
from omskit.fulfillment.parcels import Label, Parcel


def holding(parcel: Parcel) -> Label | None:
    """Return the label that is asked for or holds; None when there is none."""
    for label in parcel.labels:
        if m.LABEL_MACHINE.has(label.status, m.HOLDS):
            return label
    return None


def voiding(parcel: Parcel, reason: str) -> Events:
    """Return the event of taking a parcel's label back, or none where it has none."""
    label = holding(parcel)
    if label is None:
        return ()
    status = m.LABEL_MACHINE.next(label.status, m.VOID)
    return (e.WaybillVoiding(parcel.number, label.number, status, reason),)


def get(state: FulfillmentOrder, command: c.GetWaybill, ask: Ask) -> Events:
    """Ask for a waybill; one that holds, or is asked for, is enough."""
    parcel = state.parcel(command.parcel)
    if not command.couriers or not all(command.couriers):
        raise UsageError("no_courier", f"no courier to ask for parcel {parcel.number}", parcel=parcel.number)
    if state.pickup is not None:
        raise Refused("pickup_only", "a buyer collects it; no courier carries it", fulfillment=state.key)
    if holding(parcel):
        return ()
    unlabelled = parcel.waybill and not parcel.labels
    if unlabelled or not (ask.parcels.has(parcel.status, m.PACKED) or ask.parcels.has(parcel.status, m.UNSCANNED)):
        raise Refused(
            "not_labelled",
            f"parcel {parcel.number} is {parcel.status!r}{f' as {parcel.waybill}' if parcel.waybill else ''}:"
            " labels are for what is packed, or has left and was not picked up",
            parcel=parcel.number,
            status=parcel.status,
        )
    return (_asked(parcel, command.couriers),)


def _asked(parcel: Parcel, couriers: tuple[str, ...]) -> e.Event:
    number = len(parcel.labels) + 1
    label = Label(number, couriers[0], m.LABEL_MACHINE.initial, then=couriers[1:])
    return e.WaybillRequested(parcel.number, label)


def _label(parcel: Parcel, number: int) -> Label:
    if not 1 <= number <= len(parcel.labels):
        count = len(parcel.labels)
        raise UsageError(
            "unknown_label",
            f"no label {number} of parcel {parcel.number}; there are {count}",
            parcel=parcel.number,
            label=number,
        )
    return parcel.labels[number - 1]


def receive(state: FulfillmentOrder, command: c.ReceiveWaybill, _ask: Ask) -> Events:
    """Take a number from a courier; the same one again changes nothing."""
    parcel = state.parcel(command.parcel)
    label = _label(parcel, command.label)
    if not command.waybill:
        raise UsageError("bad_waybill", f"an empty waybill for parcel {parcel.number}", parcel=parcel.number)
    if label.waybill == command.waybill:
        return ()
    others = {one.waybill: one.number for one in state.parcels if one is not parcel}
    taken = others.get(command.waybill)
    if taken or label.waybill:
        there = f"parcel {taken} has it" if taken else f"the label has {label.waybill}"
        raise Refused("waybill_known", f"{command.waybill}: {there}", waybill=command.waybill)
    status = m.LABEL_MACHINE.next(label.status, m.RECEIVE)
    received = e.WaybillReceived(parcel.number, label.number, status, command.waybill, command.print_data)
    if m.LABEL_MACHINE.has(status, m.HOLDS):
        return (received, *lifted(state, (NO_WAYBILL,), parcel.number))
    return (received, e.WaybillVoiding(parcel.number, label.number, status, label.reason))


def fail(state: FulfillmentOrder, command: c.FailWaybill, ask: Ask) -> Events:
    """Ask the next courier; with none left a hold waits for a person."""
    parcel = state.parcel(command.parcel)
    label = _label(parcel, command.label)
    if not m.LABEL_MACHINE.allows(label.status, m.FAIL) and label.status in m.LABEL_MACHINE.reached_by(m.FAIL):
        return ()
    status = m.LABEL_MACHINE.next(label.status, m.FAIL)
    failed = e.WaybillFailed(parcel.number, label.number, status, command.reason)
    if not m.LABEL_MACHINE.has(label.status, m.HOLDS):
        return (failed,)
    if label.then:
        return (failed, _asked(parcel, label.then))
    return (failed, *held(state, ask, NO_WAYBILL, f"{label.courier}: {command.reason}", parcel.number))


def void(state: FulfillmentOrder, command: c.VoidWaybill, _ask: Ask) -> Events:
    """Ask for a waybill to be taken back; its parcel stays packed, or shipped, as it was."""
    return voiding(state.parcel(command.parcel), command.reason)


def confirm_void(state: FulfillmentOrder, command: c.ConfirmVoid, _ask: Ask) -> Events:
    """Note that a waybill was taken back."""
    label = _label(state.parcel(command.parcel), command.label)
    if _is_settled(label, m.CONFIRM_VOID):
        return ()
    status = m.LABEL_MACHINE.next(label.status, m.CONFIRM_VOID)
    return (e.WaybillVoided(command.parcel, command.label, status),)


def refuse_void(state: FulfillmentOrder, command: c.RefuseVoid, _ask: Ask) -> Events:
    """Note that a waybill was not taken back."""
    label = _label(state.parcel(command.parcel), command.label)
    if _is_settled(label, m.REFUSE_VOID):
        return ()
    status = m.LABEL_MACHINE.next(label.status, m.REFUSE_VOID)
    return (e.VoidRefused(command.parcel, command.label, status, command.reason),)


def _is_settled(label: Label, trigger: str) -> bool:
    machine = m.LABEL_MACHINE
    return label.status in machine.reached_by(trigger) and not machine.allows(label.status, trigger)
