"""The order's process as data: statuses with traits, triggers with where they lead.

A trait says what may be done in a status; a trigger is what was done. Everything else - steps, reactions,
queries, hosts - asks for these words, so that a host renames, adds and redirects statuses freely.
"""

from __future__ import annotations

from omskit.core import TERMINAL, Machine

#: Waits for its review.
REVIEWABLE = "reviewable"
#: Waits for a person who confirms it.
CONFIRMABLE = "confirmable"
#: Waits for its audit by finance.
AUDITABLE = "auditable"
#: What was agreed may still be changed.
EDITABLE = "editable"
#: Open units wait for warehouses.
SOURCEABLE = "sourceable"
#: May leave together with other orders of the same buyer.
MERGEABLE = "mergeable"
#: Warehouses hold stock for it, and wait for the word to work on it.
HOLDS_STOCK = "holds_stock"
#: Other orders stand for it: reports of sales leave it out.
REPLACED = "replaced"

APPROVE = "approve"
#: The rules let it go; a person confirms or approves it.
CHECK = "check"
#: The first of two people let it go; the second approves it.
CONFIRM = "confirm"
MERGE = "merge"
UNMERGE = "unmerge"
AMEND = "amend"
#: Something that its review had looked at is different by now.
REVIEW_AGAIN = "review_again"
DIVIDE = "divide"
REJOIN = "rejoin"
DISSOLVE = "dissolve"
RESERVE = "reserve"
BACKORDER = "backorder"
RELEASE = "release"
SHIP = "ship"
REOPEN = "reopen"
#: Goods that had been told as shipped lie on the shelf, and are promised again.
UNSHIP = "unship"
CANCEL_PART = "cancel_part"
CANCEL = "cancel"
COMPLETE = "complete"
TAKE_BACK = "take_back"

#: Every trigger that a command of its own makes.
TRIGGERS = (
    APPROVE,
    MERGE,
    UNMERGE,
    AMEND,
    DIVIDE,
    REJOIN,
    DISSOLVE,
    RESERVE,
    BACKORDER,
    RELEASE,
    SHIP,
    REOPEN,
    UNSHIP,
    CANCEL_PART,
    CANCEL,
    COMPLETE,
    TAKE_BACK,
)

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
        "divided": {TERMINAL, REPLACED},
        "dissolved": {TERMINAL, REPLACED},
    },
    moves={
        ("received", APPROVE): "approved",
        ("received", AMEND): "received",
        ("received", CANCEL_PART): "received",
        ("received", CANCEL): "cancelled",
        ("received", COMPLETE): "completed",
        ("received", TAKE_BACK): "received",
        ("approved", AMEND): "approved",
        ("approved", REVIEW_AGAIN): "received",
        ("approved", DIVIDE): "divided",
        ("approved", DISSOLVE): "dissolved",
        ("divided", REJOIN): "approved",
        ("approved", MERGE): "approved",
        ("approved", UNMERGE): "approved",
        ("approved", RESERVE): "reserved",
        ("approved", BACKORDER): "backordered",
        ("approved", SHIP): "approved",
        ("approved", REOPEN): "approved",
        ("approved", CANCEL_PART): "approved",
        ("approved", CANCEL): "cancelled",
        ("approved", COMPLETE): "completed",
        ("approved", TAKE_BACK): "approved",
        ("backordered", AMEND): "backordered",
        ("backordered", UNMERGE): "approved",
        ("backordered", RESERVE): "reserved",
        ("backordered", BACKORDER): "backordered",
        ("backordered", RELEASE): "backordered",
        ("backordered", SHIP): "backordered",
        ("backordered", REOPEN): "backordered",
        ("backordered", CANCEL_PART): "backordered",
        ("backordered", CANCEL): "cancelled",
        ("backordered", COMPLETE): "completed",
        ("backordered", TAKE_BACK): "backordered",
        ("reserved", AMEND): "reserved",
        ("reserved", UNMERGE): "approved",
        ("reserved", RELEASE): "released",
        ("reserved", SHIP): "reserved",
        ("reserved", REOPEN): "approved",
        ("reserved", CANCEL_PART): "reserved",
        ("reserved", CANCEL): "cancelled",
        ("reserved", COMPLETE): "completed",
        ("reserved", TAKE_BACK): "reserved",
        ("released", AMEND): "released",
        ("released", SHIP): "released",
        ("released", REOPEN): "approved",
        ("released", CANCEL_PART): "released",
        ("released", CANCEL): "cancelled",
        ("released", COMPLETE): "completed",
        ("released", TAKE_BACK): "released",
        ("completed", TAKE_BACK): "completed",
        ("completed", REOPEN): "approved",
        ("approved", UNSHIP): "approved",
        ("backordered", UNSHIP): "backordered",
        ("reserved", UNSHIP): "reserved",
        ("released", UNSHIP): "reserved",
        ("completed", UNSHIP): "reserved",
    },
)

#: What an order can do while it waits for a person, whatever for.
_WAITING = (
    (AMEND, None),
    (CANCEL_PART, None),
    (CANCEL, "cancelled"),
    (COMPLETE, "completed"),
    (TAKE_BACK, None),
    (REVIEW_AGAIN, "received"),
)


def _moves_of(status: str) -> dict[tuple[str, str], str]:
    return {(status, trigger): to or status for trigger, to in _WAITING}


#: Every order is approved by a person, after the rules have let it go.
REVIEWED_MACHINE = ORDER_MACHINE.changed(
    states={"checked": {EDITABLE, CONFIRMABLE}},
    moves={
        ("received", APPROVE): None,
        ("received", CHECK): "checked",
        ("checked", APPROVE): "approved",
        **_moves_of("checked"),
    },
)

#: Every order is confirmed by one person, and approved by the rules or a person of finance.
AUDITED_MACHINE = REVIEWED_MACHINE.changed(
    states={"confirmed": {EDITABLE, AUDITABLE}},
    moves={
        ("checked", APPROVE): None,
        ("checked", CONFIRM): "confirmed",
        ("confirmed", APPROVE): "approved",
        **_moves_of("confirmed"),
    },
)
