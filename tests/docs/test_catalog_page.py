"""The catalog page names every code of a problem, every field of a product, and its example runs."""

import ast
import re
from pathlib import Path

from omskit.catalog.paths import PLAIN_PATHS

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "reference" / "catalog.md").read_text("utf-8")
#: Which argument of a constructor or of a function that makes problems is the code.
CODE_AT = {"Problem": 1, "CellError": 3, "CellFault": 2, "_unique": 3}


def _codes() -> set[str]:
    found = set()
    for path in (ROOT / "src" / "omskit" / "catalog").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in CODE_AT:
                at = CODE_AT[node.func.id]
                code = node.args[at] if len(node.args) > at else None
                if isinstance(code, ast.Constant):
                    found.add(str(code.value))
    return found


def test_the_page_names_every_code_of_a_problem_and_no_other() -> None:
    rows = re.findall(r"^\| `(\w+)` \|", PAGE.partition("## Problems")[2], re.MULTILINE)
    assert rows == sorted(_codes())


def test_the_page_names_every_field_of_a_product() -> None:
    said = PAGE.partition("## Paths")[2].partition("## Problems")[0]
    missing = [
        path for path in PLAIN_PATHS if f"`{path}`" not in said and f"`.{path.partition('.')[2]}`" not in said
    ]
    assert missing == []


def test_the_examples_of_the_page_run() -> None:
    found: dict[str, object] = {}
    for code in re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL):
        exec(compile(code, "catalog.md", "exec"), found)  # noqa: S102 - the page's own text
    assert {"plan", "listings"} <= set(found)
