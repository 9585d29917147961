"""The pages of the documentation are all there, all listed, and agree with what they speak of."""

from __future__ import annotations

import importlib
import importlib.util
import pkgutil
import re
from pathlib import Path

import pytest
from doc_blocks import blocks
from sync_host import PROCESS

import omskit
from omskit.orders import ORDER_MACHINE

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
README = (ROOT / "README.md").read_text("utf-8")
CONTRIBUTING = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
CI = (ROOT / ".ci" / "run").read_text("utf-8")

#: Every page that a reader may start from.
SPEAKING = [*(ROOT / f"{name}.md" for name in ("README", "CONTRIBUTING", "SECURITY")), *sorted(DOCS.rglob("*.md"))]

QUICKSTART = "python3 -m venv .venv && .venv/bin/pip install -e . && .venv/bin/python examples/quickstart.py"
TESTS = "python3 -m venv .venv && .venv/bin/pip install -e '.[test]' && .venv/bin/python -m pytest"


def _listed(index: Path) -> list[str]:
    found: list[str] = []
    for block in blocks(index.read_text("utf-8")):
        if block.info == "{toctree}":
            lines = (line.strip() for line in block.text.splitlines())
            found += [line for line in lines if line and not line.startswith(":")]
    here = index.parent.relative_to(DOCS).as_posix()
    return [name if here == "." else f"{here}/{name}" for name in found]


def _rooms() -> list[str]:
    """Return every package and module that lists public names of its own, and none that only passes them up."""
    rooms: list[str] = []
    for one in pkgutil.walk_packages(omskit.__path__, "omskit."):
        if not one.ispkg and one.name.count(".") > 1:
            continue
        names = set(getattr(importlib.import_module(one.name), "__all__", ()))
        above = set(getattr(importlib.import_module(one.name.rpartition(".")[0]), "__all__", ()))
        if names - above:
            rooms.append(one.name)
    return rooms


def test_the_indexes_list_exactly_the_pages_there_are() -> None:
    pages = {path.relative_to(DOCS).with_suffix("").as_posix() for path in DOCS.rglob("*.md")}
    pages = {page for page in pages if not page.startswith("_build/")} - {"index"}
    listed = [*_listed(DOCS / "index.md"), *_listed(DOCS / "reference" / "api" / "index.md")]
    assert sorted(listed) == sorted(pages)


def test_every_public_package_has_a_page_of_its_names() -> None:
    shown: set[str] = set()
    for page in (DOCS / "reference" / "api").glob("omskit-*.md"):
        shown |= set(re.findall(r"automodule:: ([\w.]+)", page.read_text("utf-8")))
    assert sorted(set(_rooms()) - shown) == []
    assert [name for name in shown if importlib.util.find_spec(name) is None] == []


def test_the_readme_has_two_commands_that_set_everything_up() -> None:
    said = [block.text.strip() for block in blocks(README) if block.info == "sh"]
    assert said == [QUICKSTART, TESTS]


def test_the_second_command_is_the_one_that_the_checks_run() -> None:
    assert TESTS in CI.splitlines()
    assert TESTS in CONTRIBUTING.splitlines()


@pytest.mark.parametrize("gate", ["ruff check .", "mypy", "lint-imports", "sphinx-build"])
def test_contributing_names_every_check(gate: str) -> None:
    assert f".venv/bin/{gate}" in CI
    assert f".venv/bin/{gate}" in CONTRIBUTING


def test_the_picture_of_the_readme_shows_the_process_as_it_is() -> None:
    (picture,) = (block.text for block in blocks(README) if block.info == "mermaid")
    drawn = [line.strip() for line in picture.splitlines()]
    assert [line for line in map(str.strip, PROCESS.mermaid().splitlines()) if line not in drawn] == []
    outside = {"channel", "person", "warehouse"}
    named = {name for line in drawn[1:] for name in re.findall(r"^\w+|(?<=> )\w+|(?<=\| )\w+", line)}
    assert named - outside <= set(ORDER_MACHINE.states)


def test_every_link_between_pages_leads_somewhere() -> None:
    links = [
        (page, target)
        for page in SPEAKING
        for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", page.read_text("utf-8"))
        if "://" not in target
    ]
    assert [(page.name, target) for page, target in links if not (page.parent / target).exists()] == []


def test_every_file_that_a_page_names_is_there() -> None:
    named = {
        (page.relative_to(ROOT).as_posix(), name)
        for page in SPEAKING
        for name in re.findall(r"`((?:docs|examples|tests|src|benchmarks)/[\w./-]+)`", page.read_text("utf-8"))
    }
    assert sorted(one for one in named if not (ROOT / one[1]).exists()) == []
