"""Carts hold pieces for a time; the order that comes takes them over, and nobody else gets them in between."""

from __future__ import annotations

from datetime import timedelta

import pytest
from attrs import evolve
from carts import MERGED, PAID, carts, free, level, reserved, reviewing
from shop import AT, Clock, fulfillments, order, payload

from omskit.core import Cell, Change, Entry, Level, Refused, UsageError, key_of, readable
from omskit.engine import Oms
from omskit.flow import Offering
from omskit.inventory import RELEASED, RESERVED_FOR, Allotment, Formula, Move, Pool, movement
from omskit.inventory.soft import SOFTS, Ended, Held
from omskit.orders import Assign, Consignment, Hold, PutOnHold, ReleaseHold
from omskit.storage import MemoryStorage


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def oms(clock: Clock) -> Oms:
    return carts(MemoryStorage(), clock)


def hold(oms: Oms, cart: str = "c1", minutes: int = 15, **pieces: int) -> None:
    oms.reservations.hold("web", cart, pieces or {"A": 6}, minutes=minutes, actor="shop")


def place(oms: Oms, id_: str, *lines: tuple[str, int], **terms: object) -> str:
    (number,) = oms.receive("web", payload(order(id_, *lines, terms=terms))).placed
    return number


def sound(oms: Oms) -> None:
    assert oms.verify().drift == ()


def test_what_a_cart_holds_is_offered_to_nobody_else(oms: Oms) -> None:
    hold(oms)
    assert (free(oms), reserved(oms)) == (2, {"W0": 5, "W1": 1})
    place(oms, "other", ("A", 3))
    oms.run()
    (line,) = oms.order(next(readable("SO", one.key) for one in oms.orders())).lines
    assert (line.reserved, line.open) == (2, 1)
    sound(oms)


def test_a_cart_is_shown_what_it_holds_and_what_it_may_add(oms: Oms) -> None:
    hold(oms)
    assert oms.reservations.get("web", "c1").held == {"A": 6}
    with pytest.raises(Refused, match="out_of_stock") as refused:
        hold(oms, A=9)
    assert refused.value.facts["short"] == (("A", 9, 8),)
    hold(oms, A=8)
    assert (free(oms), reserved(oms)) == (0, {"W0": 5, "W1": 3})
    sound(oms)


def test_the_same_call_again_changes_nothing(oms: Oms, clock: Clock) -> None:
    hold(oms)
    before = oms.reservations.get("web", "c1")
    clock.forward(minutes=5)
    hold(oms)
    assert oms.reservations.get("web", "c1") == before
    assert len(oms.reservations.history("web", "c1")) == 1
    assert reserved(oms) == {"W0": 5, "W1": 1}


def test_what_is_missing_is_held_as_far_as_it_goes_and_the_rest_when_it_comes(oms: Oms) -> None:
    part = oms.reservations.hold("web", "c1", {"A": 9, "B": 1}, minutes=15, actor="shop", partial=True)
    assert (part.held, part.missing) == ({"A": 8, "B": 1}, {"A": 1})
    oms.stock.receive("W2", {"A": 4}, actor="amy")
    whole = oms.reservations.hold("web", "c1", {"A": 9}, minutes=15, actor="shop", partial=True)
    assert (whole.held, whole.missing) == ({"A": 9, "B": 1}, {})
    sound(oms)


def test_nothing_is_held_of_what_waiting_orders_will_need(oms: Oms) -> None:
    place(oms, "1", ("A", 7))
    with pytest.raises(Refused, match="out_of_stock"):
        hold(oms, A=2)
    hold(oms, A=1)
    oms.run()
    assert sum(line.open for one in oms.orders() for line in one.lines) == 0
    sound(oms)


def test_nothing_is_held_that_is_not_offered(clock: Clock) -> None:
    offering = Offering(
        pools={"web": Pool("web", frozenset({"W0"}))},
        safety=lambda cell: 1 if cell == Cell("A", "W0") else 0,
        allotments=(Allotment("market", "A", 2),),
    )
    oms = carts(MemoryStorage(), clock, offering=offering)
    with pytest.raises(Refused, match="out_of_stock") as refused:
        hold(oms, A=3)
    assert refused.value.facts["short"] == (("A", 3, 2),)
    hold(oms, A=2)
    assert reserved(oms) == {"W0": 2}


def test_a_cart_may_ask_for_certain_warehouses(oms: Oms) -> None:
    oms.reservations.hold("web", "c1", {"A": 3}, minutes=15, actor="shop", warehouses=["W1"])
    assert reserved(oms) == {"W1": 3}
    with pytest.raises(Refused, match="out_of_stock"):
        oms.reservations.hold("web", "c2", {"A": 1}, minutes=15, actor="shop", warehouses=["W1"])


def test_a_number_that_a_channel_is_told_is_without_what_carts_hold(oms: Oms) -> None:
    oms = evolve(oms, channels=tuple(oms.channels.values()), offering=Offering(lambda _c, _i: Formula()))
    hold(oms)
    assert oms.offers.figures("web", ["A"])["A"].pieces == 2


def test_the_order_of_a_cart_takes_its_pieces_over(oms: Oms) -> None:
    hold(oms, A=6, B=1)
    number = place(oms, "1", ("A", 6), cart="c1")
    soft = oms.reservations.get("web", "c1")
    assert (soft.status, soft.held, readable("SO", soft.order)) == ("ordered", {"A": 6}, number)
    assert (free(oms), free(oms, "B")) == (2, 4)
    oms.run()
    (line,) = oms.order(number).lines
    assert (line.open, line.reserved) == (0, 6)
    assert (free(oms), oms.reservations.get("web", "c1").status) == (2, "taken")
    assert len(fulfillments(oms, number)) == 2
    sound(oms)


def test_an_unpaid_order_is_known_by_its_own_id(oms: Oms) -> None:
    hold(oms, "1001", A=8)
    place(oms, "1001", ("A", 8))
    assert oms.reservations.get("web", "1001").status == "ordered"
    assert free(oms) == 0


def test_a_cart_of_another_channel_is_another_cart(oms: Oms) -> None:
    oms.reservations.hold("market", "c1", {"A": 8}, minutes=15, actor="shop")
    place(oms, "1", ("A", 1), cart="c1")
    oms.run()
    assert oms.reservations.get("market", "c1").status == "held"
    assert [line.open for one in oms.orders() for line in one.lines] == [1]


def test_nobody_with_a_better_rank_gets_what_an_order_owns(oms: Oms) -> None:
    hold(oms, A=8)
    mine = place(oms, "mine", ("A", 8), cart="c1")
    place(oms, "urgent", ("A", 1), urgent=True)
    oms.run()
    assert oms.order(mine).lines[0].reserved == 8
    sound(oms)


def test_the_planner_may_choose_other_warehouses_than_those_that_hold(oms: Oms) -> None:
    oms.stock.receive("W1", {"A": 5}, actor="amy")
    oms.reservations.hold("web", "c1", {"A": 4}, minutes=15, actor="shop", warehouses=["W0"])
    oms.stock.adjust("W0", {"B": -4}, actor="amy", reason="gone")
    oms.stock.receive("W1", {"B": 1}, actor="amy")
    number = place(oms, "1", ("A", 4), ("B", 1), cart="c1")
    oms.run()
    assert [one.warehouse for one in oms.order(number).consignments] == ["W1"]
    assert (level(oms, "A", "W0"), level(oms, "A", "W1")) == (Level(5, 0), Level(8, 4))
    sound(oms)


def test_held_and_free_pieces_of_one_warehouse_leave_in_one_parcel(oms: Oms) -> None:
    hold(oms, A=3)
    number = place(oms, "1", ("A", 5), cart="c1")
    oms.run()
    assert [one.warehouse for one in oms.order(number).consignments] == ["W0"]
    assert reserved(oms) == {"W0": 5}
    sound(oms)


def test_an_order_that_was_sent_again_smaller_lets_go_of_the_rest(oms: Oms) -> None:
    hold(oms, A=6)
    place(oms, "1", ("A", 6), cart="c1")
    oms.receive("web", payload(order("1", ("A", 2), terms={"cart": "c1"}, changed=1)))
    assert oms.reservations.get("web", "c1").held == {"A": 2}
    assert free(oms) == 6
    sound(oms)


def test_a_cancelled_order_lets_go_of_all_of_it(oms: Oms) -> None:
    hold(oms, A=6)
    oms.cancel(place(oms, "1", ("A", 6), cart="c1"), actor="amy")
    soft = oms.reservations.get("web", "c1")
    assert (soft.status, soft.held, free(oms), reserved(oms)) == ("let_go", {}, 8, {})
    sound(oms)


def test_a_hand_that_assigns_uses_what_the_order_owns(oms: Oms) -> None:
    hold(oms, A=8)
    number = place(oms, "1", ("A", 8), cart="c1")
    other = place(oms, "2", ("A", 1))
    reviewing(oms).run()
    with pytest.raises(Refused, match="out_of_stock"):
        oms.do(other, Assign((Consignment(1, "W0", ((1, 1),)),)), actor="amy")
    oms.do(number, Assign((Consignment(1, "W0", ((1, 5),)),), AT), actor="amy")
    assert oms.reservations.get("web", "c1").held == {"A": 3}
    assert reserved(oms) == {"W0": 5, "W1": 3}
    sound(oms)


def test_the_parts_of_a_divided_order_use_what_it_owns(oms: Oms) -> None:
    hold(oms, A=8)
    number = place(oms, "1", ("A", 8), cart="c1")
    reviewing(oms).run()
    children = oms.divide(number, ({1: 3}, {1: 5}), actor="amy")
    assert (oms.reservations.get("web", "c1").held, free(oms)) == ({"A": 8}, 0)
    oms.cancel(children[0], actor="amy")
    assert oms.reservations.get("web", "c1").held == {"A": 5}
    oms.run()
    assert oms.order(children[1]).lines[0].reserved == 5
    assert oms.reservations.get("web", "c1").status == "taken"
    assert free(oms) == 3
    sound(oms)


def test_an_order_that_was_joined_again_owns_what_it_owned(oms: Oms) -> None:
    hold(oms, A=8)
    number = place(oms, "1", ("A", 8), cart="c1")
    reviewing(oms).run()
    oms.divide(number, ({1: 3}, {1: 5}), actor="amy")
    oms.rejoin(number, actor="amy")
    oms.run()
    assert oms.order(number).lines[0].reserved == 8
    sound(oms)


def test_orders_that_leave_together_share_what_they_own(clock: Clock) -> None:
    oms = evolve(carts(MemoryStorage(), clock, process=MERGED), channels=[PAID])
    hold(oms, "c1", A=5)
    hold(oms, "c2", A=3)
    one = place(oms, "1", ("A", 5), cart="c1", merge="m")
    two = place(oms, "2", ("A", 3), cart="c2", merge="m")
    assert free(oms) == 0
    oms.run()
    assert oms.order(one).merged == oms.order(two).merged != 0
    assert [oms.order(number).lines[0].reserved for number in (one, two)] == [5, 3]
    assert {oms.reservations.get("web", cart).status for cart in ("c1", "c2")} == {"taken"}
    sound(oms)


def test_edge_10_a_second_order_of_the_batch_gets_what_is_free_and_not_what_the_first_owns(oms: Oms) -> None:
    hold(oms, A=6)
    other = place(oms, "0", ("A", 4))
    mine = place(oms, "1", ("A", 6), cart="c1")
    oms.run()
    assert (oms.order(mine).lines[0].reserved, oms.order(other).lines[0].reserved) == (6, 2)
    sound(oms)


def test_a_cart_that_is_not_extended_ends_with_its_time(oms: Oms, clock: Clock) -> None:
    hold(oms)
    hold(oms, "c2", A=1, minutes=60)
    clock.forward(minutes=15)
    swept = oms.reservations.expire()
    assert ([one.cart for one in swept.ended], swept.extended) == (["c1"], ())
    assert (free(oms), oms.reservations.get("web", "c1").status) == (7, "expired")
    assert oms.reservations.expire() == type(swept)()
    sound(oms)


def test_an_active_cart_holds_for_longer(oms: Oms, clock: Clock) -> None:
    hold(oms)
    clock.forward(minutes=10)
    assert oms.reservations.extend("web", "c1", minutes=15, actor="shop").expires == AT + timedelta(minutes=25)
    clock.forward(minutes=10)
    assert oms.reservations.expire().ended == ()
    clock.forward(minutes=5)
    with pytest.raises(Refused, match="reservation_expired"):
        oms.reservations.extend("web", "c1", minutes=15, actor="shop")


def test_edge_12_what_waits_for_a_review_or_a_payment_is_extended_with_the_reason(oms: Oms, clock: Clock) -> None:
    hold(oms, "c1", A=2)
    hold(oms, "c2", A=3)
    number = place(oms, "1", ("A", 2), cart="c1")
    oms.do(number, PutOnHold("fraud", "looks odd"), actor="amy")
    oms.reservations.keep("web", "c2", "payment", actor="shop")
    clock.forward(hours=1)
    swept = oms.reservations.expire(extend_by=timedelta(hours=2), longest=timedelta(minutes=30))
    assert (len(swept.extended), len(swept.overdue), swept.ended) == (2, 2, ())
    reasons = [oms.reservations.history("web", cart)[-1].event.reason for cart in ("c1", "c2")]
    assert reasons == [f"kept by {number} (fraud)", "kept by payment"]
    assert (free(oms), oms.reservations.get("web", "c1").expires) == (3, AT + timedelta(hours=3))
    oms.do(number, ReleaseHold("fraud"), actor="amy")
    oms.run()
    assert oms.order(number).lines[0].reserved == 2
    oms.reservations.stop_keeping("web", "c2", "payment", actor="shop")
    clock.forward(hours=3)
    assert [one.cart for one in oms.reservations.expire().ended] == ["c2"]
    sound(oms)


def test_edge_12_an_order_that_comes_after_its_cart_has_ended_gets_what_is_free_and_is_never_ready_without_it(
    oms: Oms, clock: Clock
) -> None:
    hold(oms, A=6)
    clock.forward(hours=1)
    oms.reservations.expire()
    hold(oms, "c2", A=5)
    number = place(oms, "1", ("A", 6), cart="c1")
    oms.run()
    state = oms.order(number)
    assert (state.lines[0].reserved, state.lines[0].open, state.status) == (3, 3, "backordered")
    assert oms.reservations.get("web", "c2").held == {"A": 5}
    sound(oms)


def test_an_order_that_comes_late_takes_what_no_sweep_has_ended(oms: Oms, clock: Clock) -> None:
    hold(oms, A=8)
    clock.forward(hours=1)
    place(oms, "1", ("A", 8), cart="c1")
    assert oms.reservations.expire().ended == ()
    oms.run()
    assert [line.reserved for one in oms.orders() for line in one.lines] == [8]


def test_who_held_what_and_why_it_was_let_go_is_on_record(oms: Oms) -> None:
    hold(oms)
    oms.reservations.let_go("web", "c1", actor="ida", reason="cart emptied")
    first, last = oms.reservations.history("web", "c1")
    assert (first.actor, first.cause, last.actor, last.event) == (
        "shop", "hold", "ida", Ended("let_go", "cart emptied")
    )  # fmt: skip
    moved = oms.stock.movements("A", "W1")
    assert [(one.kind, one.quantity, one.reason) for one in moved[:2]] == [
        (RELEASED, 1, "cart emptied"),
        (RESERVED_FOR, 1, ""),
    ]
    number = readable(SOFTS.number, oms.reservations.get("web", "c1").key)
    assert {one.document for one in moved[:2]} == {number}
    assert oms.reservations.history("web", "nobody") == ()


def test_a_cart_that_was_let_go_may_hold_again(oms: Oms) -> None:
    hold(oms, A=2, B=1)
    oms.reservations.let_go("web", "c1", actor="shop")
    hold(oms, A=3)
    again = oms.reservations.get("web", "c1")
    assert (again.status, again.held, again.missing) == ("held", {"A": 3}, {})
    sound(oms)


def test_the_cart_of_an_order_that_waits_is_the_order_s(oms: Oms) -> None:
    hold(oms)
    place(oms, "1", ("A", 6), cart="c1")
    with pytest.raises(Refused, match="not_allowed"):
        oms.reservations.let_go("web", "c1", actor="shop")
    with pytest.raises(Refused, match="not_allowed"):
        hold(oms, A=1)


@pytest.mark.parametrize("call", ["get", "extend", "let_go", "keep", "stop_keeping"])
def test_a_cart_that_never_held_anything_is_unknown(oms: Oms, call: str) -> None:
    desk = oms.reservations
    calls = {
        "get": lambda: desk.get("web", "x"),
        "extend": lambda: desk.extend("web", "x", minutes=1, actor="a"),
        "let_go": lambda: desk.let_go("web", "x", actor="a"),
        "keep": lambda: desk.keep("web", "x", "payment", actor="a"),
        "stop_keeping": lambda: desk.stop_keeping("web", "x", "payment", actor="a"),
    }
    with pytest.raises(UsageError, match="unknown_reservation"):
        calls[call]()


@pytest.mark.parametrize("minutes", [0, -5])
def test_no_time_is_no_reservation(oms: Oms, minutes: int) -> None:
    with pytest.raises(UsageError, match="bad_extension"):
        hold(oms, minutes=minutes)
    with pytest.raises(UsageError, match="bad_extension"):
        oms.reservations.extend("web", "c1", minutes=minutes, actor="shop")


def test_a_sweep_takes_as_many_as_it_is_told_the_oldest_first(oms: Oms, clock: Clock) -> None:
    for number in range(4):
        hold(oms, f"c{number}", minutes=10 - number, A=1)
    clock.forward(hours=1)
    oms = evolve(oms, channels=tuple(oms.channels.values()), batch=2)
    heard: list[int] = []
    swept = oms.reservations.expire(limit=3, progress=heard.append)
    assert ([one.cart for one in swept.ended], heard) == (["c3", "c2", "c1"], [2, 3])
    assert [one.cart for one in oms.reservations.expire().ended] == ["c0"]


def test_verify_finds_a_cart_that_ended_while_the_book_still_holds_for_it(oms: Oms) -> None:
    hold(oms, A=2)
    key = oms.reservations.get("web", "c1").key
    with oms.storage.begin() as unit:
        stored = unit.of(SOFTS).load([key])[key]
        event = Ended("let_go", "forgotten")
        state = SOFTS.evolve(stored.state, event)
        unit.of(SOFTS).save([Change(key, 1, state, (Entry(key, 2, AT, "bug", "bug", event),))])
    (drift,) = oms.verify().drift
    assert (drift.subject.split()[-1], drift.found, drift.expected) == ("A@W0", 2, 0)


def test_verify_finds_pieces_that_were_taken_from_a_cart_behind_its_back(oms: Oms) -> None:
    hold(oms, A=2)
    (held,) = oms.reservations.get("web", "c1").reservations
    with oms.storage.begin() as unit:
        unit.stock.post([movement(Move(RELEASED, held.cell, 1, held.claim), at=AT, actor="bug")])
    (drift,) = oms.verify().drift
    assert (drift.found, drift.expected) == (1, 2)
    assert key_of(drift.subject.split()[1].partition("/")[0], SOFTS.number) == held.claim.order


def test_verify_finds_a_status_that_holds_nothing_with_pieces(oms: Oms) -> None:
    hold(oms, A=2)
    key = oms.reservations.get("web", "c1").key
    with oms.storage.begin() as unit:
        stored = unit.of(SOFTS).load([key])[key]
        event = Held(evolve(stored.state, status="taken"))
        state = SOFTS.evolve(stored.state, event)
        unit.of(SOFTS).save([Change(key, 1, state, (Entry(key, 2, AT, "bug", "bug", event),))])
    (drift,) = oms.verify().drift
    assert (drift.subject.split()[-2:], drift.found) == (["taken", "holds"], 2)


def test_an_order_with_a_hold_of_its_own_waits_and_owns(oms: Oms) -> None:
    hold(oms, A=8)
    place(oms, "1", ("A", 8), cart="c1")
    for one in oms.orders():
        assert one.holds == ()
        oms.do(readable("SO", one.key), PutOnHold("look"), actor="amy")
    oms.run()
    assert (reserved(oms), free(oms)) == ({"W0": 5, "W1": 3}, 0)
    assert isinstance(next(iter(oms.orders())).holds[0], Hold)


@pytest.mark.parametrize(
    ("cart", "minutes", "code"),
    [
        ("", 15, "no_number"),
        ("c1", 0, "bad_extension"),
        ("c1", 525_601, "bad_extension"),
        ("c1", 10**12, "bad_extension"),
    ],
)
def test_a_cart_that_cannot_be_told_or_dated_is_refused_and_holds_nothing(
    oms: Oms, cart: str, minutes: int, code: str
) -> None:
    oms.stock.receive("W0", {"A": 1}, actor="amy")
    with pytest.raises(UsageError) as caught:
        oms.reservations.hold("web", cart, {"A": 1}, minutes=minutes, actor="shop")
    assert caught.value.code == code
    assert oms.stock.levels(["A"])[Cell("A", "W0")].reserved == 0
