"""Soft reservations: what carts and unpaid orders hold for a time, until an order takes it or it ends."""

from omskit.inventory.soft.commands import Bind, Command, Expire, Extend, Hold, Keep, LetGo, StopKeeping, Use
from omskit.inventory.soft.decide import decide
from omskit.inventory.soft.events import Bound, Ended, Event, Extended, Held, KeptBy, Used
from omskit.inventory.soft.evolve import evolve
from omskit.inventory.soft.kind import COMMANDS, SOFTS
from omskit.inventory.soft.machine import HOLDS, OWNED, SOFT_MACHINE
from omskit.inventory.soft.model import SoftLine, SoftReservation
from omskit.inventory.soft.stock import placed, stock_moves

__all__ = [
    "COMMANDS",
    "HOLDS",
    "OWNED",
    "SOFTS",
    "SOFT_MACHINE",
    "Bind",
    "Bound",
    "Command",
    "Ended",
    "Event",
    "Expire",
    "Extend",
    "Extended",
    "Held",
    "Hold",
    "Keep",
    "KeptBy",
    "LetGo",
    "SoftLine",
    "SoftReservation",
    "StopKeeping",
    "Use",
    "Used",
    "decide",
    "evolve",
    "placed",
    "stock_moves",
]
