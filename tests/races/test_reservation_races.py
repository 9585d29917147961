"""Carts, orders and sweeps at the same moment: nothing is held twice, and nobody loses what he holds."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import timedelta
from functools import partial
from pathlib import Path
from threading import Barrier, BrokenBarrierError
from typing import Any

import pytest
from attrs import define, field
from carts import PLANNED
from many_shops import close, in_threads, open_shop
from shop import AT, Clock, order, payload, shop

from omskit.core import Cell, Level, OmsError, Refused
from omskit.engine import Oms
from omskit.inventory.soft import SoftReservation
from omskit.storage import Capabilities


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def oms(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Oms]:
    url = f"sqlite:///{tmp_path}/shop.db" if request.param == "sqlite" else request.getfixturevalue("postgres_url")
    oms = open_shop(url, process=PLANNED)
    yield oms
    close(oms)


def hold(pieces: Mapping[str, int], oms: Oms, number: int) -> SoftReservation:
    return oms.reservations.hold("web", f"c{number}", pieces, minutes=15, actor=f"cart {number}")


def same_cart(oms: Oms, number: int) -> SoftReservation:
    return oms.reservations.hold("web", "c", {"A": 1 + number % 2}, minutes=15, actor=f"hand {number}")


def hold_or_buy(oms: Oms, number: int) -> Any:
    """Of ten hands the even ones hold, the odd ones run the orders that wait."""
    return hold({"A": 1}, oms, number) if number % 2 == 0 else oms.run()


def order_or_sweep(oms: Oms, number: int) -> Any:
    """The order comes, the cart is swept, and others reach for its pieces."""
    if number == 0:
        return oms.receive("web", payload(order("1", ("A", 5), terms={"cart": "c"})))
    if number == 1:
        late = Clock(AT + timedelta(hours=1))
        return shop(oms.storage, late, process=PLANNED).reservations.expire()
    return hold({"A": 5}, oms, number)


def held(outcomes: list[Any]) -> Counter[str]:
    return Counter(one.code if isinstance(one, OmsError) else "done" for one in outcomes)


def sound(oms: Oms) -> None:
    assert oms.verify().drift == ()


def test_ten_carts_reach_for_one_piece_and_one_holds_it(oms: Oms) -> None:
    oms.stock.receive("W0", {"A": 1}, actor="amy")
    assert held(in_threads(oms, partial(hold, {"A": 1}))) == {"done": 1, "out_of_stock": 9}
    assert oms.stock.levels(["A"]) == {Cell("A", "W0"): Level(1, 1)}
    sound(oms)


def test_ten_carts_of_two_skus_hold_both_or_neither(oms: Oms) -> None:
    oms.stock.receive("W0", {"A": 9, "B": 4}, actor="amy")
    assert held(in_threads(oms, partial(hold, {"B": 1, "A": 2}))) == {"done": 4, "out_of_stock": 6}
    assert oms.stock.levels(["A", "B"]) == {Cell("A", "W0"): Level(9, 8), Cell("B", "W0"): Level(4, 4)}
    sound(oms)


def test_ten_calls_for_one_cart_make_one_reservation(oms: Oms) -> None:
    oms.stock.receive("W0", {"A": 9}, actor="amy")
    outcomes = in_threads(oms, same_cart)
    assert {one.key for one in outcomes} == {oms.reservations.get("web", "c").key}
    assert oms.stock.levels(["A"])[Cell("A", "W0")].reserved in {1, 2}
    sound(oms)


def test_carts_and_orders_together_never_get_more_than_there_is(oms: Oms) -> None:
    oms.receive("web", payload(*(order(f"{n}", ("A", 1)) for n in range(4))))
    oms.stock.receive("W0", {"A": 6}, actor="amy")
    outcomes = in_threads(oms, hold_or_buy)
    assert not [one for one in outcomes if isinstance(one, OmsError) and not isinstance(one, Refused)]
    oms.run()
    carts = sum(isinstance(one, SoftReservation) for one in outcomes)
    orders = sum(line.reserved for one in oms.orders() for line in one.lines)
    assert (carts, orders) == (2, 4)
    assert oms.stock.levels(["A"]) == {Cell("A", "W0"): Level(6, 6)}
    sound(oms)


def test_of_the_order_and_the_sweep_one_gets_the_cart_and_nothing_is_lost(oms: Oms) -> None:
    oms.stock.receive("W0", {"A": 5}, actor="amy")
    oms.reservations.hold("web", "c", {"A": 5}, minutes=15, actor="shop")
    in_threads(oms, order_or_sweep, 4)
    mine = oms.reservations.get("web", "c")
    oms.run()
    (bought,) = oms.orders()
    assert mine.status in {"ordered", "expired"}
    if mine.status == "ordered":
        assert bought.lines[0].reserved == 5
    assert oms.stock.levels(["A"])[Cell("A", "W0")].reserved <= 5
    sound(oms)


def test_two_runs_of_the_parts_of_one_order_use_its_cart_once(oms: Oms) -> None:
    oms.stock.receive("W0", {"A": 5}, actor="amy")
    oms.reservations.hold("web", "c", {"A": 5}, minutes=15, actor="shop")
    (number,) = oms.receive("web", payload(order("1", ("A", 5), terms={"cart": "c"}))).placed
    reviewed = shop(oms.storage, process=PLANNED.without("source").without("release"))
    reviewed.run()
    children = oms.divide(number, ({1: 2}, {1: 3}), actor="amy")
    outcomes = in_threads(oms, lambda oms, _: oms.run(1), 4)
    assert not [one for one in outcomes if isinstance(one, OmsError)]
    assert [oms.order(child).lines[0].reserved for child in children] == [2, 3]
    assert oms.reservations.get("web", "c").status == "taken"
    assert oms.stock.levels(["A"]) == {Cell("A", "W0"): Level(5, 5)}
    sound(oms)


def test_sweeps_at_once_end_each_cart_once(oms: Oms) -> None:
    oms.stock.receive("W0", {"A": 20}, actor="amy")
    for number in range(20):
        hold({"A": 1}, oms, number)
    late = shop(oms.storage, Clock(AT + timedelta(hours=1)), process=PLANNED, batch=3)
    outcomes = in_threads(late, lambda oms, _: oms.reservations.expire(), 4)
    assert sum(len(one.ended) for one in outcomes) == 20
    assert oms.stock.levels(["A"]) == {Cell("A", "W0"): Level(20, 0)}
    sound(oms)


def test_ten_carts_reach_for_what_a_waiting_order_leaves_and_one_gets_it(oms: Oms) -> None:
    oms.stock.receive("W0", {"A": 5}, actor="amy")
    oms.receive("web", payload(order("1", ("A", 4))))
    assert held(in_threads(oms, partial(hold, {"A": 1}))) == {"done": 1, "out_of_stock": 9}
    sound(oms)


@define
class Unlocked:
    """A stock book that locks nothing: two hands have read before either books."""

    real: Any
    both: Barrier

    def __getattr__(self, name: str) -> Any:
        return getattr(self.real, name)

    def levels(self, skus: Collection[str], *, lock: bool = False) -> Mapping[Cell, Level]:
        found: Mapping[Cell, Level] = self.real.levels(skus)
        if lock:
            with suppress(BrokenBarrierError):
                self.both.wait(timeout=10)
        return found


@define
class UnlockedUnit:
    """A unit with such a book."""

    real: Any
    both: Barrier

    def __getattr__(self, name: str) -> Any:
        return getattr(self.real, name)

    @property
    def stock(self) -> Unlocked:
        return Unlocked(self.real.stock, self.both)


@define
class LocksNothing:
    """The mutant: a storage whose levels are never locked."""

    inner: Any
    both: Barrier = field(factory=lambda: Barrier(2))

    @property
    def capabilities(self) -> Capabilities:
        return self.inner.capabilities  # type: ignore[no-any-return]  # any storage

    @contextmanager
    def begin(self, *, read: bool = False) -> Iterator[Any]:
        with self.inner.begin(read=read) as real:
            yield UnlockedUnit(real, self.both)


@pytest.mark.postgres
def test_the_race_for_what_a_waiting_order_leaves_catches_a_book_that_locks_nothing(postgres_url: str) -> None:
    real = open_shop(postgres_url, process=PLANNED)
    oms = shop(LocksNothing(real.storage), process=PLANNED)
    oms.stock.receive("W0", {"A": 5}, actor="amy")
    oms.receive("web", payload(order("1", ("A", 4))))
    assert held(in_threads(oms, partial(hold, {"A": 1}), 2)) == {"done": 2}
    close(real)


def announce(oms: Oms, _number: int) -> object:
    return oms.inbound.announce("PO-1", "W0", [("A", 10, AT.date())], actor="amy", tolerance_percent=10)


def take_in(oms: Oms, number: int) -> object:
    """Two receipts, each told by five hands."""
    return oms.inbound.receive("PO-1", {"A": 4 + number % 2}, receipt=f"GRN-{number % 2}", actor=f"wms {number}")


def take_in_or_fill(oms: Oms, number: int) -> object:
    """One hand takes goods in, the others let those go on who wait."""
    return take_in(oms, number) if number == 0 else (oms.inbound.fill(["A"]) if number % 2 else oms.run())


def test_ten_hands_announce_one_document_and_it_is_announced_once(oms: Oms) -> None:
    outcomes = in_threads(oms, announce)
    assert not [one for one in outcomes if isinstance(one, OmsError)]
    assert oms.stockroom.buckets("A", "W0") == {"inbound": 10}
    assert len(oms.inbound.history("PO-1")) == 1
    sound(oms)


def test_a_receipt_that_is_told_by_five_hands_is_booked_once(oms: Oms) -> None:
    announce(oms, 0)
    outcomes = in_threads(oms, take_in)
    assert not [one for one in outcomes if isinstance(one, OmsError)]
    assert oms.stock.levels(["A"]) == {Cell("A", "W0"): Level(9)}
    assert oms.stockroom.buckets("A", "W0") == {"inbound": 1}
    sound(oms)


def test_of_the_receipts_of_ten_hands_no_more_are_booked_than_the_tolerance_allows(oms: Oms) -> None:
    announce(oms, 0)
    outcomes = in_threads(
        oms, lambda oms, n: oms.inbound.receive("PO-1", {"A": 3}, receipt=f"GRN-{n}", actor="wms")
    )
    assert held(outcomes) == {"done": 3, "too_many_pieces": 7}
    assert oms.stock.levels(["A"]) == {Cell("A", "W0"): Level(9)}
    sound(oms)


def test_goods_that_come_while_everybody_looks_go_to_the_first_in_rank_once(oms: Oms) -> None:
    numbers = oms.receive("web", payload(*(order(f"{n}", ("A", 2)) for n in range(4)))).placed
    oms.run()
    announce(oms, 0)
    outcomes = in_threads(oms, take_in_or_fill, 5)
    assert not [one for one in outcomes if isinstance(one, OmsError)]
    oms.inbound.fill(["A"])
    assert [oms.order(number).lines[0].reserved for number in numbers] == [2, 2, 0, 0]
    assert oms.stock.levels(["A"]) == {Cell("A", "W0"): Level(4, 4)}
    sound(oms)
