"""The execution of a fulfillment order as data."""

from __future__ import annotations

from omskit.core import TERMINAL, Machine

#: The warehouse may still send something.
WORKING = "working"

ACCEPT = "accept"
REJECT = "reject"
SHIP_PART = "ship_part"
SHIP = "ship"
RECALL = "recall"
CONFIRM_RECALL = "confirm_recall"
DENY_RECALL = "deny_recall"

#: The execution of a fulfillment order that omskit ships.
FULFILLMENT_MACHINE = Machine(
    name="fulfillment order",
    initial="requested",
    states={
        "requested": {WORKING},
        "accepted": {WORKING},
        "shipping": {WORKING},
        "recalling": {WORKING},
        "shipped": {TERMINAL},
        "rejected": {TERMINAL},
        "recalled": {TERMINAL},
    },
    moves={
        ("requested", ACCEPT): "accepted",
        ("requested", REJECT): "rejected",
        ("requested", SHIP_PART): "shipping",
        ("requested", SHIP): "shipped",
        ("requested", RECALL): "recalling",
        ("accepted", REJECT): "rejected",
        ("accepted", SHIP_PART): "shipping",
        ("accepted", SHIP): "shipped",
        ("accepted", RECALL): "recalling",
        ("shipping", SHIP_PART): "shipping",
        ("shipping", SHIP): "shipped",
        ("recalling", CONFIRM_RECALL): "recalled",
        ("recalling", DENY_RECALL): "accepted",
        ("recalling", REJECT): "rejected",
        ("recalling", SHIP_PART): "shipping",
        ("recalling", SHIP): "shipped",
    },
)
