"""What an announcement's events do to stock."""

from __future__ import annotations

from collections.abc import Iterable

from omskit.core import Cell
from omskit.inventory.commands import Move
from omskit.inventory.inbound import events as e
from omskit.inventory.inbound.model import Announcement
from omskit.inventory.machine import ANNOUNCED, ARRIVED, ARRIVED_DAMAGED, CALLED_OFF, RECEIVED


def stock_moves(
    before: Announcement | None, after: Announcement, happened: Iterable[e.Event]
) -> tuple[Move, ...]:
    """Return the movements of events.

    What is announced lies in the bucket of inbound goods until it comes, fit or damaged, or is called off.
    What comes beyond it is received as any other goods.
    """
    open_ = {line.number: line.open for line in before.lines} if before else {}
    skus = {line.number: line.sku for line in after.lines}
    moves: list[Move] = []

    def move(kind: str, number: int, count: int, reason: str) -> None:
        if count:
            cell = Cell(skus[number], after.warehouse)
            moves.append(Move(kind, cell, count, document=after.document, reason=reason))

    for event in happened:
        if isinstance(event, e.Announced):
            for line in event.announcement.lines:
                move(ANNOUNCED, line.number, line.open, "")
        elif isinstance(event, e.Revised):
            for line in after.lines:
                more = line.open - open_.get(line.number, 0)
                move(ANNOUNCED if more > 0 else CALLED_OFF, line.number, abs(more), event.reason)
        elif isinstance(event, e.Received):
            for number, fit, damaged, over in event.lines:
                move(ARRIVED, number, fit, event.document)
                move(ARRIVED_DAMAGED, number, damaged, event.document)
                move(RECEIVED, number, over, event.document)
        else:
            for number, count in event.lines:
                move(CALLED_OFF, number, count, event.reason)
    return tuple(moves)
