"""F-07: a unit that breaks at any statement leaves no trace, and the same call again does all of it, once."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta

import pytest
from fault_points import MUTANTS, BrokenError, breaking, engine_of, mutate, rows_of
from shop import AT, order, payload

from omskit.core import Cell, Level, readable
from omskit.engine import Oms
from omskit.orders import Approve, Assign, Consignment

Call = Callable[[Oms], object]


def prepared(oms: Oms) -> str:
    """Put stock and a placed and approved order into a shop; return the order's number."""
    oms.stock.receive("BER", {"A": 10, "B": 10}, actor="amy", key="first")
    (number,) = oms.receive("web", payload(order("1", ("A", 3), ("B", 2)))).placed
    oms.do(number, Approve(), actor="amy")
    oms.transfers.request("BER", "POZ", [("A", 4)], actor="amy", key="t1")
    return number


def _assign(oms: Oms) -> object:
    return oms.do(_only(oms), Assign((Consignment(1, "BER", ((1, 3), (2, 2))),), AT), actor="amy", key="assign")


def _only(oms: Oms) -> str:
    (found,) = oms.orders()
    return readable("SO", found.key)


CALLS: dict[str, Call] = {
    "receive": lambda oms: oms.receive("web", payload(order("2", ("A", 1)), order("3", ("B", 1)))),
    "do": _assign,
    "cancel": lambda oms: oms.cancel(_only(oms), actor="amy"),
    "stock.receive": lambda oms: oms.stock.receive("BER", {"A": 1, "C": 2}, actor="amy", key="k"),
    "stock.adjust": lambda oms: oms.stock.adjust("BER", {"A": -1, "B": 1}, actor="amy", reason="r", key="k"),
    "stock.count": lambda oms: oms.stock.count("BER", {"A": 7, "B": 11}, as_of=AT + timedelta(1), actor="amy"),
    "stockroom.move": lambda oms: oms.stockroom.move("spoiled", "BER", {"A": 2}, actor="amy", key="k"),
    "transfers.request": lambda oms: oms.transfers.request("BER", "POZ", [("B", 1)], actor="amy", key="t2"),
    "offers.publish": lambda oms: oms.offers.publish("web", ["A", "B"]),
}


def broken_everywhere(oms: Oms, call: Call) -> int:
    """Break a call at each of its points in turn; return how many there are. It goes through in the end."""
    before, at = rows_of(oms), 0
    while True:
        with breaking(engine_of(oms), at) as points:
            try:
                call(oms)
            except BrokenError:
                assert points.fired
            else:
                assert not points.fired
                return at
        assert rows_of(oms) == before, f"point {at} left a trace"
        at += 1


@pytest.mark.parametrize("name", CALLS)
def test_a_call_that_breaks_at_any_statement_leaves_no_trace(oms: Oms, name: str) -> None:
    prepared(oms)
    before = rows_of(oms)
    points = broken_everywhere(oms, CALLS[name])
    assert points >= 5
    assert rows_of(oms) != before
    assert oms.verify().drift == ()


def test_a_run_that_breaks_has_done_all_of_a_batch_or_nothing(oms: Oms) -> None:
    prepared(oms)
    before, at = rows_of(oms), 0
    while rows_of(oms) == before:
        with breaking(engine_of(oms), at), suppress(BrokenError):
            oms.run()
        at += 1
    assert at > 10
    oms.run()
    assert oms.stock.levels(["A", "B"]) == {Cell("A", "BER"): Level(10, 3), Cell("B", "BER"): Level(10, 2)}
    assert len(list(oms.fulfillments())) == 1
    assert oms.verify().drift == ()


def test_what_was_broken_often_comes_to_the_same_in_the_end(oms: Oms) -> None:
    prepared(oms)
    for name in ("stock.adjust", "stockroom.move", "do"):
        broken_everywhere(oms, CALLS[name])
    assert oms.stock.levels(["A", "B"]) == {Cell("A", "BER"): Level(7, 3), Cell("B", "BER"): Level(11, 2)}
    assert [(line.open, line.reserved) for line in next(oms.orders()).lines] == [(0, 3), (0, 2)]


#: A call that writes what a mutant commits too early, and more after it.
CAUGHT_BY = {
    "stock in an earlier transaction": "stock.adjust",
    "states in an earlier transaction": "do",
    "outbox in an earlier transaction": "offers.publish",
    "receipts in an earlier transaction": "receive",
}


@pytest.mark.parametrize("mutant", MUTANTS)
def test_a_unit_that_is_committed_in_its_middle_is_caught(
    oms: Oms, mutant: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    prepared(oms)
    mutate(monkeypatch, mutant)
    with pytest.raises(AssertionError, match="left a trace"):
        broken_everywhere(oms, CALLS[CAUGHT_BY[mutant]])
