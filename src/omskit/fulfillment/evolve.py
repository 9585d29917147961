"""What an event makes of a fulfillment order; total, and without a machine."""

from __future__ import annotations

from collections.abc import Iterable

from attrs import evolve as changed

from omskit.core import StorageError
from omskit.fulfillment import events as e
from omskit.fulfillment.model import FulfillmentOrder, Parcel, WorkLine


def packed(parcels: Iterable[Parcel]) -> dict[int, int]:
    """Sum the units in parcels by work line."""
    units: dict[int, int] = {}
    for parcel in parcels:
        for number, count in parcel.lines:
            units[number] = units.get(number, 0) + count
    return units


def evolve(state: FulfillmentOrder | None, event: e.Event) -> FulfillmentOrder:
    """Return the fulfillment order as it stands after the event.

    Raises:
        StorageError: ``bad_history`` when a history does not start with its opening.
    """
    if isinstance(event, e.Opened):
        return event.fulfillment
    if state is None:
        raise StorageError("bad_history", f"{type(event).__name__} before the fulfillment order was opened")
    if isinstance(event, e.ParcelsShipped):
        units = packed(event.parcels)
        lines = tuple(_shipped(line, units.get(line.number, 0), final=event.final) for line in state.lines)
        return changed(state, status=event.status, lines=lines, parcels=state.parcels + event.parcels)
    if isinstance(event, e.Rejected | e.RecallConfirmed):
        lines = tuple(_shipped(line, 0, final=True) for line in state.lines)
        return changed(state, status=event.status, lines=lines)
    return changed(state, status=event.status)


def _shipped(line: WorkLine, units: int, *, final: bool) -> WorkLine:
    left = line.open - units
    open_, short = (0, line.short + left) if final else (left, line.short)
    return WorkLine(
        line.number,
        line.order,
        line.line,
        line.sku,
        line.quantity,
        open_,
        line.shipped + units,
        short,
        line.parts,
    )
