"""Cells with a mark: balances of their own beside the sellable pieces of a SKU.

What is damaged, on its way or in a lot is a stock unit of its own: the SKU with a mark behind it, in the same
warehouse. The mark stands in the SKU's text and in no third part of a cell, for three reasons. The guard ``0 <=
reserved <= on_hand``, the lock order, the sums and the proofs of every storage hold for marked cells as they are.
Reading what can be sold of a SKU (the hot path) never meets them, however many lots there are. And no storage,
table or index has to know a position before it can be added to the stock machine.
"""

from __future__ import annotations

from omskit.core.ledger import Cell

#: Stands between a SKU and its mark: the symbol for the unit separator, which no SKU has.
SEPARATOR = "\N{SYMBOL FOR UNIT SEPARATOR}"


def marked(cell: Cell, mark: str) -> Cell:
    """Return the cell for pieces of a SKU with a mark; the plain cell for an empty one."""
    sku = cell.sku.partition(SEPARATOR)[0]
    return Cell(f"{sku}{SEPARATOR}{mark}", cell.warehouse) if mark else Cell(sku, cell.warehouse)


def mark_of(cell: Cell) -> str:
    """Return a cell's mark; empty for what can be sold."""
    return cell.sku.partition(SEPARATOR)[2]
