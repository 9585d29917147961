"""Every public method of a system and of its desks, by the name under which people call it."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from datetime import timedelta
from operator import attrgetter
from typing import Any, get_type_hints

from attrs import frozen

from omskit.engine import Desks, Oms

#: A public method, bound to a system.
Method = Callable[..., Any]


def entrances(of: type[Desks] = Oms) -> frozenset[str]:
    """Return the names of all public methods: ``run``, ``stock.receive`` and so on."""
    return frozenset(_entrances(of))


def _entrances(of: type[Desks]) -> Iterator[str]:
    yield from _methods(of)
    for name, desk in inspect.getmembers(of, lambda one: isinstance(one, property)):
        if not name.startswith("_"):
            kind = get_type_hints(desk.fget)["return"]
            yield from (f"{name}.{method}" for method in _methods(kind))


def _methods(of: type) -> list[str]:
    found = inspect.getmembers(of, inspect.isfunction)
    return [name for name, _ in found if not name.startswith("_")]


@frozen
class Call:
    """One call of a method.

    Args:
        entrance: Its name; what is called is looked up by it.
        make: Makes the call, of a system and its bound method.
        after: How long after the shop's first instant.
        again: Code that the same call is refused with when it is made once more; empty when it changes nothing.
        units: Whether it is several units, each of which is done or not.
        wait: How long whoever makes it again after a fault has to wait.
    """

    entrance: str
    make: Callable[[Oms, Method], object]
    after: timedelta = timedelta(0)
    again: str = ""
    units: bool = False
    wait: timedelta = timedelta(0)

    def on(self, oms: Oms) -> object:
        """Make it."""
        return self.make(oms, attrgetter(self.entrance)(oms))
