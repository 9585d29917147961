"""How listings are stored."""

from __future__ import annotations

from typing import Any

from omskit.catalog.listings import commands as c
from omskit.catalog.listings import events as e
from omskit.catalog.listings.evolve import evolve_listing
from omskit.catalog.listings.model import Listing
from omskit.core import Codec, ColumnType, Kind, Row

_TEXT = ColumnType.TEXT


def _row(listing: Listing) -> Row:
    return (
        listing.channel,
        listing.item,
        listing.code,
        listing.status,
    )


#: Commands by tag, for idempotency keys and audit.
LISTING_COMMANDS: Codec[Any] = Codec("listing command", {"list": c.List, "remap": c.Remap, "turn": c.Turn})

#: The aggregate of this package.
LISTINGS: Kind[Listing] = Kind(
    tag="listing",
    number="LI",
    state=Codec("listing", {"listing": Listing}),
    events=Codec("listing event", {"listed": e.Listed, "remapped": e.Remapped, "turned": e.Turned}),
    evolve=evolve_listing,
    columns=(
        ("channel", _TEXT),
        ("item", _TEXT),
        ("code", _TEXT),
        ("status", _TEXT),
    ),
    row=_row,
    unique=(("channel", "item"),),
    queue=("channel", "status"),
    lookups=("code",),
)
