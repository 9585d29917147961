"""Counts of one warehouse at the same moment: a difference is booked once, also of what nobody has seen before."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from threading import Barrier
from typing import Any

import pytest
from many_shops import close, in_threads, open_shop
from shop import AT

from omskit.core import Cell, Level
from omskit.engine import Oms, counting
from omskit.inventory import Counted, Variance

A, NEW = Cell("A", "BER"), Cell("NEW", "BER")


@pytest.fixture
def oms(url: str) -> Iterator[Oms]:
    oms = open_shop(url)
    oms.stock.receive("BER", {"A": 20}, actor="amy")
    yield oms
    close(oms)


def approve(oms: Oms, _hand: int) -> None:
    fewer = Variance(Counted(A, 18, AT, "count"), book=20, in_flight=0, difference=-2)
    oms.stock.approve("BER", [fewer], actor="amy")


def count(oms: Oms, _hand: int) -> None:
    oms.stock.count("BER", {"NEW": 3}, as_of=AT, actor="wms")


@pytest.mark.parametrize(
    ("book", "levels"),
    [(approve, {A: Level(18)}), (count, {A: Level(20), NEW: Level(3)})],
    ids=["approved", "never seen"],
)
def test_a_difference_that_many_book_at_once_is_booked_once(
    oms: Oms, book: Callable[[Oms, int], None], levels: dict[Cell, Level]
) -> None:
    assert in_threads(oms, book, 8) == [None] * 8
    assert oms.stock.levels(["A", "NEW"]) == levels
    assert oms.verify().is_sound


@pytest.mark.postgres
def test_without_turns_it_would_be_booked_twice(postgres_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    oms = open_shop(postgres_url)
    oms.stock.receive("BER", {"A": 20}, actor="amy")
    gate, look = Barrier(2, timeout=60), counting._watermarks

    def look_together(*args: Any) -> object:
        found = look(*args)
        gate.wait()
        return found

    monkeypatch.setattr(counting, "take_turn", lambda *_: None)
    monkeypatch.setattr(counting, "_watermarks", look_together)
    in_threads(oms, approve, 2)
    assert oms.stock.levels(["A"]) == {A: Level(16)}
    close(oms)
