"""An edit: what of a product is to be another than it is, and nothing else."""

from __future__ import annotations

from typing import Any

from attrs import evolve, fields, frozen

from omskit.catalog.attributes import Attribute, Place
from omskit.catalog.bundles import Bundle
from omskit.catalog.handling import Customs, Handling
from omskit.catalog.identifiers import Identifier
from omskit.catalog.packs import Packs
from omskit.catalog.products.model import Membership, Product
from omskit.catalog.substitutes import Relation


@frozen
class Edit:
    """New values for some facets of a product; None leaves one as it is.

    Args:
        name: As in :class:`Product`, and so are the following.
        type: Kind of product.
        axes: Of a family.
        family: Of a variant.
        options: Of a variant.
        identifiers: All that are printed from now on; others are retired, never forgotten.
        packs: Stock unit and packs.
        handling: Measures, weight, danger, temperature, shelf life.
        customs: What a border asks.
        categories: All memberships.
        relations: All relations.
        bundle: The parts.
        no_bundle: Whether it is a bundle no longer.
        attributes: Values to set; those at other places stay.
        without: Places to empty.
    """

    name: str | None = None
    type: str | None = None
    axes: tuple[str, ...] | None = None
    family: str | None = None
    options: tuple[tuple[str, str], ...] | None = None
    identifiers: tuple[Identifier, ...] | None = None
    packs: Packs | None = None
    handling: Handling | None = None
    customs: Customs | None = None
    categories: tuple[Membership, ...] | None = None
    relations: tuple[Relation, ...] | None = None
    bundle: Bundle | None = None
    no_bundle: bool = False
    attributes: tuple[Attribute, ...] = ()
    without: tuple[Place, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether it asks for nothing."""
        return self == _NOTHING

    def apply(self, product: Product) -> Product:
        """Return the product as it is to be."""
        given: dict[str, Any] = {name: value for name in _PLAIN if (value := getattr(self, name)) is not None}
        if self.no_bundle:
            given["bundle"] = None
        if self.identifiers is not None:
            given["identifiers"] = _replaced(product.identifiers, self.identifiers)
        if self.attributes or self.without:
            kept = {one.place: one for one in product.attributes if one.place not in self.without}
            given["attributes"] = (kept | {one.place: one for one in self.attributes}).values()
        return evolve(product, **given) if given else product


_NOTHING = Edit()
_PLAIN = tuple(
    one.name for one in fields(Edit) if one.name not in ("identifiers", "no_bundle", "attributes", "without")
)


def _replaced(there: tuple[Identifier, ...], wanted: tuple[Identifier, ...]) -> tuple[Identifier, ...]:
    live = dict.fromkeys(evolve(one, retired=False) for one in wanted)
    known = dict.fromkeys(evolve(one, retired=False) for one in there)
    kept = tuple(evolve(one, retired=one not in live) for one in known)
    return kept + tuple(one for one in live if one not in known)


def edit_between(before: Product, after: Product) -> Edit:
    """Return the edit that leads from one state of a product to another; status, code and key are left out."""
    given: dict[str, Any] = {
        name: getattr(after, name) for name in _PLAIN if getattr(after, name) != getattr(before, name)
    }
    if given.get("bundle", after) is None:
        del given["bundle"]
        given["no_bundle"] = True
    if set(before.live_identifiers) != set(after.live_identifiers):
        given["identifiers"] = after.live_identifiers
    if before.attributes != after.attributes:
        old = {one.place: one for one in before.attributes}
        new = {one.place: one for one in after.attributes}
        given["attributes"] = tuple(one for place, one in new.items() if old.get(place) != one)
        given["without"] = tuple(place for place in old if place not in new)
    return Edit(**given)
