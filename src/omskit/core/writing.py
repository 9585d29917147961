"""Writers: functions made once for an attrs class that put its values straight into JSON text.

A document is written several times in an order's life, which makes this the hottest place of the library. A
writer is straight code for one class, made as attrs makes an ``__init__``, and takes two thirds of the time that
a dict of the fields and an encoder's walk over it take. It writes what ``json`` would write: compact, in order of
the fields, those at their default left out. A type that it does not know is left to cattrs.
"""

from __future__ import annotations

import re
import types
import typing
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from json.encoder import encode_basestring
from typing import Any, TypeVar, Union

from attrs import NOTHING, Attribute, define, field, fields, has, resolve_types
from cattrs import Converter

T = TypeVar("T")

_NAMES: Mapping[str, Any] = {
    "quoted": encode_basestring,
    "joined": ",".join,
    "microsecond": timedelta(microseconds=1),
}
#: The JSON text of a value ``@``, as it stands in an f-string; the sign makes 1 of a True where an int belongs.
_PLAIN: Mapping[Any, str] = {
    int: "{+@}",
    str: "{quoted(@)}",
    bool: '{"true" if @ else "false"}',
    datetime: '"{@.isoformat()}"',
    date: '"{@.isoformat()}"',
    timedelta: "{@ // microsecond}",
    Decimal: '"{@}"',
}
#: What is written by a function of ``v`` and nothing else.
_CALLED = re.compile(r"\{(\w+)\(v\)\}")
#: Defaults that are what they are because there is nothing in them.
_EMPTY: tuple[Any, ...] = (0, "", ())


def _run(code: str, names: dict[str, Any]) -> Callable[[Any], str]:
    exec(code, names)  # noqa: S102 - made of the names and types of a class's own fields
    made: Callable[[Any], str] = names["write"]
    return made


def _adding(always: str, sign: str = "+=") -> list[str]:
    """Return the line that adds fields which are always written, in one go; none where there are none."""
    return [f"    text {sign} f'''{always}'''"] if always else []


@define
class Writers:
    """Makes writers for classes, each once.

    Args:
        converter: Turns what no writer knows into what ``encode`` takes.
        encode: Returns that as JSON text.
    """

    converter: Converter
    encode: Callable[[Any], str]
    _made: dict[Any, Callable[[Any], str]] = field(factory=dict, init=False)
    _making: set[Any] = field(factory=set, init=False)

    def of(self, cls: type[T]) -> Callable[[T], str]:
        """Return the writer of an attrs class."""
        return self._once(cls, self._of_class)

    def _once(self, type_: Any, make: Callable[[Any], Callable[[Any], str]]) -> Callable[[Any], str]:
        if type_ not in self._made:
            self._making.add(type_)
            self._made[type_] = make(type_)
            self._making.discard(type_)
        return self._made[type_]

    def _of_class(self, cls: type[Any]) -> Callable[[Any], str]:
        resolve_types(cls)
        names = dict(_NAMES)
        kept = [one for one in fields(cls) if one.init]
        first = next((at for at, one in enumerate(kept) if one.default is not NOTHING), len(kept))
        head = ",".join(self._always(one, names) for one in kept[:first])
        lines, always = ["def write(value):", *_adding("{{" + head, "=")], ""
        for one in kept[first:]:
            if one.default is NOTHING:
                always += f",{self._always(one, names)}"
            else:
                lines += [*_adding(always), *self._unless_default(one, names)]
                always = ""
        lines += _adding(always)
        end = "text + '}'" if head else "'{' + text[2:] + '}'"
        return _run("\n".join([*lines, f"    return {end}"]), names)

    def _always(self, one: Attribute[Any], names: dict[str, Any]) -> str:
        return f'"{one.name}":{self._text(one.type, f"value.{one.name}", names)}'

    def _unless_default(self, one: Attribute[Any], names: dict[str, Any]) -> Iterator[str]:
        default: Any = one.default
        type_, value = one.type, f"value.{one.name}"
        if default is None:
            type_, test = optional(type_) or type_, f"{value} is not None"
        elif default in _EMPTY and not optional(type_):
            test = value
        else:
            test = f"{value} != default_{one.name}"
            names[f"default_{one.name}"] = getattr(default, "factory", lambda: default)()
        yield f"    if {test}:"
        yield f"        text += f''',\"{one.name}\":{self._text(type_, value, names)}'''"

    def _text(self, type_: Any, value: str, names: dict[str, Any]) -> str:
        """Return what stands in an f-string for the JSON text of a value."""
        if type_ in _PLAIN:
            return _PLAIN[type_].replace("@", value)
        inner, origin = typing.get_args(type_), typing.get_origin(type_)
        if origin is tuple and inner and inner[-1] is not ...:
            parts = (self._text(part, f"{value}[{at}]", names) for at, part in enumerate(inner))
            return f"[{','.join(parts)}]"
        if origin in {tuple, list, Sequence}:
            return self._text_of_items(type_, value, names)
        name = f"write_{len(names)}"
        if optional(type_):
            names[name] = self._once(type_, self._of_optional)
        elif isinstance(type_, type) and has(type_) and type_ not in self._making:
            names[name] = self.of(type_)
        else:
            names[name] = self._by_cattrs(type_)
        return f"{{{name}({value})}}"

    def _text_of_items(self, type_: Any, value: str, names: dict[str, Any]) -> str:
        """Return the text of a list; one function that writes the items is enough, if there is one."""
        if called := _CALLED.fullmatch(self._text(typing.get_args(type_)[0], "v", names)):
            return f"[{{joined(map({called[1]}, {value}))}}]"
        name = f"write_{len(names)}"
        names[name] = self._once(type_, self._of_items)
        return f"{{{name}({value})}}"

    def _of_items(self, type_: Any) -> Callable[[Any], str]:
        names = dict(_NAMES)
        text = self._text(typing.get_args(type_)[0], "v", names)
        return _run(f"def write(items): return '[' + joined([f'''{text}''' for v in items]) + ']'", names)

    def _of_optional(self, type_: Any) -> Callable[[Any], str]:
        names = dict(_NAMES)
        text = self._text(optional(type_), "v", names)
        return _run(f"def write(v): return 'null' if v is None else f'''{text}'''", names)

    def _by_cattrs(self, type_: Any) -> Callable[[Any], str]:
        unstructure, encode = self.converter.unstructure, self.encode
        return lambda value: encode(unstructure(value, unstructure_as=type_))


def optional(type_: Any) -> Any:
    """Return what else than None a value may be, if that is one type; None if it may not be None."""
    inner = [one for one in typing.get_args(type_) if one is not type(None)]
    is_union = typing.get_origin(type_) in {Union, types.UnionType}
    return inner[0] if is_union and len(inner) == 1 else None
