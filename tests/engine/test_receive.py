"""What a channel says again: the same changes nothing, other content becomes changes, what is too late is held."""

from __future__ import annotations

from shop import AT, back, fulfillments, order, payload, shop

from omskit.core import Cell, Level
from omskit.engine import Oms
from omskit.fulfillment import HandOver
from omskit.orders import Amended, ReleaseHold
from omskit.storage import Storage


def counters(oms: Oms, number: str) -> list[tuple[int, int, int, int]]:
    return [(line.open, line.reserved, line.shipped, line.cancelled) for line in oms.order(number).lines]


def test_edge_20_a_webhook_that_comes_three_times_makes_one_order(storage: Storage) -> None:
    oms = shop(storage)
    said = payload(order("1", ("A", 2)))
    assert [len(oms.receive("web", said).placed) for _ in range(3)] == [1, 0, 0]
    assert oms.receive("web", said, said).repeated == 2
    assert len(list(oms.orders())) == 1


def test_edge_20_a_line_that_shrinks_gives_its_reservation_back(storage: Storage) -> None:
    oms = shop(storage)
    oms.stock.receive("BER", {"A": 5}, actor="amy")
    (number,) = oms.receive("web", payload(order("1", ("A", 4)))).placed
    no_release = oms.processes.default.without("release")
    Oms(storage, tuple(oms.channels.values()), no_release, clock=lambda: AT).run()
    received = oms.receive("web", payload(order("1", ("A", 3))))
    assert (received.placed, received.amended, received.refused) == ((), (number,), ())
    assert counters(oms, number) == [(0, 3, 0, 1)]
    assert oms.stock.levels(["A"]) == {Cell("A", "BER"): Level(5, 3)}
    assert oms.verify().is_sound


def test_edge_20_a_line_that_vanishes_is_cancelled_and_one_that_comes_is_added(storage: Storage) -> None:
    oms = shop(storage)
    (number,) = oms.receive("web", payload(order("1", ("A", 2), ("B", 1)))).placed
    oms.receive("web", payload(order("1", ("A", 2))))
    assert counters(oms, number) == [(2, 0, 0, 0), (0, 0, 0, 1)]
    oms.receive("web", payload(order("2", ("A", 2))), payload(order("2", ("A", 2), ("B", 3))))
    assert [[line.quantity for line in one.lines] for one in oms.orders()][1] == [2, 3]


def test_edge_20_an_older_state_that_comes_late_changes_nothing(storage: Storage) -> None:
    oms = shop(storage)
    (number,) = oms.receive("web", payload(order("1", ("A", 2), changed=1))).placed
    assert oms.receive("web", payload(order("1", ("A", 1), changed=3))).amended == (number,)
    late = oms.receive("web", payload(order("1", ("A", 2), changed=2)))
    assert (late.repeated, late.amended, late.refused) == (1, (), ())
    assert counters(oms, number) == [(1, 0, 0, 1)]


def test_edge_20_a_line_that_shrinks_after_it_has_left_is_reported_and_holds_the_order(storage: Storage) -> None:
    oms = shop(storage)
    oms.stock.receive("BER", {"A": 3}, actor="amy")
    (number,) = oms.receive("web", payload(order("1", ("A", 4)))).placed
    oms.run()
    oms.do(fulfillments(oms, number)[0], HandOver("WB1"), actor="wms")
    received = oms.receive("web", payload(order("1", ("A", 2))))
    assert [(one.subject, one.code) for one in received.refused] == [("1", "units_gone")]
    assert [hold.code for hold in oms.order(number).holds] == ["changed_by_channel"]
    assert oms.receive("web", payload(order("1", ("A", 2)))).repeated == 1
    assert oms.verify().is_sound


def test_what_comes_too_late_for_an_order_that_has_ended_is_reported_alone(storage: Storage) -> None:
    oms = shop(storage)
    (number,) = oms.receive("web", payload(order("1", ("A", 4)))).placed
    oms.cancel(number, actor="amy")
    received = oms.receive("web", payload(order("1", ("A", 3))))
    assert [one.code for one in received.refused] == ["not_allowed"]
    assert oms.order(number).holds == ()


def test_a_change_says_in_the_history_who_said_so(storage: Storage) -> None:
    oms = shop(storage)
    (number,) = oms.receive("web", payload(order("1", ("A", 2)))).placed
    oms.receive("web", payload(order("1", ("A", 4))))
    last = oms.history(number)[-1]
    assert isinstance(last.event, Amended)
    assert (last.actor, last.cause, last.event.reason) == ("web", "receive", "web says so")


def test_cn_1_a_refund_that_is_asked_for_holds_the_order_and_one_that_is_withdrawn_lets_it_go(
    storage: Storage,
) -> None:
    oms = shop(storage)
    (number,) = oms.receive("web", payload(order("1", ("A", 2), says="ok"))).placed
    oms.receive("web", payload(order("1", ("A", 2), says="refund")))
    assert [(hold.code, hold.actor) for hold in oms.order(number).holds] == [("under_refund", "web")]
    oms.receive("web", payload(order("1", ("A", 2), says="ok")))
    assert oms.order(number).holds == ()


def test_a_channel_s_hold_that_a_person_has_lifted_is_not_put_again(storage: Storage) -> None:
    oms = shop(storage)
    (number,) = oms.receive("web", payload(order("1", ("A", 2), says="refund"))).placed
    oms.do(number, ReleaseHold("under_refund"), actor="amy")
    oms.receive("web", payload(order("1", ("A", 1), says="refund")))
    assert oms.order(number).holds == ()


def test_a_reversal_that_comes_again_with_other_content_is_reported_and_changes_nothing(storage: Storage) -> None:
    oms = shop(storage)
    (number,) = oms.receive("web", payload(order("1", ("A", 4)))).placed
    oms.receive("web", payload(back("R1", ("A", 1, 100))))
    received = oms.receive("web", payload(back("R1", ("A", 2, 200))))
    assert [(one.subject, one.code) for one in received.refused] == [("R1", "changed_content")]
    assert counters(oms, number) == [(3, 0, 0, 1)]
