"""The listing's life as data. What an item means is known in every status: late orders come for ended ones too."""

from __future__ import annotations

from omskit.core import TERMINAL, Machine

#: The channel has it, or is about to: the product must be complete and on sale.
OFFERED = "offered"
#: Buyers see it.
VISIBLE = "visible"

SUBMIT = "submit"
ACCEPT = "accept"
REJECT = "reject"
PAUSE = "pause"
RESUME = "resume"
END = "end"
RELIST = "relist"

#: The life of a listing that omskit ships; a host renames, adds and redirects.
LISTING_MACHINE = Machine(
    name="listing",
    initial="draft",
    states={
        "draft": set(),
        "submitted": {OFFERED},
        "live": {OFFERED, VISIBLE},
        "rejected": set(),
        "paused": set(),
        "ended": {TERMINAL},
    },
    moves={
        ("draft", SUBMIT): "submitted",
        ("draft", END): "ended",
        ("submitted", ACCEPT): "live",
        ("submitted", REJECT): "rejected",
        ("submitted", END): "ended",
        ("live", PAUSE): "paused",
        ("live", END): "ended",
        ("rejected", SUBMIT): "submitted",
        ("rejected", END): "ended",
        ("paused", RESUME): "live",
        ("paused", END): "ended",
        ("ended", RELIST): "draft",
    },
)
