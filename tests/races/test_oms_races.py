"""Many workers on one shop at the same moment: nothing is promised, placed, sent or decided twice."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import pytest
from many_shops import close, in_processes, in_threads, open_shop
from shop import AT, fulfillments, order, payload

from omskit.core import Cell, Level, OmsError, Refused
from omskit.engine import Done, Oms, Request
from omskit.fulfillment import HandOver
from omskit.orders import Approve, Assign, Consignment
from omskit.storage import Delivery

#: Lets ten hands work at the same moment.
Crew = Callable[..., list[Any]]


@pytest.fixture
def oms(url: str) -> Iterator[Oms]:
    oms = open_shop(url)
    yield oms
    close(oms)


@pytest.fixture(params=["threads", "processes"])
def crew(request: pytest.FixtureRequest, url: str, oms: Oms) -> Crew:
    return partial(in_threads, oms) if request.param == "threads" else partial(in_processes, url)


def run(oms: Oms, _number: int) -> int:
    return sum(oms.run().moved.values())


def receive(oms: Oms, _number: int) -> tuple[int, int]:
    received = oms.receive("web", payload(*(order(f"{n}", ("A", 1)) for n in range(5))))
    return len(received.placed), received.repeated


def assign(numbers: list[str], oms: Oms, number: int) -> Done:
    """Promise the only piece to one order by hand, whatever the process would do."""
    command = Assign((Consignment(1, "BER", ((1, 1),)),), AT)
    return oms.do(numbers[number], command, actor=f"hand {number}")


def relay(oms: Oms, _number: int) -> list[int]:
    sent: list[int] = []

    def send(request: Request) -> Delivery:
        sent.append(request.id)
        return Delivery.DONE

    while oms.relay(send, 3).done:
        continue
    return sent


def cancel_or_ship(number: str, work: str, oms: Oms, hand: int) -> Done:
    """Half of the hands cancel, half ship."""
    if hand % 2:
        return oms.cancel(number, actor="amy")
    return oms.do(work, HandOver("WB-1", "post"), actor="wms")


def placed(oms: Oms, count: int) -> list[str]:
    return list(oms.receive("web", payload(*(order(f"{n}", ("A", 1)) for n in range(count)))).placed)


def check_one_reserved(oms: Oms) -> None:
    assert sum(one.lines[0].reserved for one in oms.orders()) == 1
    assert oms.stock.levels(["A"]) == {Cell("A", "BER"): Level(1, 1)}
    assert len([one for one in oms.stock.movements("A", "BER") if one.reserved]) == 1
    assert oms.verify().drift == ()


def test_ten_runners_and_ten_orders_reach_for_one_piece_and_one_order_gets_it(oms: Oms, crew: Crew) -> None:
    placed(oms, 10)
    oms.stock.receive("BER", {"A": 1}, actor="amy")
    outcomes = crew(run)
    assert not [one for one in outcomes if isinstance(one, OmsError)]
    oms.run()
    check_one_reserved(oms)
    assert len(list(oms.fulfillments())) == 1


def test_ten_hands_promise_one_piece_and_nine_are_refused_and_leave_no_row_behind(oms: Oms, crew: Crew) -> None:
    numbers = placed(oms, 10)
    for number in numbers:
        oms.do(number, Approve(), actor="amy")
    oms.stock.receive("BER", {"A": 1}, actor="amy")
    before = sum(len(oms.history(number)) for number in numbers)
    outcomes = crew(partial(assign, numbers))
    refused = [one for one in outcomes if isinstance(one, Refused)]
    assert [one.code for one in refused] == ["out_of_stock"] * 9
    assert len([one for one in outcomes if isinstance(one, Done)]) == 1
    assert sum(len(oms.history(number)) for number in numbers) == before + 1
    check_one_reserved(oms)


def test_ten_receive_the_same_payload_and_each_order_is_placed_once(oms: Oms, crew: Crew) -> None:
    outcomes = crew(receive)
    assert sum(count for count, _ in outcomes) == 5
    assert sum(repeated for _, repeated in outcomes) == 45
    assert len(list(oms.orders())) == 5
    assert oms.verify().drift == ()


def test_ten_relays_send_each_request_once(oms: Oms, crew: Crew) -> None:
    placed(oms, 12)
    oms.stock.receive("BER", {"A": 12}, actor="amy")
    oms.run()
    sent = [one for some in crew(relay) for one in some]
    assert len(set(sent)) == len(sent) == 12


def test_of_cancelling_and_shipping_exactly_one_wins(oms: Oms, crew: Crew) -> None:
    (number,) = placed(oms, 1)
    oms.stock.receive("BER", {"A": 1}, actor="amy")
    oms.run()
    (work,) = fulfillments(oms, number)
    outcomes = crew(partial(cancel_or_ship, number, work), hands=2)
    assert not [one for one in outcomes if isinstance(one, OmsError) and not isinstance(one, Refused)]
    (line,) = oms.order(number).lines
    held = line.reserved
    assert (line.shipped, line.cancelled, held) in {(1, 0, 0), (0, 0, 1), (0, 1, 0)}
    assert oms.stock.levels(["A"]) == {Cell("A", "BER"): Level(1 - line.shipped, held)}
    assert oms.verify().drift == ()
