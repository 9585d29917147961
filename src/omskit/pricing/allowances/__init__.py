"""Allowances: the counters behind budgets and coupons, which never give more than their limit.

**How they are stored, and why.** Two ways fit the storage port. Cells of the stock book (``sku="budget:X"``)
have a guarded update as the last write of a unit, and reservations per order line. But a cell has to be filled
before it gives, exactly once: a limit per buyer is made on the buyer's first order, and two first orders at once
would fill it twice. A limit could not be read, raised or closed without a second record beside it. And whatever
lists stock, values or publishes it would meet budgets among the goods. So an allowance is an aggregate of its
own: a row of a few ints, unique by name, loaded under a lock and saved against its version, whose limit stands
in the same state that counts. What each order holds of it is a ``Redemption`` of that order, so that the row
does not grow with its uses.

A hot row costs the same either way: the time from lock to commit, measured at 0.94 for "lock, then update"
against 1.00 for a guarded update (reliability notes, 2.1). Loading allowances last in a unit and many orders in
one unit shortens that; :class:`omskit.pricing.Till` writes one change an allowance for a whole batch.
"""

from omskit.pricing.allowances.commands import Close, Command, Give, Open, Reopen, Resize, Take
from omskit.pricing.allowances.decide import decide
from omskit.pricing.allowances.events import Closed, Event, Given, Opened, Reopened, Resized, Taken
from omskit.pricing.allowances.evolve import evolve
from omskit.pricing.allowances.kind import ALLOWANCES, COMMANDS
from omskit.pricing.allowances.machine import ALLOWANCE_MACHINE, GIVES
from omskit.pricing.allowances.model import Allowance

__all__ = [
    "ALLOWANCES",
    "ALLOWANCE_MACHINE",
    "COMMANDS",
    "GIVES",
    "Allowance",
    "Close",
    "Closed",
    "Command",
    "Event",
    "Give",
    "Given",
    "Open",
    "Opened",
    "Reopen",
    "Reopened",
    "Resize",
    "Resized",
    "Take",
    "Taken",
    "decide",
    "evolve",
]
