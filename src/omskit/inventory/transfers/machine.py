"""The life of a transfer as data."""

from __future__ import annotations

from omskit.core import TERMINAL, Machine

#: Pieces may be on their way.
MOVING = "moving"

SEND_PART = "send_part"
SEND = "send"
RECEIVE_PART = "receive_part"
RECEIVE = "receive"
CLOSE_SHORT = "close_short"
CANCEL = "cancel"

#: The life of a transfer that omskit ships; a host renames, adds and redirects.
TRANSFER_MACHINE = Machine(
    name="transfer",
    initial="requested",
    states={
        "requested": set(),
        "sending": {MOVING},
        "in_transit": {MOVING},
        "received": {TERMINAL},
        "closed_short": {TERMINAL},
        "cancelled": {TERMINAL},
    },
    moves={
        ("requested", SEND_PART): "sending",
        ("requested", SEND): "in_transit",
        ("requested", CANCEL): "cancelled",
        ("sending", SEND_PART): "sending",
        ("sending", SEND): "in_transit",
        ("sending", RECEIVE_PART): "sending",
        ("sending", CLOSE_SHORT): "closed_short",
        ("in_transit", RECEIVE_PART): "in_transit",
        ("in_transit", RECEIVE): "received",
        ("in_transit", CLOSE_SHORT): "closed_short",
    },
)
