"""Runs the kit on a storage without collecting it, and names the promises that the storage breaks."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from typing import Any

from _pytest.outcomes import Failed, Skipped
from kit_storages import SqlOpener, damage_memory, damage_sql

from omskit.storage import Storage
from omskit.testing import StorageKit

Opener = Callable[[], Storage]


def promises() -> list[str]:
    """Return the names of all tests of the kit."""
    return [name for name, _ in inspect.getmembers(StorageKit, inspect.isfunction) if name.startswith("test_")]


def broken(fresh: Callable[[], Opener], names: list[str]) -> list[str]:
    """Return the tests that fail, each run on an opener of its own; every variant of a test has to pass."""
    return [name for name in names if any(_fails(name, fresh(), given) for given in _variants(name))]


def _variants(name: str) -> Iterator[dict[str, Any]]:
    """Yield the arguments of each variant of a parametrised test."""
    marks = getattr(getattr(StorageKit, name), "pytestmark", [])
    given = [mark.args for mark in marks if mark.name == "parametrize"]
    if not given:
        yield {}
    for argnames, values in given:
        listed = [argnames] if isinstance(argnames, str) else list(argnames)
        for value in values:
            yield dict(zip(listed, value if len(listed) > 1 else [value], strict=True))


def _fails(name: str, opener: Opener, given: dict[str, Any]) -> bool:
    test = getattr(StorageKit, name)
    wanted = inspect.signature(test).parameters
    if "shared" in wanted:
        return False
    known: dict[str, Any] = {**given, "opener": opener, "storage": opener() if "storage" in wanted else None}
    known["damaging"] = damage_sql if isinstance(opener, SqlOpener) else damage_memory
    try:
        test(StorageKit(), **{key: value for key, value in known.items() if key in wanted})
    except Skipped:
        return False
    except (Exception, Failed):  # noqa: BLE001 - whatever a broken storage makes of it, the promise is broken
        return True
    return False
