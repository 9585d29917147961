"""F-07 and F-08: cut at every statement and commit, and do it again; nothing is done by halves or twice."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from attrs import evolve
from entrances import Call, entrances
from faults import (
    SPLITS,
    Cut,
    Failpoints,
    Forgets,
    LosesAnswers,
    OnlyReads,
    Rows,
    put_back,
    rows,
    summary,
    violations,
)
from reads import ELSEWHERE, READS
from shop import AT, order, payload, shop
from sqlalchemy import update
from whole_life import LIFE, live

from omskit.core import Cell, Level, OmsError
from omskit.engine import Desks, Oms
from omskit.storage import MemoryStorage
from omskit.storage.sql import SqlStorage

#: No call has as many points; beyond it the loop does not end.
MOST = 400
#: With so few in a unit, these calls of a life are several units.
FEW = 2
SEVERAL = frozenset(
    "receive run relay do_many cancel_many divide_many items.explain returns.open_many inbound.fill".split()
)


def make(call: Call, oms: Oms, wait: timedelta = timedelta(0)) -> object:
    oms.clock.at = AT + call.after + wait  # type: ignore[attr-defined]  # a clock that stands
    return call.on(oms)


def cut(call: Call, oms: Oms, storage: SqlStorage, at: int) -> bool:
    """Cut a call at one of its points; return whether it has so many."""
    with Failpoints(at).on(storage.engine):
        try:
            make(call, oms)
        except Cut:
            return True
    return False


def halves(call: Call, oms: Oms, storage: SqlStorage, before: Rows) -> tuple[list[str], list[object]]:
    """Return what is wrong after a cut, and what the shop holds when a call of several units is made again.

    Such a call may have done some of them; the others follow when it is made again. Then all is put back.
    """
    if rows(storage) == before:
        return [], []
    if not call.units:
        return ["done by halves", *violations(oms)], []
    wrong = violations(oms)
    make(call, oms, call.wait)
    held = summary(oms)
    put_back(storage, before)
    return wrong, [held]


def cut_everywhere(call: Call, oms: Oms, storage: SqlStorage, step: int) -> tuple[int, list[str], list[object]]:
    """Cut a call at its points in turn, and then make it.

    Between two commits there are three points at least, before and behind a statement and before the commit; so
    steps of three miss no half.

    Returns:
        How many points were tried, what was wrong after one of them, and what the shop held after each call.
    """
    held: list[object] = []
    before = rows(storage)
    for tried, at in enumerate(range(1, MOST, step)):
        if not cut(call, oms, storage, at):
            return tried, [], [*held, summary(oms)]
        wrong, after = halves(call, oms, storage, before)
        held += after
        if wrong:
            return tried + 1, wrong, held
    raise AssertionError(MOST)


def sql(oms: Oms) -> SqlStorage:
    assert isinstance(oms.storage, SqlStorage)
    return oms.storage


def test_f07_a_call_cut_at_any_point_has_done_nothing_and_can_be_made_again(
    oms: Oms, record_property: Callable[[str, object], None], *, long: bool
) -> None:
    storage, reference = sql(oms), live(MemoryStorage())
    oms = live(storage)
    for call in LIFE:
        points, wrong, held = cut_everywhere(call, oms, storage, 1 if long else 3)
        record_property(call.entrance, points)
        assert (call.entrance, wrong) == (call.entrance, [])
        assert points >= 3
        make(call, reference)
        assert [call.entrance, *held] == [call.entrance, *[summary(reference)] * len(held)]
    assert violations(oms) == []


def test_f07_a_call_of_several_units_goes_on_where_it_was_cut(oms: Oms, *, long: bool) -> None:
    storage, reference = sql(oms), live(MemoryStorage(), batch=FEW)
    if storage.capabilities.concurrent_units and not long:
        pytest.skip("long: rows are put back slowly on PostgreSQL")
    oms, several = live(storage, batch=FEW), set[str]()
    for call in (evolve(one, units=one.entrance in SEVERAL) for one in LIFE):
        make(call, reference)
        if not call.units:
            make(call, oms)
            continue
        _, wrong, held = cut_everywhere(call, oms, storage, 1 if long else 3)
        assert (call.entrance, wrong) == (call.entrance, [])
        assert [call.entrance, *held] == [call.entrance, *[summary(reference)] * len(held)]
        several |= {call.entrance} if len(held) > 1 else set()
    assert several == SEVERAL


def test_f07_a_repair_cut_at_any_point_has_mended_nothing_and_can_be_made_again(oms: Oms) -> None:
    storage, oms = sql(oms), live(oms.storage)
    oms.stock.receive("BER", {"A": 9}, actor="amy")
    with storage.engine.begin() as connection:
        connection.execute(update(storage.tables.levels).values(on_hand=7))
    plan = oms.plan_repairs()
    mend = Call("repair", lambda _, do: do(plan, actor="amy"))
    points, wrong, _ = cut_everywhere(mend, oms, storage, 1)
    assert (wrong, violations(oms)) == ([], [])
    assert points >= 3
    assert oms.stock.levels(["A"]) == {Cell("A", "BER"): Level(9)}


@pytest.mark.parametrize("mutant", SPLITS.values(), ids=SPLITS)
def test_f07_catches_a_storage_that_writes_in_two_transactions(
    oms: Oms, mutant: Callable[[SqlStorage], object]
) -> None:
    storage = sql(oms)
    broken = live(mutant(storage))  # type: ignore[arg-type]  # a mutant is a storage by its looks
    assert any(cut_everywhere(call, broken, storage, 3)[1] for call in LIFE)


@pytest.mark.parametrize("batch", [500, FEW])
def test_f08_a_call_whose_answer_was_lost_is_made_again_and_done_once(oms: Oms, batch: int) -> None:
    deaf, reference = LosesAnswers(oms.storage), live(MemoryStorage(), batch=batch)
    told = live(deaf, batch=batch)
    for call in LIFE:
        deaf.armed = True
        with pytest.raises(Cut):
            make(call, told)
        assert (call.entrance, repeated(call, told)) == (call.entrance, call.again)
        make(call, reference)
        assert (call.entrance, summary(told)) == (call.entrance, summary(reference))
    assert violations(told) == []


def repeated(call: Call, oms: Oms) -> str:
    """Make a call again, and return the code that it is refused with."""
    try:
        make(call, oms, call.wait)
    except OmsError as error:
        return error.code
    return ""


def test_no_entrance_is_left_out() -> None:
    writes = {call.entrance for call in LIFE}
    reads = {call.entrance for call in READS}
    assert writes & reads == set()
    assert sorted(entrances()) == sorted(writes | reads | ELSEWHERE)


def test_an_entrance_that_comes_is_seen() -> None:
    class Till:
        def close(self) -> None: ...

    class More(Desks):
        @property
        def till(self) -> Till:
            return Till()

        def wish(self) -> None: ...

    globals()["Till"] = Till
    try:
        assert entrances(More) - entrances(Desks) == {"till.close", "wish"}
    finally:
        del globals()["Till"]


def test_what_only_reads_writes_nothing() -> None:
    storage = MemoryStorage()
    writer = live(storage)
    for call in LIFE:
        make(call, writer)
    reader, before = live(OnlyReads(storage)), summary(writer)
    for call in READS:
        make(call, reader)
    assert summary(writer) == before


def unheard(storage: object, command: Callable[[Oms, int], object], count: int) -> None:
    """Carry out a command many times, each twice over since nobody heard the first answer."""
    deaf = LosesAnswers(storage)
    told = shop(deaf)
    for number in range(count):
        deaf.armed = True
        with pytest.raises(Cut):
            command(told, number)
        command(told, number)


def goods_in(oms: Oms, number: int) -> None:
    oms.stock.receive("BER", {"A": 1}, actor="amy", key=f"asn-{number}")


def order_in(oms: Oms, number: int) -> None:
    oms.receive("web", payload(order(f"{number}", ("A", 1))))


def test_f08_of_many_lost_answers_none_leaves_a_duplicate(oms: Oms, *, long: bool) -> None:
    count = 1_000 if long else 20
    unheard(oms.storage, goods_in, count)
    unheard(oms.storage, order_in, count)
    assert oms.stock.levels(["A"]) == {Cell("A", "BER"): Level(count)}
    assert len(list(oms.orders())) == count
    assert violations(oms) == []


def test_f08_catches_a_storage_that_forgets_what_was_received(oms: Oms) -> None:
    unheard(Forgets(oms.storage), goods_in, 1)
    assert oms.stock.levels(["A"]) == {Cell("A", "BER"): Level(2)}
