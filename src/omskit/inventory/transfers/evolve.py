"""What an event makes of a transfer; total, and without a machine."""

from __future__ import annotations

from attrs import evolve as changed

from omskit.core import StorageError
from omskit.inventory.transfers import events as e
from omskit.inventory.transfers.model import Transfer, TransferLine


def evolve(state: Transfer | None, event: e.Event) -> Transfer:
    """Return the transfer as it stands after the event.

    Raises:
        StorageError: ``bad_history`` when a history does not start with its request.
    """
    if isinstance(event, e.Requested):
        return event.transfer
    if state is None:
        raise StorageError("bad_history", f"{type(event).__name__} before the transfer was requested")
    return changed(state, status=event.status, lines=tuple(_after(line, event) for line in state.lines))


def _after(line: TransferLine, event: e.Sent | e.Received | e.ClosedShort | e.Cancelled) -> TransferLine:
    if isinstance(event, e.Sent):
        count = dict(event.lines).get(line.number, 0)
        dropped = line.open - count if event.final else 0
        return changed(
            line,
            open=line.open - count - dropped,
            in_transit=line.in_transit + count,
            dropped=line.dropped + dropped,
        )
    if isinstance(event, e.Received):
        fit, damaged = {number: (one, other) for number, one, other in event.lines}.get(line.number, (0, 0))
        return changed(
            line,
            in_transit=line.in_transit - fit - damaged,
            received=line.received + fit,
            damaged=line.damaged + damaged,
        )
    lost = line.in_transit if isinstance(event, e.ClosedShort) else 0
    return changed(
        line, open=0, dropped=line.dropped + line.open, in_transit=line.in_transit - lost, lost=line.lost + lost
    )
