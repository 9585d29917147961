"""Frozen values that are made quickly: an ``__init__`` that writes its fields before the value closes.

The ``__init__`` of a frozen attrs class with slots writes each field past the class's own guard, through a call of
``object.__setattr__``. That takes four times what plain assignment takes, and a batch makes some eighty values
for every order. A *quick* class fills its fields by plain assignment while the value is of a twin class without
the guard, and closes it by making it a value of its own class. Nobody else has seen the value by then. Once made
it is as frozen as any other, and its type, fields, equality, hash and pickles are those that attrs gave it.
"""

from __future__ import annotations

from typing import Any, TypeVar

from attrs import NOTHING, Attribute, Factory, fields

T = TypeVar("T")

_POST = "__attrs_post_init__"


def quick(cls: type[T]) -> type[T]:
    """Give a frozen attrs class with slots an ``__init__`` that takes a third of the time.

    It takes what the one of attrs takes, and ends with ``__attrs_post_init__`` likewise.

    Raises:
        TypeError: The class has a field with a converter or a validator, one that is not given to ``__init__``,
            one whose default looks at the value, or no slots.
    """
    bare = {"__slots__": (), "__setattr__": object.__setattr__, "__delattr__": object.__delattr__}
    names: dict[str, Any] = {
        "NOTHING": NOTHING,
        "closed": cls,
        "open_up": vars(object)["__class__"].__set__,
        "twin": type(cls.__name__, (cls,), {**bare, "__module__": cls.__module__}),
    }
    parameters, body = [], ["open_up(self, twin)"]
    for one in sorted(fields(cls), key=lambda one: one.kw_only):  # type: ignore[arg-type]
        if one.kw_only and "*" not in parameters:
            parameters.append("*")
        parameters.append(_parameter(cls, one, names))
        body.append(_assignment(one, names))
    body += [f"self.{_POST}()"] if hasattr(cls, _POST) else []
    lines = [f"def __init__(self, {', '.join(parameters)}):", *body, "self.__class__ = closed"]
    exec("\n    ".join(lines), names)  # noqa: S102 - made of the names of a class's own fields
    made = names["__init__"]
    made.__qualname__, made.__module__ = f"{cls.__qualname__}.__init__", cls.__module__
    made.__annotations__ = dict(cls.__init__.__annotations__)
    setattr(cls, "__init__", made)  # noqa: B010 - what is given to every class of attrs, given once more
    return cls


def _parameter(cls: type[Any], one: Attribute[Any], names: dict[str, Any]) -> str:
    default: Any = one.default
    is_made = isinstance(default, Factory)  # type: ignore[arg-type]
    odd = one.converter or one.validator or not one.init or (is_made and default.takes_self)
    if odd or "__slots__" not in vars(cls):
        problem = f"{cls.__qualname__}.{one.name} is not a plain field of a class with slots"
        raise TypeError(problem)
    if default is NOTHING:
        return f"{one.alias}"
    if is_made:
        names[f"make_{one.name}"] = default.factory
        return f"{one.alias}=NOTHING"
    names[f"default_{one.name}"] = default
    return f"{one.alias}=default_{one.name}"


def _assignment(one: Attribute[Any], names: dict[str, Any]) -> str:
    if f"make_{one.name}" in names:
        return f"self.{one.name} = make_{one.name}() if {one.alias} is NOTHING else {one.alias}"
    return f"self.{one.name} = {one.alias}"
