"""F-04: many ask for the same thing under one key at the same moment; it is done once."""

from __future__ import annotations

from functools import partial

import pytest
from many_shops import in_threads

from omskit.core import Cell, Level, Refused, UsageError
from omskit.engine import Oms
from omskit.storage.sql.inbox import SqlInbox

BER = Cell("A", "BER")


def receiving(key: str, oms: Oms, _worker: int) -> None:
    oms.stock.receive("BER", {"A": 3}, actor="amy", key=key)


def duplicate_storm(oms: Oms, keys: int, threads: int) -> None:
    """Ask for the same under one key from many threads, then for something else; each key has one effect."""
    for key in range(keys):
        assert in_threads(oms, partial(receiving, f"{key}"), threads) == [None] * threads
        with pytest.raises(UsageError, match="key_reused"):
            oms.stock.receive("BER", {"A": 4}, actor="amy", key=f"{key}")
    assert oms.stock.levels(["A"]) == {BER: Level(3 * keys)}


def test_f04_a_storm_of_one_key_has_one_effect(oms: Oms, *, long: bool) -> None:
    duplicate_storm(oms, *((200, 64) if long else (4, 16)))


def test_f04_nobody_in_a_storm_is_told_that_what_was_refused_is_done(oms: Oms) -> None:
    oms.stock.receive("BER", {"A": 1}, actor="amy")
    outcomes = in_threads(
        oms, lambda one, _: one.stock.adjust("BER", {"A": -2}, actor="amy", reason="lost", key="k"), 16
    )
    assert [one.code for one in outcomes if isinstance(one, Refused)] == ["out_of_stock"] * 16


def test_f04_sees_a_storage_that_forgets_receipts_is_caught(oms: Oms, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(SqlInbox, "record", SqlInbox.replace)
    monkeypatch.setattr(SqlInbox, "seen", lambda *_: {})
    with pytest.raises((AssertionError, pytest.fail.Exception)):
        duplicate_storm(oms, 1, 8)
