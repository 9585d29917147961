"""Orders that become due in the same stretch are planned together: what is scarce goes where it saves most."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from omskit.allocation import Lane, Network, Policy, RateCard, Service, Warehouse
from omskit.core import Cell, Destination, Level, UsageError
from omskit.flow import Facts, Headroom, Need, source_step
from omskit.flow.steps.source import KEPT, LEVELS
from omskit.orders import Assign, Order, OrderLine, Terms

AT = datetime(2026, 3, 2, 9, tzinfo=UTC)
CODES = ("BER", "MUC", "POZ")
NETWORK = Network(
    "EUR",
    tuple(Warehouse(code, n) for n, code in enumerate(CODES)),
    tuple(
        Service(f"std-{code}", "post", (Lane({"DE"}, RateCard(1000, 500 + 30 * n, 1000, 100), 1, {code}),))
        for n, code in enumerate(CODES)
    ),
)
HOUR = 3_600_000


def order(key: int, skus: str, rank: int = 0) -> Order:
    lines = tuple(OrderLine(n, sku, 1, 1) for n, sku in enumerate(skus, 1))
    return Order(key, "approved", Terms("web", f"A-{key}", AT, "EUR", Destination("DE")), lines, rank=rank)


def sources(
    orders: list[Order], stock: dict[Cell, int], together: timedelta | None
) -> dict[int, list[tuple[str, tuple[tuple[int, int], ...]]]]:
    """Return the warehouses and lines of the consignments of every order."""
    facts = Facts(AT, lambda: 0, {LEVELS: {cell: Level(count) for cell, count in stock.items()}, KEPT: {}})
    commands = source_step(NETWORK, Policy(), together=together).run(orders, facts)
    found = {}
    for key, (command,) in commands.items():
        assert isinstance(command, Assign)
        found[key] = [(one.warehouse, one.lines) for one in command.consignments]
    return found


STOCK = {Cell("A", "BER"): 1, Cell("B", "BER"): 1, Cell("A", "MUC"): 1}
FIRST, SECOND = order(1, "A", rank=HOUR), order(2, "AB", rank=HOUR + 1)


def test_one_by_one_the_first_takes_the_nearest_piece_and_the_second_is_split() -> None:
    found = sources([FIRST, SECOND], STOCK, None)
    assert found == {1: [("BER", ((1, 1),))], 2: [("BER", ((2, 1),)), ("MUC", ((1, 1),))]}


def test_together_the_nearest_piece_goes_where_it_saves_a_parcel() -> None:
    found = sources([FIRST, SECOND], STOCK, timedelta(hours=1))
    assert found == {1: [("MUC", ((1, 1),))], 2: [("BER", ((1, 1), (2, 1)))]}


def test_an_order_of_an_earlier_stretch_loses_nothing() -> None:
    later = order(2, "AB", rank=2 * HOUR)
    assert sources([FIRST, later], STOCK, timedelta(hours=1)) == sources([FIRST, later], STOCK, None)


@pytest.mark.parametrize("asked", [{"together": timedelta(0)}, {"solver": True}], ids=["none", "solver alone"])
def test_a_stretch_of_less_than_a_millisecond_is_an_error(asked: dict[str, Any]) -> None:
    with pytest.raises(UsageError) as error:
        source_step(NETWORK, Policy(), **asked)
    assert error.value.code == "bad_stretch"


def test_what_warehouses_and_couriers_can_still_do_is_asked_once_and_kept_to() -> None:
    asked: list[int] = []

    def ask(_unit: object, orders: object, _lock: bool) -> Headroom:  # noqa: FBT001
        asked.append(len(list(orders)))  # type: ignore[call-overload]
        return Headroom(parcels={"BER": 1}, quotas={"post": 2})

    need = Need("headroom", ask)
    step = source_step(NETWORK, Policy(), headroom=need)
    orders = [order(n, "A", rank=n) for n in (1, 2, 3)]
    levels = {Cell("A", code): Level(9) for code in CODES}
    facts = Facts(AT, lambda: 0, {LEVELS: levels, KEPT: {}, need: need.ask(None, orders, False)})  # type: ignore[arg-type]
    assert step.needs == (LEVELS, KEPT, need)
    commands = step.run(orders, facts)
    sent = [[one.warehouse for one in commands[key][0].consignments] for key in (1, 2, 3)]  # type: ignore[union-attr]
    assert (asked, sent) == ([3], [["BER"], ["MUC"], []])


orders_ = st.lists(
    st.tuples(st.text("ABC", min_size=1, max_size=3), st.integers(0, 3)), min_size=1, max_size=6
).map(lambda pairs: [order(n, skus, rank * HOUR) for n, (skus, rank) in enumerate(pairs, 1)])
stocks = st.fixed_dictionaries({Cell(sku, code): st.integers(0, 3) for sku in "ABC" for code in CODES})


@given(orders_, stocks, st.sampled_from([1, 2, 24]))
@settings(max_examples=100, deadline=None)
def test_together_promises_no_piece_twice_and_no_unit_twice(
    orders: list[Order], stock: dict[Cell, int], hours: int
) -> None:
    taken: dict[Cell, int] = {}
    for key, consignments in sources(orders, stock, timedelta(hours=hours)).items():
        lines = [number for _, some in consignments for number, _ in some]
        assert len(lines) == len(set(lines))
        for code, some in consignments:
            for number, units in some:
                cell = Cell(orders[key - 1].line(number).sku, code)
                taken[cell] = taken.get(cell, 0) + units
    assert all(count <= stock[cell] for cell, count in taken.items())


@given(orders_, stocks)
@settings(max_examples=100, deadline=None)
def test_a_stretch_that_is_alone_in_its_time_is_served_as_if_no_other_came(
    orders: list[Order], stock: dict[Cell, int]
) -> None:
    first = min(one.rank for one in orders)
    urgent = [one for one in orders if one.rank == first]
    alone = sources(urgent, stock, timedelta(hours=1))
    beside = sources(orders, stock, timedelta(hours=1))
    assert {key: beside[key] for key in alone} == alone
