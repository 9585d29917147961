"""Lots that a warehouse is asked for, or says that it took, as movements that name them."""

from __future__ import annotations

from collections.abc import Iterable

from omskit.core import Cell, Claim, Movement
from omskit.flow.workspace import Workspace
from omskit.fulfillment import FulfillmentOrder, LotPieces
from omskit.inventory import EFFECTS, RESERVED_FOR
from omskit.inventory.lots import lot_cell


def name_lots(
    work: Workspace,
    kind: str,
    state: FulfillmentOrder,
    lots: Iterable[LotPieces],
    *,
    claimed: bool = True,
    reason: str = "",
) -> None:
    """Book movements of lots beside those of the pieces; what follows for picks is for the book to complete.

    Args:
        work: The batch.
        kind: What happens to the pieces.
        state: The fulfillment order that they are for.
        lots: Which.
        claimed: Whether the pieces are those of an order line.
        reason: As it stands with the pieces.
    """
    on_hand, reserved = EFFECTS[kind]
    for one in lots:
        line = state.line(one.line)
        cell = lot_cell(Cell(one.sku, state.warehouse), one.lot)
        claim = Claim(line.order, line.line) if claimed else Claim()
        picked = reserved * one.pieces if kind == RESERVED_FOR else 0
        work.movements.append(
            Movement(
                kind,
                cell,
                one.pieces,
                on_hand * one.pieces,
                picked,
                work.at,
                work.actor,
                claim,
                str(state.key),
                reason,
            )
        )
