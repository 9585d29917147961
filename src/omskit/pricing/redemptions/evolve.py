"""What an event makes of a redemption; total, and without a machine."""

from __future__ import annotations

from attrs import evolve as changed

from omskit.core import StorageError
from omskit.pricing.redemptions import events as e
from omskit.pricing.redemptions.model import Redemption


def evolve(state: Redemption | None, event: e.Event) -> Redemption:
    """Return the redemption as it stands after the event.

    Raises:
        StorageError: ``bad_history`` when a history does not start with its reservation.
    """
    if isinstance(event, e.Reserved):
        return event.redemption
    if state is None:
        raise StorageError("bad_history", f"{type(event).__name__} before anything was reserved")
    match event:
        case e.Revised(status, uses):
            return changed(state, status=status, uses=uses)
        case e.Confirmed(status):
            return changed(state, status=status, until=None)
        case e.Stood(status, holders):
            return changed(state, status=status, holders=holders)
    return changed(state, status=event.status, uses=(), until=None, holders=())
