"""The product: one code that can be sold or that others vary within, with everything that is known of it."""

from __future__ import annotations

from collections.abc import Iterable

from attrs import field, frozen

from omskit.catalog.attributes import Attribute
from omskit.catalog.bundles import Bundle
from omskit.catalog.explosion import Article
from omskit.catalog.handling import Customs, Handling
from omskit.catalog.identifiers import GTIN, Identifier
from omskit.catalog.packs import Packs
from omskit.catalog.substitutes import Relation


@frozen(order=True)
class Membership:
    """A category that a product is in; the first one of a tree is its primary."""

    tree: str
    node: str


def _by_place(attributes: Iterable[Attribute]) -> tuple[Attribute, ...]:
    return tuple(sorted(attributes, key=lambda one: (one.place.code, one.place.locale, one.place.channel)))


def _by_tree(memberships: Iterable[Membership]) -> tuple[Membership, ...]:
    return tuple(sorted(dict.fromkeys(memberships), key=lambda one: one.tree))


def _by_rank(relations: Iterable[Relation]) -> tuple[Relation, ...]:
    return tuple(sorted(relations, key=lambda one: (one.kind, one.rank, one.code)))


def _by_axis(options: Iterable[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    return tuple(sorted(options))


_PIECES, _PLAIN, _UNTOLD = Packs(), Handling(), Customs()


@frozen
class Product:
    """One code of the catalog.

    A *family* has axes, is never sold itself and holds what its variants share; a *variant* names its family and
    its option on each axis; a *bundle* has parts; everything else is a plain SKU.

    Args:
        key: Its 64-bit key.
        code: The SKU; unique, and never changed: stock, orders and listings name it.
        status: Where it stands in its life; only a machine knows what the name means.
        name: What people in the house call it.
        type: Kind of product, which says what attributes it carries.
        axes: Of a family: what its variants differ by, as in ``("color", "size")``.
        family: Of a variant: the code of its family.
        options: Of a variant: (axis, option) pairs, sorted.
        attributes: Sorted by place, each place once.
        identifiers: Numbers it is known by, in the order they came; those no longer printed are kept as retired.
        packs: Stock unit and packs.
        handling: Measures, weight, danger, temperature, shelf life.
        customs: What a border asks.
        categories: Sorted by tree; within a tree the primary comes first.
        relations: Substitutes, successors and others; sorted.
        bundle: Of a bundle its parts.
        claim: The GTIN that no other product may have while this one is sold; empty when it claims none.
    """

    key: int
    code: str
    status: str = ""
    name: str = ""
    type: str = ""
    axes: tuple[str, ...] = ()
    family: str = ""
    options: tuple[tuple[str, str], ...] = field(default=(), converter=_by_axis)
    attributes: tuple[Attribute, ...] = field(default=(), converter=_by_place)
    identifiers: tuple[Identifier, ...] = ()
    packs: Packs = _PIECES
    handling: Handling = _PLAIN
    customs: Customs = _UNTOLD
    categories: tuple[Membership, ...] = field(default=(), converter=_by_tree)
    relations: tuple[Relation, ...] = field(default=(), converter=_by_rank)
    bundle: Bundle | None = None
    claim: str = ""

    @property
    def is_family(self) -> bool:
        """Whether others vary within it."""
        return bool(self.axes)

    @property
    def live_identifiers(self) -> tuple[Identifier, ...]:
        """The identifiers that are printed today."""
        return tuple(one for one in self.identifiers if not one.retired)

    @property
    def gtin(self) -> str:
        """The 14 digits of its first GTIN for the stock unit; empty without one."""
        for one in self.identifiers:
            if one.scheme == GTIN and not one.retired and one.unit in ("", self.packs.base):
                return one.value
        return ""

    @property
    def article(self) -> Article:
        """What taking bundles apart needs of it."""
        return Article(self.handling, self.bundle)

    @property
    def names(self) -> frozenset[str]:
        """Codes of the other products that it names: family, parts, relations. A decision needs them at hand."""
        parts = self.bundle.codes if self.bundle else ()
        return frozenset({*parts, *(one.code for one in self.relations), *([self.family] if self.family else ())})


def with_inherited(product: Product, family: Product | None) -> tuple[Attribute, ...]:
    """Return a product's attributes with those of its family where it has none of its own at the same place."""
    if family is None:
        return product.attributes
    own = {one.place: one for one in family.attributes} | {one.place: one for one in product.attributes}
    return tuple(own[place] for place in sorted(own))
