"""How announcements are stored: found by document, by warehouse, or by the first day on which something is due."""

from __future__ import annotations

from typing import Any

from omskit.core import Codec, ColumnType, Kind, Row
from omskit.inventory.inbound import commands as c
from omskit.inventory.inbound import events as e
from omskit.inventory.inbound.evolve import evolve
from omskit.inventory.inbound.model import Announcement


def _row(state: Announcement) -> Row:
    return (
        state.status,
        state.document,
        state.warehouse,
        state.supplier,
        _due(state),
    )


#: Commands by tag, for idempotency keys and audit.
COMMANDS: Codec[Any] = Codec(
    "announcement command",
    {
        "announce": c.Announce,
        "revise": c.Revise,
        "receive": c.Receive,
        "close_short": c.CloseShort,
        "cancel": c.Cancel,
    },
)


def _due(announcement: Announcement) -> int | None:
    day = announcement.due
    return day.toordinal() if day else None


#: The aggregate of this package. ``reference`` is the document's number, and ``due`` the ordinal of the first day
#: on which something is due.
ANNOUNCEMENTS: Kind[Announcement] = Kind(
    tag="announcement",
    number="AN",
    state=Codec("announcement", {"announcement": Announcement}),
    events=Codec(
        "announcement event",
        {
            "announced": e.Announced,
            "revised": e.Revised,
            "received": e.Received,
            "closed_short": e.ClosedShort,
            "cancelled": e.Cancelled,
        },
    ),
    evolve=evolve,
    columns=(
        ("status", ColumnType.TEXT),
        ("reference", ColumnType.TEXT),
        ("warehouse", ColumnType.TEXT),
        ("supplier", ColumnType.TEXT),
        ("due", ColumnType.INT),
    ),
    row=_row,
    unique=(("reference",),),
    queue=("status", "due"),
)
