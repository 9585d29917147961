"""Text comes back from the database as it went in, whatever stands in it."""

from __future__ import annotations

from pathlib import Path

import pytest
from shop import AT

from omskit.engine import KINDS
from omskit.storage import Receipt
from omskit.storage.sql import SqlStorage, open_engine

TEXTS = ("", " ", "NULL", "null", '"', "\\", '\\"', "{a,b}", "','", "a\nb", "%s :x", "\u00e9\u4e2d", '{"k":"v\\"}')


@pytest.mark.parametrize("database", ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def test_quotes_backslashes_braces_and_the_word_null_are_text_like_any_other(
    database: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    url = request.getfixturevalue("postgres_url") if database == "postgres" else f"sqlite:///{tmp_path}/shop.db"
    engine = open_engine(url)
    storage = SqlStorage(engine, KINDS)
    storage.create()
    receipts = {text: Receipt(text, f"f{text}", text) for text in TEXTS}
    with storage.begin() as unit:
        unit.inbox.record("s", tuple(receipts.values()), at=AT)
    with storage.begin() as unit:
        unit.inbox.replace("s", tuple(receipts.values()), at=AT)
    with storage.begin(read=True) as unit:
        assert unit.inbox.seen("s", TEXTS) == receipts
    engine.dispose()
