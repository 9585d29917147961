"""How transfers are stored."""

from __future__ import annotations

from typing import Any

from omskit.core import Codec, ColumnType, Kind, Row
from omskit.inventory.transfers import commands as c
from omskit.inventory.transfers import events as e
from omskit.inventory.transfers.evolve import evolve
from omskit.inventory.transfers.model import Transfer


def _row(state: Transfer) -> Row:
    return (
        state.status,
        state.source,
        state.target,
    )


#: Commands by tag, for idempotency keys and audit.
COMMANDS: Codec[Any] = Codec(
    "transfer command",
    {
        "request": c.Request,
        "send": c.Send,
        "receive": c.Receive,
        "close_short": c.CloseShort,
        "cancel": c.Cancel,
    },
)

#: The aggregate of this package.
TRANSFERS: Kind[Transfer] = Kind(
    tag="transfer",
    number="TR",
    state=Codec("transfer", {"transfer": Transfer}),
    events=Codec(
        "transfer event",
        {
            "requested": e.Requested,
            "sent": e.Sent,
            "received": e.Received,
            "closed_short": e.ClosedShort,
            "cancelled": e.Cancelled,
        },
    ),
    evolve=evolve,
    columns=(
        ("status", ColumnType.TEXT),
        ("source", ColumnType.TEXT),
        ("target", ColumnType.TEXT),
    ),
    row=_row,
    queue=("target", "status"),
)
