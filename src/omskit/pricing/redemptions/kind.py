"""How redemptions are stored: one an order, found by the order or by when they end."""

from __future__ import annotations

from typing import Any

from omskit.core import Codec, ColumnType, Kind, Row, to_ms
from omskit.pricing.redemptions import commands as c
from omskit.pricing.redemptions import events as e
from omskit.pricing.redemptions.evolve import evolve
from omskit.pricing.redemptions.model import Redemption


def _row(redemption: Redemption) -> Row:
    return (
        redemption.status,
        redemption.order,
        to_ms(redemption.until) if redemption.until else None,
        redemption.buyer or None,
    )


#: Commands by tag, for idempotency keys and audit.
COMMANDS: Codec[Any] = Codec(
    "redemption command",
    {"reserve": c.Reserve, "revise": c.Revise, "confirm": c.Confirm, "release": c.Release, "stand": c.Stand},
)

#: The aggregate of this package. ``until`` is in milliseconds; one that does not end has none.
REDEMPTIONS: Kind[Redemption] = Kind(
    tag="redemption",
    number="RD",
    state=Codec("redemption", {"redemption": Redemption}),
    events=Codec(
        "redemption event",
        {
            "reserved": e.Reserved,
            "revised": e.Revised,
            "confirmed": e.Confirmed,
            "released": e.Released,
            "stood": e.Stood,
        },
    ),
    evolve=evolve,
    columns=(
        ("status", ColumnType.TEXT),
        ("order", ColumnType.INT),
        ("until", ColumnType.INT),
        ("buyer", ColumnType.TEXT),
    ),
    row=_row,
    unique=(("order",),),
    queue=("status", "until"),
)
