"""Runs a kit as its author would, and tells which of its promises were broken."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping

import pytest

Fixtures = Callable[[], Mapping[str, object]]


def broken_promises(kit: type, fixtures: Fixtures) -> set[str]:
    """Return the names of the kit's tests that fail; every test gets fixtures of its own."""
    return {name for name in promises(kit) if _fails(kit, name, fixtures())}


def promises(kit: type) -> list[str]:
    """Return the names of a kit's tests."""
    return [name for name in dir(kit) if name.startswith("test_")]


def _fails(kit: type, name: str, given: Mapping[str, object]) -> bool:
    test = getattr(kit(), name)
    wanted = inspect.signature(test).parameters
    try:
        test(**{one: value for one, value in given.items() if one in wanted})
    except pytest.skip.Exception:
        return False
    except (Exception, pytest.fail.Exception):  # noqa: BLE001 - whatever a broken adapter makes of it
        return True
    return False
