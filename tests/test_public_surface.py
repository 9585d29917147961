"""The public surface is meant, sorted and documented, and importing it loads no SQL driver."""

from __future__ import annotations

import importlib
import inspect
import subprocess
import sys
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest
from public_surface import lines, packages

GOLDEN = Path(__file__).parent / "golden" / "public_surface.txt"

#: Rooms that work without a database, and must not load one.
PURE = (
    "omskit",
    "omskit.allocation",
    "omskit.channels",
    "omskit.core",
    "omskit.engine",
    "omskit.flow",
    "omskit.fulfillment",
    "omskit.inventory",
    "omskit.orders",
    "omskit.returns",
    "omskit.storage",
)
DRIVERS = ("aiosqlite", "asyncpg", "psycopg", "psycopg2", "sqlite3")
HEAVY = ("asyncio", "highspy", "hypothesis", "matplotlib", "openpyxl", "pytest", "sqlalchemy")


def _sort_key(name: str) -> tuple[int, str]:
    """Order as the linter does: constants, classes, the rest."""
    return (0 if name.isupper() else 1 if name[0].isupper() else 2, name)


def _loaded_by(module: str) -> set[str]:
    code = f"import {module}, sys; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(done.stdout.split())


def _undocumented() -> Iterator[str]:
    for package, names in packages().items():
        module = importlib.import_module(package)
        for name in names:
            value = getattr(module, name)
            documents_itself = inspect.isclass(value) or inspect.isroutine(value)
            if documents_itself and not (inspect.getdoc(value) or "").strip():
                yield f"{package}.{name}"


def _described_constants() -> set[str]:
    """Return the names that a ``#:`` comment describes where they are defined."""
    described: set[str] = set()
    source = Path(importlib.import_module("omskit").__file__ or "").parent
    for path in source.rglob("*.py"):
        text = path.read_text("utf-8").splitlines()
        for above, line in pairwise(text):
            if above.startswith("#:"):
                described.add(line.partition("=")[0].partition(":")[0].strip())
    return described


def test_the_public_surface_is_the_one_that_was_agreed() -> None:
    agreed = GOLDEN.read_text("utf-8").splitlines()
    assert list(lines()) == agreed, (
        "if the change is meant: python tests/support/public_surface.py > tests/golden/public_surface.txt"
    )


@pytest.mark.parametrize("package", packages())
def test_public_names_are_listed_once_and_sorted(package: str) -> None:
    names = list(packages()[package])
    assert names == sorted(set(names), key=_sort_key)


@pytest.mark.parametrize("package", packages())
def test_public_names_are_there(package: str) -> None:
    module = importlib.import_module(package)
    assert [name for name in packages()[package] if not hasattr(module, name)] == []


def test_every_public_class_and_function_is_documented() -> None:
    assert list(_undocumented()) == []


def test_every_public_constant_is_described_where_it_is_defined() -> None:
    described = _described_constants()
    constants = {name for names in packages().values() for name in names if name.isupper()}
    assert sorted(constants - described) == []


@pytest.mark.parametrize("module", PURE)
def test_importing_a_room_loads_no_sql_driver_and_nothing_heavy(module: str) -> None:
    loaded = _loaded_by(module)
    assert sorted(loaded & {*DRIVERS, *HEAVY}) == []


def test_a_database_is_opened_with_no_more_installed_than_omskit_asks_for(tmp_path: Path) -> None:
    hidden = "".join(f"sys.modules[{name!r}] = None; " for name in ("greenlet", "aiosqlite", "psycopg", "highspy"))
    code = (
        f"import sys; {hidden}from omskit import Oms; from omskit.flow import Process;"
        f"print(Oms.open('sqlite:///{tmp_path}/shop.db', process=Process('p', ())).verify().is_sound)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr) == ("True\n", "")


def test_an_async_database_says_what_is_missing() -> None:
    code = (
        "import sys; sys.modules['greenlet'] = None\n"
        "from omskit.storage.sql import open_async_engine\n"
        "try:\n    open_async_engine('sqlite+aiosqlite:///shop.db')\n"
        "except Exception as error:\n    print(error.code, 'omskit[async]' in str(error))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr) == ("missing_driver True\n", "")


@pytest.mark.parametrize("module", ["omskit.storage.sql", "omskit.aio"])
def test_importing_the_sql_storage_loads_sqlalchemy_and_no_driver(module: str) -> None:
    loaded = _loaded_by(module)
    assert "sqlalchemy" in loaded
    assert sorted(loaded & set(DRIVERS)) == []
