"""What an event makes of an allowance; total, and without a machine."""

from __future__ import annotations

from attrs import evolve as changed

from omskit.core import StorageError
from omskit.pricing.allowances import events as e
from omskit.pricing.allowances.model import Allowance


def evolve(state: Allowance | None, event: e.Event) -> Allowance:
    """Return the allowance as it stands after the event.

    Raises:
        StorageError: ``bad_history`` when a history does not start with its opening.
    """
    if isinstance(event, e.Opened):
        return event.allowance
    if state is None:
        raise StorageError("bad_history", f"{type(event).__name__} before the allowance was opened")
    match event:
        case e.Taken(status, _, uses, minor):
            return changed(state, status=status, uses=state.uses + uses, minor=state.minor + minor)
        case e.Given(status, _, uses, minor):
            return changed(state, status=status, uses=state.uses - uses, minor=state.minor - minor)
        case e.Resized(status, limit_uses, limit_minor):
            return changed(state, status=status, limit_uses=limit_uses, limit_minor=limit_minor)
    return changed(state, status=event.status)
