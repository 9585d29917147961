"""Paths and texts put together to a product; every text that does not fit is told with its path."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, TypeVar

from attrs import define, field

from omskit.catalog.attributes import Attribute, Place, Value
from omskit.catalog.bundles import Bundle
from omskit.catalog.cells import read_flag, read_money, read_value, split
from omskit.catalog.handling import Customs, Dimensions, Handling, Hazmat, ShelfLife, Temperature
from omskit.catalog.identifiers import Identifier
from omskit.catalog.packs import EACH, Pack, Packs
from omskit.catalog.paths import PLACE
from omskit.catalog.problems import Problem
from omskit.catalog.products.flat import DOCUMENTS, Relations, simple_part
from omskit.catalog.products.model import Membership, Product
from omskit.catalog.schema import Schema
from omskit.catalog.substitutes import Relation
from omskit.core import OmsError, PayloadError

T = TypeVar("T")

_PLAIN, _UNTOLD = Handling(), Customs()
_WHOLE = re.compile(r"[0-9]{1,15}", re.ASCII)
_RANGE = re.compile(r"(-?[0-9]{1,4})\.\.(-?[0-9]{1,4})", re.ASCII)
_SIZE = re.compile(r"([0-9]{1,9})x([0-9]{1,9})x([0-9]{1,9})", re.ASCII)
_HOLDS = re.compile(r"([0-9]{1,15})(?:/([0-9]{1,15}))?(?: +([A-Za-z0-9_-]+))?", re.ASCII)


def assemble(code: str, flat: Mapping[str, str], schema: Schema) -> tuple[Product, tuple[Problem, ...]]:
    """Return the product that texts describe, and every text that cannot be read; its place stays empty.

    Args:
        code: The product's.
        flat: Path to text; the inverse of :func:`flatten`.
        schema: Gives the types of attributes. Without a definition an attribute is text.
    """
    reader = _Reader(flat, schema)
    unit = flat.get("unit", "").strip() or EACH
    product = Product(
        key=0,
        code=code,
        name=flat.get("name", ""),
        type=flat.get("type", "").strip(),
        axes=tuple(split(flat.get("axes", ""))),
        family=flat.get("family", "").strip(),
        options=reader.keyed("option", lambda axis, text: (axis, text.strip())),
        attributes=reader.attributes(),
        identifiers=tuple(one for several in reader.keyed("identifier", _identifiers) for one in several),
        packs=reader.packs(unit),
        handling=reader.handling(),
        customs=reader.customs(),
        categories=tuple(one for several in reader.keyed("category", _memberships) for one in several),
        relations=tuple(one for several in reader.keyed("relation", _relations) for one in several),
        bundle=reader.take("bundle", _bundle, None),
    )
    return product, tuple(reader.problems)


@define
class _Reader:
    flat: Mapping[str, str]
    schema: Schema
    problems: list[Problem] = field(factory=list)
    stems: dict[str, list[tuple[str, str, str]]] = field(init=False)

    def __attrs_post_init__(self) -> None:
        self.stems = {}
        for path, text in self.flat.items():
            stem, dot, rest = path.partition(".")
            if dot and text:
                self.stems.setdefault(stem, []).append((path, rest, text))

    def attempt(self, path: str, read: Callable[[], T], default: T) -> T:
        """Read something at a path; what does not fit becomes a problem."""
        try:
            return read()
        except OmsError as error:
            allowed = error.facts.get("allowed", ())
            names = tuple(map(str, allowed)) if isinstance(allowed, tuple) else ()
            self.problems.append(Problem(path, error.code, error.message, self.flat.get(path, "")[:80], names))
            return default

    def take(self, path: str, read: Callable[[str], T], default: T) -> T:
        """Read the text at a path, if there is one."""
        text = self.flat.get(path)
        return self.attempt(path, lambda: read(text), default) if text else default

    def keyed(self, stem: str, read: Callable[[str, str], T]) -> tuple[T, ...]:
        """Read every path that begins with a stem: ``read(rest of the path, text)``."""
        found: list[T] = []
        for path, rest, text in self.stems.get(stem, ()):
            self.attempt(path, partial(_append, found, read, rest, text), None)
        return tuple(found)

    def attributes(self) -> tuple[Attribute, ...]:
        found = []
        for path, _, text in self.stems.get("attribute", ()):
            match = PLACE.fullmatch(path)
            value = self.attempt(path, partial(self._value, match, text), None)
            if match and value:
                found.append(Attribute(Place(match[1], match[2] or "", match[3] or ""), value))
        return tuple(found)

    def _value(self, match: re.Match[str] | None, text: str) -> Value:
        if match is None:
            raise PayloadError("bad_path", "attribute.code[language]@channel")
        definition = self.schema.by_code.get(match[1])
        return read_value(definition, text, self.schema.units) if definition else Value.of_text(text)

    def handling(self) -> Handling:
        if "handling" not in self.stems:
            return _PLAIN
        given: dict[str, Any] = {
            "weight_g": self.take("handling.weight_g", whole, 0),
            "traits": split(self.flat.get("handling.traits", "")),
            "temperature": self.take("handling.temperature", _temperature, None),
            "hazmat": self._hazmat(),
            "shelf_life": self._shelf_life(),
        }
        sides = [self.take(f"handling.{side}_mm", whole, 0) for side in ("length", "width", "height")]
        if any(sides):
            given["dimensions"] = self.attempt("handling.length_mm", lambda: Dimensions(*sides), None)
        return Handling(**given)

    def _hazmat(self) -> Hazmat | None:
        names = ("un_number", "hazard_class", "packing_group", "lithium")
        texts = {name: self.flat.get(f"handling.{name}", "").strip() for name in names}
        limited = self.take("handling.limited_quantity", read_flag, default=False)
        if not any(texts.values()) and not limited:
            return None
        return self.attempt("handling.un_number", lambda: Hazmat(limited_quantity=limited, **texts), None)

    def _shelf_life(self) -> ShelfLife | None:
        days = self.take("handling.shelf_life_days", whole, 0)
        remaining = self.take("handling.remaining_days", whole, 0)
        channels = tuple(pair for pair in self.keyed("handling", _remaining) if pair)
        if not days and not remaining and not channels:
            return None
        return self.attempt("handling.shelf_life_days", lambda: ShelfLife(days, remaining, channels), None)

    def customs(self) -> Customs:
        if "customs" not in self.stems:
            return _UNTOLD
        declared = self.take("customs.declared", read_money, None)
        hs_code, origin = (self.flat.get(f"customs.{name}", "").strip() for name in ("hs_code", "origin"))
        description = self.flat.get("customs.description", "")
        amount, currency = (declared.amount_minor, declared.currency) if declared else (0, "")
        hs_code = self.attempt("customs.hs_code", lambda: Customs(hs_code).hs_code, "")
        origin = self.attempt("customs.origin", lambda: Customs(origin=origin).origin, "")
        given = Customs(hs_code, origin, description=description)
        return self.attempt(
            "customs.declared", lambda: Customs(hs_code, origin, amount, currency, description), given
        )

    def packs(self, base: str) -> Packs:
        sizes = ("", ".gross_g", ".size_mm")
        units = dict.fromkeys(rest.partition(".")[0] for _, rest, _ in self.stems.get("pack", ()))
        packs = []
        for unit in units:
            holds, gross, size = (self.flat.get(f"pack.{unit}{part}", "") for part in sizes)
            if holds or gross or size:
                read = self.attempt(f"pack.{unit}", partial(_pack, unit, holds), None)
                if read:
                    gross_g = self.take(f"pack.{unit}.gross_g", whole, 0)
                    box = self.take(f"pack.{unit}.size_mm", _dimensions, None)
                    packs.append(Pack(read.unit, read.holds, read.of, gross_g, box, read.per))
        path = f"pack.{packs[0].unit}" if packs else "unit"
        return self.attempt(path, lambda: Packs(base, packs), Packs())


def _append(found: list[T], read: Callable[[str, str], T], rest: str, text: str) -> None:
    found.append(read(rest, text))


def _remaining(rest: str, text: str) -> tuple[str, int] | None:
    name, at, channel = rest.partition("@")
    return (channel, whole(text)) if at and name == "remaining_days" else None


def whole(text: str) -> int:
    """Read a whole number from 0; a number that a spreadsheet has mangled, such as ``6.9E+12``, is none.

    Raises:
        PayloadError: ``bad_whole``.
    """
    if not _WHOLE.fullmatch(text.strip()):
        raise PayloadError("bad_whole", f"{text[:80]!r} is no whole number from 0", value=text[:80])
    return int(text)


def _temperature(text: str) -> Temperature:
    match = _RANGE.fullmatch(text.strip())
    if match is None:
        raise PayloadError(
            "bad_temperature", f"{text[:80]!r}: degrees Celsius from..to, as in 2..8", value=text[:80]
        )
    return Temperature(int(match[1]), int(match[2]))


def _dimensions(text: str) -> Dimensions:
    match = _SIZE.fullmatch(text.strip())
    if match is None:
        raise PayloadError("bad_dimensions", f"{text[:80]!r}: millimetres as in 400x300x200", value=text[:80])
    return Dimensions(int(match[1]), int(match[2]), int(match[3]))


def _pack(unit: str, text: str) -> Pack:
    match = _HOLDS.fullmatch(text.strip())
    if match is None:
        raise PayloadError("bad_pack", f"{text[:80]!r}: how many of what, as in 12 EA", value=text[:80])
    return Pack(unit, int(match[1]), match[3] or "", per=int(match[2] or 1))


def _identifiers(name: str, text: str) -> list[Identifier]:
    scheme, _, unit = name.partition(".")
    return [Identifier.read(scheme, item, unit) for item in split(text)]


def _memberships(tree: str, text: str) -> list[Membership]:
    return [Membership(tree, node) for node in split(text)]


def _relations(kind: str, text: str) -> tuple[Relation, ...]:
    if not text.lstrip().startswith("{"):
        return tuple(Relation(kind, code, rank) for rank, code in enumerate(split(text)))
    read: Relations = _document("relations", text)
    if any(one.kind != kind for one in read.items):
        raise PayloadError("bad_relation", f"relations of another kind than {kind!r}", value=text[:80])
    return read.items


def _bundle(text: str) -> Bundle:
    if text.lstrip().startswith("{"):
        bundle: Bundle = _document("bundle", text)
        return bundle
    return Bundle.of(*(simple_part(item) for item in split(text)))


def _document(tag: str, text: str) -> Any:
    try:
        return DOCUMENTS.load(tag, text)
    except (OmsError, RecursionError) as error:
        raise PayloadError("bad_document", f"no {tag} in this JSON: {error}"[:400], value=text[:80]) from None
