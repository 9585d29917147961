"""The example of a storage over dicts passes the whole kit, and is as short as it says."""

from __future__ import annotations

import io
import tokenize
from collections.abc import Callable
from pathlib import Path

import dict_storage
import pytest

from omskit.storage import Storage
from omskit.testing import StorageKit

_NO_CODE = {tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER}


class TestDictStorage(StorageKit):
    @pytest.fixture
    def opener(self) -> Callable[[], Storage]:
        return dict_storage.DictStorage


def _code_lines(text: str) -> int:
    """Count the lines that hold code; strings of several lines are docstrings."""
    lines: set[int] = set()
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type not in _NO_CODE and not token.string.startswith('"""'):
            lines |= set(range(token.start[0], token.end[0] + 1))
    return len(lines)


def test_a_storage_over_dicts_takes_at_most_120_lines_of_code() -> None:
    assert _code_lines(Path(dict_storage.__file__).read_text(encoding="utf-8")) <= 120
