"""The life of a lot as data: there, blocked, spent."""

from __future__ import annotations

from omskit.core import Machine

#: Pieces of such a lot may be given to orders.
PICKABLE = "pickable"
#: Such a lot may have pieces, and is looked at; every lot with pieces is in such a status.
LIVE = "live"

ENTER = "enter"
EMPTY = "empty"
BLOCK = "block"
CLEAR = "clear"

#: The life of a lot. A lot without pieces is spent, so that years of old lots cost nothing.
LOT_MACHINE = Machine(
    name="lot",
    initial="open",
    states={"open": {PICKABLE, LIVE}, "blocked": {LIVE}, "spent": set()},
    moves={
        ("open", ENTER): "open",
        ("open", EMPTY): "spent",
        ("open", BLOCK): "blocked",
        ("spent", ENTER): "open",
        ("spent", BLOCK): "blocked",
        ("blocked", ENTER): "blocked",
        ("blocked", CLEAR): "open",
    },
)
