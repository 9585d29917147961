"""Pickup at a store: goods are handed to the one who shows the code, and to nobody else.

A wrong code is no refusal but an event, since it has to be counted: whoever asks looks at the status. After
:data:`MAX_ATTEMPTS` wrong ones no code is good any more, and a hold waits for a person.
"""

from __future__ import annotations

import hashlib
import hmac

from omskit.core import Refused, UsageError, aware
from omskit.fulfillment import commands as c
from omskit.fulfillment import events as e
from omskit.fulfillment import machine as m
from omskit.fulfillment.asking import PICKUP_EXCEPTION, Ask, Events, held
from omskit.fulfillment.model import FulfillmentOrder, Pickup
from omskit.fulfillment.parcels import Parcel

#: Wrong codes that may be shown.
MAX_ATTEMPTS = 5


def code_digest(fulfillment: int, code: str) -> str:
    """Return what is kept of a pickup code: its digest, of this fulfillment order alone."""
    return hashlib.blake2b(code.encode(), key=str(fulfillment).encode(), digest_size=16).hexdigest()


def is_code(state: FulfillmentOrder, code: str) -> bool:
    """Whether a code is the one that goods wait for; it takes the same time for every wrong one."""
    wanted = state.pickup.digest if state.pickup else ""
    return hmac.compare_digest(code_digest(state.key, code), wanted) and bool(wanted)


def await_pickup(state: FulfillmentOrder, command: c.AwaitPickup, ask: Ask) -> Events:
    """Let goods wait for the one who shows a code."""
    pickup = _pickup(state)
    digest = code_digest(state.key, command.code)
    until = aware(command.until)
    if not command.code or until <= ask.at:
        raise UsageError("bad_pickup", f"a code, and an end that is to come; not {until}", until=until)
    if ask.machine.has(state.status, m.AWAITED) and (pickup.digest, pickup.until) == (digest, until):
        return ()
    return (e.PickupReady(ask.machine.next(state.status, m.AWAIT_PICKUP), digest, until),)


def _pickup(state: FulfillmentOrder) -> Pickup:
    if state.pickup is None:
        raise Refused("not_a_pickup", "a courier carries it; nobody collects it", fulfillment=state.key)
    return state.pickup


def collect(state: FulfillmentOrder, command: c.Collect, ask: Ask) -> Events:
    """Hand the goods over if the code is right and in time."""
    pickup = _pickup(state)
    if not ask.machine.has(state.status, m.AWAITED):
        if is_code(state, command.code) and state.status in ask.machine.reached_by(m.SHIP):
            return ()
        ask.machine.next(state.status, m.EXPIRE)
    if pickup.until is not None and pickup.until <= ask.at:
        return expire(state, c.ExpirePickup(), ask)
    if pickup.attempts >= MAX_ATTEMPTS:
        raise Refused("pickup_blocked", f"{pickup.attempts} wrong codes; a person decides", fulfillment=state.key)
    if not is_code(state, command.code):
        attempts = pickup.attempts + 1
        full = attempts >= MAX_ATTEMPTS
        return (
            e.PickupDenied(attempts),
            *(held(state, ask, PICKUP_EXCEPTION, f"{attempts} wrong codes") if full else ()),
        )
    lines = tuple((line.number, line.open) for line in state.lines if line.open)
    status = ask.parcels.next(ask.parcels.initial, m.COLLECT)
    parcel = Parcel(len(state.parcels) + 1, "", lines, left_at=ask.at, status=status)
    return (e.ParcelsShipped(ask.machine.next(state.status, m.SHIP), (parcel,)),)


def expire(state: FulfillmentOrder, _command: c.ExpirePickup, ask: Ask) -> Events:
    """Send goods back to the shelf that nobody has collected in time."""
    pickup = _pickup(state)
    if state.status in ask.machine.reached_by(m.EXPIRE):
        return ()
    status = ask.machine.next(state.status, m.EXPIRE)
    if pickup.until is not None and ask.at < pickup.until:
        raise Refused("not_expired", f"the buyer has time until {pickup.until}", until=pickup.until)
    return (e.PickupExpired(status), *held(state, ask, PICKUP_EXCEPTION, "nobody came in time"))
