"""An adapter is short, and knows nothing of the engine and the database."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from code_lines import code_lines
from scripts import EXAMPLES


def _imported(text: str) -> set[str]:
    tree = ast.parse(text)
    plain = {name.name for node in ast.walk(tree) if isinstance(node, ast.Import) for name in node.names}
    return plain | {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}


def _functions(path: Path, *names: str) -> int:
    text = path.read_text("utf-8")
    found = [node for node in ast.parse(text).body if isinstance(node, ast.FunctionDef) and node.name in names]
    assert [node.name for node in found] == list(names)
    return sum(code_lines(ast.get_source_segment(text, node) or "") for node in found)


def test_code_is_counted_without_docstrings_comments_and_blank_lines() -> None:
    text = '"""Says\nwhat."""\n\n# why\nX = [\n    1,  # one\n]\n\ndef f():\n    """Do."""\n    return """a\n'
    assert code_lines(f'{text}b"""\n') == 6


def test_the_channel_adapter_of_the_web_shop_has_at_most_40_lines() -> None:
    assert code_lines((EXAMPLES / "web_shop.py").read_text("utf-8")) <= 40


def test_the_channel_adapter_of_the_web_shop_knows_channels_and_core_only() -> None:
    ours = {name for name in _imported((EXAMPLES / "web_shop.py").read_text("utf-8")) if "omskit" in name}
    assert ours == {"omskit.channels", "omskit.core"}


def test_the_reader_of_real_invoices_has_at_most_40_lines() -> None:
    assert _functions(EXAMPLES / "online_retail.py", "read_invoices", "read_invoice") <= 40


@pytest.mark.parametrize("name", ["online_retail.py", "web_shop.py"])
def test_an_adapter_imports_no_engine_and_no_database(name: str) -> None:
    told = _imported((EXAMPLES / name).read_text("utf-8"))
    assert not [one for one in told if one.split(".")[0] == "sqlalchemy" or one.startswith("omskit.engine")]
