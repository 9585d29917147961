"""F-07 and F-08: cut at every statement and commit, and do it again; nothing is done by halves or twice."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta

import pytest
from attrs import evolve
from faults import SPLITS, Cut, Failpoints, Forgets, LosesAnswers, rows, summary, violations
from shop import AT, Clock, order, payload, shop

from omskit.core import Cell, Level, readable
from omskit.engine import Oms
from omskit.fulfillment import FULFILLMENTS, HandOver
from omskit.inventory.inbound import AddExpected, SetExpected
from omskit.inventory.transfers import TRANSFERS, Receive, Send
from omskit.orders import ORDERS, Approve, Assign, Consignment
from omskit.storage import MemoryStorage
from omskit.storage.sql import SqlStorage

DAY = AT.date() + timedelta(days=2)
#: No command has as many points; beyond it the loop does not end.
MOST = 400


def number_of(oms: Oms, external_id: str) -> str:
    (key,) = [one.key for one in oms.orders() if one.terms.external_id == external_id]
    return readable(ORDERS.number, key)


def hand_over(oms: Oms) -> object:
    order = number_of(oms, "1")
    (key,) = [one.key for one in oms.fulfillments() if readable(ORDERS.number, one.lines[0].order) == order]
    return oms.do(readable(FULFILLMENTS.number, key), HandOver("WB-1", "post"), actor="wms", key="handed")


def transfer_of(oms: Oms) -> str:
    with oms.storage.begin(read=True) as unit:
        (key,) = unit.of(TRANSFERS).find(limit=2)
    return readable(TRANSFERS.number, key)


def hold(oms: Oms, cart: str, pieces: Mapping[str, int]) -> object:
    return oms.reservations.hold("web", cart, pieces, minutes=15, actor="shop")


#: The life of a shop, command by command; each is one unit.
LIFE: dict[str, Callable[[Oms], object]] = {
    "stock.receive": lambda oms: oms.stock.receive("BER", {"A": 20, "B": 9}, actor="amy", key="asn-1"),
    "receive": lambda oms: oms.receive("web", payload(order("1", ("A", 2), ("B", 1)), order("2", ("A", 3)))),
    "run": lambda oms: oms.run(2),
    "do": hand_over,
    "cancel": lambda oms: oms.cancel(number_of(oms, "2"), actor="amy"),
    "stock.adjust": lambda oms: oms.stock.adjust(
        "BER", {"A": -1, "B": 2}, actor="amy", reason="found", key="adj-1"
    ),
    "stock.count": lambda oms: oms.stock.count("BER", {"A": 15}, as_of=AT, actor="wms"),
    "stockroom.move": lambda oms: oms.stockroom.move("spoiled", "BER", {"A": 2}, actor="amy", key="sp-1"),
    "transfers.request": lambda oms: oms.transfers.request("BER", "MUC", [("A", 3)], actor="amy", key="tr-1"),
    "transfers.do send": lambda oms: oms.transfers.do(transfer_of(oms), Send("D1", ((1, 3),)), actor="amy"),
    "transfers.do receive": lambda oms: oms.transfers.do(
        transfer_of(oms), Receive("D2", ((1, 2, 1),)), actor="amy"
    ),
    "reservations.hold": lambda oms: hold(oms, "c1", {"A": 4, "B": 1}),
    "reservations.hold more": lambda oms: hold(oms, "c1", {"A": 5, "B": 0}),
    "receive the order of a cart": lambda oms: oms.receive(
        "web", payload(order("3", ("A", 3), terms={"cart": "c1"}))
    ),
    "do approve it": lambda oms: oms.do(number_of(oms, "3"), Approve(), actor="amy", key="approved"),
    "do assign it": lambda oms: oms.do(
        number_of(oms, "3"), Assign((Consignment(1, "BER", ((1, 2),)),), AT), actor="amy", key="assigned"
    ),
    "cancel the order of a cart": lambda oms: oms.cancel(number_of(oms, "3"), actor="amy"),
    "inbound.announce": lambda oms: oms.inbound.announce(
        "PO-1", "BER", [("A", 5, DAY), ("B", 3, DAY)], actor="amy", tolerance_percent=20
    ),
    "inbound.revise": lambda oms: oms.inbound.revise(
        "PO-1", [SetExpected(1, 6), AddExpected("A", 1, DAY)], actor="amy", key="rev-1"
    ),
    "inbound.receive": lambda oms: oms.inbound.receive(
        "PO-1", {"A": 8}, damaged={"B": 1}, receipt="GRN-1", actor="wms"
    ),
    "inbound.close": lambda oms: oms.inbound.close("PO-1", actor="amy", reason="short"),
    "reservations.hold another": lambda oms: hold(oms, "c2", {"A": 2}),
    "reservations.expire": lambda oms: evolve(
        oms, channels=tuple(oms.channels.values()), clock=Clock(AT + timedelta(hours=1))
    ).reservations.expire(limit=1),
}


def cut_everywhere(oms: Oms, storage: SqlStorage, command: Callable[[Oms], object]) -> tuple[int, list[str]]:
    """Cut a command at each of its points in turn; return how many there are, and what was wrong after a cut."""
    wrong: list[str] = []
    for at in range(1, MOST):
        before = rows(storage)
        with Failpoints(at).on(storage.engine):
            try:
                command(oms)
            except Cut:
                pass
            else:
                return at - 1, wrong
        if rows(storage) != before:
            wrong.append(f"done by halves at point {at}")
            wrong += violations(oms)
            return at, wrong
    raise AssertionError(MOST)


def lived() -> Oms:
    """Return a shop that has been through all of it, and was never cut."""
    oms = shop(MemoryStorage())
    for command in LIFE.values():
        command(oms)
    return oms


def sql(oms: Oms) -> SqlStorage:
    assert isinstance(oms.storage, SqlStorage)
    return oms.storage


def test_f07_a_command_cut_at_any_point_has_done_nothing_and_can_be_done_again(
    oms: Oms, record_property: Callable[[str, object], None]
) -> None:
    for name, command in LIFE.items():
        points, wrong = cut_everywhere(oms, sql(oms), command)
        record_property(name, points)
        assert (name, wrong) == (name, [])
        assert points >= 3
    assert violations(oms) == []
    assert summary(oms) == summary(lived())


@pytest.mark.parametrize("mutant", SPLITS.values(), ids=SPLITS)
def test_f07_catches_a_storage_that_writes_in_two_transactions(
    oms: Oms, mutant: Callable[[SqlStorage], object]
) -> None:
    broken = shop(mutant(sql(oms)))  # type: ignore[arg-type]  # a mutant is a storage by its looks
    assert any(cut_everywhere(broken, sql(oms), command)[1] for command in LIFE.values())


def test_f08_a_command_whose_answer_was_lost_is_done_once_when_it_is_called_again(oms: Oms) -> None:
    deaf = LosesAnswers(oms.storage)
    told = shop(deaf)
    for command in LIFE.values():
        deaf.armed = True
        with pytest.raises(Cut):
            command(told)
        command(told)
    assert violations(oms) == []
    assert summary(oms) == summary(lived())


def unheard(storage: object, command: Callable[[Oms, int], object], count: int) -> None:
    """Carry out a command many times, each twice over since nobody heard the first answer."""
    deaf = LosesAnswers(storage)
    told = shop(deaf)
    for number in range(count):
        deaf.armed = True
        with pytest.raises(Cut):
            command(told, number)
        command(told, number)


def goods_in(oms: Oms, number: int) -> None:
    oms.stock.receive("BER", {"A": 1}, actor="amy", key=f"asn-{number}")


def order_in(oms: Oms, number: int) -> None:
    oms.receive("web", payload(order(f"{number}", ("A", 1))))


def test_f08_of_many_lost_answers_none_leaves_a_duplicate(oms: Oms, *, long: bool) -> None:
    count = 1_000 if long else 20
    unheard(oms.storage, goods_in, count)
    unheard(oms.storage, order_in, count)
    assert oms.stock.levels(["A"]) == {Cell("A", "BER"): Level(count)}
    assert len(list(oms.orders())) == count
    assert violations(oms) == []


def test_f08_catches_a_storage_that_forgets_what_was_received(oms: Oms) -> None:
    unheard(Forgets(oms.storage), goods_in, 1)
    assert oms.stock.levels(["A"]) == {Cell("A", "BER"): Level(2)}
