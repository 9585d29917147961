"""The values a stock book speaks: cells, levels, movements, reservations.

A movement is the only writer of a level and of a reservation. It carries its own signed effect, so that a
storage adds it up without knowing what the kinds mean: the sum of all effects *is* the level.
"""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from attrs import frozen

from omskit.core.quick import quick


class Cell(NamedTuple):
    """One SKU in one warehouse: what a balance is kept for. Cells are ordered by SKU, then warehouse.

    A named tuple and no attrs class, like :class:`Claim`: both are looked up and sorted for every line of a batch,
    which costs a third this way.
    """

    sku: str
    warehouse: str


class Level(NamedTuple):
    """The balance of a cell in pieces; ``0 <= reserved <= on_hand`` always."""

    on_hand: int = 0
    reserved: int = 0

    @property
    def available(self) -> int:
        """What can still be promised: on hand less reserved."""
        return self.on_hand - self.reserved


class Claim(NamedTuple):
    """What a movement is made for: one line of one order, or of what a cart holds; 0 stands for no order."""

    order: int = 0
    line: int = 0


#: The claim of movements that are for no order.
_NOBODY = Claim()


@quick
@frozen
class Movement:
    """An immutable ledger entry.

    Args:
        kind: What happened, as in ``omskit.inventory``: received, reserved, released, shipped ...
        cell: Where.
        quantity: Pieces, above zero.
        on_hand: Signed effect on what is there.
        reserved: Signed effect on what is promised; with a claim, also on the claim's reservation.
        claim: The order line it is for.
        document: What it was booked by: a fulfillment order, a receipt, a count.
        reason: Free text or code for people.
        actor: Who did it.
        at: When it happened, UTC.
    """

    kind: str
    cell: Cell
    quantity: int
    on_hand: int
    reserved: int
    at: datetime
    actor: str
    claim: Claim = _NOBODY
    document: str = ""
    reason: str = ""


@quick
@frozen
class Reservation:
    """What is still promised to one order line in one cell, above zero."""

    claim: Claim
    cell: Cell
    quantity: int
