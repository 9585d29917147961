"""Laws of the source step that plans orders together: within supply, urgent first, the same each time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

import pytest
from attrs import evolve as changed
from hypothesis import given, settings
from hypothesis import strategies as st

from omskit.allocation import Lane, Network, Policy, RateCard, Service, Warehouse
from omskit.core import Cell, Destination, Level, UsageError
from omskit.flow import Facts, source_step
from omskit.flow.steps.source import KEPT, LEVELS
from omskit.orders import Assign, Order, OrderLine, Terms

AT = datetime(2026, 3, 2, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)
HOUR_MS = 3_600_000
SKUS = ("A", "B", "C")
CODES = ("BER", "MUC", "HAM")
NETWORK = Network(
    "EUR",
    tuple(Warehouse(code, place) for place, code in enumerate(CODES)),
    (
        Service(
            "std",
            "post",
            tuple(
                Lane({country}, RateCard(1000, 500 + 90 * ((at + 2 * n) % 3), 1000, 100), 1, {code})
                for n, code in enumerate(CODES)
                for at, country in enumerate(("DE", "FR"))
            ),
        ),
    ),
)

Stock = Mapping[Cell, int]


def order(
    key: int, skus: Sequence[tuple[str, int]], *, rank: int = 0, country: str = "DE", whole: bool = False
) -> Order:
    lines = tuple(OrderLine(number, sku, units, units) for number, (sku, units) in enumerate(skus, 1))
    terms = Terms("web", f"A-{key}", AT, "EUR", Destination(country), "b", ship_complete=whole)
    return Order(key, "approved", terms, lines, rank=rank)


def assigned(orders: Sequence[Order], stock: Stock, *, together: timedelta | None = HOUR) -> dict[int, Assign]:
    levels = {cell: Level(pieces + 1, 1) for cell, pieces in stock.items()}
    step = source_step(NETWORK, Policy(), together=together)
    found = {}
    for key, (command,) in step.run(orders, Facts(AT, lambda: 0, {LEVELS: levels, KEPT: {}})).items():
        assert isinstance(command, Assign)
        found[key] = command
    return found


def where(commands: Mapping[int, Assign]) -> dict[int, list[tuple[str, tuple[tuple[int, int], ...], int]]]:
    return {
        key: [(one.warehouse, one.lines, one.freight_minor) for one in command.consignments]
        for key, command in commands.items()
    }


def given_away(orders: Sequence[Order], commands: Mapping[int, Assign]) -> Counter[Cell]:
    taken: Counter[Cell] = Counter()
    for one in orders:
        for consignment in commands[one.key].consignments:
            for number, units in consignment.lines:
                taken[Cell(one.line(number).sku, consignment.warehouse)] += units
    return taken


ORDERS = st.builds(
    lambda rows: [
        order(key, list(skus.items()), rank=rank, country=country, whole=whole)
        for key, (skus, rank, country, whole) in enumerate(rows, 1)
    ],
    st.lists(
        st.tuples(
            st.dictionaries(st.sampled_from(SKUS), st.integers(1, 2), min_size=1),
            st.integers(0, 2 * HOUR_MS),
            st.sampled_from(("DE", "FR")),
            st.booleans(),
        ),
        min_size=1,
        max_size=6,
    ),
)
SCARCE = st.fixed_dictionaries({Cell(sku, code): st.integers(0, 3) for sku in SKUS for code in CODES})
PLENTY = {Cell(sku, code): 100 for sku in SKUS for code in CODES}


@settings(deadline=None)
@given(ORDERS, SCARCE)
def test_no_cell_gives_more_than_it_has(orders: list[Order], stock: Stock) -> None:
    taken = given_away(orders, assigned(orders, stock))
    assert all(units <= stock[cell] for cell, units in taken.items())


@settings(deadline=None)
@given(ORDERS, SCARCE, st.randoms(use_true_random=False))
def test_the_turn_in_which_orders_come_changes_nothing(orders: list[Order], stock: Stock, draw: object) -> None:
    mixed = list(orders)
    draw.shuffle(mixed)  # type: ignore[attr-defined]
    assert assigned(mixed, stock) == assigned(orders, stock)


@settings(deadline=None)
@given(ORDERS)
def test_where_there_is_plenty_it_is_the_plan_one_by_one(orders: list[Order]) -> None:
    assert where(assigned(orders, PLENTY)) == where(assigned(orders, PLENTY, together=None))


@settings(deadline=None)
@given(ORDERS, SCARCE)
def test_orders_of_an_earlier_stretch_get_the_same_without_the_later(orders: list[Order], stock: Stock) -> None:
    earlier = [one for one in orders if one.rank < HOUR_MS]
    alone = assigned(earlier, stock)
    assert {key: command for key, command in assigned(orders, stock).items() if key in alone} == alone


@settings(deadline=None)
@given(ORDERS, SCARCE)
def test_no_more_units_wait_among_equals_than_one_by_one(orders: list[Order], stock: Stock) -> None:
    equals = [changed(one, rank=0) for one in orders]
    together = given_away(equals, assigned(equals, stock))
    assert together.total() >= given_away(equals, assigned(equals, stock, together=None)).total()


@settings(deadline=None)
@given(ORDERS, SCARCE)
def test_stretches_of_a_millisecond_are_the_ranks_themselves(orders: list[Order], stock: Stock) -> None:
    apart = [order(one.key, [(line.sku, line.quantity) for line in one.lines], rank=one.key) for one in orders]
    fine = assigned(apart, stock, together=timedelta(milliseconds=1))
    assert where(fine) == where(assigned(apart, stock, together=None))


def test_within_a_stretch_a_piece_is_left_to_the_order_that_would_have_to_be_split_without_it() -> None:
    anywhere, here = order(1, [("A", 1)], rank=1), order(2, [("A", 1), ("B", 1)], rank=2)
    stock = {Cell("A", "BER"): 1, Cell("A", "HAM"): 1, Cell("B", "BER"): 1}

    def codes(together: timedelta | None) -> dict[int, list[str]]:
        found = where(assigned([anywhere, here], stock, together=together))
        return {key: [code for code, _, _ in some] for key, some in found.items()}

    assert codes(None) == {1: ["BER"], 2: ["BER", "HAM"]}
    assert codes(HOUR) == {1: ["HAM"], 2: ["BER"]}


def test_an_urgent_order_keeps_the_piece_that_a_lesser_one_would_use_better() -> None:
    urgent = order(1, [("A", 1), ("B", 1)], rank=HOUR_MS - 1)
    lesser = order(2, [("A", 2)], rank=HOUR_MS, whole=True)
    stock = {Cell("A", "BER"): 2}
    apart = assigned([lesser, urgent], stock)
    assert {key: len(command.consignments) for key, command in apart.items()} == {1: 1, 2: 0}
    equals = assigned([lesser, urgent], stock, together=2 * HOUR)
    assert {key: len(command.consignments) for key, command in equals.items()} == {1: 0, 2: 1}


def test_a_stretch_below_a_millisecond_is_refused() -> None:
    with pytest.raises(UsageError) as refused:
        source_step(NETWORK, Policy(), together=timedelta(0))
    assert refused.value.code == "bad_stretch"
