"""Tracking: where a parcel stands by all that couriers have said of it, in whatever order it was heard.

The status is a function of the *set* of facts: they are sorted by time and played through the parcel's machine.
So a fact that comes late finds its place, one that comes twice is one, and every order of arrival ends in the
same state. On the way forward the machine has no move back; a refusal, a turn or a loss is left by a later fact.
"""

from __future__ import annotations

from collections.abc import Iterable

from omskit.core import Machine, Refused
from omskit.fulfillment import commands as c
from omskit.fulfillment import events as e
from omskit.fulfillment import machine as m
from omskit.fulfillment.asking import PARCEL_LOST, SCANNED_AFTER_UNDO, Ask, Events, held, lifted
from omskit.fulfillment.model import FulfillmentOrder
from omskit.fulfillment.parcels import Fact, Parcel

#: Most facts of one parcel; a courier's whole story has some tens.
MAX_FACTS = 500

#: What the end of a parcel means for an attempt to stop it.
_TURNS = ((m.BACK, m.RECOVER), (m.COMING_BACK, m.TURN), (m.ARRIVED, m.FAIL), (m.GONE, m.FAIL))


def joined(facts: Iterable[Fact]) -> tuple[Fact, ...]:
    """Return facts in order of time, each once."""
    return tuple(sorted(dict.fromkeys(facts), key=lambda fact: fact.order))


def status_of(facts: Iterable[Fact], machine: Machine = m.PARCEL_MACHINE) -> str:
    """Return where a parcel that has left stands by what is known of it."""
    status = machine.next(machine.initial, m.SHIP)
    for fact in joined(facts):
        status = machine.moves.get((status, fact.kind), status)
    return status


def track(state: FulfillmentOrder, command: c.Track, ask: Ask) -> Events:
    """Take what a courier says; what is known already changes nothing."""
    parcel = state.parcel(command.parcel)
    known = frozenset(parcel.facts)
    fresh = joined(fact for fact in command.facts if fact not in known)
    if not fresh:
        return ()
    if len(known) + len(fresh) > MAX_FACTS:
        raise Refused("too_many_facts", f"parcel {parcel.number}: at most {MAX_FACTS}", parcel=parcel.number)
    machine, before = ask.parcels, parcel.status
    away = not machine.has(before, m.PACKED) and before not in machine.reached_by(m.UNSHIP)
    status = status_of((*parcel.facts, *fresh), machine) if away else before
    tracked = e.Tracked(parcel.number, fresh, status, _interception(parcel.interception, status, machine))
    return (tracked, *_coming_back(parcel, status, machine), *_holds(state, parcel, status, ask))


def _interception(now: str, status: str, machine: Machine) -> str:
    for trait, trigger in _TURNS if now else ():
        if machine.has(status, trait):
            return m.INTERCEPTION_MACHINE.moves.get((now, trigger), now)
    return now


def _coming_back(parcel: Parcel, status: str, machine: Machine) -> Events:
    """Say once that a parcel comes back, however often couriers do."""
    was, is_ = (_returns(one, machine) for one in (parcel.status, status))
    if is_ and not was:
        reason = "intercepted" if parcel.interception else status
        return (e.ReturnExpected(parcel.number, parcel.lines, reason),)
    return (e.ReturnCalledOff(parcel.number),) if was and not is_ else ()


def _returns(status: str, machine: Machine) -> bool:
    return machine.has(status, m.COMING_BACK) or machine.has(status, m.BACK)


def _holds(state: FulfillmentOrder, parcel: Parcel, status: str, ask: Ask) -> Events:
    was, is_ = (ask.parcels.has(one, m.GONE) for one in (parcel.status, status))
    if is_ and not was:
        return held(state, ask, PARCEL_LOST, f"parcel {parcel.number}, {parcel.waybill}", parcel.number)
    if was and not is_:
        return lifted(state, (PARCEL_LOST,), parcel.number)
    if status in ask.parcels.reached_by(m.UNSHIP):
        return held(state, ask, SCANNED_AFTER_UNDO, f"{parcel.waybill} is with the courier", parcel.number)
    return ()


def intercept(state: FulfillmentOrder, command: c.Intercept, ask: Ask) -> Events:
    """Ask for a parcel to be stopped, as long as it goes towards the buyer."""
    parcel = state.parcel(command.parcel)
    fail = m.INTERCEPTION_MACHINE.reached_by(m.DENY)
    if parcel.interception and parcel.interception not in fail:
        return ()
    if not ask.parcels.has(parcel.status, m.UNDER_WAY):
        raise Refused(
            "not_under_way",
            f"parcel {parcel.number} is {parcel.status!r}; only one on its way to the buyer can be stopped",
            parcel=parcel.number,
            status=parcel.status,
        )
    return (e.Intercepted(parcel.number, m.INTERCEPTION_MACHINE.initial, command.reason),)


def accept_intercept(state: FulfillmentOrder, command: c.AcceptIntercept, _ask: Ask) -> Events:
    """Note that the courier tries."""
    return _answered(state.parcel(command.parcel), m.AGREE, "")


def deny_intercept(state: FulfillmentOrder, command: c.DenyIntercept, _ask: Ask) -> Events:
    """Note that the courier does not."""
    return _answered(state.parcel(command.parcel), m.DENY, command.reason)


def _answered(parcel: Parcel, trigger: str, reason: str) -> Events:
    now, machine = parcel.interception, m.INTERCEPTION_MACHINE
    if not now:
        raise Refused("not_intercepted", f"nobody asked to stop parcel {parcel.number}", parcel=parcel.number)
    if not machine.allows(now, trigger) and now in machine.reached_by(trigger):
        return ()
    return (e.Intercepted(parcel.number, machine.next(now, trigger), reason),)
