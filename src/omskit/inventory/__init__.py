"""Stock: the ledger's movements, what is available, what is promised, what runs low."""

from omskit.inventory.commands import Move
from omskit.inventory.decide import decide, for_claims, movement
from omskit.inventory.evolve import evolve
from omskit.inventory.machine import (
    CAME_OVER,
    EFFECTS,
    FOUND,
    LOST,
    ON_HAND,
    RECEIVED,
    RELEASED,
    RESERVED,
    RESERVED_FOR,
    RETURNED,
    SENT_OVER,
    SHIPPED,
    STOCK_MACHINE,
    UNSHIPPED,
)
from omskit.inventory.model import pieces

__all__ = [
    "CAME_OVER",
    "EFFECTS",
    "FOUND",
    "LOST",
    "ON_HAND",
    "RECEIVED",
    "RELEASED",
    "RESERVED",
    "RESERVED_FOR",
    "RETURNED",
    "SENT_OVER",
    "SHIPPED",
    "STOCK_MACHINE",
    "UNSHIPPED",
    "Move",
    "decide",
    "evolve",
    "for_claims",
    "movement",
    "pieces",
]
