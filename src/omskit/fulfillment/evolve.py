"""What an event makes of a fulfillment order; total, and without a machine."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, cast

from attrs import evolve as changed

from omskit.core import StorageError
from omskit.fulfillment import events as e
from omskit.fulfillment.model import FulfillmentOrder, Pickup, WorkLine
from omskit.fulfillment.parcels import Label, Parcel

#: What was decided about a parcel that left after a stop: it goes to its orders.
SOLD = "sold"
#: Its units are off the stock.
WRITTEN_OFF = "gone"


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
    return _EVOLVE[type(event)](state, event)


def _status(state: FulfillmentOrder, event: e.Accepted | e.Recalled | e.RecallDenied) -> FulfillmentOrder:
    return changed(state, status=event.status)


def _stopped(state: FulfillmentOrder, event: e.Rejected | e.RecallConfirmed | e.PickupExpired) -> FulfillmentOrder:
    lines = tuple(_moved(line, 0, line.open) for line in state.lines)
    return changed(state, status=event.status, lines=lines)


def _lines_rejected(state: FulfillmentOrder, event: e.LinesRejected) -> FulfillmentOrder:
    units = dict(event.lines)
    lines = tuple(_moved(line, 0, units.get(line.number, 0)) for line in state.lines)
    return changed(state, status=event.status, lines=lines)


def _moved(line: WorkLine, shipped: int, short: int) -> WorkLine:
    """Return a line with so many more units shipped and short, and as many fewer open."""
    return WorkLine(
        line.number,
        line.order,
        line.line,
        line.sku,
        line.quantity,
        line.open - shipped - short,
        line.shipped + shipped,
        line.short + short,
        line.parts,
    )


def _shipped(state: FulfillmentOrder, event: e.ParcelsShipped) -> FulfillmentOrder:
    units = packed(event.parcels)
    lines = []
    for line in state.lines:
        count = units.get(line.number, 0)
        lines.append(_moved(line, count, line.open - count if event.final else 0))
    return changed(
        state,
        status=event.status,
        lines=tuple(lines),
        parcels=_left(state.parcels, event.parcels),
        confirmed=_confirmed(state, event.id),
    )


def _shipped_anyway(state: FulfillmentOrder, event: e.ShippedAnyway) -> FulfillmentOrder:
    return changed(
        state,
        status=event.status,
        parcels=_left(state.parcels, event.parcels),
        confirmed=_confirmed(state, event.id),
        anyway=(*state.anyway, *((parcel.number, "") for parcel in event.parcels)),
    )


def _settled(state: FulfillmentOrder, event: e.Settled) -> FulfillmentOrder:
    units = dict(event.lines) if event.sold else {}
    lines = tuple(
        _moved(line, units[line.number], -units[line.number]) if line.number in units else line
        for line in state.lines
    )
    decided = SOLD if event.sold else WRITTEN_OFF
    return changed(state, lines=lines, anyway=_decided(state, event.parcel, decided))


def _decided(state: FulfillmentOrder, parcel: int, word: str) -> tuple[tuple[int, str], ...]:
    return tuple((number, word if number == parcel else known) for number, known in state.anyway)


def _confirmed(state: FulfillmentOrder, id_: str) -> tuple[str, ...]:
    return (*state.confirmed, id_) if id_ else state.confirmed


def _left(known: tuple[Parcel, ...], leaving: tuple[Parcel, ...]) -> tuple[Parcel, ...]:
    """Put parcels that leave in their places; what to print is history from then on."""
    if not known:
        return leaving
    places = {parcel.number: parcel for parcel in known}
    for parcel in leaving:
        box = places.get(parcel.number)
        if box is None:
            places[parcel.number] = parcel
            continue
        places[parcel.number] = changed(
            parcel,
            courier=parcel.courier or box.courier,
            weight_g=parcel.weight_g or box.weight_g,
            length_mm=parcel.length_mm or box.length_mm,
            width_mm=parcel.width_mm or box.width_mm,
            height_mm=parcel.height_mm or box.height_mm,
            facts=box.facts,
            labels=tuple(changed(label, print_data="") for label in box.labels),
        )
    return tuple(places[number] for number in sorted(places))


def _with(state: FulfillmentOrder, number: int, **values: Any) -> FulfillmentOrder:
    """Return the fulfillment order with some values of one parcel changed."""
    parcels = (changed(one, **values) if one.number == number else one for one in state.parcels)
    return changed(state, parcels=tuple(parcels))


def _unshipped(state: FulfillmentOrder, event: e.Unshipped) -> FulfillmentOrder:
    units = dict(event.lines)
    lines = tuple(
        _moved(line, -units[line.number], units[line.number]) if line.number in units else line
        for line in state.lines
    )
    anyway = tuple(pair for pair in state.anyway if pair[0] != event.parcel)
    after = _with(state, event.parcel, status=event.parcel_status, left_at=None)
    return changed(after, lines=lines, anyway=anyway)


def _packed(state: FulfillmentOrder, event: e.Packed) -> FulfillmentOrder:
    return changed(state, parcels=state.parcels + event.parcels)


def _unpacked(state: FulfillmentOrder, event: e.Unpacked) -> FulfillmentOrder:
    return _with(state, event.parcel, status=event.parcel_status)


def _weighed(state: FulfillmentOrder, event: e.Weighed) -> FulfillmentOrder:
    return _with(
        state,
        event.parcel,
        weight_g=event.weight_g,
        length_mm=event.length_mm,
        width_mm=event.width_mm,
        height_mm=event.height_mm,
    )


def _requested(state: FulfillmentOrder, event: e.WaybillRequested) -> FulfillmentOrder:
    labels = state.parcels[event.parcel - 1].labels
    return _with(state, event.parcel, labels=(*labels, event.label))


def _labels(state: FulfillmentOrder, parcel: int, number: int, **values: Any) -> tuple[Label, ...]:
    labels = state.parcels[parcel - 1].labels
    return tuple(changed(label, **values) if label.number == number else label for label in labels)


def _received(state: FulfillmentOrder, event: e.WaybillReceived) -> FulfillmentOrder:
    """Give a parcel its waybill; a label whose status stays is being made void: its number is not the parcel's."""
    before = state.parcels[event.parcel - 1].labels[event.label - 1]
    labels = _labels(
        state,
        event.parcel,
        event.label,
        status=event.status,
        waybill=event.waybill,
        print_data=event.print_data,
    )
    if event.status == before.status:
        return _with(state, event.parcel, labels=labels)
    return _with(state, event.parcel, labels=labels, waybill=event.waybill, courier=before.courier)


def _label_moved(
    state: FulfillmentOrder, event: e.WaybillFailed | e.WaybillVoided | e.VoidRefused
) -> FulfillmentOrder:
    before = state.parcels[event.parcel - 1].labels[event.label - 1]
    reason = before.reason if isinstance(event, e.WaybillVoided) else event.reason
    labels = _labels(state, event.parcel, event.label, status=event.status, reason=reason)
    return _with(state, event.parcel, labels=labels)


def _voiding(state: FulfillmentOrder, event: e.WaybillVoiding) -> FulfillmentOrder:
    """Take the waybill off a parcel that has not left; one that has left keeps it until there is another."""
    parcel = state.parcels[event.parcel - 1]
    labels = _labels(state, event.parcel, event.label, status=event.status, reason=event.reason)
    mine = labels[event.label - 1].waybill == parcel.waybill
    waybill = "" if mine and parcel.left_at is None else parcel.waybill
    return _with(state, event.parcel, labels=labels, waybill=waybill)


def _tracked(state: FulfillmentOrder, event: e.Tracked) -> FulfillmentOrder:
    known = state.parcels[event.parcel - 1].facts
    facts = tuple(sorted((*known, *event.facts), key=lambda fact: fact.order))
    return _with(state, event.parcel, facts=facts, status=event.status, interception=event.interception)


def _told(
    state: FulfillmentOrder, event: e.ReturnExpected | e.ReturnCalledOff  # noqa: ARG001 - the facts say it
) -> FulfillmentOrder:
    return state


def _intercepted(state: FulfillmentOrder, event: e.Intercepted) -> FulfillmentOrder:
    return _with(state, event.parcel, interception=event.interception)


def _ready(state: FulfillmentOrder, event: e.PickupReady) -> FulfillmentOrder:
    return changed(state, status=event.status, pickup=Pickup(event.digest, event.until))


def _denied(state: FulfillmentOrder, event: e.PickupDenied) -> FulfillmentOrder:
    return changed(state, pickup=changed(state.pickup or Pickup(), attempts=event.attempts))


def _held(state: FulfillmentOrder, event: e.WorkHeld) -> FulfillmentOrder:
    return changed(state, holds=(*state.holds, event.hold))


def _lifted(state: FulfillmentOrder, event: e.WorkHoldLifted) -> FulfillmentOrder:
    left = (hold for hold in state.holds if (hold.code, hold.parcel) != (event.code, event.parcel))
    return changed(state, holds=tuple(left))


_EVOLVE = cast(
    "dict[type, Callable[[FulfillmentOrder, Any], FulfillmentOrder]]",  # each takes the events of its own key
    {
        e.Accepted: _status,
        e.Rejected: _stopped,
        e.LinesRejected: _lines_rejected,
        e.ParcelsShipped: _shipped,
        e.ShippedAnyway: _shipped_anyway,
        e.Unshipped: _unshipped,
        e.Settled: _settled,
        e.Recalled: _status,
        e.RecallConfirmed: _stopped,
        e.RecallDenied: _status,
        e.Packed: _packed,
        e.Unpacked: _unpacked,
        e.Weighed: _weighed,
        e.WaybillRequested: _requested,
        e.WaybillReceived: _received,
        e.WaybillFailed: _label_moved,
        e.WaybillVoiding: _voiding,
        e.WaybillVoided: _label_moved,
        e.VoidRefused: _label_moved,
        e.Tracked: _tracked,
        e.ReturnExpected: _told,
        e.ReturnCalledOff: _told,
        e.Intercepted: _intercepted,
        e.PickupReady: _ready,
        e.PickupDenied: _denied,
        e.PickupExpired: _stopped,
        e.WorkHeld: _held,
        e.WorkHoldLifted: _lifted,
    },
)
