"""The dangers of SQL itself: a transaction that begins by reading, a write that does not look at the version."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import kit_runs
import pytest
from attrs import evolve
from kit_storages import SqlOpener

from omskit.storage.sql import collection, engines


@pytest.fixture
def opener(tmp_path: Path) -> Iterator[SqlOpener]:
    opener = SqlOpener(f"sqlite:///{tmp_path}/kit.db")
    yield opener
    opener.close()


def test_a_transaction_that_begins_by_reading_is_caught_by_counting_up(
    opener: SqlOpener, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engines._Beginning, "__call__", lambda _, connection: connection.exec_driver_sql("BEGIN"))
    promise = "test_ten_threads_count_up_one_ticket_and_nothing_is_lost"
    assert kit_runs.broken(lambda: opener, [promise]) == [promise]


def test_a_write_that_does_not_look_at_the_version_is_caught_by_the_stale_save(
    opener: SqlOpener, monkeypatch: pytest.MonkeyPatch
) -> None:
    guarded: Any = vars(collection)["revision"]

    def unguarded(*given: Any) -> Any:
        feed = guarded(*given)
        assert ".version = ?" in feed.sql
        return evolve(feed, sql=feed.sql.replace(".version = ?", ".version + 0 * ? > 0"))

    monkeypatch.setattr(collection, "revision", unguarded)
    promise = "test_a_save_against_a_version_to_come_is_a_conflict"
    assert kit_runs.broken(lambda: opener, [promise]) == [promise]
