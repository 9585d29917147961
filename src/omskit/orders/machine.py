"""The order's process as data: statuses with traits, triggers with where they lead.

A trait says what may be done in a status; a trigger is what was done. Everything else - steps, reactions,
queries, hosts - asks for these words, so that a host renames, adds and redirects statuses freely.
"""

from __future__ import annotations

from omskit.core import TERMINAL, Machine

#: Waits for its review.
REVIEWABLE = "reviewable"
#: What was agreed may still be changed.
EDITABLE = "editable"
#: Open units wait for warehouses.
SOURCEABLE = "sourceable"
#: May leave together with other orders of the same buyer.
MERGEABLE = "mergeable"
#: Warehouses hold stock for it, and wait for the word to work on it.
HOLDS_STOCK = "holds_stock"

APPROVE = "approve"
RESERVE = "reserve"
BACKORDER = "backorder"
RELEASE = "release"
SHIP = "ship"
REOPEN = "reopen"
CANCEL_PART = "cancel_part"
CANCEL = "cancel"
COMPLETE = "complete"
TAKE_BACK = "take_back"

#: Every trigger that omskit itself makes.
TRIGGERS = (APPROVE, RESERVE, BACKORDER, RELEASE, SHIP, REOPEN, CANCEL_PART, CANCEL, COMPLETE, TAKE_BACK)

#: The process of an order that omskit ships; a host renames, adds and redirects.
ORDER_MACHINE = Machine(
    name="order",
    initial="received",
    states={
        "received": {REVIEWABLE, EDITABLE},
        "approved": {SOURCEABLE, EDITABLE, MERGEABLE},
        "backordered": {SOURCEABLE, HOLDS_STOCK},
        "reserved": {HOLDS_STOCK},
        "released": set(),
        "completed": {TERMINAL},
        "cancelled": {TERMINAL},
    },
    moves={
        ("received", APPROVE): "approved",
        ("received", CANCEL_PART): "received",
        ("received", CANCEL): "cancelled",
        ("approved", RESERVE): "reserved",
        ("approved", BACKORDER): "backordered",
        ("approved", SHIP): "approved",
        ("approved", REOPEN): "approved",
        ("approved", CANCEL_PART): "approved",
        ("approved", CANCEL): "cancelled",
        ("approved", COMPLETE): "completed",
        ("approved", TAKE_BACK): "approved",
        ("backordered", RESERVE): "reserved",
        ("backordered", BACKORDER): "backordered",
        ("backordered", RELEASE): "backordered",
        ("backordered", SHIP): "backordered",
        ("backordered", REOPEN): "backordered",
        ("backordered", CANCEL_PART): "backordered",
        ("backordered", CANCEL): "cancelled",
        ("backordered", COMPLETE): "completed",
        ("backordered", TAKE_BACK): "backordered",
        ("reserved", RELEASE): "released",
        ("reserved", SHIP): "reserved",
        ("reserved", REOPEN): "approved",
        ("reserved", CANCEL_PART): "reserved",
        ("reserved", CANCEL): "cancelled",
        ("reserved", COMPLETE): "completed",
        ("reserved", TAKE_BACK): "reserved",
        ("released", SHIP): "released",
        ("released", REOPEN): "approved",
        ("released", CANCEL_PART): "released",
        ("released", CANCEL): "cancelled",
        ("released", COMPLETE): "completed",
        ("released", TAKE_BACK): "released",
        ("completed", TAKE_BACK): "completed",
    },
)
