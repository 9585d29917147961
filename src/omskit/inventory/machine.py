"""The stock machine: where a piece may be, and the movements between the places.

A movement's effect on a level follows from the traits of the two positions, so that the ledger's arithmetic is
derived from this table and stands nowhere else.
"""

from __future__ import annotations

from types import MappingProxyType

from omskit.core import Machine

#: Pieces in such a position are counted in ``on_hand``.
ON_HAND = "on_hand"
#: Pieces in such a position are counted in ``reserved``.
RESERVED = "reserved"

#: Goods came in.
RECEIVED = "received"
#: A count found more than the book.
FOUND = "found"
#: A count found less, or pieces were spoiled.
LOST = "lost"
#: Pieces are promised to an order line.
RESERVED_FOR = "reserved"
#: A promise is taken back; the pieces can be sold again.
RELEASED = "released"
#: Promised pieces were handed to a courier.
SHIPPED = "shipped"
#: Pieces that were told as shipped had not left; they are promised again.
UNSHIPPED = "unshipped"
#: Pieces came back from a buyer, and can be sold again.
RETURNED = "returned"
#: Pieces left for another warehouse.
SENT_OVER = "transferred_out"
#: Pieces came from another warehouse.
CAME_OVER = "transferred_in"

#: Where a piece may be, and how it moves.
STOCK_MACHINE = Machine(
    name="stock",
    initial="outside",
    states={"outside": set(), "sellable": {ON_HAND}, "promised": {ON_HAND, RESERVED}},
    moves={
        ("outside", RECEIVED): "sellable",
        ("outside", FOUND): "sellable",
        ("outside", RETURNED): "sellable",
        ("outside", CAME_OVER): "sellable",
        ("sellable", LOST): "outside",
        ("sellable", SENT_OVER): "outside",
        ("sellable", RESERVED_FOR): "promised",
        ("promised", RELEASED): "sellable",
        ("promised", SHIPPED): "outside",
        ("outside", UNSHIPPED): "promised",
    },
)


def _effects(machine: Machine) -> dict[str, tuple[int, int]]:
    def weight(status: str) -> tuple[int, int]:
        return int(machine.has(status, ON_HAND)), int(machine.has(status, RESERVED))

    table = {}
    for (here, kind), there in machine.moves.items():
        (from_hand, from_reserved), (to_hand, to_reserved) = weight(here), weight(there)
        table[kind] = (to_hand - from_hand, to_reserved - from_reserved)
    return table


#: Effect of moving one piece, by kind of movement: (on hand, reserved).
EFFECTS = MappingProxyType(_effects(STOCK_MACHINE))
