"""What an event makes of a price change; total, and without a machine."""

from __future__ import annotations

from attrs import evolve as changed

from omskit.core import StorageError
from omskit.pricing.changes import events as e
from omskit.pricing.changes.model import PriceChange


def evolve(state: PriceChange | None, event: e.Event) -> PriceChange:
    """Return the price change as it stands after the event.

    Raises:
        StorageError: ``bad_history`` when a history does not start with its submission.
    """
    if isinstance(event, e.Submitted):
        return event.change
    if state is None:
        raise StorageError("bad_history", f"{type(event).__name__} before the price change was submitted")
    if isinstance(event, e.Approved):
        return changed(state, status=event.status, approved_by=event.actor)
    if isinstance(event, e.Applied):
        return changed(state, status=event.status, applied_at=event.at)
    return changed(state, status=event.status)
