"""The life of an announcement as data."""

from __future__ import annotations

from omskit.core import TERMINAL, Machine

#: Goods are still to come.
EXPECTED = "expected"

REVISE = "revise"
RECEIVE_PART = "receive_part"
RECEIVE = "receive"
CLOSE_SHORT = "close_short"
CANCEL = "cancel"

#: The life of an announcement that omskit ships; a host renames, adds and redirects.
ANNOUNCEMENT_MACHINE = Machine(
    name="announcement",
    initial="announced",
    states={
        "announced": {EXPECTED},
        "receiving": {EXPECTED},
        "received": {TERMINAL},
        "closed_short": {TERMINAL},
        "cancelled": {TERMINAL},
    },
    moves={
        ("announced", REVISE): "announced",
        ("announced", RECEIVE_PART): "receiving",
        ("announced", RECEIVE): "received",
        ("announced", CLOSE_SHORT): "closed_short",
        ("announced", CANCEL): "cancelled",
        ("receiving", REVISE): "receiving",
        ("receiving", RECEIVE_PART): "receiving",
        ("receiving", RECEIVE): "received",
        ("receiving", CLOSE_SHORT): "closed_short",
        ("received", RECEIVE): "received",
    },
)
