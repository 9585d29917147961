"""The source step plans open units on the stock as it is; the direct process goes from receipt to release."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

from attrs import evolve as changed

from omskit.allocation import Lane, Network, Policy, RateCard, Service, Warehouse
from omskit.channels import Channel, ChannelLine, ChannelOrder, Listing, Listings, Reversal
from omskit.core import Cell, Component, Destination, Level, Refusal
from omskit.engine import Oms
from omskit.flow import Facts, direct, source_step
from omskit.flow.deliveries import demand_of
from omskit.flow.steps.source import KEPT, LEVELS
from omskit.orders import (
    NEVER_SPLIT,
    Assign,
    Barred,
    ByClass,
    Consignment,
    Hold,
    Order,
    OrderLine,
    PutOnHold,
    ReleaseHold,
    SplitPolicy,
    Terms,
    UpTo,
)
from omskit.storage import MemoryStorage

AT = datetime(2026, 3, 2, 9, tzinfo=UTC)
NETWORK = Network(
    "EUR",
    (Warehouse("BER"), Warehouse("MUC")),
    (Service("std", "post", (Lane({"DE"}, RateCard(1000, 500, 1000, 100)),)),),
)
POLICY = Policy()


def line(number: int, sku: str, open_: int = 1, **more: Any) -> OrderLine:
    return OrderLine(number, sku, open_, open_, **more)


def order(*lines: OrderLine, key: int = 1, holds: tuple[Hold, ...] = (), **more: Any) -> Order:
    known = {name: more.pop(name) for name in ("barred", "planned", "rank") if name in more}
    terms = Terms("web", f"A-{key}", AT, "EUR", Destination("DE"), "b", **more)
    return Order(key, "approved", terms, lines, holds=holds, **known)


def run(*orders: Order, stock: Mapping[str, str], policy: Policy = POLICY) -> dict[int, Assign]:
    """Run the step on stock from text: ``{"BER": "A2 B1"}``."""
    levels = {
        Cell(one[0], code): Level(int(one[1:]) + 3, 3) for code, text in stock.items() for one in text.split()
    }
    commands = source_step(NETWORK, policy).run(orders, Facts(AT, lambda: 0, {LEVELS: levels, KEPT: {}}))
    found = {}
    for key, (command,) in commands.items():
        assert isinstance(command, Assign)
        found[key] = command
    return found


def test_a_parcel_becomes_a_consignment_with_courier_weight_freight_and_dates() -> None:
    goods = (Component("A", 1, 600),)
    (command,) = run(order(line(1, "A", 2, components=goods), planned=4), stock={"BER": "A2"}).values()
    assert command.consignments == (
        Consignment(5, "BER", ((1, 2),), "post", "std", 1200, 600, date(2026, 3, 2), date(2026, 3, 3)),
    )
    assert command.why == ("the cheapest single parcel, and no split could cost less",)


def test_what_finds_no_warehouse_is_looked_at_again_with_its_reason() -> None:
    (command,) = run(order(line(1, "A", 3)), stock={"BER": "A1"}).values()
    assert [one.lines for one in command.consignments] == [((1, 1),)]
    assert (command.reasons, command.retry_at) == (((1, "no_stock"),), AT + timedelta(hours=4))


def test_the_order_that_ranks_first_gets_the_last_unit() -> None:
    first, second = order(line(1, "A"), key=2, rank=1), order(line(1, "A"), key=1, rank=2)
    found = run(second, first, stock={"BER": "A1"})
    assert {key: len(command.consignments) for key, command in found.items()} == {1: 0, 2: 1}


def test_reserved_stock_is_not_promised_twice() -> None:
    (command,) = run(order(line(1, "A")), stock={"BER": "A0"}).values()
    assert command.consignments == ()


def test_a_held_line_stays_open_and_the_rest_goes() -> None:
    held = order(line(1, "A"), line(2, "B"), holds=(Hold("check", AT, "amy", line=2),))
    (command,) = run(held, stock={"BER": "A1 B1"}).values()
    assert ([one.lines for one in command.consignments], command.reasons) == ([((1, 1),)], ((2, "held"),))


def test_a_held_line_keeps_its_group_and_its_whole_order() -> None:
    hold = Hold("check", AT, "amy", line=1, until=AT + timedelta(hours=1))
    group = order(line(1, "A", group="g"), line(2, "B", group="g"), holds=(hold,))
    whole = order(line(1, "A"), line(2, "B"), key=2, holds=(hold,), ship_complete=True)
    found = run(group, whole, stock={"BER": "A2 B2"})
    assert {key: one.reasons for key, one in found.items()} == dict.fromkeys((1, 2), ((1, "held"), (2, "held")))
    assert {one.retry_at for one in found.values()} == {AT + timedelta(hours=1)}


def test_a_barred_warehouse_is_asked_again_when_its_time_is_over() -> None:
    bars = (Barred("BER", 1, AT + timedelta(hours=1)), Barred("MUC", 0, AT))
    (command,) = run(order(line(1, "A"), barred=bars), stock={"BER": "A1", "MUC": "A1"}).values()
    assert [one.warehouse for one in command.consignments] == ["MUC"]
    (short,) = run(order(line(1, "A", 2), barred=bars), stock={"BER": "A1", "MUC": "A1"}).values()
    assert short.retry_at == AT + timedelta(hours=1)


def test_a_demand_carries_all_that_the_order_agreed() -> None:
    agreed: dict[str, Any] = {
        "ship_by": AT + timedelta(days=1),
        "arrive_by": AT + timedelta(days=2),
        "ship_complete": True,
        "cod": True,
        "warehouse": "BER",
        "courier": "post",
    }
    bars = (Barred("MUC", 0, AT + timedelta(1)),)
    made = demand_of(order(line(1, "A", 2), rank=7, barred=bars, **agreed), AT, POLICY)
    assert made is not None
    assert {name: getattr(made, name) for name in agreed} == agreed
    assert (made.key, made.rank, made.currency, made.channel) == (1, 7, "EUR", "web")
    assert (made.destination, made.barred) == (Destination("DE"), frozenset({"MUC"}))


def test_an_order_with_nothing_open_is_left_alone() -> None:
    done = OrderLine(1, "A", 1, 0, reserved=1)
    assert run(order(done), stock={"BER": "A1"}) == {}


def _read(payload: bytes) -> Iterator[ChannelOrder | Reversal | Refusal]:
    for number, items in enumerate(json.loads(payload), 1):
        lines = tuple(ChannelLine(item, count, 100 * count) for item, count in items)
        yield ChannelOrder(f"W-{number}", AT, "EUR", Destination("DE"), lines, "b1")


def _shop(*orders: list[tuple[str, int]]) -> tuple[Oms, tuple[str, ...]]:
    listings = {"set": Listing("SET", components=(Component("A", 2, 100), Component("B", 1, 100)))}
    shop = Channel("web", _read, listings=Listings({**listings, "a": Listing("A")}), returns_to="BER")
    oms = Oms(MemoryStorage(), [shop], direct(NETWORK, POLICY), clock=lambda: AT)
    oms.stock.receive("BER", {"A": 5, "B": 1}, actor="amy")
    oms.stock.receive("MUC", {"A": 1}, actor="amy")
    return oms, tuple(oms.receive("web", json.dumps(orders).encode()).placed)


def test_the_direct_process_takes_an_order_from_receipt_to_release() -> None:
    oms, (number,) = _shop([("set", 1), ("a", 2)])
    run = oms.run()
    assert (run.moved, run.refused) == ({"review": 1, "source": 1, "release": 1}, ())
    found = oms.order(number)
    assert (found.status, [(one.warehouse, one.courier) for one in found.consignments]) == (
        "released",
        [("BER", "post")],
    )
    assert oms.stock.levels(["A", "B"]) == {
        Cell("A", "BER"): Level(5, 4),
        Cell("A", "MUC"): Level(1, 0),
        Cell("B", "BER"): Level(1, 1),
    }
    assert oms.verify().is_sound


def test_what_is_short_waits_in_the_book_and_nothing_is_oversold() -> None:
    oms, numbers = _shop([("a", 6)], [("set", 1)])
    oms.run()
    assert [oms.order(number).status for number in numbers] == ["released", "backordered"]
    assert len(oms.order(numbers[0]).consignments) == 2
    assert "line 1 stays open: no_stock" in oms.explain(numbers[1])
    assert oms.verify().is_sound


def test_a_line_on_hold_goes_when_it_is_lifted_and_its_time_has_come() -> None:
    oms, (number,) = _shop([("a", 1), ("a", 1)])
    oms.do(number, PutOnHold("check", line=2), actor="amy")
    oms.run()
    assert [one.reserved for one in oms.order(number).lines] == [1, 0]
    oms.do(number, ReleaseHold("check", 2), actor="amy")
    later = Oms(oms.storage, oms.channels.values(), oms.processes, clock=lambda: AT + timedelta(hours=4))
    later.run()
    assert later.order(number).status == "released"


def test_a_split_policy_sends_the_parts_of_an_order_by_themselves() -> None:
    step = source_step(NETWORK, POLICY, splitting=SplitPolicy((ByClass({"A": "food"}),)))
    levels = {Cell("A", "BER"): Level(5), Cell("B", "BER"): Level(5)}
    asked = order(line(1, "A"), line(2, "B", 2), planned=2)
    ((command,),) = step.run([asked], Facts(AT, lambda: 0, {LEVELS: levels, KEPT: {}})).values()
    assert isinstance(command, Assign)
    assert [(one.number, one.warehouse, one.lines) for one in command.consignments] == [
        (3, "BER", ((1, 1),)),
        (4, "BER", ((2, 2),)),
    ]


def test_a_sealed_order_leaves_one_warehouse_in_one_parcel_or_not_at_all() -> None:
    sealed = order(line(1, "A"), line(2, "B"), marks=("sealed",))
    policy = SplitPolicy((UpTo(units=1),), never=NEVER_SPLIT)
    step = source_step(NETWORK, POLICY, splitting=policy)

    def planned(**stock: str) -> list[tuple[str, tuple[tuple[int, int], ...]]]:
        levels = {Cell(sku, code): Level(1) for code, skus in stock.items() for sku in skus}
        ((command,),) = step.run([sealed], Facts(AT, lambda: 0, {LEVELS: levels, KEPT: {}})).values()
        assert isinstance(command, Assign)
        return [(one.warehouse, one.lines) for one in command.consignments]

    assert planned(BER="A", MUC="B") == []
    assert planned(BER="A", MUC="AB") == [("MUC", ((1, 1), (2, 1)))]


def test_a_line_that_was_set_apart_leaves_by_itself() -> None:
    one = changed(order(line(1, "A"), line(2, "B")), apart=(2,))
    (command,) = run(one, stock={"BER": "A1 B1"}).values()
    assert [consignment.lines for consignment in command.consignments] == [((1, 1),), ((2, 1),)]
