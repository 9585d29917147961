"""What a transfer's events do to stock."""

from __future__ import annotations

from collections.abc import Iterable

from attrs import evolve

from omskit.core import Cell, readable
from omskit.inventory.commands import Move
from omskit.inventory.machine import CAME_DAMAGED, CAME_OVER, DISPATCHED, LOST_UNDERWAY, SENT_OVER
from omskit.inventory.transfers import events as e
from omskit.inventory.transfers.kind import TRANSFERS
from omskit.inventory.transfers.model import Transfer


def stock_moves(transfer: Transfer, happened: Iterable[e.Event]) -> tuple[Move, ...]:
    """Return the movements of events.

    Pieces leave the source when sent and are in transit at the target until they are received, fit for sale or
    damaged, or lost.
    """
    document = readable(TRANSFERS.number, transfer.key)
    skus = {line.number: line.sku for line in transfer.lines}

    def move(kind: str, warehouse: str, number: int, count: int) -> Move:
        return Move(kind, Cell(skus[number], warehouse), count, document=document)

    moves: list[Move] = []
    for event in happened:
        reason = ""
        made: list[Move] = []
        if isinstance(event, e.Sent):
            reason = event.document
            for number, count in event.lines:
                made.append(move(SENT_OVER, transfer.source, number, count))
                made.append(move(DISPATCHED, transfer.target, number, count))
        elif isinstance(event, e.Received):
            reason = event.document
            for number, fit, damaged in event.lines:
                made.append(move(CAME_OVER, transfer.target, number, fit))
                made.append(move(CAME_DAMAGED, transfer.target, number, damaged))
        elif isinstance(event, e.ClosedShort):
            reason = event.reason
            made = [move(LOST_UNDERWAY, transfer.target, number, count) for number, count in event.lines]
        moves += [evolve(one, reason=reason) for one in made if one.quantity]
    return tuple(moves)
