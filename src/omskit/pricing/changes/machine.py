"""The life of a price change as data."""

from __future__ import annotations

from omskit.core import TERMINAL, Machine

#: Its prices are in the list.
APPLIED = "applied"

APPROVE = "approve"
DECLINE = "decline"
WITHDRAW = "withdraw"
APPLY = "apply"

#: The life of a price change that omskit ships; a host renames, adds and redirects.
PRICE_CHANGE_MACHINE = Machine(
    name="price change",
    initial="submitted",
    states={
        "submitted": set(),
        "approved": set(),
        "in_force": {APPLIED, TERMINAL},
        "declined": {TERMINAL},
        "withdrawn": {TERMINAL},
    },
    moves={
        ("submitted", APPROVE): "approved",
        ("submitted", DECLINE): "declined",
        ("submitted", WITHDRAW): "withdrawn",
        ("approved", APPLY): "in_force",
        ("approved", WITHDRAW): "withdrawn",
    },
)
