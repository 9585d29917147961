"""Redemptions: what one order holds of allowances, so that it is counted once and given back once."""

from omskit.pricing.redemptions.commands import Command, Confirm, Release, Reserve, Revise, Stand
from omskit.pricing.redemptions.decide import decide
from omskit.pricing.redemptions.events import Confirmed, Event, Released, Reserved, Revised, Stood
from omskit.pricing.redemptions.evolve import evolve
from omskit.pricing.redemptions.kind import COMMANDS, REDEMPTIONS
from omskit.pricing.redemptions.machine import HOLDS, REDEMPTION_MACHINE
from omskit.pricing.redemptions.model import Redemption

__all__ = [
    "COMMANDS",
    "HOLDS",
    "REDEMPTIONS",
    "REDEMPTION_MACHINE",
    "Command",
    "Confirm",
    "Confirmed",
    "Event",
    "Redemption",
    "Release",
    "Released",
    "Reserve",
    "Reserved",
    "Revise",
    "Revised",
    "Stand",
    "Stood",
    "decide",
    "evolve",
]
