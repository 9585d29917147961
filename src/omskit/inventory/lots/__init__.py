"""Lots and serial numbers: what is known of a lot, where its pieces are, which of them go where."""

from omskit.inventory.lots.booking import CameIn, LotBook, Traced, of_lot
from omskit.inventory.lots.cells import OUT, PLACES, Split, lot_cell, out_of, sku_of, split, texts_of
from omskit.inventory.lots.commands import Block, Clear, Command, Empty, Enter, Register
from omskit.inventory.lots.decide import decide
from omskit.inventory.lots.events import Blocked, Cleared, Emptied, Entered, Event, Registered
from omskit.inventory.lots.evolve import evolve
from omskit.inventory.lots.kind import LOTS
from omskit.inventory.lots.machine import LIVE, LOT_MACHINE, PICKABLE
from omskit.inventory.lots.model import UNKNOWN, Lot, LotRecord, LotRule, ShelfLife, name_of
from omskit.inventory.lots.picking import (
    LotNeed,
    LotPick,
    Picking,
    acceptable,
    check_serials,
    expiring,
    locked_up,
    pick_lots,
    pick_serials,
    removal_day,
)
from omskit.inventory.lots.tracing import NAMED, trace

__all__ = [
    "LIVE",
    "LOTS",
    "LOT_MACHINE",
    "NAMED",
    "OUT",
    "PICKABLE",
    "PLACES",
    "UNKNOWN",
    "Block",
    "Blocked",
    "CameIn",
    "Clear",
    "Cleared",
    "Command",
    "Emptied",
    "Empty",
    "Enter",
    "Entered",
    "Event",
    "Lot",
    "LotBook",
    "LotNeed",
    "LotPick",
    "LotRecord",
    "LotRule",
    "Picking",
    "Register",
    "Registered",
    "ShelfLife",
    "Split",
    "Traced",
    "acceptable",
    "check_serials",
    "decide",
    "evolve",
    "expiring",
    "locked_up",
    "lot_cell",
    "name_of",
    "of_lot",
    "out_of",
    "pick_lots",
    "pick_serials",
    "removal_day",
    "sku_of",
    "split",
    "texts_of",
    "trace",
]
