"""The product's life as data: what may be done with it in each status."""

from __future__ import annotations

from omskit.core import TERMINAL, Machine

#: Its data may be changed.
EDITABLE = "editable"
#: It may be sold, and listed in channels.
SELLABLE = "sellable"
#: It may be bought from suppliers; a discontinued product is sold off, not bought again.
BUYABLE = "buyable"

ACTIVATE = "activate"
DISCONTINUE = "discontinue"
ARCHIVE = "archive"
RESTORE = "restore"

#: The life of a product that omskit ships; a host renames, adds and redirects.
PRODUCT_MACHINE = Machine(
    name="product",
    initial="draft",
    states={
        "draft": {EDITABLE},
        "active": {EDITABLE, SELLABLE, BUYABLE},
        "discontinued": {EDITABLE, SELLABLE},
        "archived": {TERMINAL},
    },
    moves={
        ("draft", ACTIVATE): "active",
        ("draft", ARCHIVE): "archived",
        ("active", DISCONTINUE): "discontinued",
        ("discontinued", ACTIVATE): "active",
        ("discontinued", ARCHIVE): "archived",
        ("archived", RESTORE): "draft",
    },
)
