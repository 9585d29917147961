"""What is wrong with a product, and what it lacks: against the schema, its family and the products it names."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import pairwise

from attrs import frozen

from omskit.catalog.attributes import checked_code, is_printable
from omskit.catalog.bundles import Bundle, find_cycle
from omskit.catalog.gs1_numbers import Gtin
from omskit.catalog.identifiers import GTIN
from omskit.catalog.problems import Problem
from omskit.catalog.products.flat import flatten
from omskit.catalog.products.model import Product, with_inherited
from omskit.catalog.schema import Schema
from omskit.catalog.substitutes import SUCCESSOR
from omskit.catalog.trees.model import Tree
from omskit.core import PayloadError


def problems(
    product: Product,
    schema: Schema,
    others: Mapping[str, Product],
    trees: Mapping[str, Tree] | None = None,
) -> tuple[Problem, ...]:
    """Return everything that is wrong with a product, with paths; what it lacks is no fault until it is sold.

    Args:
        product: To be checked.
        schema: Attributes, types, units.
        others: The products that it names, and theirs, by code.
        trees: Category trees by code; None leaves categories unchecked.
    """
    return (
        *_codes(product),
        *schema.problems(product.type, product.attributes),
        *_variant(product, schema, others),
        *_units(product),
        *_named(product, others),
        *(() if trees is None else _placed(product, trees)),
    )


def _codes(product: Product) -> Iterator[Problem]:
    named = [("code", product.code), *(("axes", axis) for axis in product.axes)]
    named += [(f"option.{axis}", option) for axis, option in product.options]
    named += [(f"category.{one.tree}", one.node) for one in product.categories]
    named += [("handling.traits", trait) for trait in product.handling.traits]
    named += [("type", product.type)] if product.type else []
    for path, code in named:
        try:
            checked_code(code)
        except PayloadError as error:
            yield Problem(path, "bad_code", error.message, code[:80])
    if product.name and (product.name != product.name.strip() or not is_printable(product.name)):
        yield Problem("name", "bad_text", "has outer blanks or cannot be printed", product.name[:80])
    for one, following in pairwise(product.attributes):
        if one.place == following.place:
            yield Problem(str(one.place), "twice", "has two values at one place")
    if len(set(product.axes)) < len(product.axes):
        yield Problem("axes", "twice", "names an axis twice")


def _variant(product: Product, schema: Schema, others: Mapping[str, Product]) -> Iterator[Problem]:
    if product.is_family and (product.family or product.options or product.bundle):
        yield Problem("axes", "family_is_more", "a family is neither a variant nor a bundle")
    options = dict(product.options)
    if len(options) < len(product.options):
        yield Problem("options", "twice", "names an axis twice")
    family = others.get(product.family)
    if not product.family:
        for axis in options:
            yield Problem(f"option.{axis}", "no_family", "has an option without a family")
        return
    if family is None or not family.is_family:
        yield Problem(
            "family", "unknown_family", f"{product.family!r} is no family of the catalog", product.family
        )
        return
    for axis in family.axes:
        if axis not in options:
            yield Problem(f"option.{axis}", "missing_option", "is missing; the family varies by it")
    for axis, option in product.options:
        definition = schema.by_code.get(axis)
        if axis not in family.axes:
            yield Problem(f"option.{axis}", "unknown_axis", "is no axis of the family", axis, family.axes)
        elif definition and definition.options and option not in definition.codes:
            allowed = tuple(definition.codes)
            yield Problem(f"option.{axis}", "unknown_option", f"{option!r} is no option", option, allowed)


def _units(product: Product) -> Iterator[Problem]:
    for one in product.live_identifiers:
        if one.unit and one.unit not in product.packs.units:
            message = f"{one.text} names the unit {one.unit!r}"
            yield Problem(
                f"identifier.{one.scheme}.{one.unit}", "unknown_pack", message, one.unit, product.packs.units
            )
    live = [(one.scheme, one.value) for one in product.live_identifiers]
    if len(set(live)) < len(live):
        yield Problem("identifiers", "twice", "one number names two packs")


def _named(product: Product, others: Mapping[str, Product]) -> Iterator[Problem]:
    for relation in product.relations:
        path = f"relation.{relation.kind}"
        if relation.code == product.code:
            yield Problem(path, "names_itself", "names the product itself", relation.code)
        elif relation.code not in others:
            yield Problem(path, "unknown_product", f"{relation.code!r} is not in the catalog", relation.code)
    if product.bundle:
        yield from _parts(product, product.bundle, others)
    chain = _succession(product, others)
    if chain:
        message = f"is its own successor: {' > '.join(chain)}"
        yield Problem("relation.successor", "successor_cycle", message, product.code)


def _parts(product: Product, bundle: Bundle, others: Mapping[str, Product]) -> Iterator[Problem]:
    for code in bundle.codes:
        if code != product.code and code not in others:
            yield Problem("bundle", "unknown_product", f"{code!r} is not in the catalog", code)
        elif code in others and others[code].is_family:
            yield Problem("bundle", "is_family", f"{code!r} is a family; name a variant", code)
    within: dict[str, Bundle | None] = {product.code: bundle}
    ahead = list(bundle.codes)
    while ahead:
        code = ahead.pop()
        if code not in within and code in others:
            found = within[code] = others[code].bundle
            ahead += found.codes if found else ()
    way = find_cycle(product.code, within)
    if way:
        yield Problem("bundle", "bundle_cycle", f"contains itself: {' > '.join(way)}", product.code)


def _placed(product: Product, trees: Mapping[str, Tree]) -> Iterator[Problem]:
    for one in product.categories:
        tree = trees.get(one.tree)
        if tree is None:
            yield Problem(f"category.{one.tree}", "unknown_tree", "is no tree", one.tree, tuple(trees))
        elif one.node not in tree:
            yield Problem(f"category.{one.tree}", "unknown_category", f"{one.node!r} is not in it", one.node)


def _succession(product: Product, others: Mapping[str, Product]) -> tuple[str, ...]:
    """Follow every successor; return a way back to the product."""
    ways: list[tuple[str, ...]] = [
        (product.code, one.code) for one in product.relations if one.kind == SUCCESSOR and one.code in others
    ]
    seen = set()
    while ways:
        way = ways.pop()
        if way[-1] == product.code:
            return way
        if way[-1] in seen or way[-1] not in others:
            continue
        seen.add(way[-1])
        ways += [(*way, one.code) for one in others[way[-1]].relations if one.kind == SUCCESSOR]
    return ()


def needs(product: Product) -> frozenset[str]:
    """Return the codes that must be sold for a product to be sold: its parts, and its family."""
    parts = product.bundle.codes if product.bundle else ()
    return frozenset({*parts, product.family} if product.family else parts)


@frozen
class Completeness:
    """How far a product is from being sold, in a channel or at all.

    Args:
        code: The product.
        channel: Who asks; empty for what every sale needs.
        required: How many fields are required.
        missing: Paths of those that are empty.
        problems: What is wrong with the fields that are filled.
    """

    code: str
    channel: str
    required: int
    missing: tuple[str, ...]
    problems: tuple[Problem, ...] = ()

    @property
    def is_complete(self) -> bool:
        """Whether nothing is missing and nothing is wrong."""
        return not self.missing and not self.problems

    @property
    def percent(self) -> int:
        """Filled fields of the required ones, rounded down; 100 when nothing is required."""
        return 100 if not self.required else 100 * (self.required - len(self.missing)) // self.required


def completeness(
    product: Product, schema: Schema, *, channel: str = "", others: Mapping[str, Product] | None = None
) -> Completeness:
    """Return what a product lacks for a channel: required fields, and a GTIN that may leave the house.

    Args:
        product: To be judged; a variant with what its family gives it.
        schema: Who requires what.
        channel: Empty for what every sale needs.
        others: At least the product's family.
    """
    around = others or {}
    attributes = with_inherited(product, around.get(product.family))
    missing, required = schema.gaps(product.type, attributes, flatten(product, schema), channel)
    found = list(problems(product, schema, around))
    if channel and product.gtin and Gtin(product.gtin).is_internal:
        text = Gtin(product.gtin).text
        found.append(Problem(f"identifier.{GTIN}", "internal_gtin", f"{text} means something in-house only", text))
    return Completeness(product.code, channel, required, missing, tuple(found))
