"""How price changes are stored."""

from __future__ import annotations

from typing import Any

from omskit.core import Codec, ColumnType, Kind, Row, to_ms
from omskit.pricing.changes import commands as c
from omskit.pricing.changes import events as e
from omskit.pricing.changes.evolve import evolve
from omskit.pricing.changes.model import PriceChange


def _row(change: PriceChange) -> Row:
    return (
        change.status,
        to_ms(change.effective_at),
        change.price_list,
    )


#: Commands by tag, for idempotency keys and audit.
COMMANDS: Codec[Any] = Codec(
    "price change command",
    {"submit": c.Submit, "approve": c.Approve, "decline": c.Decline, "withdraw": c.Withdraw, "apply": c.Apply},
)

#: The aggregate of this package.
PRICE_CHANGES: Kind[PriceChange] = Kind(
    tag="price_change",
    number="PC",
    state=Codec("price change", {"price_change": PriceChange}),
    events=Codec(
        "price change event",
        {
            "submitted": e.Submitted,
            "approved": e.Approved,
            "declined": e.Declined,
            "withdrawn": e.Withdrawn,
            "applied": e.Applied,
        },
    ),
    evolve=evolve,
    columns=(
        ("status", ColumnType.TEXT),
        ("effective_at", ColumnType.INT),
        ("price_list", ColumnType.TEXT),
    ),
    row=_row,
    queue=("status", "effective_at"),
    lookups=("price_list",),
)
