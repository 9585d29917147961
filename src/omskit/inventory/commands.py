"""What can be asked of stock: one command moves some pieces of one SKU at one warehouse."""

from __future__ import annotations

from attrs import frozen

from omskit.core import Cell, Claim

#: The claim of movements that are for no order.
NOBODY = Claim()


@frozen
class Move:
    """Move pieces from one position to another.

    Args:
        kind: A move of the stock machine: ``received``, ``reserved``, ``shipped`` ...
        cell: Which SKU, where.
        quantity: Pieces, above zero.
        claim: The order line it is for; reserving, releasing and shipping need one.
        document: What it was booked by.
        reason: Why, for people.
    """

    kind: str
    cell: Cell
    quantity: int
    claim: Claim = NOBODY
    document: str = ""
    reason: str = ""
