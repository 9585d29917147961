"""How redemptions are stored: one an order, found by the order or by when they end."""

from __future__ import annotations

from typing import Any

from omskit.core import Codec, Column, ColumnType, Kind, to_ms
from omskit.pricing.redemptions import commands as c
from omskit.pricing.redemptions import events as e
from omskit.pricing.redemptions.evolve import evolve
from omskit.pricing.redemptions.model import Redemption

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
        Column("status", ColumnType.TEXT, lambda redemption: redemption.status),
        Column("order", ColumnType.INT, lambda redemption: redemption.order),
        Column("until", ColumnType.INT, lambda redemption: to_ms(redemption.until) if redemption.until else None),
        Column("buyer", ColumnType.TEXT, lambda redemption: redemption.buyer or None),
    ),
    unique=(("order",),),
    queue=("status", "until"),
)
