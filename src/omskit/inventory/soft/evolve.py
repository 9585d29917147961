"""What an event makes of a soft reservation; total, and without a machine."""

from __future__ import annotations

from attrs import evolve as changed

from omskit.core import StorageError
from omskit.inventory.soft import events as e
from omskit.inventory.soft.model import SoftLine, SoftReservation


def evolve(state: SoftReservation | None, event: e.Event) -> SoftReservation:
    """Return the soft reservation as it stands after the event.

    Raises:
        StorageError: ``bad_history`` when a history does not start with pieces that are held.
    """
    if isinstance(event, e.Held):
        return event.soft
    if state is None:
        raise StorageError("bad_history", f"{type(event).__name__} before anything was held")
    match event:
        case e.Extended(status, expires):
            return changed(state, status=status, expires=expires)
        case e.KeptBy(status, kept_by):
            return changed(state, status=status, kept_by=kept_by)
        case e.Bound(status, order):
            return changed(state, status=status, order=order)
        case e.Used(status, taken, freed, reason):
            lines = tuple(_less(line, taken, freed) for line in state.lines)
            return changed(state, status=status, lines=lines, reason=reason)
    empty = tuple(changed(line, places=()) for line in state.lines)
    return changed(state, status=event.status, lines=empty, kept_by=(), reason=event.reason)


def _less(line: SoftLine, taken: e.Pieces, freed: e.Pieces) -> SoftLine:
    left = dict(line.places)
    for number, warehouse, count in (*taken, *freed):
        if number == line.number:
            left[warehouse] -= count
    places = tuple((warehouse, count) for warehouse, count in left.items() if count)
    more = sum(count for number, _, count in taken if number == line.number)
    return changed(line, places=places, taken=line.taken + more)
