"""Dividing an order: every unit and every cent goes to one child, and joining them restores the order."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from omskit.core import Destination, OmsError
from omskit.orders import (
    Approve,
    Assign,
    Cancel,
    Charge,
    Command,
    Consignment,
    Dissolve,
    Divide,
    Order,
    OrderLine,
    Place,
    Rejoin,
    Terms,
    decide,
    divide,
    evolve,
)

AT = datetime(2026, 3, 2, 9, tzinfo=UTC)
TERMS = Terms("web", "A-1", AT, "EUR", Destination("DE"), buyer="b1")
LINES = (
    OrderLine(1, "CUP", 3, 3, list_minor=1000, discount_minor=100, tax_minor=144, external_id="L1"),
    OrderLine(2, "MUG", 1, 1, list_minor=500),
)


def give(order: Order | None, *commands: Command) -> Order:
    for command in commands:
        for event in decide(order, command, at=AT):
            order = evolve(order, event)
    assert order is not None
    return order


ORDER = give(None, Place(1, TERMS, LINES, (Charge("freight", 490), Charge("voucher", -100))), Approve())


def test_edge_14_children_share_every_column_and_add_up_to_the_order() -> None:
    first, second = divide(ORDER, [{1: 2}, {1: 1, 2: 1}], [10, 11])
    assert [(line.number, line.sku, line.quantity) for line in second.lines] == [(1, "CUP", 1), (2, "MUG", 1)]
    # 10.00, 1.00 and 1.44 over two cups and one
    lines = (*first.lines, *second.lines)
    assert [(one.list_minor, one.discount_minor, one.tax_minor) for one in lines] == [
        (667, 67, 96),
        (333, 33, 48),
        (500, 0, 0),
    ]
    # 4.90 and -1.00 by what is paid: 6.00 to 8.00
    assert [[charge.amount_minor for charge in one.charges] for one in (first, second)] == [[210, -43], [280, -57]]
    assert first.lines[0].external_id == "L1"


def test_edge_14_what_is_free_stays_free() -> None:
    free = give(None, Place(1, TERMS, LINES, (Charge("freight", 0),)), Approve())
    places = divide(free, [{1: 3}, {2: 1}], [10, 11])
    assert [[charge.amount_minor for charge in one.charges] for one in places] == [[0], [0]]


def test_a_child_is_known_to_its_channel_by_the_id_of_the_order_it_came_from() -> None:
    place = divide(ORDER, [{1: 3}, {2: 1}], [10, 11])[1]
    assert (place.terms.external_id, place.terms.origin) == ("A-1~2", "A-1")
    child = give(None, place, Approve())
    assert child.channel_id == "A-1"
    bigger = give(None, Place(5, TERMS, LINES), Approve())
    three = give(None, divide(bigger, [{1: 3}, {2: 1}], [10, 11])[0], Approve())
    (again, _) = divide(three, [{1: 1}, {1: 2}], [12, 13])
    assert (again.terms.external_id, again.terms.origin) == ("A-1~1~1", "A-1")


def test_joining_the_children_restores_the_order_but_for_the_memory_of_them() -> None:
    divided = give(ORDER, Divide((10, 11)))
    assert (divided.status, divided.children) == ("divided", (10, 11))
    assert give(divided, Rejoin()) == give(ORDER, Divide((10, 11)), Rejoin())
    again = give(divided, Rejoin())
    assert (again.status, again.lines, again.terms, again.charges) == (
        ORDER.status,
        ORDER.lines,
        ORDER.terms,
        ORDER.charges,
    )


def test_a_child_that_was_worked_on_is_not_dissolved() -> None:
    child = give(None, divide(ORDER, [{1: 3}, {2: 1}], [10, 11])[0], Approve())
    assert give(child, Dissolve()).status == "dissolved"
    assert decide(give(child, Dissolve()), Dissolve(), at=AT) == ()
    for work in (Cancel(((1, 1),)), Assign((Consignment(1, "BER", ((1, 1),)),))):
        with pytest.raises(OmsError, match="in_work"):
            decide(give(child, work), Dissolve(), at=AT)


@pytest.mark.parametrize(
    ("order", "parts", "code"),
    [
        (ORDER, [{1: 3, 2: 1}], "bad_parts"),
        (ORDER, [{1: 3}, {}], "bad_parts"),
        (ORDER, [{1: 3}, {1: 0, 2: 1}], "bad_parts"),
        (ORDER, [{1: 2}, {2: 1}], "bad_parts"),
        (ORDER, [{1: 3}, {1: 1, 2: 1}], "bad_parts"),
        (ORDER, [{1: 3}, {3: 1}], "unknown_line"),
        (give(ORDER, Cancel(((1, 1),))), [{1: 2}, {2: 1}], "in_work"),
    ],
)
def test_a_division_that_does_not_add_up_is_refused(order: Order, parts: Any, code: str) -> None:
    with pytest.raises(OmsError) as error:
        divide(order, parts, [10, 11][: len(parts)])
    assert error.value.code == code


@given(
    st.lists(st.tuples(st.integers(1, 9), st.integers(0, 99), st.integers(0, 99)), min_size=1, max_size=4),
    st.lists(st.integers(-500, 500), max_size=3),
    st.randoms(use_true_random=False),
    st.integers(2, 4),
)
def test_no_cent_and_no_unit_is_lost(
    said: list[tuple[int, int, int]], charges: list[int], draw: Any, count: int
) -> None:
    lines = tuple(
        OrderLine(n, "SKU", units, units, list_minor=price, discount_minor=min(off, price), tax_minor=off)
        for n, (units, price, off) in enumerate(said, 1)
    )
    order = give(None, Place(1, TERMS, lines, tuple(Charge("c", amount) for amount in charges)), Approve())
    parts: list[dict[int, int]] = [{} for _ in range(count)]
    for line in lines:
        for _ in range(line.quantity):
            part = draw.choice(parts)
            part[line.number] = part.get(line.number, 0) + 1
    parts = [part for part in parts if part]
    if len(parts) < 2:
        return
    children = [give(None, place) for place in divide(order, parts, range(10, 10 + len(parts)))]
    assert sum(child.total_minor for child in children) == order.total_minor
    assert all(line.paid_minor >= 0 and line.discount_minor >= 0 for child in children for line in child.lines)
    for column in ("quantity", "list_minor", "discount_minor", "tax_minor"):
        totals = [sum(getattr(line, column) for line in one.lines) for one in (order, *children)]
        assert totals[0] == sum(totals[1:])
