"""How cost cards are stored."""

from __future__ import annotations

from typing import Any

from omskit.core import Codec, Column, ColumnType, Kind, Rows, to_ms
from omskit.inventory.costs import commands as c
from omskit.inventory.costs import events as e
from omskit.inventory.costs.evolve import evolve
from omskit.inventory.costs.model import CostCard

#: Commands by tag, for idempotency keys and audit.
COMMANDS: Codec[Any] = Codec(
    "cost card command", {"begin": c.Begin, "write": c.Write, "tell": c.Tell, "revalue": c.Revalue}
)


def _rows(card: CostCard) -> list[tuple[int | str | None, ...]]:
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
        Column("status", ColumnType.TEXT, lambda card: card.status),
        Column("sku", ColumnType.TEXT, lambda card: card.sku),
        Column("scope", ColumnType.TEXT, lambda card: card.scope),
        Column("number", ColumnType.INT, lambda card: card.number),
        Column("began_ms", ColumnType.INT, lambda card: to_ms(card.began)),
        Column("ended_ms", ColumnType.INT, lambda card: to_ms(card.last_at)),
    ),
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
