"""The life of a redemption as data."""

from __future__ import annotations

from omskit.core import TERMINAL, Machine

#: What it names is counted at its allowances.
HOLDS = "holds"

REVISE = "revise"
CONFIRM = "confirm"
RELEASE = "release"
#: It was divided, or joined again: other orders stand for it.
STAND = "stand"

#: The life of a redemption that omskit ships; a host renames, adds and redirects.
REDEMPTION_MACHINE = Machine(
    name="redemption",
    initial="reserved",
    states={"reserved": {HOLDS}, "confirmed": {HOLDS}, "released": {TERMINAL}},
    moves={
        ("reserved", REVISE): "reserved",
        ("reserved", CONFIRM): "confirmed",
        ("reserved", RELEASE): "released",
        ("reserved", STAND): "reserved",
        ("confirmed", REVISE): "confirmed",
        ("confirmed", RELEASE): "released",
        ("confirmed", STAND): "confirmed",
    },
)
