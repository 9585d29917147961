"""What an event makes of an announcement; total, and without a machine."""

from __future__ import annotations

from attrs import evolve as changed

from omskit.core import StorageError
from omskit.inventory.inbound import events as e
from omskit.inventory.inbound.model import AnnouncedLine, Announcement


def evolve(state: Announcement | None, event: e.Event) -> Announcement:
    """Return the announcement as it stands after the event.

    Raises:
        StorageError: ``bad_history`` when a history does not start with what was announced.
    """
    if isinstance(event, e.Announced):
        return event.announcement
    if state is None:
        raise StorageError("bad_history", f"{type(event).__name__} before anything was announced")
    if isinstance(event, e.Revised):
        return changed(state, status=event.status, lines=_revised(state.lines, event))
    return changed(state, status=event.status, lines=tuple(_after(line, event) for line in state.lines))


def _revised(lines: tuple[AnnouncedLine, ...], event: e.Revised) -> tuple[AnnouncedLine, ...]:
    said = {number: (quantity, day) for number, quantity, day in event.lines}
    skus = dict(event.added)
    found = []
    for line in lines:
        quantity, day = said.get(line.number, (line.quantity, line.day))
        found.append(changed(line, quantity=quantity, day=day, open=line.open + quantity - line.quantity))
    for number, quantity, day in event.lines:
        if number in skus:
            found.append(AnnouncedLine(number, skus[number], quantity, day, quantity))
    return tuple(found)


def _after(line: AnnouncedLine, event: e.Received | e.ClosedShort | e.Cancelled) -> AnnouncedLine:
    if not isinstance(event, e.Received):
        gone = dict(event.lines).get(line.number, 0)
        return changed(line, open=line.open - gone, dropped=line.dropped + gone)
    for number, fit, damaged, over in event.lines:
        if number == line.number:
            return changed(
                line,
                open=line.open - fit - damaged,
                received=line.received + fit,
                damaged=line.damaged + damaged,
                over=line.over + over,
            )
    return line
