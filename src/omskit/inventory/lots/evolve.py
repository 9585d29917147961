"""What an event makes of a lot; total, and without a machine."""

from __future__ import annotations

from attrs import evolve as changed

from omskit.core import StorageError
from omskit.inventory.lots import events as e
from omskit.inventory.lots.model import LotRecord


def evolve(state: LotRecord | None, event: e.Event) -> LotRecord:
    """Return the lot as it stands after the event.

    Raises:
        StorageError: ``bad_history`` when a history does not start with its registration.
    """
    if isinstance(event, e.Registered):
        return event.record
    if state is None:
        raise StorageError("bad_history", f"{type(event).__name__} before the lot was registered")
    if isinstance(event, e.Blocked):
        return changed(state, status=event.status, reason=event.reason)
    if isinstance(event, e.Cleared):
        return changed(state, status=event.status, reason="")
    return changed(state, status=event.status)
