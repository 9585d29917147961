"""Dates for a product page, a cart and an order come from one function, and are those on which the run sends."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from attrs import evolve
from carts import MERGED, PLANNED, carts
from shop import AT, WEB, Clock, order, payload
from three_sites import POLICY, network, warehouse

from omskit.allocation import Promised
from omskit.channels import Listing, Listings, Meaning
from omskit.core import Cell, Component, Destination, PayloadError, UsageError
from omskit.engine import Oms
from omskit.flow import Headroom, Offering, Outlook, Wish
from omskit.inventory import Allotment, Pool
from omskit.inventory.inbound import SetDay
from omskit.orders import PutOnHold, ReleaseHold
from omskit.storage import MemoryStorage, Storage

TODAY = AT.date()
TOMORROW, WED, FRI = (TODAY + timedelta(days=days) for days in (1, 2, 4))
SITES = network()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def oms(storage: Storage, clock: Clock) -> Oms:
    return carts(storage, clock)


def wish(*items: tuple[str, int], **more: Any) -> Wish:
    return Wish(items, more.pop("destination", Destination("DE")), **more)


def dated(oms: Oms, *asked: Wish | str, **outlook: Any) -> list[Promised]:
    return oms.sourcing.promise(SITES, POLICY, asked, outlook=Outlook(**outlook) if outlook else None)


def ships(oms: Oms, one: Wish | str, **outlook: Any) -> date | None:
    (found,) = dated(oms, one, **outlook)
    return found.ship_on


def announce(oms: Oms, *goods: tuple[str, int, date], document: str = "PO-1", at: str = "W1") -> None:
    oms.inbound.announce(document, at, goods or (("A", 10, WED),), actor="amy")


def place(oms: Oms, id_: str, *lines: tuple[str, int], **more: Any) -> str:
    (number,) = oms.receive("web", payload(order(id_, *lines, **more))).placed
    return number


def test_a_product_page_shows_when_a_piece_arrives(oms: Oms) -> None:
    (found,) = dated(oms, wish(("A", 1)))
    assert (found.ship_on, found.arrive_on) == (TODAY, TOMORROW)
    assert [(one.warehouse, one.courier) for one in found.parcels] == [("W0", "post")]


def test_what_is_due_is_promised_from_its_day_on(oms: Oms) -> None:
    announce(oms)
    assert [ships(oms, wish(("A", count))) for count in (8, 9, 18, 19)] == [TODAY, WED, WED, None]
    assert ships(oms, wish(("A", 9)), dock_to_stock=timedelta(days=1)) == WED + timedelta(days=1)
    assert ships(oms, wish(("A", 9)), ahead=timedelta(days=1)) is None
    oms.inbound.revise("PO-1", [SetDay(1, FRI)], actor="amy", reason="lorry")
    assert ships(oms, wish(("A", 9))) == FRI


def test_a_day_begins_where_the_warehouse_is_and_may_be_an_hour_short(clock: Clock) -> None:
    clock.at = datetime(2026, 3, 27, 9, tzinfo=UTC)
    sunday = date(2026, 3, 29)
    oms = carts(MemoryStorage(), clock)
    oms.inbound.announce("PO-1", "W1", [("C", 1, sunday)], actor="amy")
    berlin = network(warehouse("W1", zone="Europe/Berlin", cut_off=time(7)))
    wishes = [wish(("C", 1))]
    for hours, day in ((6, sunday), (7, sunday + timedelta(days=1))):  # 7:00 and 8:00 in summer time
        outlook = Outlook(dock_to_stock=timedelta(hours=hours))
        (found,) = oms.sourcing.promise(berlin, POLICY, wishes, outlook=outlook)
        assert found.ship_on == day


def test_wishes_are_dated_each_by_itself_and_in_their_order(oms: Oms) -> None:
    announce(oms, ("C", 1, FRI))
    found = dated(oms, wish(("A", 8)), wish(("A", 8)), wish(("C", 1)), wish(("D", 1)))
    assert [one.ship_on for one in found] == [TODAY, TODAY, FRI, None]
    assert dated(oms) == []


def test_who_waits_already_comes_first(oms: Oms) -> None:
    announce(oms)
    place(oms, "1", ("A", 6))  # not looked at by a run yet
    assert [ships(oms, wish(("A", count))) for count in (2, 3, 12, 13)] == [TODAY, WED, WED, None]


def test_an_order_waits_for_those_that_go_before_it_and_for_no_others(oms: Oms) -> None:
    announce(oms, ("A", 10, WED), ("A", 10, FRI))
    first = place(oms, "1", ("A", 16))
    second = place(oms, "2", ("A", 8), buyer="b2")
    third = place(oms, "3", ("A", 2), buyer="b3", terms={"urgent": True})
    assert [found.ship_on for found in dated(oms, first, second, third)] == [WED, FRI, TODAY]


def test_the_run_sends_an_order_on_the_days_that_were_promised(oms: Oms, clock: Clock) -> None:
    announce(oms, ("A", 4, WED), ("A", 4, FRI))
    number = place(oms, "1", ("A", 14), ("B", 1))
    (promised,) = dated(oms, number)
    assert {one.ship_on for one in promised.parcels} == {TODAY, WED, FRI}
    oms.run()
    assert dated(oms, number)[0].ship_on == FRI
    for day in (WED, FRI):
        clock.at = datetime.combine(day, AT.time(), AT.tzinfo)
        oms.inbound.receive("PO-1", {"A": 4}, receipt=str(day), actor="wms")
        oms.inbound.fill(["A"])
    sent = [(one.warehouse, one.lines, one.ship_on, one.arrive_on) for one in oms.order(number).consignments]
    assert sent == [(one.warehouse, one.units, one.ship_on, one.arrive_on) for one in promised.parcels]
    assert dated(oms, number) == [Promised(())]
    assert oms.verify().is_sound


def test_an_order_is_dated_as_if_nothing_held_it(oms: Oms) -> None:
    number = place(oms, "1", ("A", 1))
    oms.do(number, PutOnHold("fraud", "looked at"), actor="amy")
    assert ships(oms, number) == TODAY
    oms.do(number, ReleaseHold("fraud"), actor="amy")
    oms.run()
    assert dated(oms, number) == [Promised(())]


def test_an_order_of_a_merge_group_is_dated_by_itself(storage: Storage) -> None:
    oms = carts(storage, process=MERGED)
    numbers = oms.receive("web", payload(order("1", ("A", 9)), order("2", ("A", 1)))).placed
    announce(oms)
    assert [found.ship_on for found in dated(oms, *numbers)] == [WED, WED]


def test_what_a_cart_holds_is_there_for_it_and_for_nobody_else(oms: Oms) -> None:
    announce(oms)
    oms.reservations.hold("web", "c1", {"A": 6}, minutes=60, actor="ida")
    assert ships(oms, wish(("A", 3), channel="web")) == WED
    assert ships(oms, wish(("A", 8), channel="web", cart="c1")) == TODAY
    assert ships(oms, wish(("A", 9), channel="web", cart="c1")) == WED
    assert ships(oms, wish(("A", 3), channel="web", cart="c2")) == WED


def test_an_order_that_came_of_a_cart_is_dated_on_what_it_owns(oms: Oms) -> None:
    oms.reservations.hold("web", "1", {"A": 6}, minutes=60, actor="ida")
    number = place(oms, "1", ("A", 8))
    assert ships(oms, number) == TODAY
    assert ships(oms, wish(("A", 1))) is None


def test_a_channel_sees_its_pool_and_not_what_is_set_aside_for_others(storage: Storage) -> None:
    pools = {"web": Pool("near", frozenset({"W1"}))}
    offering = Offering(pools=pools, allotments=(Allotment("mall", "A", 1),))
    oms = carts(storage, offering=offering)
    assert [ships(oms, wish(("A", count), channel="web")) for count in (2, 3)] == [TODAY, None]
    assert [ships(oms, wish(("A", count))) for count in (7, 8)] == [TODAY, None]


def test_items_are_what_the_channel_calls_them(storage: Storage) -> None:
    parts = (Component("A"), Component("B", 2))
    listings = Listings({"SET": Listing("SET", components=parts), "POST": Listing("post", Meaning.CHARGE)})
    oms = evolve(carts(storage), channels=(evolve(WEB, listings=listings),), processes=PLANNED)
    announce(oms, ("B", 1, WED), ("B", 1, FRI), at="W0")
    found = dated(oms, wish(("SET", 2), channel="web"), wish(("SET", 1), ("SET", 2), channel="web"))
    assert [one.ship_on for one in found] == [TODAY, FRI]
    assert ships(oms, wish(("SET", 4), channel="web")) is None
    for item in ("POST", "nobody knows"):
        with pytest.raises(UsageError) as caught:
            dated(oms, wish((item, 1), channel="web"))
        assert caught.value.code == "unknown_item"


def test_a_day_that_is_full_is_followed_by_one_that_is_not(oms: Oms) -> None:
    full = Headroom(units={"W0": 2, "W1": 0, "W2": 0})
    (found,) = dated(oms, wish(("A", 5)), today=full, daily=full)
    assert [(one.units, one.ship_on) for one in found.parcels] == [
        (((1, 2),), TODAY),
        (((1, 2),), TODAY + timedelta(days=1)),
        (((1, 1),), TODAY + timedelta(days=2)),
    ]
    assert [one.ship_on for one in dated(oms, wish(("A", 5)), today=full)[0].parcels] == [TODAY, TOMORROW]


def test_what_goes_as_a_whole_waits_for_its_last_piece(oms: Oms) -> None:
    announce(oms, ("C", 1, FRI))
    parts, whole = dated(oms, wish(("A", 1), ("C", 1)), wish(("A", 1), ("C", 1), ship_complete=True))
    assert [one.ship_on for one in parts.parcels] == [TODAY, FRI]
    assert [one.ship_on for one in whole.parcels] == [FRI] * len(whole.parcels)


def test_nothing_is_written(oms: Oms) -> None:
    announce(oms)
    number = place(oms, "1", ("A", 9))
    before = (oms.order(number), oms.stock.levels(["A"]))
    dated(oms, number, wish(("A", 1)))
    assert (oms.order(number), oms.stock.levels(["A"])) == before
    assert oms.stock.levels(["A"])[Cell("A", "W0")].reserved == 0


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        (lambda: Wish((), Destination("DE")), "bad_lines"),
        (lambda: wish(("A", 0)), "bad_quantity"),
        (lambda: wish(("A", True)), "bad_quantity"),
        (lambda: Outlook(dock_to_stock=timedelta(-1)), "bad_period"),
        (lambda: Outlook(ahead=timedelta(-1)), "bad_period"),
    ],
)
def test_what_cannot_be_wished_is_refused(wrong: Any, code: str) -> None:
    with pytest.raises(UsageError) as caught:
        wrong()
    assert caught.value.code == code


def test_what_is_not_known_is_refused(oms: Oms) -> None:
    with pytest.raises(UsageError, match="SO-99"):
        dated(oms, "SO-99-9")
    with pytest.raises(PayloadError):
        dated(oms, "SO-99")
    with pytest.raises(UsageError, match="nowhere"):
        dated(oms, wish(("A", 1), channel="nowhere"))


def test_orders_are_dated_alike_alone_and_with_all_others(storage: Storage) -> None:
    oms = carts(storage)
    announce(oms, ("A", 9, WED), ("B", 9, FRI))
    oms.reservations.hold("web", "3", {"A": 2}, minutes=60, actor="ida")
    wanted = [(("A", 3),), (("A", 2), ("B", 3)), (("A", 4),), (("B", 2),), (("B", 5), ("A", 1)), (("A", 6),)]
    numbers = [place(oms, str(id_), *lines, buyer=f"b{id_}") for id_, lines in enumerate(wanted, 1)]
    asked: list[Wish | str] = [*numbers, wish(("A", 1), ("B", 1))]
    together = dated(oms, *asked)
    assert together == [dated(oms, one)[0] for one in asked]
    assert len({one.ship_on for one in together}) > 2
