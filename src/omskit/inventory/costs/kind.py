"""How cost cards are stored."""

from __future__ import annotations

from typing import Any

from omskit.core import Codec, ColumnType, Kind, Row, Rows, to_ms
from omskit.inventory.costs import commands as c
from omskit.inventory.costs import events as e
from omskit.inventory.costs.evolve import evolve
from omskit.inventory.costs.model import CostCard


def _row(card: CostCard) -> Row:
    return (
        card.status,
        card.sku,
        card.scope,
        card.number,
        to_ms(card.began),
        to_ms(card.last_at),
    )


#: Commands by tag, for idempotency keys and audit.
COMMANDS: Codec[Any] = Codec(
    "cost card command", {"begin": c.Begin, "write": c.Write, "tell": c.Tell, "revalue": c.Revalue}
)


def _rows(card: CostCard) -> list[Row]:
    return [
        (step.kind.value, step.order, step.line, step.document, step.quantity, step.value_minor)
        for step in card.steps
    ]


#: The aggregate of this package.
COST_CARDS: Kind[CostCard] = Kind(
    tag="cost_card",
    number="CC",
    state=Codec("cost card", {"cost_card": CostCard}),
    events=Codec(
        "cost card event", {"begun": e.Begun, "stepped": e.Stepped, "told": e.Told, "full": e.Full}
    ),
    evolve=evolve,
    columns=(
        ("status", ColumnType.TEXT),
        ("sku", ColumnType.TEXT),
        ("scope", ColumnType.TEXT),
        ("number", ColumnType.INT),
        ("began_ms", ColumnType.INT),
        ("ended_ms", ColumnType.INT),
    ),
    row=_row,
    unique=(("sku", "scope", "number"),),
    rows=Rows(
        "cost_steps",
        (
            ("kind", ColumnType.TEXT),
            ("order", ColumnType.INT),
            ("line", ColumnType.INT),
            ("document", ColumnType.TEXT),
            ("quantity", ColumnType.INT),
            ("value_minor", ColumnType.INT),
        ),
        _rows,
        indexes=("order", "document"),
    ),
)
