"""Every block of Python in the README and the documentation runs, and prints what the page shows."""

from __future__ import annotations

import doctest
import gc
import importlib
import os
import pkgutil
import re
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest
from code_lines import code_lines
from doc_blocks import blocks, run_page

import omskit
from omskit import Oms

ROOT = Path(__file__).parents[2]
PAGES = [
    ROOT / "README.md",
    ROOT / "CONTRIBUTING.md",
    *(path for path in sorted((ROOT / "docs").rglob("*.md")) if "_build" not in path.parts),
]
RUNNABLE = [path for path in PAGES if any(block.info == "python" for block in blocks(path.read_text("utf-8")))]
LANGUAGES = {"json", "mermaid", "python", "sh", "sql", "text", "{eval-rst}", "{toctree}"}


def _name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def _modules_with_examples() -> list[ModuleType]:
    names = ["omskit", *(one.name for one in pkgutil.walk_packages(omskit.__path__, "omskit."))]
    modules = [importlib.import_module(name) for name in names]
    return [one for one in modules if one.__file__ and ">>>" in Path(one.__file__).read_text("utf-8")]


@pytest.mark.parametrize("path", RUNNABLE, ids=_name)
def test_the_blocks_of_a_page_run_and_print_what_it_shows(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    names = run_page(path)
    assert names.keys() - {"__name__", "__builtins__"}, "the page runs something"
    for value in names.values():
        if isinstance(value, Oms):
            value.close()
    names.clear()
    gc.collect()


@pytest.mark.parametrize("path", PAGES, ids=_name)
def test_every_block_says_what_language_it_is_in(path: Path) -> None:
    infos = {block.info.split()[0] if block.info else "" for block in blocks(path.read_text("utf-8"))}
    assert sorted(infos - LANGUAGES) == []


@pytest.mark.parametrize("path", PAGES, ids=_name)
def test_no_block_of_python_hides_from_the_tests(path: Path) -> None:
    text = path.read_text("utf-8")
    assert len(re.findall(r"^[ \t>]*[`~]{3,} *\{?python", text, re.MULTILINE)) == sum(
        block.info == "python" for block in blocks(text)
    )


@pytest.mark.parametrize(
    ("name", "kit"),
    [
        ("write-a-channel", "TestShop"),
        ("write-a-warehouse", "TestMyWarehouse"),
        ("read-a-courier", "TestMyCourier"),
        ("add-a-step", "TestManyOrders"),
    ],
)
def test_a_kit_on_a_page_passes_as_a_reader_would_run_it(name: str, kit: str, tmp_path: Path) -> None:
    page = (ROOT / "docs" / "how-to" / f"{name}.md").read_text("utf-8")
    code = "\n".join(block.text for block in blocks(page) if block.info == "python")
    (tmp_path / "test_page.py").write_text(code, "utf-8")
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:xdist", "test_page.py", "-k", kit]
    known = os.pathsep.join([str(ROOT / "examples"), os.environ.get("PYTHONPATH", "")])
    # What this run was told is not for a reader's run.
    env = {**os.environ, "PYTHONPATH": known, "PYTEST_ADDOPTS": ""}
    done = subprocess.run(command, cwd=tmp_path, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_output_that_differs_is_told(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("```python\nprint(2)\n```\n```text\n3\n```\n")
    with pytest.raises(AssertionError, match=r"page.md:1"):
        run_page(page)


def test_output_that_a_page_hides_is_told(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("```python\nprint(2)\n```\nSome words.\n```text\n2\n```\n")
    with pytest.raises(AssertionError, match=r"page.md:1"):
        run_page(page)


def test_the_host_of_the_readme_has_ten_lines() -> None:
    first = next(block for block in blocks((ROOT / "README.md").read_text("utf-8")) if block.info == "python")
    assert code_lines(first.text) <= 10


def test_the_readme_counts_the_lines_of_the_adapter_right() -> None:
    lines = code_lines((ROOT / "examples" / "web_shop.py").read_text("utf-8"))
    assert f"a channel adapter of {lines} lines" in (ROOT / "README.md").read_text("utf-8")


def test_the_examples_in_docstrings_say_what_comes_out() -> None:
    tried = 0
    for module in _modules_with_examples():
        for test in doctest.DocTestFinder(exclude_empty=True).find(module, module.__name__):
            failed, attempted = doctest.DocTestRunner().run(test)
            assert failed == 0, test.name
            tried += attempted
    assert tried, "there is the one of the package itself at least"
