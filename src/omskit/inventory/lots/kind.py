"""How lots are stored."""

from __future__ import annotations

from omskit.core import Codec, Column, ColumnType, Kind
from omskit.inventory.lots import events as e
from omskit.inventory.lots.evolve import evolve
from omskit.inventory.lots.model import LotRecord

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
        Column("name", ColumnType.TEXT, lambda state: state.name),
        Column("sku", ColumnType.TEXT, lambda state: state.sku),
        Column("status", ColumnType.TEXT, lambda state: state.status),
        Column("turn", ColumnType.INT, lambda state: state.turn),
        Column("maker_code", ColumnType.TEXT, lambda state: state.maker_code or None),
    ),
    unique=(("name",),),
    queue=("sku", "status", "turn"),
    lookups=("maker_code",),
)
