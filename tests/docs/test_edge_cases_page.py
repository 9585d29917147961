"""The page of edge cases names tests that exist, every test that is called after a case, and every case."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

TESTS = Path(__file__).parents[1]
PAGE = (TESTS.parent / "docs" / "reference" / "edge-cases.md").read_text("utf-8")
#: How many cases each list has, by its heading.
LISTS = {"From open-source order systems": 20, "From Chinese practice": 26}
#: A test that is called after a case.
CALLED_AFTER = re.compile(r"test_(?:edge|edge_cn|cn|case|general_case|chinese_case)_(\d+)_")

Row = tuple[str, int, str]


def _rows() -> Iterator[Row]:
    section = ""
    for line in PAGE.splitlines():
        if line.startswith("## "):
            section = line[3:]
        elif section and (row := re.fullmatch(r"\| (\d+) \| [^|]+ \| (.+) \|", line)):
            yield section, int(row[1]), row[2]


ROWS = tuple(_rows())


@cache
def _tests(file: str) -> frozenset[str]:
    path = TESTS / file
    tree = ast.parse(path.read_text("utf-8")) if path.is_file() else ast.Module([], [])
    return frozenset(node.name for node in tree.body if isinstance(node, ast.FunctionDef))


def _named(cell: str) -> list[tuple[str, str]]:
    return [(file, name) for file, name in re.findall(r"`([\w/]+\.py)::(\w+)`", cell)]


def _known(number: int) -> set[tuple[str, str]]:
    return {where for _, case, cell in ROWS if case == number for where in _named(cell)}


@pytest.mark.parametrize("section", LISTS)
def test_every_case_of_a_list_has_its_row_in_turn(section: str) -> None:
    assert [number for heading, number, _ in ROWS if heading == section] == list(range(1, LISTS[section] + 1))


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row[0].split()[1]} {row[1]}")
def test_every_test_that_a_case_names_is_there(row: Row) -> None:
    assert [f"{file}::{name}" for file, name in _named(row[2]) if name not in _tests(file)] == []


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row[0].split()[1]} {row[1]}")
def test_a_case_without_a_test_says_why(row: Row) -> None:
    cell = row[2]
    assert _named(cell) or (cell.startswith("Not here: ") and len(cell.split()) >= 8)


def test_every_test_that_is_called_after_a_case_stands_on_the_page() -> None:
    called = [
        (path.relative_to(TESTS).as_posix(), name, int(found[1]))
        for path in sorted(TESTS.rglob("test_*.py"))
        for name in sorted(_tests(path.relative_to(TESTS).as_posix()))
        if (found := CALLED_AFTER.match(name))
    ]
    assert [f"{file}::{name}" for file, name, number in called if (file, name) not in _known(number)] == []
    assert len(called) > 90
