"""A product as paths and texts: the one form in which it is exported, compared and explained."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from attrs import frozen

from omskit.catalog.bundles import Bundle, BundlePart, Group
from omskit.catalog.cells import BETWEEN, write_money, write_value
from omskit.catalog.packs import Pack
from omskit.catalog.products.model import Product
from omskit.catalog.schema import Schema
from omskit.catalog.substitutes import Relation
from omskit.core import Codec, Money


@frozen
class Relations:
    """Relations of one kind, where codes alone do not say everything."""

    items: tuple[Relation, ...]


#: Documents within a cell, for what has no shorter form.
DOCUMENTS: Codec[Any] = Codec("cell", {"bundle": Bundle, "relations": Relations})


def flatten(product: Product, schema: Schema) -> dict[str, str]:
    """Return what is known of a product by path, as text.

    What is not known is left out, and so are code, key, status and retired identifiers.

    Args:
        product: Any product.
        schema: Gives the symbols of units.
    """
    customs = product.customs
    flat = {
        "name": product.name,
        "type": product.type,
        "axes": BETWEEN.join(product.axes),
        "family": product.family,
        "unit": product.packs.base,
        "customs.hs_code": customs.hs_code,
        "customs.origin": customs.origin,
        "customs.declared": write_money(Money(customs.declared_minor, customs.currency))
        if customs.currency
        else "",
        "customs.description": customs.description,
        "bundle": _bundle(product.bundle) if product.bundle else "",
    }
    flat.update(_handling(product))
    flat |= {f"option.{axis}": option for axis, option in product.options}
    for pack in product.packs.packs:
        flat.update(_pack(pack))
    for name, several in _several(product).items():
        flat[name] = BETWEEN.join(several)
    for kind in dict.fromkeys(one.kind for one in product.relations):
        flat[f"relation.{kind}"] = _relations(kind, product.relations)
    for one in product.attributes:
        flat[str(one.place)] = write_value(one.value, schema.by_code.get(one.place.code), schema.units)
    return {path: text for path, text in flat.items() if text}


def _handling(product: Product) -> Iterator[tuple[str, str]]:
    one = product.handling
    yield "handling.weight_g", str(one.weight_g or "")
    if one.dimensions:
        yield "handling.length_mm", str(one.dimensions.length_mm)
        yield "handling.width_mm", str(one.dimensions.width_mm)
        yield "handling.height_mm", str(one.dimensions.height_mm)
    if one.hazmat:
        yield "handling.un_number", one.hazmat.un_number
        yield "handling.hazard_class", one.hazmat.hazard_class
        yield "handling.packing_group", one.hazmat.packing_group
        yield "handling.limited_quantity", "true" if one.hazmat.limited_quantity else ""
        yield "handling.lithium", one.hazmat.lithium
    if one.temperature:
        yield "handling.temperature", f"{one.temperature.low_c}..{one.temperature.high_c}"
    if one.shelf_life:
        yield "handling.shelf_life_days", str(one.shelf_life.days)
        yield "handling.remaining_days", str(one.shelf_life.remaining_days or "")
        for channel, days in one.shelf_life.by_channel:
            yield f"handling.remaining_days@{channel}", str(days)
    yield "handling.traits", BETWEEN.join(one.traits)


def _pack(pack: Pack) -> Iterator[tuple[str, str]]:
    holds = f"{pack.holds}/{pack.per}" if pack.per > 1 else str(pack.holds)
    yield f"pack.{pack.unit}", f"{holds} {pack.of}".strip()
    yield f"pack.{pack.unit}.gross_g", str(pack.gross_g or "")
    yield f"pack.{pack.unit}.size_mm", str(pack.dimensions or "")


def _several(product: Product) -> Mapping[str, list[str]]:
    found: dict[str, list[str]] = {}
    for identifier in product.live_identifiers:
        unit = f".{identifier.unit}" if identifier.unit else ""
        found.setdefault(f"identifier.{identifier.scheme}{unit}", []).append(identifier.text)
    for membership in product.categories:
        found.setdefault(f"category.{membership.tree}", []).append(membership.node)
    return found


def _relations(kind: str, relations: tuple[Relation, ...]) -> str:
    mine = tuple(one for one in relations if one.kind == kind)
    text = BETWEEN.join(one.code for one in mine)
    if mine == tuple(Relation(kind, one.code, rank) for rank, one in enumerate(mine)) and text[:1] != "{":
        return text
    return DOCUMENTS.dump(Relations(mine))


def _bundle(bundle: Bundle) -> str:
    parts = bundle.groups[0].parts
    text = BETWEEN.join(f"{one.code}*{one.per}{f'@{one.weight}' if one.weight else ''}" for one in parts)
    plain = bundle == Bundle((Group("", parts),)) and all(one.odds == 1 for one in parts)
    return text if plain and text[:1] != "{" else DOCUMENTS.dump(bundle)


def simple_part(text: str) -> BundlePart:
    """Read ``code*pieces@weight``; pieces and weight may be left out.

    Raises:
        PayloadError: ``bad_bundle``.
    """
    body, _, weight = text.partition("@")
    code, star, per = body.rpartition("*")
    if not star or not _is_whole(per):
        code, per = body, "1"
    return BundlePart(code.strip(), int(per), int(weight) if _is_whole(weight) else -1 if weight else 0)


def _is_whole(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 16


@frozen
class Difference:
    """One path at which two states of a product differ; an empty text stands for nothing there."""

    path: str
    before: str
    after: str

    def __str__(self) -> str:
        if not self.before:
            return f"{self.path} = {self.after!r}"
        return (
            f"{self.path}: {self.before!r} -> {self.after!r}"
            if self.after
            else f"{self.path} emptied ({self.before!r})"
        )


def differences(before: Product | None, after: Product, schema: Schema) -> tuple[Difference, ...]:
    """Return where two states of a product differ, in the order of their fields."""
    old = flatten(before, schema) if before else {}
    new = flatten(after, schema)
    return tuple(
        Difference(path, old.get(path, ""), new.get(path, ""))
        for path in dict.fromkeys((*old, *new))
        if old.get(path) != new.get(path)
    )
