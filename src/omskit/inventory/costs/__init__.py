"""Cost cards: what stock costs in each scope, step by step, fed from the ledger."""

from omskit.inventory.costs.commands import Begin, Command, Revalue, Tell, Write
from omskit.inventory.costs.decide import begun, continued, decide, written
from omskit.inventory.costs.events import Begun, Event, Full, Stepped, Told
from omskit.inventory.costs.evolve import evolve
from omskit.inventory.costs.kind import COMMANDS, COST_CARDS
from omskit.inventory.costs.machine import CARD_MACHINE, FILL, WRITABLE
from omskit.inventory.costs.model import (
    FULL,
    Bill,
    CostCard,
    CostScope,
    Place,
    Step,
    StepKind,
    Sums,
)
from omskit.inventory.costs.steps import divided, stepped, summed
from omskit.inventory.costs.valuing import OWNED, Sale, Valuer, cells_of, owned, settled

__all__ = [
    "CARD_MACHINE",
    "COMMANDS",
    "COST_CARDS",
    "FILL",
    "FULL",
    "OWNED",
    "WRITABLE",
    "Begin",
    "Begun",
    "Bill",
    "Command",
    "CostCard",
    "CostScope",
    "Event",
    "Full",
    "Place",
    "Revalue",
    "Sale",
    "Step",
    "StepKind",
    "Stepped",
    "Sums",
    "Tell",
    "Told",
    "Valuer",
    "Write",
    "begun",
    "cells_of",
    "continued",
    "decide",
    "divided",
    "evolve",
    "owned",
    "settled",
    "stepped",
    "summed",
    "written",
]
