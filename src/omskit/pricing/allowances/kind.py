"""How allowances are stored: one small row each, found by its name."""

from __future__ import annotations

from typing import Any

from omskit.core import Codec, Column, ColumnType, Kind
from omskit.pricing.allowances import commands as c
from omskit.pricing.allowances import events as e
from omskit.pricing.allowances.evolve import evolve
from omskit.pricing.allowances.model import Allowance

#: Commands by tag, for idempotency keys and audit.
COMMANDS: Codec[Any] = Codec(
    "allowance command",
    {"open": c.Open, "take": c.Take, "give": c.Give, "resize": c.Resize, "close": c.Close, "reopen": c.Reopen},
)

#: The aggregate of this package.
ALLOWANCES: Kind[Allowance] = Kind(
    tag="allowance",
    number="AL",
    state=Codec("allowance", {"allowance": Allowance}),
    events=Codec(
        "allowance event",
        {
            "opened": e.Opened,
            "taken": e.Taken,
            "given": e.Given,
            "resized": e.Resized,
            "closed": e.Closed,
            "reopened": e.Reopened,
        },
    ),
    evolve=evolve,
    columns=(
        Column("status", ColumnType.TEXT, lambda allowance: allowance.status),
        Column("name", ColumnType.TEXT, lambda allowance: allowance.name),
        Column("promotion", ColumnType.TEXT, lambda allowance: allowance.promotion or None),
        Column("uses", ColumnType.INT, lambda allowance: allowance.uses),
        Column("minor", ColumnType.INT, lambda allowance: allowance.minor),
    ),
    unique=(("name",),),
    lookups=("promotion",),
)
