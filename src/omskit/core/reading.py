"""Readers: functions made once for an attrs class that make its values straight from what JSON text says.

A reader is one call of the class, with a converted value for each field that a document has and the default for
each that it has not. It reads what the function that cattrs makes reads, without a dict of arguments between. A
type that it does not know is left to cattrs.
"""

from __future__ import annotations

import typing
from collections.abc import Callable
from typing import Any, TypeVar

from attrs import NOTHING, Attribute, Factory, define, field, fields, resolve_types
from cattrs import Converter

from omskit.core.writing import optional

T = TypeVar("T")

#: Makes a value of a type, its second argument, from what JSON text says.
Reader = Callable[[Any, Any], T]

#: Types that make their values themselves.
_PLAIN = (int, str, bool)


@define
class Readers:
    """Makes readers for classes, each once.

    Args:
        converter: Knows how to make everything else.
    """

    converter: Converter
    _made: dict[Any, Reader[Any]] = field(factory=dict, init=False)

    def of(self, cls: type[T]) -> Reader[T]:
        """Return the reader of an attrs class; one that holds itself is looked up when it is needed."""
        made = self._made
        if cls not in made:
            made[cls] = lambda document, type_: made[type_](document, type_)
            made[cls] = self._of_class(cls)
        return made[cls]

    def _of_class(self, cls: type[Any]) -> Reader[Any]:
        resolve_types(cls)
        names: dict[str, Any] = {"made": cls, "NOTHING": NOTHING}
        arguments = [self._argument(one, names) for one in fields(cls) if one.init]
        exec(f"def read(o, _): return made({', '.join(arguments)})", names)  # noqa: S102 - of a class's own fields
        reader: Reader[Any] = names["read"]
        return reader

    def _argument(self, one: Attribute[Any], names: dict[str, Any]) -> str:
        value = self._value(one.type, f"o[{one.name!r}]", names)
        default: Any = one.default
        if default is not NOTHING:
            is_made = isinstance(default, Factory)  # type: ignore[arg-type]
            value = f"{value} if {one.name!r} in o else {_named(NOTHING if is_made else default, names)}"
        return f"{one.alias}={value}" if one.kw_only else value

    def _value(self, type_: Any, value: str, names: dict[str, Any]) -> str:
        """Return the expression that makes a value of a type from what an expression gives."""
        if type_ in _PLAIN:
            return f"{type_.__name__}({value})"
        inner, origin = typing.get_args(type_), typing.get_origin(type_)
        if other := optional(type_):
            return f"(None if {value} is None else {self._value(other, value, names)})"
        if origin is tuple and inner[1:] == (...,):
            return f"tuple([{self._value(inner[0], 'v', names)} for v in {value}])"
        make = _named(self.converter.get_structure_hook(type_), names)
        return f"{make}({value}, {_named(type_, names)})"


def _named(value: Any, names: dict[str, Any]) -> str:
    """Give a value a name of its own among those of a function."""
    name = f"_{len(names)}"
    names[name] = value
    return name
