"""What warehouses hold and nobody works on yet is planned anew: cheaper, never worse, with all promises kept."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from threading import Thread
from typing import Any

import pytest
from shop import AT, Clock, order, payload, shop

from omskit.allocation import Lane, Network, OpportunityCost, Policy, RateCard, Service, Warehouse
from omskit.channels import Channel, ChannelLine, ChannelOrder
from omskit.core import Cell, Destination
from omskit.engine import LookedAgain, Oms
from omskit.flow import direct, look_again
from omskit.orders import MergePolicy, PutOnHold
from omskit.storage import Storage

CODES = ("BER", "MUC", "POZ")
#: From Berlin 500, 30 more from each that follows; Poznan takes two days.
LANES = tuple(
    Lane({"DE"}, RateCard(1000, 500 + 30 * n), 1 + (code == "POZ"), {code}) for n, code in enumerate(CODES)
)
SITES = tuple(Warehouse(code, n) for n, code in enumerate(CODES))
NETWORK = Network("EUR", SITES, (Service("std", "post", LANES),))
PLANNING = direct(NETWORK, Policy()).without("release")
#: One by one the first order takes the piece from Berlin that the second needs to leave in one parcel.
STOCK = {"BER": {"A": 1, "B": 1}, "MUC": {"A": 1}}


def opened(storage: Storage, clock: Clock | None = None, **options: Any) -> tuple[Oms, tuple[str, ...]]:
    oms = shop(storage, clock, process=options.pop("process", PLANNING), **options)
    for code, pieces in STOCK.items():
        oms.stock.receive(code, pieces, actor="amy")
    placed = oms.receive("web", payload(order("1", ("A", 1)), order("2", ("A", 1), ("B", 1), buyer="b2"))).placed
    oms.run()
    return oms, tuple(placed)


def look(oms: Oms, change: int = 0, **more: Any) -> LookedAgain:
    return oms.sourcing.look_again(NETWORK, Policy(), actor="amy", change_minor=change, **more)


def held(oms: Oms, numbers: tuple[str, ...]) -> list[list[str]]:
    return [[one.warehouse for one in oms.order(number).consignments] for number in numbers]


def test_a_split_that_waiting_orders_do_not_need_is_undone(storage: Storage) -> None:
    oms, numbers = opened(storage)
    assert held(oms, numbers) == [["BER"], ["BER", "MUC"]]
    # 500, and 500 + 530 + a split of 200; then 530 and 500
    assert look(oms) == LookedAgain(2, numbers, 1730, 1030)
    assert held(oms, numbers) == [["MUC"], ["BER"]]
    assert oms.verify().is_sound
    assert "looked again" in oms.explain(numbers[0])


def test_who_has_just_looked_moves_nothing(storage: Storage) -> None:
    oms, numbers = opened(storage)
    look(oms)
    before = [len(oms.history(number)) for number in numbers]
    assert look(oms) == LookedAgain(2, (), 1030, 1030)
    assert [len(oms.history(number)) for number in numbers] == before


@pytest.mark.parametrize(("change", "moves"), [(349, 2), (351, 0)])
def test_orders_move_only_for_more_than_a_change_costs(storage: Storage, change: int, moves: int) -> None:
    """Moving both saves 700."""
    oms, _ = opened(storage)
    assert len(look(oms, change).moved) == moves


def test_what_a_warehouse_works_on_stays_as_it_is(storage: Storage) -> None:
    oms, numbers = opened(storage, process=direct(NETWORK, Policy()))
    assert look(oms) == LookedAgain(0, (), 0, 0)
    assert held(oms, numbers) == [["BER"], ["BER", "MUC"]]


def test_a_wave_is_released_after_it_was_looked_at(storage: Storage) -> None:
    oms, numbers = opened(storage)
    look(oms)
    waves = shop(storage, process=direct(NETWORK, Policy()))
    assert waves.run().moved == {"release": 2}
    assert {oms.order(number).status for number in numbers} == {"released"}


def test_orders_under_a_hold_stay_as_they_are(storage: Storage) -> None:
    oms, numbers = opened(storage)
    oms.do(numbers[0], PutOnHold("asked", "the buyer wants to know"), actor="amy")
    assert look(oms).looked == 1
    assert held(oms, numbers) == [["BER"], ["BER", "MUC"]]


def test_a_day_that_was_promised_is_worth_what_lateness_costs(storage: Storage) -> None:
    """Freight from Poznan falls by 200; it would arrive a day after what was promised, which weighs 300."""
    oms, numbers = opened(storage)
    oms.stock.receive("POZ", {"A": 5, "B": 5}, actor="amy")
    cheap = Lane({"DE"}, RateCard(1000, 300), 2, {"POZ"})
    later = Network("EUR", SITES, (Service("std", "post", (*LANES[:2], cheap)),))
    for late, sites in ((300, [["MUC"], ["BER"]]), (100, [["POZ"], ["POZ"]])):
        oms.sourcing.look_again(later, Policy(late_minor=late), actor="amy")
        assert held(oms, numbers) == sites


def test_what_could_not_be_sent_like_this_today_is_left_alone(storage: Storage) -> None:
    oms, numbers = opened(storage)
    less = Network("EUR", SITES, (Service("std", "post", LANES[1:]),))
    found = oms.sourcing.look_again(less, Policy(), actor="amy")
    assert (found.looked, found.moved) == (0, ())
    assert held(oms, numbers) == [["BER"], ["BER", "MUC"]]


def test_pieces_that_are_worth_more_to_others_are_left_to_them(storage: Storage) -> None:
    """Munich and a piece worth 400 is dearer than Poznan a day late: 530 + 400 against 560 + 300."""
    oms, numbers = opened(storage)
    oms.stock.receive("POZ", {"A": 5}, actor="amy")
    worth = OpportunityCost({Cell("A", code): 400 for code in ("BER", "MUC")})
    look(oms, opportunity=worth)
    assert held(oms, numbers) == [["POZ"], ["BER"]]


def test_a_group_that_leaves_together_moves_together(storage: Storage) -> None:
    def read(_: bytes) -> Iterator[ChannelOrder]:
        for sku in "AB":
            line = ChannelLine(sku, 1, 100)
            yield ChannelOrder(sku, AT, "EUR", Destination("DE"), (line,), "b1", paid_at=AT, merge="home")

    process = direct(NETWORK, Policy(), merging=MergePolicy()).without("release")
    oms = Oms(storage, [Channel("web", read)], process, clock=Clock())
    oms.stock.receive("MUC", {"A": 5, "B": 5}, actor="amy")
    numbers = oms.receive("web", b"").placed
    oms.run()
    assert held(oms, numbers) == [["MUC"], ["MUC"]]
    oms.stock.receive("BER", {"A": 5, "B": 5}, actor="amy")
    found = look(oms)
    # one parcel for both, before and after
    assert (found.before_minor, found.after_minor, len(found.moved)) == (530, 500, 2)
    assert held(oms, numbers) == [["BER"], ["BER"]]
    assert oms.verify().is_sound


def test_the_most_urgent_are_looked_at_where_there_are_too_many(storage: Storage) -> None:
    oms, _ = opened(storage)
    assert look(oms, limit=1).looked == 1


def test_what_was_taken_meanwhile_is_looked_at_again(storage: Storage, monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody cancels the second order while it is planned; the first stays where it is cheapest."""
    if not storage.capabilities.concurrent_units:
        pytest.skip("units queue up")
    oms, numbers = opened(storage, Clock())
    plain: Callable[..., Any] = look_again
    tries: list[int] = []

    def slow(*args: Any) -> Any:
        found = plain(*args)
        if not tries:
            other = Thread(target=oms.cancel, args=(numbers[1],), kwargs={"actor": "amy"})
            other.start()
            other.join()
        tries.append(len(found.commands))
        return found

    monkeypatch.setattr("omskit.engine.sourcing.look_again", slow)
    assert look(oms).looked == 1
    assert tries == [2, 0]
    assert held(oms, numbers) == [["BER"], []]


def test_time_that_passes_is_no_reason_to_move(storage: Storage) -> None:
    clock = Clock()
    oms, _ = opened(storage, clock)
    look(oms)
    clock.at += timedelta(days=2)
    assert look(oms).moved == ()
