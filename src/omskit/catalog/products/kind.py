"""How products are stored: their documents, what can be searched, and their numbers as rows."""

from __future__ import annotations

import json
from typing import Any

from omskit.catalog.products import commands as c
from omskit.catalog.products import events as e
from omskit.catalog.products.evolve import evolve
from omskit.catalog.products.model import Product
from omskit.core import Codec, Column, ColumnType, Kind, Rows

_INT, _TEXT = ColumnType.INT, ColumnType.TEXT


def _variant(product: Product) -> str | None:
    """Two variants of one family never have the same options."""
    return json.dumps(product.options, ensure_ascii=False) if product.family else None


def _numbers(product: Product) -> list[tuple[int | str | None, ...]]:
    return [(one.scheme, one.value, one.unit, int(one.retired)) for one in product.identifiers]


#: Commands by tag, for idempotency keys and audit.
PRODUCT_COMMANDS: Codec[Any] = Codec(
    "product command", {"create": c.Create, "revise": c.Revise, "advance": c.Advance}
)

#: The aggregate of this package.
PRODUCTS: Kind[Product] = Kind(
    tag="product",
    number="PR",
    state=Codec("product", {"product": Product}),
    events=Codec("product event", {"created": e.Created, "revised": e.Revised, "advanced": e.Advanced}),
    evolve=evolve,
    columns=(
        Column("code", _TEXT, lambda product: product.code),
        Column("status", _TEXT, lambda product: product.status),
        Column("type", _TEXT, lambda product: product.type or None),
        Column("family", _TEXT, lambda product: product.family or None),
        Column("variant", _TEXT, _variant),
        Column("claim", _TEXT, lambda product: product.claim or None),
        Column("weight_g", _INT, lambda product: product.handling.weight_g),
    ),
    unique=(("code",), ("family", "variant"), ("claim",)),
    rows=Rows(
        name="product_numbers",
        columns=(("scheme", _TEXT), ("value", _TEXT), ("unit", _TEXT), ("retired", _INT)),
        of=_numbers,
        checks=("retired IN (0, 1)",),
        indexes=("value",),
    ),
    queue=("status",),
    lookups=("family", "type"),
)
