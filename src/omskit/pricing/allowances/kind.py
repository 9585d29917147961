"""How allowances are stored: one small row each, found by its name."""

from __future__ import annotations

from typing import Any

from omskit.core import Codec, ColumnType, Kind, Row
from omskit.pricing.allowances import commands as c
from omskit.pricing.allowances import events as e
from omskit.pricing.allowances.evolve import evolve
from omskit.pricing.allowances.model import Allowance


def _row(allowance: Allowance) -> Row:
    return (
        allowance.status,
        allowance.name,
        allowance.promotion or None,
        allowance.uses,
        allowance.minor,
    )


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
        ("status", ColumnType.TEXT),
        ("name", ColumnType.TEXT),
        ("promotion", ColumnType.TEXT),
        ("uses", ColumnType.INT),
        ("minor", ColumnType.INT),
    ),
    row=_row,
    unique=(("name",),),
    lookups=("promotion",),
)
