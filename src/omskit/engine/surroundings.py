"""What has to be looked at together with products: those they name and hold, who holds them, and their numbers."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping

from attrs import define, field

from omskit import catalog as c
from omskit.catalog import PRODUCTS, TREES, Product
from omskit.core import Stored
from omskit.engine.keeping import pages
from omskit.flow import load_products
from omskit.storage import Op, Unit, Where

#: Most values in one condition of a search.
CHUNK = 500

#: Products with their versions, by code.
Kept = dict[str, Stored[Product]]


def every_product(unit: Unit) -> Kept:
    """Load the whole catalog, a page at a time."""
    return {one.state.code: one for page in pages(unit, PRODUCTS) for one in page.values()}


def every_tree(unit: Unit) -> dict[str, c.Tree] | None:
    """Return all category trees; None while there are none, so that categories are left unchecked."""
    return {one.state.code: one.state for page in pages(unit, TREES) for one in page.values()} or None


def states(kept: Mapping[str, Stored[Product]]) -> dict[str, Product]:
    """Return products without their versions."""
    return {code: one.state for code, one in kept.items()}


def named(unit: Unit, wanted: Collection[str], known: Kept | None = None) -> Kept:
    """Load products by code with all that they name, however far that leads: a search for each level.

    Args:
        unit: A unit.
        wanted: Codes; those that are known are not loaded again.
        known: Products that are at hand; what they name is loaded too.
    """
    found = dict(known or {})
    asked = set(found)
    ahead = set(wanted).union(*(one.state.names for one in found.values())) - asked
    while ahead:
        asked |= ahead
        fresh = load_products(unit, ahead)
        found |= fresh
        ahead = {name for one in fresh.values() for name in one.state.names} - asked
    return found


def owners(unit: Unit, gtins: Collection[str]) -> Kept:
    """Load the products that have one of some GTINs, on a piece or on a pack."""
    return _matching(unit, "product_numbers.value", gtins)


def variants(unit: Unit, families: Collection[str]) -> Kept:
    """Load all variants of some families."""
    return _matching(unit, "family", families)


def _matching(unit: Unit, column: str, values: Collection[str]) -> Kept:
    ordered, found = sorted(values), Kept()
    for start in range(0, len(ordered), CHUNK):
        chunk = tuple(ordered[start : start + CHUNK])
        for page in pages(unit, PRODUCTS, Where(column, Op.IN, chunk)):
            found |= {one.state.code: one for one in page.values()}
    return found


def numbers(product: Product) -> Iterator[str]:
    """Yield the GTINs that a product is sold under."""
    return (one.value for one in product.live_identifiers if one.scheme == c.GTIN)


def around(unit: Unit, product: Product | None) -> dict[str, Product]:
    """Load what a product names, with all that is within it, and who is sold under one of its numbers."""
    if product is None:
        return {}
    return states(named(unit, product.names)) | states(owners(unit, set(numbers(product))))


def reading_of(  # noqa: PLR0917
    unit: Unit,
    table: c.Table,
    columns: c.Columns,
    schema: c.Schema,
    blank: c.Blank,
    trees: Mapping[str, c.Tree] | None,
) -> tuple[c.Reading, Kept]:
    """Read a table, and load what planning it needs: a fixed number of searches for every page of its rows."""
    about = named(unit, c.codes_named(table, columns))
    reading = c.read_import(table, columns, schema=schema, products=states(about), blank=blank, trees=trees)
    asks = reading.asks
    if asks.everything:
        return reading, every_product(unit)
    return reading, named(unit, asks.codes, about) | owners(unit, asks.numbers) | variants(unit, asks.families)


@define
class World:
    """The products of an import, with what has to be looked at together with each."""

    products: dict[str, Product]
    _users: dict[str, set[str]] = field(factory=dict, init=False)
    _numbers: dict[str, set[str]] = field(factory=dict, init=False)

    def __attrs_post_init__(self) -> None:
        for product in self.products.values():
            self._index(product)

    def put(self, product: Product) -> None:
        """Take a product in as it stands now."""
        self.products[product.code] = product
        self._index(product)

    def around(self, product: Product) -> dict[str, Product]:
        """Return what a decision on a product needs: what it names and holds, who holds it, and its numbers."""
        codes, ahead = set[str](), [product.code, *self._users.get(product.code, ()), *product.names]
        ahead += [code for number in numbers(product) for code in self._numbers.get(number, ())]
        while ahead:
            code = ahead.pop()
            if code not in codes:
                codes.add(code)
                known = self.products.get(code)
                ahead += known.names if known else ()
        codes.discard(product.code)
        return {code: self.products[code] for code in codes if code in self.products}

    def _index(self, product: Product) -> None:
        for code in c.needs(product):
            self._users.setdefault(code, set()).add(product.code)
        for number in numbers(product):
            self._numbers.setdefault(number, set()).add(product.code)


def in_pages(unit: Unit, codes: Collection[str]) -> Iterator[tuple[list[Product], dict[str, Product]]]:
    """Yield products a page at a time, each page with what its products name; by default all products."""
    ordered = sorted(codes)
    chunks: Iterable[Kept] = (
        (load_products(unit, ordered[start : start + CHUNK]) for start in range(0, len(ordered), CHUNK))
        if ordered
        else ({one.state.code: one for one in page.values()} for page in pages(unit, PRODUCTS))
    )
    for chunk in chunks:
        meant = [one.state for code, one in chunk.items() if not codes or code in codes]
        yield meant, states(named(unit, (), chunk))
