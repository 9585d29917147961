"""Price changes: scheduled, approved by someone else, applied once."""

from omskit.pricing.changes.commands import Apply, Approve, Command, Decline, Submit, Withdraw
from omskit.pricing.changes.decide import decide
from omskit.pricing.changes.events import Applied, Approved, Declined, Event, Submitted, Withdrawn
from omskit.pricing.changes.evolve import evolve
from omskit.pricing.changes.kind import COMMANDS, PRICE_CHANGES
from omskit.pricing.changes.machine import APPLIED, PRICE_CHANGE_MACHINE
from omskit.pricing.changes.model import PriceChange, changed_list

__all__ = [
    "APPLIED",
    "COMMANDS",
    "PRICE_CHANGES",
    "PRICE_CHANGE_MACHINE",
    "Applied",
    "Apply",
    "Approve",
    "Approved",
    "Command",
    "Decline",
    "Declined",
    "Event",
    "PriceChange",
    "Submit",
    "Submitted",
    "Withdraw",
    "Withdrawn",
    "changed_list",
    "decide",
    "evolve",
]
