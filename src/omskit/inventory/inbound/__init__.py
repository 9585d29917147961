"""Inbound goods: what suppliers announced, by the day it is due, until it comes or is called off."""

from omskit.inventory.inbound.commands import (
    AddExpected,
    Announce,
    Cancel,
    Change,
    CloseShort,
    Command,
    Receive,
    Revise,
    SetDay,
    SetExpected,
)
from omskit.inventory.inbound.decide import decide
from omskit.inventory.inbound.events import Announced, Cancelled, ClosedShort, Event, Received, Revised
from omskit.inventory.inbound.evolve import evolve
from omskit.inventory.inbound.kind import ANNOUNCEMENTS, COMMANDS
from omskit.inventory.inbound.machine import ANNOUNCEMENT_MACHINE, EXPECTED
from omskit.inventory.inbound.model import AnnouncedLine, Announcement
from omskit.inventory.inbound.stock import stock_moves

__all__ = [
    "ANNOUNCEMENTS",
    "ANNOUNCEMENT_MACHINE",
    "COMMANDS",
    "EXPECTED",
    "AddExpected",
    "Announce",
    "Announced",
    "AnnouncedLine",
    "Announcement",
    "Cancel",
    "Cancelled",
    "Change",
    "CloseShort",
    "ClosedShort",
    "Command",
    "Event",
    "Receive",
    "Received",
    "Revise",
    "Revised",
    "SetDay",
    "SetExpected",
    "decide",
    "evolve",
    "stock_moves",
]
