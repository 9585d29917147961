"""The order's values hold their own counters."""

from datetime import UTC, datetime
from typing import Any

import pytest

from omskit.core import Destination, UsageError
from omskit.orders import Hold, Order, OrderLine, Terms

AT = datetime(2026, 3, 2, 9, tzinfo=UTC)
TERMS = Terms("web", "A-1", AT, "EUR", Destination("DE"), buyer="b1")


def test_a_line_partitions_its_quantity() -> None:
    line = OrderLine(1, "SKU", 10, open=3, reserved=2, shipped=4, cancelled=1, returned=2)
    assert line.quantity == 10


@pytest.mark.parametrize(
    "counters",
    [
        {"open": 9},
        {"open": 11},
        {"open": 11, "reserved": -1},
        {"open": 5, "shipped": 5, "returned": 6},
        {"open": 5, "shipped": 5, "returned": -1},
    ],
)
def test_a_line_whose_counters_do_not_add_up_is_refused(counters: dict[str, Any]) -> None:
    with pytest.raises(UsageError) as error:
        OrderLine(1, "SKU", 10, **counters)
    assert error.value.code == "bad_counters"


def test_a_line_of_nothing_is_refused() -> None:
    with pytest.raises(UsageError) as error:
        OrderLine(1, "SKU", 0, 0)
    assert error.value.code == "bad_quantity"


def test_serial_refunds_of_an_order_level_discount_add_up_to_what_was_paid() -> None:
    first = OrderLine(1, "A", 1, 1, list_minor=15000, discount_minor=3000)
    second = OrderLine(2, "B", 1, 1, list_minor=6000, discount_minor=1200)
    assert first.refund_minor(1) == 12000
    assert second.refund_minor(1) == 4800


def test_three_units_that_share_ten_are_refunded_to_the_cent() -> None:
    line = OrderLine(1, "A", 3, open=0, shipped=3, list_minor=1000)
    refunds = []
    for _ in range(3):
        refunds.append(line.refund_minor(1))
        line = line.moved(returned=1)
    assert refunds == [334, 333, 333]


def test_the_total_counts_lines_and_charges_and_no_held_line_blocks_the_order() -> None:
    order = Order(
        1,
        "received",
        TERMS,
        (OrderLine(1, "A", 2, 2, list_minor=500, discount_minor=100), OrderLine(2, "B", 1, 1, list_minor=50)),
        holds=(Hold("refund_open", AT, "amy", line=2),),
    )
    assert order.total_minor == 450
    assert not order.is_held
    assert order.held_lines == {2}


def test_an_unknown_line_number_says_which_there_are() -> None:
    order = Order(1, "received", TERMS, (OrderLine(1, "A", 1, 1),))
    with pytest.raises(UsageError, match="there are 1 to 1"):
        order.line(2)


def test_a_grade_outside_its_scale_is_refused() -> None:
    with pytest.raises(UsageError) as error:
        Terms("web", "A", AT, "EUR", Destination("DE"), grade=10)
    assert error.value.code == "bad_grade"
