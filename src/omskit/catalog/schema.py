"""The schema: which attributes there are, what kind of product carries which, and who requires what."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property

from attrs import field, frozen

from omskit.catalog.attributes import Attribute, Place, Type, Value, look_up
from omskit.catalog.definitions import Definition
from omskit.catalog.paths import is_path
from omskit.catalog.problems import Problem
from omskit.catalog.units import UNIT_FAMILIES, UnitFamily
from omskit.core import UsageError


@frozen
class ProductType:
    """A kind of product: T-shirts, batteries, books.

    Args:
        code: As products name it.
        attributes: Codes of the attributes it carries.
    """

    code: str
    attributes: tuple[str, ...]


@frozen
class Requirement:
    """An attribute, or another field, that must be filled.

    Args:
        path: ``attribute.`` and a code, or a field of the product such as ``handling.weight_g`` or
            ``identifier.gtin``.
        channel: Who asks; empty asks of every product before it may be sold.
        product_type: Of which products; empty for all.
        locales: In which languages; a value in a broader language counts. Empty takes any.
    """

    path: str
    channel: str = ""
    product_type: str = ""
    locales: tuple[str, ...] = ()


@frozen(slots=False)
class Schema:
    """Everything that a catalog's products are checked against; a value of the host's.

    Args:
        definitions: The attributes.
        types: Kinds of product.
        requirements: What must be filled.
        fallbacks: Languages in which a value is looked for when the reader's has none.
        units: Unit families by name.
        is_open: Whether types that nobody defined are taken, and attributes that nobody defined are text.
        shared_gtins: Whether two products on sale may carry the same GTIN.

    Raises:
        UsageError: ``bad_schema`` with every problem.
    """

    definitions: tuple[Definition, ...] = ()
    types: tuple[ProductType, ...] = ()
    requirements: tuple[Requirement, ...] = ()
    fallbacks: tuple[str, ...] = ()
    units: Mapping[str, UnitFamily] = field(default=UNIT_FAMILIES)
    is_open: bool = False
    shared_gtins: bool = False

    def __attrs_post_init__(self) -> None:
        faults = list(self._faults())
        if faults:
            raise UsageError("bad_schema", "; ".join(faults), faults=tuple(faults))

    def _faults(self) -> Iterator[str]:
        yield from _twice("attribute", [one.code for one in self.definitions])
        yield from _twice("type", [one.code for one in self.types])
        for definition in self.definitions:
            if definition.unit_family and definition.unit_family not in self.units:
                yield f"{definition.code} has an unknown unit family {definition.unit_family!r}"
        for required in self.requirements:
            if not is_path(required.path):
                yield f"{required.path!r} is required and no path"
        if self.is_open:
            return
        for one in self.types:
            for code in one.attributes:
                if code not in self.by_code:
                    yield f"type {one.code} carries {code!r}, which is not defined"
        for required in self.requirements:
            prefix, _, code = required.path.partition(".")
            if prefix == "attribute" and code not in self.by_code:
                yield f"{code!r} is required and not defined"

    @cached_property
    def by_code(self) -> Mapping[str, Definition]:
        """Attribute code to its definition."""
        return {one.code: one for one in self.definitions}

    @cached_property
    def _carried(self) -> Mapping[str, frozenset[str]]:
        return {one.code: frozenset(one.attributes) for one in self.types}

    def definition(self, code: str) -> Definition:
        """Return the definition of an attribute.

        Raises:
            UsageError: ``unknown_attribute``.
        """
        try:
            return self.by_code[code]
        except KeyError:
            raise UsageError("unknown_attribute", f"{code!r} is not defined", attribute=code) from None

    def problems(self, product_type: str, attributes: Iterable[Attribute]) -> Iterator[Problem]:
        """Yield everything that is wrong with the attributes of a product, with paths."""
        carried = self._carried.get(product_type)
        if self.types and carried is None and not self.is_open:
            message = f"{product_type!r} is no type" if product_type else "has no type"
            yield Problem("type", "unknown_type", message, product_type, tuple(self._carried))
        for attribute in attributes:
            code = attribute.place.code
            definition = self.by_code.get(code)
            if definition is None:
                if self.is_open and attribute.value.type is not Type.TEXT:
                    message = f"holds {attribute.value.type.value}; without a definition it is text"
                    yield Problem(str(attribute.place), "wrong_type", message, allowed=(Type.TEXT.value,))
                elif not self.is_open:
                    allowed = tuple(sorted(carried if carried is not None else self.by_code))
                    yield Problem(str(attribute.place), "unknown_attribute", "is not defined", code, allowed)
                continue
            if carried is not None and code not in carried:
                message = f"does not go with the type {product_type}"
                yield Problem(str(attribute.place), "not_carried", message, code, tuple(sorted(carried)))
            yield from definition.problems(attribute, self.units)

    def required(self, product_type: str, channel: str = "") -> tuple[Requirement, ...]:
        """Return what must be filled before a product of a type is sold, or is listed in a channel."""
        return tuple(
            one
            for one in self.requirements
            if one.channel in ("", channel) and one.product_type in ("", product_type)
        )

    def value(
        self, attributes: Iterable[Attribute], code: str, *, locale: str = "", channel: str = ""
    ) -> Value | None:
        """Return the value that a reader sees, by language and channel with fallbacks; None without one."""
        found = look_up(attributes, code, locale=locale, channel=channel, others=self.fallbacks)
        return found.value if found else None

    def gaps(
        self, product_type: str, attributes: Sequence[Attribute], filled: Iterable[str], channel: str = ""
    ) -> tuple[tuple[str, ...], int]:
        """Return which required paths are empty, and how many are required in all.

        Args:
            product_type: Of the product.
            attributes: Its own and inherited ones.
            filled: Paths of its other fields that are filled.
            channel: Who asks.
        """
        there = frozenset(filled)
        empty: dict[str, bool] = {}
        for one in self.required(product_type, channel):
            prefix, _, code = one.path.partition(".")
            if prefix != "attribute":
                empty[one.path] = one.path not in there
            for locale in one.locales or ("",) if prefix == "attribute" else ():
                found = _found(attributes, code, locale, channel)
                empty[str(Place(code, locale))] = not found
        return tuple(path for path, gap in empty.items() if gap), len(empty)


def _found(attributes: Sequence[Attribute], code: str, locale: str, channel: str) -> bool:
    if locale:
        return look_up(attributes, code, locale=locale, channel=channel) is not None
    return any(one.place.code == code and one.place.channel in ("", channel) for one in attributes)


def _twice(what: str, codes: Sequence[str]) -> Iterator[str]:
    for code in sorted({code for code in codes if codes.count(code) > 1}):
        yield f"{what} {code!r} comes twice"
