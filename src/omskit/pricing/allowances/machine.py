"""The life of an allowance as data."""

from __future__ import annotations

from omskit.core import TERMINAL, Machine

#: Orders may take from it.
GIVES = "gives"

TAKE = "take"
GIVE = "give"
RESIZE = "resize"
CLOSE = "close"
REOPEN = "reopen"

#: The life of an allowance that omskit ships; a host renames, adds and redirects.
ALLOWANCE_MACHINE = Machine(
    name="allowance",
    initial="open",
    states={"open": {GIVES}, "closed": {TERMINAL}},
    moves={
        ("open", TAKE): "open",
        ("open", GIVE): "open",
        ("open", RESIZE): "open",
        ("open", CLOSE): "closed",
        ("closed", GIVE): "closed",
        ("closed", RESIZE): "closed",
        ("closed", REOPEN): "open",
    },
)
