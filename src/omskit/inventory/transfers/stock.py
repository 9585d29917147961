"""What a transfer's events do to stock."""

from __future__ import annotations

from collections.abc import Iterable

from omskit.core import Cell, readable
from omskit.inventory.commands import Move
from omskit.inventory.machine import CAME_OVER, SENT_OVER
from omskit.inventory.transfers import events as e
from omskit.inventory.transfers.kind import TRANSFERS
from omskit.inventory.transfers.model import Transfer


def stock_moves(transfer: Transfer, happened: Iterable[e.Event]) -> tuple[Move, ...]:
    """Return the movements of events: pieces leave the source when sent and join the target when received."""
    sku = {line.number: line.sku for line in transfer.lines}
    document = readable(TRANSFERS.number, transfer.key)
    moves: list[Move] = []
    for event in happened:
        if isinstance(event, e.Sent):
            moves += [
                Move(SENT_OVER, Cell(sku[number], transfer.source), count, document=document,
                reason=event.document) for number, count in event.lines
            ]
        elif isinstance(event, e.Received):
            moves += [
                Move(CAME_OVER, Cell(sku[number], transfer.target), fit, document=document,
                reason=event.document) for number, fit, _ in event.lines
                if fit
            ]
    return tuple(moves)
