"""How products are stored: their documents, what can be searched, and their numbers as rows."""

from __future__ import annotations

import json
from typing import Any

from omskit.catalog.products import commands as c
from omskit.catalog.products import events as e
from omskit.catalog.products.evolve import evolve
from omskit.catalog.products.model import Product
from omskit.core import Codec, ColumnType, Kind, Row, Rows

_INT, _TEXT = ColumnType.INT, ColumnType.TEXT


def _variant(product: Product) -> str | None:
    """Two variants of one family never have the same options."""
    return json.dumps(product.options, ensure_ascii=False) if product.family else None


def _numbers(product: Product) -> list[Row]:
    return [(one.scheme, one.value, one.unit, int(one.retired)) for one in product.identifiers]


def _row(product: Product) -> Row:
    return (
        product.code,
        product.status,
        product.type or None,
        product.family or None,
        _variant(product),
        product.claim or None,
        product.handling.weight_g,
    )


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
        ("code", _TEXT),
        ("status", _TEXT),
        ("type", _TEXT),
        ("family", _TEXT),
        ("variant", _TEXT),
        ("claim", _TEXT),
        ("weight_g", _INT),
    ),
    row=_row,
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
