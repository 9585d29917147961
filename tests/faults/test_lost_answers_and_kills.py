"""F-08 and F-09: the answer is lost after the commit, or the process is killed; who asks again gets one effect."""

from __future__ import annotations

import os
import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing import get_context
from multiprocessing.connection import Connection
from typing import Any

import pytest
from attrs import evolve, frozen
from fault_points import breaking, dies, engine_of, mutate
from many_shops import close, open_shop
from shop import order, payload

from omskit.core import Cell, Level
from omskit.engine import Oms
from omskit.storage.sql import SqlStorage

BER = Cell("A", "BER")


class LostAnswers(SqlStorage):
    """Loses the connection after a third of the commits of units that write."""

    dice = random.Random(7)

    @contextmanager
    def begin(self, *, read: bool = False) -> Iterator[Any]:
        with super().begin(read=read) as unit:
            yield unit
        if not read and self.dice.randrange(3) == 0:
            raise ConnectionError("the answer did not arrive")


def insisting(oms: Oms, number: int) -> None:
    """Receive stock and an order under the same key, and let it go, until somebody says that it is done."""
    key = f"n{number}"
    calls = (
        lambda: oms.stock.receive("BER", {"A": 2}, actor="amy", key=key),
        lambda: oms.receive("web", payload(order(key, ("A", 1)))),
        lambda: oms.stock.adjust("BER", {"A": -1}, actor="amy", reason="r", key=f"less {key}"),
        oms.run,
    )
    for call in calls:
        while True:
            try:
                call()
            except ConnectionError:
                continue
            break


def check(oms: Oms, count: int) -> None:
    """Hold the shop against what ``count`` rounds of :func:`insisting` come to, each once."""
    assert sorted(one.terms.external_id for one in oms.orders()) == sorted(f"n{n}" for n in range(count))
    assert oms.stock.levels(["A"]) == {BER: Level(count, count)}
    assert len(list(oms.fulfillments())) == count
    assert oms.verify().drift == ()


def test_an_answer_that_was_lost_is_asked_for_again_and_nothing_is_done_twice(oms: Oms, *, long: bool) -> None:
    count = 250 if long else 25
    losing = LostAnswers(engine_of(oms), oms.storage.kinds)  # type: ignore[attr-defined]
    shaky = evolve(oms, storage=losing, channels=oms.channels.values(), joined=False)
    for number in range(count):
        insisting(shaky, number)
    check(oms, count)


def test_without_keys_a_lost_answer_does_it_twice(oms: Oms, monkeypatch: pytest.MonkeyPatch) -> None:
    losing = LostAnswers(engine_of(oms), oms.storage.kinds)  # type: ignore[attr-defined]
    shaky = evolve(oms, storage=losing, channels=oms.channels.values(), joined=False)
    monkeypatch.setattr("omskit.engine.stock.once", lambda shop, _source, _key, _asked, do: shop.attempt(do))
    for number in range(6):
        insisting(shaky, number)
    with pytest.raises(AssertionError):
        check(oms, 6)


@frozen
class Plan:
    """What killed workers do.

    Args:
        url: Of the shop.
        rounds: How many rounds are to be done.
        span: A worker dies at one of so many points.
        work: One round.
        mutant: What is broken in them.
    """

    url: str
    rounds: int
    span: int = 150
    work: Callable[[Oms, int], None] = insisting
    mutant: str = ""


def stocking(oms: Oms, number: int) -> None:
    """Receive stock under a key."""
    oms.stock.receive("BER", {"A": 2}, actor="amy", key=f"n{number}")


def _worker(plan: Plan, first: int, seed: int, answer: Connection) -> None:
    """Go on from a round and tell of each that is done; die at a random point."""
    with pytest.MonkeyPatch.context() as patch:
        if plan.mutant:
            mutate(patch, plan.mutant)
        oms = open_shop(plan.url)
        with breaking(engine_of(oms), random.Random(seed).randrange(plan.span), dies):
            for number in range(first, plan.rounds):
                plan.work(oms, number)
                answer.send(number)
        close(oms)
    answer.close()
    os._exit(0)


def killed_often(plan: Plan) -> int:
    """Kill workers until one of them has done the last round; return how many died."""
    context = get_context("fork")
    done, kills = 0, 0
    while done < plan.rounds:
        mine, theirs = context.Pipe(duplex=False)
        worker = context.Process(target=_worker, args=(plan, done, kills, theirs), daemon=True)
        worker.start()
        theirs.close()
        while True:
            try:
                done = mine.recv() + 1
            except EOFError:
                break
        worker.join()
        mine.close()
        kills += worker.exitcode != 0
    return kills


def test_a_process_that_is_killed_at_any_point_loses_and_doubles_nothing(
    url: str, oms: Oms, *, long: bool
) -> None:
    count = 1_200 if long else 15
    close(oms)
    kills = killed_often(Plan(url, count))
    assert kills >= (1_000 if long else 10)
    check(oms, count)


def test_receipts_in_an_earlier_transaction_do_not_survive_the_kills(url: str, oms: Oms) -> None:
    close(oms)
    killed_often(Plan(url, 15, mutant="receipts in an earlier transaction"))
    with pytest.raises(AssertionError):
        check(oms, 15)


@pytest.mark.parametrize(("mutant", "left"), [("", 24), ("stock in an earlier transaction", 0)])
def test_stock_in_an_earlier_transaction_does_not_survive_the_kills(
    url: str, oms: Oms, mutant: str, left: int
) -> None:
    close(oms)
    killed_often(Plan(url, 12, 20, stocking, mutant))
    found = oms.stock.levels(["A"])[BER].on_hand
    assert found == left if left else found > 24
