"""The stock machine: where a piece may be, and the movements between the places.

A movement's effect on a level follows from the traits of the two positions, so that the ledger's arithmetic is
derived from this table and stands nowhere else. A position with the trait ``apart`` is a bucket: it has a balance
of its own, in the cell marked with its name. A move between two balances is two movements, one a balance.
"""

from __future__ import annotations

from types import MappingProxyType

from omskit.core import Machine

#: Pieces in such a position are counted in ``on_hand``.
ON_HAND = "on_hand"
#: Pieces in such a position are counted in ``reserved``.
RESERVED = "reserved"
#: Such a position has a balance of its own; its pieces cannot be sold.
APART = "apart"

#: Pieces that are spoiled.
DAMAGED = "damaged"
#: Pieces that somebody has to look at before they are sold.
QUALITY = "quality"
#: Pieces on their way from another warehouse, counted at the one they go to.
IN_TRANSIT = "in_transit"
#: Pieces that are ordered from a supplier.
INBOUND = "inbound"
#: Pieces that are too near their expiry to be sold.
LOCKED = "locked"
#: The positions with a balance of their own.
BUCKETS = (DAMAGED, IN_TRANSIT, INBOUND, QUALITY, LOCKED)

#: Goods came in.
RECEIVED = "received"
#: Goods came in and have to be looked at.
RECEIVED_TO_CHECK = "received_to_check"
#: Goods came in spoiled.
RECEIVED_DAMAGED = "received_damaged"
#: A count found more than the book.
FOUND = "found"
#: A count found less.
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
#: Pieces left for this warehouse.
DISPATCHED = "dispatched"
#: Pieces came from another warehouse.
CAME_OVER = "transferred_in"
#: Pieces came from another warehouse, spoiled.
CAME_DAMAGED = "transferred_in_damaged"
#: Pieces were lost between two warehouses.
LOST_UNDERWAY = "lost_underway"
#: A supplier will deliver.
ANNOUNCED = "announced"
#: A supplier has delivered what was announced.
ARRIVED = "arrived"
#: A supplier has delivered what was announced, spoiled.
ARRIVED_DAMAGED = "arrived_damaged"
#: A supplier will not deliver what was announced.
CALLED_OFF = "called_off"
#: Pieces were spoiled here.
SPOILED = "spoiled"
#: Spoiled pieces can be sold again.
RESTORED = "restored"
#: Spoiled pieces were thrown away.
SCRAPPED = "scrapped"
#: Pieces are not sold until somebody has looked at them.
WITHHELD = "withheld"
#: Pieces passed, and can be sold.
CLEARED = "cleared"
#: Pieces did not pass.
FAILED = "failed"
#: Pieces are too near their expiry to be sold.
LOCKED_UP = "locked_up"
#: Pieces were locked up by mistake, and can be sold.
UNLOCKED = "unlocked"
#: Pieces that were locked up were thrown away or given away.
WRITTEN_OFF = "written_off"

#: Where a piece may be, and how it moves.
STOCK_MACHINE = Machine(
    name="stock",
    initial="outside",
    states={
        "outside": set(),
        "sellable": {ON_HAND},
        "promised": {ON_HAND, RESERVED},
        DAMAGED: {ON_HAND, APART},
        QUALITY: {ON_HAND, APART},
        IN_TRANSIT: {ON_HAND, APART},
        INBOUND: {ON_HAND, APART},
        LOCKED: {ON_HAND, APART},
    },
    moves={
        ("outside", RECEIVED): "sellable",
        ("outside", FOUND): "sellable",
        ("outside", RETURNED): "sellable",
        ("outside", RECEIVED_TO_CHECK): QUALITY,
        ("outside", RECEIVED_DAMAGED): DAMAGED,
        ("outside", ANNOUNCED): INBOUND,
        ("outside", DISPATCHED): IN_TRANSIT,
        ("sellable", LOST): "outside",
        ("sellable", SENT_OVER): "outside",
        ("sellable", SPOILED): DAMAGED,
        ("sellable", WITHHELD): QUALITY,
        ("sellable", LOCKED_UP): LOCKED,
        ("sellable", RESERVED_FOR): "promised",
        ("promised", RELEASED): "sellable",
        ("promised", SHIPPED): "outside",
        ("outside", UNSHIPPED): "promised",
        (DAMAGED, RESTORED): "sellable",
        (DAMAGED, SCRAPPED): "outside",
        (QUALITY, CLEARED): "sellable",
        (QUALITY, FAILED): DAMAGED,
        (LOCKED, UNLOCKED): "sellable",
        (LOCKED, WRITTEN_OFF): "outside",
        (IN_TRANSIT, CAME_OVER): "sellable",
        (IN_TRANSIT, CAME_DAMAGED): DAMAGED,
        (IN_TRANSIT, LOST_UNDERWAY): "outside",
        (INBOUND, ARRIVED): "sellable",
        (INBOUND, ARRIVED_DAMAGED): DAMAGED,
        (INBOUND, CALLED_OFF): "outside",
    },
)

#: What one piece does to one balance: (mark of the balance, on hand, reserved).
Leg = tuple[str, int, int]


def _weight(machine: Machine, status: str) -> tuple[str, int, int]:
    mark = status if machine.has(status, APART) else ""
    return mark, int(machine.has(status, ON_HAND)), int(machine.has(status, RESERVED))


def _legs(machine: Machine) -> dict[str, tuple[Leg, ...]]:
    table: dict[str, tuple[Leg, ...]] = {}
    for (here, kind), there in machine.moves.items():
        from_mark, from_hand, from_reserved = _weight(machine, here)
        to_mark, to_hand, to_reserved = _weight(machine, there)
        if from_mark == to_mark:
            table[kind] = ((to_mark, to_hand - from_hand, to_reserved - from_reserved),)
        else:
            both = ((from_mark, -from_hand, -from_reserved), (to_mark, to_hand, to_reserved))
            table[kind] = tuple(leg for leg in both if leg[1] or leg[2])
    return table


#: Effects of moving one piece, by kind of movement, on each balance that it touches.
LEGS = MappingProxyType(_legs(STOCK_MACHINE))
#: Effect of moving one piece, by kinds of movement that touch what can be sold and nothing else: (on hand,
#: reserved).
EFFECTS = MappingProxyType(
    {kind: (legs[0][1], legs[0][2]) for kind, legs in LEGS.items() if len(legs) == 1 and not legs[0][0]}
)
