"""How lots are stored."""

from __future__ import annotations

from omskit.core import Codec, ColumnType, Kind, Row
from omskit.inventory.lots import events as e
from omskit.inventory.lots.evolve import evolve
from omskit.inventory.lots.model import LotRecord


def _row(state: LotRecord) -> Row:
    return (
        state.name,
        state.sku,
        state.status,
        state.turn,
        state.maker_code or None,
    )


#: The aggregate of this package.
LOTS: Kind[LotRecord] = Kind(
    tag="lot",
    number="LO",
    state=Codec("lot", {"lot": LotRecord}),
    events=Codec(
        "lot event",
        {
            "registered": e.Registered,
            "entered": e.Entered,
            "emptied": e.Emptied,
            "blocked": e.Blocked,
            "cleared": e.Cleared,
        },
    ),
    evolve=evolve,
    columns=(
        ("name", ColumnType.TEXT),
        ("sku", ColumnType.TEXT),
        ("status", ColumnType.TEXT),
        ("turn", ColumnType.INT),
        ("maker_code", ColumnType.TEXT),
    ),
    row=_row,
    unique=(("name",),),
    queue=("sku", "status", "turn"),
    lookups=("maker_code",),
)
