"""F-04: one key from many callers at once has one effect and one answer, also when the answer is no."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

import pytest
from attrs import evolve
from faults import Forgets, violations
from many_shops import in_threads
from shop import AT, order, payload

from omskit.core import Cell, Level, Refused, UsageError
from omskit.engine import Done, Oms
from omskit.orders import Approve, Assign, Assigned, Consignment
from omskit.storage import Storage

A = Cell("A", "BER")


@pytest.fixture
def callers(*, long: bool) -> int:
    return 64 if long else 16


@pytest.fixture
def keys(*, long: bool) -> int:
    return 200 if long else 3


def lose(key: str, storage: Storage, oms: Oms, _hand: int) -> None:
    evolve(oms, storage=storage, channels=()).stock.adjust("BER", {"A": -1}, actor="amy", reason="lost", key=key)


def take(number: str, key: str, oms: Oms, _hand: int) -> Done:
    return oms.do(number, Assign((Consignment(1, "BER", ((1, 1),)),), AT), actor="amy", key=key)


def approved(oms: Oms, count: int) -> Sequence[str]:
    numbers = oms.receive("web", payload(*(order(f"{n}", ("A", 1)) for n in range(count)))).placed
    for number in numbers:
        oms.do(number, Approve(), actor="amy")
    return numbers


def storm(oms: Oms, work: Callable[[Oms, int], object], callers: int) -> list[object]:
    return list(in_threads(oms, work, callers))


def test_f04_a_key_books_once_however_many_call_with_it(oms: Oms, callers: int, keys: int) -> None:
    oms.stock.receive("BER", {"A": 2 * keys}, actor="amy")
    for key in range(keys):
        assert storm(oms, partial(lose, f"k{key}", oms.storage), callers) == [None] * callers
    assert oms.stock.levels(["A"]) == {A: Level(keys)}
    assert oms.verify().is_sound


def test_f04_a_command_with_a_key_is_done_once_and_everyone_hears_the_same(
    oms: Oms, callers: int, keys: int
) -> None:
    oms.stock.receive("BER", {"A": 2 * keys}, actor="amy")
    for number in approved(oms, keys):
        outcomes = storm(oms, partial(take, number, f"take {number}"), callers)
        first, *others = outcomes
        assert isinstance(first, Done)
        assert all(isinstance(one, Done) and one.number == first.number for one in others)
        assert len([one for one in oms.history(number) if isinstance(one.event, Assigned)]) == 1
    assert oms.stock.levels(["A"]) == {A: Level(2 * keys, keys)}
    assert violations(oms) == []


def test_f04_a_key_that_was_refused_stays_refused_for_everyone(oms: Oms, callers: int, keys: int) -> None:
    oms.stock.receive("BER", {"A": keys}, actor="amy")
    numbers = oms.receive("web", payload(*(order(f"{n}", ("A", 1)) for n in range(keys)))).placed
    for number in numbers:
        outcomes = storm(oms, partial(take, number, f"take {number}"), callers)
        assert [one.code for one in outcomes if isinstance(one, Refused)] == ["not_allowed"] * callers
        oms.do(number, Approve(), actor="amy")
        with pytest.raises(Refused, match="not_allowed"):
            take(number, f"take {number}", oms, 0)
    assert oms.stock.levels(["A"]) == {A: Level(keys)}
    assert violations(oms) == []


def test_f04_a_key_for_which_stock_was_short_is_unused_and_works_when_goods_have_come(
    oms: Oms, callers: int
) -> None:
    (number,) = approved(oms, 1)
    outcomes = storm(oms, partial(take, number, "k"), callers)
    assert [one.code for one in outcomes if isinstance(one, Refused)] == ["out_of_stock"] * callers
    oms.stock.receive("BER", {"A": 1}, actor="amy")
    assert isinstance(take(number, "k", oms, 0), Done)
    assert oms.stock.levels(["A"]) == {A: Level(1, 1)}


def test_f04_of_two_bodies_under_one_key_one_is_done_and_the_other_is_told(oms: Oms, callers: int) -> None:
    oms.stock.receive("BER", {"A": 9}, actor="amy")

    def either(_oms: Oms, hand: int) -> None:
        _oms.stock.adjust("BER", {"A": -1 - hand % 2}, actor="amy", reason="lost", key="k")

    outcomes = storm(oms, either, callers)
    told = [one.code for one in outcomes if isinstance(one, UsageError)]
    assert told == ["key_reused"] * (callers // 2)
    assert oms.stock.levels(["A"]) in ({A: Level(8)}, {A: Level(7)})


def test_f04_sees_a_storage_that_forgets_its_keys(oms: Oms, callers: int) -> None:
    oms.stock.receive("BER", {"A": callers}, actor="amy")
    storm(oms, partial(lose, "k", Forgets(oms.storage)), callers)
    assert oms.stock.levels(["A"]) == {A: Level(0)}


def test_f04_sees_a_storage_that_forgets_what_it_has_refused(oms: Oms) -> None:
    oms.stock.receive("BER", {"A": 1}, actor="amy")
    (number,) = oms.receive("web", payload(order("1", ("A", 1)))).placed
    forgetful = evolve(oms, storage=Forgets(oms.storage), channels=())
    with pytest.raises(Refused, match="not_allowed"):
        take(number, "k", forgetful, 0)
    oms.do(number, Approve(), actor="amy")
    assert isinstance(take(number, "k", forgetful, 0), Done)


def test_f04_sees_a_storage_that_does_not_tell_two_bodies_apart(oms: Oms) -> None:
    oms.stock.receive("BER", {"A": 9}, actor="amy")
    forgetful = evolve(oms, storage=Forgets(oms.storage), channels=())
    for pieces in (1, 2):
        forgetful.stock.adjust("BER", {"A": -pieces}, actor="amy", reason="lost", key="k")
    assert oms.stock.levels(["A"]) == {A: Level(6)}
