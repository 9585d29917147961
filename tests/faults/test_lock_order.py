"""F-02: orders that name the same SKUs in any order never wait for each other in a ring."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import islice
from threading import Barrier
from time import monotonic

import pytest
from attrs import define, field
from many_shops import close, in_processes, in_threads, open_shop
from shop import AT
from sqlalchemy import text

from omskit.core import Cell, ConcurrencyConflict, Level
from omskit.engine import Oms
from omskit.inventory import LOST, Move, movement
from omskit.storage.sql import SqlStorage

HANDS = 8
SKUS = tuple("ABCDEF")
#: More than anybody takes in a minute.
PLENTY = 10_000_000


@define
class Tally:
    """What some hands have done.

    Args:
        orders: Orders that were booked.
        deadlocks: How often a hand was told that it stood in a ring.
        taken: Pieces by SKU.
    """

    orders: int = 0
    deadlocks: int = 0
    taken: Counter[str] = field(factory=Counter)

    @classmethod
    def of(cls, outcomes: Sequence[object]) -> Tally:
        """Add up; anything else than a tally is a failure."""
        total = cls()
        for one in outcomes:
            assert isinstance(one, Tally), one
            total.orders += one.orders
            total.deadlocks += one.deadlocks
            total.taken += one.taken
        return total


#: Takes a piece of each SKU in one unit.
Take = Callable[[Oms, Sequence[str]], None]


def at_once(oms: Oms, skus: Sequence[str]) -> None:
    """Name the SKUs in the order of the caller; the book sorts them."""
    oms.stock.adjust("BER", dict.fromkeys(skus, -1), actor="amy", reason="lost")


def one_by_one(oms: Oms, skus: Sequence[str], gate: Callable[[], object] = int) -> None:
    """Post line by line in the order of the caller: the mistake that the book's order is there for."""
    with oms.storage.begin() as unit:
        for turn, sku in enumerate(skus):
            if turn:
                gate()
            unit.stock.post([movement(Move(LOST, Cell(sku, "BER"), 1), at=AT, actor="amy")])


def orders(hand: int) -> Iterator[Sequence[str]]:
    """Yield lines of orders in random order, four or so of six SKUs each."""
    chance = random.Random(hand)
    while True:
        yield chance.sample(SKUS, chance.randint(2, len(SKUS)))


def some(take: Take, turns: int, oms: Oms, hand: int) -> Tally:
    """Take the lines of so many orders."""
    tally = Tally()
    for lines in islice(orders(hand), turns):
        take(oms, lines)
        tally.orders += 1
        tally.taken.update(lines)
    return tally


def for_seconds(take: Take, seconds: float, oms: Oms, hand: int) -> Tally:
    """Take the lines of order after order, again at once after a deadlock, until time is over."""
    tally, end = Tally(), monotonic() + seconds
    for lines in orders(hand):
        done = False
        while not done:
            if monotonic() > end:
                return tally
            try:
                take(oms, lines)
                done = True
            except ConcurrencyConflict:
                tally.deadlocks += 1
        tally.orders += 1
        tally.taken.update(lines)
    return tally


def check(oms: Oms, *tallies: Tally) -> None:
    """Hold stock against what was taken, to the piece."""
    taken = sum((one.taken for one in tallies), Counter[str]())
    levels = {Cell(sku, "BER"): Level(PLENTY - taken[sku]) for sku in SKUS}
    assert oms.stock.levels(SKUS) == levels
    assert oms.verify().is_sound


def deadlocks(oms: Oms) -> int:
    """Return how many rings the server has cut, also those that nobody was told of; SQLite knows none."""
    assert isinstance(oms.storage, SqlStorage)
    if oms.storage.engine.dialect.name == "sqlite":
        return 0
    with oms.storage.engine.begin() as connection:
        asked = text("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")
        return int(connection.execute(asked).scalar_one())


@pytest.fixture
def stocked(oms: Oms) -> Oms:
    oms.stock.receive("BER", dict.fromkeys(SKUS, PLENTY), actor="amy")
    return oms


def test_f02_orders_that_name_their_lines_in_any_order_never_deadlock(stocked: Oms) -> None:
    total = Tally.of(in_threads(stocked, partial(some, at_once, 25), HANDS))
    assert total.orders == HANDS * 25
    check(stocked, total)


@pytest.mark.postgres
def test_f02_sees_lines_that_are_locked_in_the_order_of_their_caller(postgres_url: str) -> None:
    oms = open_shop(postgres_url)
    oms.stock.receive("BER", {"A": 9, "B": 9}, actor="amy")
    gate = Barrier(2, timeout=60)

    def cross(shop: Oms, hand: int) -> None:
        one_by_one(shop, "AB" if hand else "BA", gate.wait)

    outcomes = in_threads(oms, cross, 2)
    codes = [one.facts.get("sqlstate") for one in outcomes if isinstance(one, ConcurrencyConflict)]
    assert codes == ["40P01"]
    close(oms)


@pytest.mark.long
def test_f02_in_a_minute_eight_hands_never_deadlock_and_outrun_the_order_of_their_callers(
    url: str, stocked: Oms, record_property: Callable[[str, object], None]
) -> None:
    def hands(take: Take, seconds: float) -> tuple[Tally, int]:
        before = deadlocks(stocked)
        outcomes = in_processes(url, partial(for_seconds, take, seconds), processes=2, hands=HANDS // 2)
        return Tally.of(outcomes), deadlocks(stocked) - before

    (ours, rings), (control, cut) = hands(at_once, 60), hands(one_by_one, 60)
    for name, value in (("orders", ours.orders), ("of the control", control.orders), ("its deadlocks", cut)):
        record_property(name, value)
    assert (rings, ours.deadlocks) == (0, 0)
    check(stocked, ours, control)
    if url.startswith("postgresql"):
        assert cut >= control.deadlocks > 0
        assert ours.orders >= 20 * control.orders
