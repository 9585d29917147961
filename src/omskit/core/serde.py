"""Values to JSON documents and back: tags instead of class paths, a format number, upcasters.

A document is one compact JSON text. Fields at their default are left out, so that a field added later reads
from every older document. A change that a default cannot bridge raises the format number and adds an upcaster
from the one before; a document without ``"v"`` has format 1.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cached_property
from typing import Any, Generic, TypeVar

from attrs import field, fields, frozen, has
from cattrs import Converter
from cattrs.cols import is_namedtuple
from cattrs.gen import make_dict_unstructure_fn

from omskit.core.errors import OmsError, StorageError, UsageError
from omskit.core.reading import Readers
from omskit.core.writing import Writers

T = TypeVar("T")

#: Rewrites a document of one format as the next.
Upcaster = Callable[[dict[str, Any]], dict[str, Any]]

_MICROSECOND = timedelta(microseconds=1)
_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), check_circular=False).encode
_decoder = json.JSONDecoder()


def _decode(text: str) -> Any:
    """Return what JSON text says; most has no space around it, and is not searched for any."""
    try:
        value, end = _decoder.raw_decode(text)
    except ValueError:
        end = -1
    return value if end == len(text) else _decoder.decode(text)


def make_converter() -> Converter:
    """Return a converter for attrs values: defaults left out.

    Instants and days are written as ISO 8601, durations as whole microseconds, decimals as text, named tuples (of
    plain values) as lists.
    """
    converter = Converter(detailed_validation=False, omit_if_default=True)
    converter.register_unstructure_hook(datetime, datetime.isoformat)
    converter.register_structure_hook(datetime, lambda value, _: datetime.fromisoformat(value))
    converter.register_unstructure_hook(date, date.isoformat)
    converter.register_structure_hook(date, lambda value, _: date.fromisoformat(value))
    converter.register_unstructure_hook(timedelta, lambda value: value // _MICROSECOND)
    converter.register_structure_hook(timedelta, lambda value, _: value * _MICROSECOND)
    converter.register_unstructure_hook(Decimal, str)
    converter.register_structure_hook(Decimal, lambda value, _: Decimal(value))
    converter.register_structure_hook_factory(is_namedtuple, lambda cls: lambda value, _: cls(*value))
    converter.register_unstructure_hook_factory(
        has,
        lambda cls: make_dict_unstructure_fn(
            cls, converter, _cattrs_omit_if_default=True, _cattrs_include_init_false=False
        ),
    )
    readers = Readers(converter)
    converter.register_structure_hook_factory(lambda cls: isinstance(cls, type) and has(cls), readers.of)
    return converter


@frozen(slots=False)
class Codec(Generic[T]):
    """Writes and reads the values of a closed set of types, each under its tag.

    Args:
        name: Shown in errors.
        types: Tag to class. A tag is part of the stored format: it never changes.
        format: Number of today's format; every older one stays readable.
        upcasters: From format n to n + 1, by (tag, n).
    """

    name: str
    types: Mapping[str, type[T]]
    format: int = 1
    upcasters: Mapping[tuple[str, int], Upcaster] = field(factory=dict)

    @cached_property
    def tags(self) -> Mapping[type[T], str]:
        """Class to its tag."""
        return {cls: tag for tag, cls in self.types.items()}

    @cached_property
    def _dumps(self) -> Mapping[type[T], Callable[[T], str]]:
        writers = Writers(make_converter(), _encode)
        return {cls: self._numbered(writers.of(cls)) for cls in self.types.values()}

    def _numbered(self, write: Callable[[T], str]) -> Callable[[T], str]:
        if self.format == 1:
            return write

        def numbered(value: T) -> str:
            text = write(value)
            return f'{text[:-1]}{"," if len(text) > 2 else ""}"v":{self.format}}}'

        return numbered

    @cached_property
    def _loads(self) -> Mapping[str, tuple[Callable[[Any, Any], T], type[T]]]:
        converter = make_converter()
        return {tag: (converter.get_structure_hook(cls), cls) for tag, cls in self.types.items()}

    def tag_of(self, value: T) -> str:
        """Return the tag of a value's class.

        Raises:
            UsageError: ``unknown_type``.
        """
        try:
            return self.tags[type(value)]
        except KeyError:
            raise self._unknown(value) from None

    def _unknown(self, value: object) -> UsageError:
        return UsageError("unknown_type", f"{type(value).__name__} has no tag in {self.name}")

    @cached_property
    def _entries(self) -> Mapping[type[T], tuple[str, Callable[[T], str], str]]:
        """Class to its tag, its writer, and the name of its field if it has a single one that texts can share."""
        classes: Mapping[str, type[Any]] = self.types
        names = {cls: [one.name for one in fields(cls)] for cls in classes.values()}
        single = {cls: found[0] for cls, found in names.items() if len(found) == 1 and self.format == 1}
        return {cls: (tag, self._dumps[cls], single.get(cls, "")) for tag, cls in classes.items()}

    def dump(self, value: T) -> str:
        """Return a value as JSON text, without its tag.

        Raises:
            UsageError: ``unknown_type``.
        """
        try:
            write = self._dumps[type(value)]
        except KeyError:
            raise self._unknown(value) from None
        return write(value)

    def entry(self, value: T, part: object, text: str) -> tuple[str, str]:
        """Return a value's tag and its text, sparing work where it holds one part whose text is known.

        Args:
            value: As for :meth:`dump`.
            part: Something that may be all that the value holds.
            text: The part as a codec of format 1 wrote it.

        Raises:
            UsageError: ``unknown_type``.
        """
        try:
            tag, write, name = self._entries[type(value)]
        except KeyError:
            raise self._unknown(value) from None
        if name and getattr(value, name) is part:
            return tag, f'{{"{name}":{text}}}'
        return tag, write(value)

    def load(self, tag: str, text: str) -> T:
        """Read JSON text that was written under a tag, in any format up to today's.

        Raises:
            StorageError: ``unreadable_document`` when the tag or the text is not of this codec; ``newer_format``
                when a later release wrote it.
        """
        try:
            structure, cls = self._loads[tag]
            document = _decode(text)
            if self.format > 1 or "v" in document:
                document = self._upcast(tag, document)
            return structure(document, cls)
        except StorageError:
            raise
        except (KeyError, ValueError, TypeError, ArithmeticError, OmsError) as error:
            raise StorageError(
                "unreadable_document", f"{self.name} {tag!r}: {error!r}", codec=self.name, tag=tag
            ) from error

    def _upcast(self, tag: str, document: dict[str, Any]) -> dict[str, Any]:
        if type(document) is not dict:
            raise TypeError(type(document).__name__)
        found = document.pop("v", 1)
        if found > self.format:
            raise StorageError(
                "newer_format",
                f"{self.name} {tag!r} has format {found}; this release reads up to {self.format}",
                codec=self.name,
                tag=tag,
                format=found,
            )
        for number in range(found, self.format):
            upcast = self.upcasters.get((tag, number))
            document = upcast(document) if upcast else document
        return document
