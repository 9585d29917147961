"""What every decision about a fulfillment order knows beside the command, and the holds that it may put."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from omskit.core import Machine
from omskit.fulfillment import events as e
from omskit.fulfillment.model import FulfillmentOrder, WorkHold

#: Hold of a parcel for which no courier gave a waybill.
NO_WAYBILL = "no_waybill"
#: Hold of work that was stopped, and from which parcels left all the same. Nothing is booked by itself.
SHIPPED_AFTER_STOP = "shipped_after_stop"
#: Hold of a parcel that had not left, as was told, and that a courier has scanned.
SCANNED_AFTER_UNDO = "scanned_after_undo"
#: Hold of a parcel that nobody can find.
PARCEL_LOST = "parcel_lost"
#: Hold of goods that were to be collected: too many wrong codes, or nobody came.
PICKUP_EXCEPTION = "pickup_exception"

Events = tuple[e.Event, ...]


class Ask(NamedTuple):
    """When, by whom and under which machines a command is decided."""

    at: datetime
    actor: str
    machine: Machine
    parcels: Machine


def held(state: FulfillmentOrder, ask: Ask, code: str, reason: str, parcel: int = 0) -> Events:
    """Return the event of a hold, or none where it stands already."""
    if any((hold.code, hold.parcel) == (code, parcel) for hold in state.holds):
        return ()
    return (e.WorkHeld(WorkHold(code, ask.at, ask.actor, reason, parcel)),)


def lifted(state: FulfillmentOrder, codes: Iterable[str], parcel: int) -> Events:
    """Return the events of lifting those holds of a parcel that stand."""
    standing = {hold.code for hold in state.holds if hold.parcel == parcel}
    return tuple(e.WorkHoldLifted(code, parcel) for code in codes if code in standing)
