"""Real threads on real databases: budgets and coupons never give more than their limit, and give back once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from tills import AT, KINDS, Shop

from omskit.core import Change, ConcurrencyConflict, Duplicate, Entry
from omskit.pricing import ALLOWANCES, Allowance, Till, Use, allowances
from omskit.storage import Op, Where
from omskit.storage.sql import SqlStorage, open_engine

THREADS = 8


@pytest.fixture
def shop(url: str) -> Iterator[Shop]:
    engine = open_engine(url)
    storage = SqlStorage(engine, KINDS)
    storage.create()
    yield Shop(storage)
    engine.dispose()


def at_once(work: Callable[[int], list[str]]) -> Counter[str]:
    """Run one piece of work in every thread, all begun together; count their outcomes."""
    ready = Barrier(THREADS)

    def begin(thread: int) -> list[str]:
        ready.wait(timeout=30)
        return work(thread)

    with ThreadPoolExecutor(THREADS) as pool:
        return Counter(outcome for some in pool.map(begin, range(THREADS)) for outcome in some)


def test_a_budget_of_a_hundred_uses_gives_a_hundred_to_eight_threads_of_fifty_orders(shop: Shop) -> None:
    use = Use("promotion:HOT", 1, 250, limit_uses=100, limit_minor=30_000, currency="CNY")
    outcomes = at_once(lambda thread: [shop.place(1000 * thread + n, use) for n in range(1, 51)])
    assert outcomes == {"done": 100, "allowance_spent": 300}
    assert shop.used("promotion:HOT") == (100, 25_000)
    assert shop.held("promotion:HOT") == 100


def test_a_budget_by_amount_stops_before_it_is_exceeded(shop: Shop) -> None:
    use = Use("promotion:SUM", 1, 300, limit_minor=1000, currency="CNY")
    outcomes = at_once(lambda thread: [shop.place(10 * thread + 1, use)])
    assert outcomes == {"done": 3, "allowance_spent": 5}
    assert shop.used("promotion:SUM") == (3, 900)


def test_a_single_use_coupon_is_used_once(shop: Shop) -> None:
    shop.open(Allowance(0, "", "coupon:X7", "SUMMER", limit_uses=1))
    outcomes = at_once(lambda thread: [shop.place(thread + 1, Use("coupon:X7"))])
    assert outcomes == {"done": 1, "allowance_spent": 7}
    assert (shop.used("coupon:X7"), shop.held("coupon:X7")) == ((1, 0), 1)


def test_p15_five_checkouts_at_once_on_a_limit_of_one_leave_one_success_and_no_orphan(shop: Shop) -> None:
    use = Use("promotion:ONE", 1, 100, limit_uses=1)
    outcomes = at_once(lambda thread: [shop.place(thread + 1, use)] if thread < 5 else [])
    assert outcomes == {"done": 1, "allowance_spent": 4}
    assert (shop.used("promotion:ONE"), shop.held("promotion:ONE")) == ((1, 100), 1)


def test_two_limits_of_one_order_are_taken_both_or_neither(shop: Shop) -> None:
    wide, narrow = Use("promotion:WIDE", limit_uses=50), Use("promotion:ZNARROW", limit_uses=3)
    outcomes = at_once(lambda thread: [shop.place(10 * thread + n, wide, narrow) for n in range(1, 4)])
    assert outcomes == {"done": 3, "allowance_spent": 21}
    assert (shop.used("promotion:WIDE"), shop.used("promotion:ZNARROW")) == ((3, 0), (3, 0))


def test_p16_a_cancellation_that_comes_eight_times_at_once_gives_back_once(shop: Shop) -> None:
    use = Use("promotion:BACK", 1, 500, limit_uses=2, limit_minor=1000, currency="CNY")
    assert (shop.place(1, use), shop.place(2, use)) == ("done", "done")
    assert at_once(lambda _: [shop.cancel(1)]) == {"done": 8}
    assert shop.used("promotion:BACK") == (1, 500)
    assert (shop.place(3, use), shop.place(4, use)) == ("done", "allowance_spent")


def test_one_buyer_at_two_checkouts_is_counted_in_one_allowance(shop: Shop) -> None:
    use = Use("promotion:NEW/buyer:b1", limit_uses=1)
    assert at_once(lambda thread: [shop.place(thread + 1, use)]) == {"done": 1, "allowance_spent": 7}


def test_what_is_counted_is_what_the_history_says(shop: Shop) -> None:
    use = Use("promotion:HISTORY", 1, 10, limit_uses=100)
    at_once(
        lambda thread: [*(shop.place(10 * thread + n, use) for n in range(1, 6)), shop.cancel(10 * thread + 1)]
    )
    with shop.storage.begin(read=True) as unit:
        kept = unit.of(ALLOWANCES)
        (key,) = kept.find(Where("name", Op.EQ, "promotion:HISTORY"), limit=1)
        state = None
        for entry in kept.history([key])[key]:
            state = allowances.evolve(state, entry.event)
        assert state == kept.load([key])[key].state
        assert (state.uses, state.minor) == (32, 320)


class Unchecked(Shop):
    """The mutant: it reads in one unit, decides, and writes in another one over whatever is there by then."""

    gate = Barrier(THREADS)

    def race(self, order: int, use: Use) -> str:
        with self.storage.begin(read=True) as unit:
            till: Till = self.till(unit, order, [use], lock=False)
        known = till.allowance(use.name)
        assert known is not None
        self.gate.wait(timeout=30)
        events = allowances.decide(known, allowances.Take(order, use.uses, use.minor), at=AT)
        while True:
            try:
                with self.storage.begin() as unit:
                    version = unit.of(ALLOWANCES).load([known.key])[known.key].version
                    entry = Entry(known.key, version + 1, AT, "amy", "race", events[0])
                    after = allowances.evolve(known, events[0])
                    unit.of(ALLOWANCES).save([Change(known.key, version, after, (entry,))])
            except (ConcurrencyConflict, Duplicate):
                continue
            return "done"


def test_a_shop_that_reads_and_then_writes_unchecked_is_caught(shop: Shop) -> None:
    mutant = Unchecked(shop.storage)
    shop.open(Allowance(0, "", "coupon:X7", limit_uses=1))
    outcomes = at_once(lambda thread: [mutant.race(thread + 1, Use("coupon:X7"))])
    assert outcomes["done"] == THREADS
    assert shop.used("coupon:X7") == (1, 0)
