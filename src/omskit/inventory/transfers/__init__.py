"""Transfers: goods on their way from one warehouse to another, from request to receipt, short or whole."""

from omskit.inventory.transfers.commands import Cancel, CloseShort, Command, Receive, Request, Send
from omskit.inventory.transfers.decide import decide
from omskit.inventory.transfers.events import Cancelled, ClosedShort, Event, Received, Requested, Sent
from omskit.inventory.transfers.evolve import evolve
from omskit.inventory.transfers.kind import COMMANDS, TRANSFERS
from omskit.inventory.transfers.machine import MOVING, TRANSFER_MACHINE
from omskit.inventory.transfers.model import Transfer, TransferLine
from omskit.inventory.transfers.stock import stock_moves

__all__ = [
    "COMMANDS",
    "MOVING",
    "TRANSFERS",
    "TRANSFER_MACHINE",
    "Cancel",
    "Cancelled",
    "CloseShort",
    "ClosedShort",
    "Command",
    "Event",
    "Receive",
    "Received",
    "Request",
    "Requested",
    "Send",
    "Sent",
    "Transfer",
    "TransferLine",
    "decide",
    "evolve",
    "stock_moves",
]
