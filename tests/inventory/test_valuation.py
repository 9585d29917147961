"""Valuation: textbook series, provisional cost, returns, and the law that no minor unit is lost."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from omskit.core import Refused, UsageError
from omskit.inventory.valuation import (
    Costing,
    Issue,
    Layer,
    Pool,
    issue,
    issue_lines,
    receive,
    revalue,
    take_back,
)

#: A classic series in hundredths of a cent: open 60 at 15.00, buy 140 at 15.50, sell 190, buy 70 at 16.00,
#: sell 30.
UNIT = 10_000


def _series(costing: Costing, unit: int) -> tuple[Pool, list[int]]:
    pool, _ = receive(Pool(costing), 60, 60 * 15 * unit)
    pool, _ = receive(pool, 140, 140 * 31 * unit // 2)
    pool, first = issue(pool, 190)
    pool, _ = receive(pool, 70, 70 * 16 * unit)
    pool, second = issue(pool, 30)
    return pool, [first.cost_minor, second.cost_minor]


def test_moving_average_gives_the_textbook_figures() -> None:
    pool, costs = _series(Costing.AVERAGE, UNIT)
    assert costs == [29_165_000, 4_775_625]
    assert (pool.quantity, pool.value_minor) == (50, 7_959_375)


def test_moving_average_keeps_total_value_so_that_cents_round_once() -> None:
    """A rounded unit cost of 15.92 would give 477.60 and 795.90."""
    pool, costs = _series(Costing.AVERAGE, 100)
    assert costs == [291_650, 47_756]
    assert pool.value_minor == 79_594


def test_fifo_gives_the_textbook_figures() -> None:
    pool, costs = _series(Costing.FIFO, 100)
    assert costs == [291_500, 47_500]
    assert pool.layers == (Layer(50, 80_000),)


def test_fifo_takes_the_oldest_layer_first() -> None:
    pool, _ = receive(Pool(Costing.FIFO), 10, 1000)
    pool, _ = receive(pool, 10, 2000)
    pool, gone = issue(pool, 15)
    assert gone == Issue(15, 2000)
    assert pool.layers == (Layer(5, 1000),)


def test_what_was_not_there_is_provisional_at_the_last_cost() -> None:
    pool, _ = receive(Pool(Costing.FIFO), 5, 400)
    pool, gone = issue(pool, 8)
    assert gone == Issue(8, 640, provisional=3)
    assert (pool.quantity, pool.value_minor) == (-3, -240)


def test_a_receipt_corrects_provisional_cost() -> None:
    pool, _ = receive(Pool(Costing.FIFO), 5, 400)
    pool, _ = issue(pool, 8)
    pool, correction = receive(pool, 4, 400)
    assert correction == 300 - 240
    assert pool.layers == (Layer(1, 100),)


@pytest.mark.parametrize(
    ("pieces", "quantity", "value_minor", "correction"), [(1, -4, -400, -90), (6, 1, 10, -450)]
)
def test_owed_pieces_are_settled_before_stock_grows(
    pieces: int, quantity: int, value_minor: int, correction: int
) -> None:
    pool, corrected = receive(Pool(Costing.FIFO, owed=Layer(5, 500)), pieces, pieces * 10)
    assert (pool.quantity, pool.value_minor, corrected) == (quantity, value_minor, correction)


def test_the_last_piece_takes_what_is_left() -> None:
    pool, _ = receive(Pool(), 3, 1000)
    costs = []
    for _ in range(3):
        pool, gone = issue(pool, 1)
        costs.append(gone.cost_minor)
    assert costs == [333, 334, 333]
    assert (pool.quantity, pool.value_minor) == (0, 0)


def test_lines_share_one_issue_by_largest_remainder() -> None:
    pool, _ = receive(Pool(), 3, 1000)
    pool, issues = issue_lines(pool, [1, 1, 1])
    assert [one.cost_minor for one in issues] == [334, 333, 333]
    assert pool.value_minor == 0


def test_owed_pieces_count_against_the_last_lines() -> None:
    pool, _ = receive(Pool(), 4, 400)
    _, issues = issue_lines(pool, [3, 2, 1])
    assert issues == (Issue(3, 300), Issue(2, 200, provisional=1), Issue(1, 100, provisional=1))


def test_no_lines_take_nothing() -> None:
    assert issue_lines(Pool(), []) == (Pool(), ())


def test_a_return_comes_back_at_the_cost_it_left_though_prices_rose() -> None:
    pool, _ = receive(Pool(), 10, 1000)
    pool, gone = issue(pool, 4)
    pool, _ = receive(pool, 6, 3000)
    pool, gone, correction = take_back(pool, gone, 1)
    assert (pool.quantity, pool.value_minor, correction) == (13, 3700, 0)
    assert gone == Issue(4, 400, returned=1)


def test_a_fifo_return_leaves_first_again() -> None:
    pool, _ = receive(Pool(Costing.FIFO), 10, 1000)
    pool, _ = receive(pool, 10, 2000)
    pool, gone = issue(pool, 15)
    pool, _, _ = take_back(pool, gone, 15)
    assert pool.layers == (Layer(15, 2000), Layer(5, 1000))


def test_a_return_settles_what_is_owed() -> None:
    pool, gone = issue(Pool(last=Layer(1, 80)), 3)
    pool, _, correction = take_back(pool, gone, 2)
    assert (pool.owed, correction) == (Layer(1, 80), 0)


def test_returns_sum_to_the_cost_of_the_issue_in_any_grouping() -> None:
    pool, _ = receive(Pool(), 3, 1000)
    pool, gone = issue(pool, 3)
    values = []
    for _ in range(3):
        before = pool.value_minor
        pool, gone, _ = take_back(pool, gone, 1)
        values.append(pool.value_minor - before)
    assert values == [334, 333, 333]


def test_more_cannot_come_back_than_left() -> None:
    pool, _ = receive(Pool(), 3, 300)
    pool, gone = issue(pool, 2)
    with pytest.raises(Refused, match="returned_more_than_issued"):
        take_back(pool, gone, 3)


def test_landed_freight_is_shared_over_fifo_layers_by_pieces() -> None:
    pool = revalue(Pool(Costing.FIFO, layers=(Layer(1, 100), Layer(3, 900))), 10)
    assert pool.layers == (Layer(1, 103), Layer(3, 907))


def test_a_write_down_never_takes_a_layer_below_zero() -> None:
    pool = revalue(Pool(Costing.FIFO, layers=(Layer(90, 10), Layer(1, 990))), -1000)
    assert pool.layers == (Layer(90, 0), Layer(1, 0))


def test_revaluing_nothing_is_refused() -> None:
    with pytest.raises(Refused, match="nothing_to_revalue"):
        revalue(Pool(), 10)


def test_a_write_down_beyond_the_value_is_refused() -> None:
    with pytest.raises(Refused, match="below_zero_value"):
        revalue(Pool(layers=(Layer(1, 5),)), -6)


@pytest.mark.parametrize("quantity", [0, -1, 1.0, True])
def test_quantities_are_ints_above_zero(quantity: int) -> None:
    for call in (lambda: issue(Pool(), quantity), lambda: receive(Pool(), quantity, 1)):
        with pytest.raises(UsageError, match="bad_quantity"):
            call()


def test_a_receipt_never_costs_less_than_nothing() -> None:
    with pytest.raises(UsageError, match="negative_cost"):
        receive(Pool(), 1, -1)


_STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("receive"), st.integers(1, 50), st.integers(0, 10_000)),
        st.tuples(st.just("issue"), st.integers(1, 50), st.just(0)),
        st.tuples(st.just("back"), st.integers(1, 50), st.integers(0, 30)),
        st.tuples(st.just("revalue"), st.just(1), st.integers(-500, 500)),
    ),
    max_size=40,
)


@given(st.sampled_from(Costing), _STEPS)
def test_no_minor_unit_is_ever_lost(costing: Costing, steps: list[tuple[str, int, int]]) -> None:
    pool, issues, pieces, value = Pool(costing), list[Issue](), 0, 0
    for step, quantity, amount in steps:
        if step == "receive":
            pool, correction = receive(pool, quantity, amount)
            pieces, value = pieces + quantity, value + amount - correction
        elif step == "issue":
            pool, gone = issue(pool, quantity)
            issues.append(gone)
            pieces, value = pieces - quantity, value - gone.cost_minor
        elif step == "back" and issues:
            at = amount % len(issues)
            count = min(quantity, issues[at].quantity - issues[at].returned)
            if count:
                before, back = issues[at], issues[at].returned + count
                pool, issues[at], correction = take_back(pool, before, count)
                pieces += count
                value += -(-before.cost_minor * back // before.quantity) - correction
                value -= -(-before.cost_minor * before.returned // before.quantity)
        elif step == "revalue" and pool.layers and pool.value_minor + amount >= 0:
            pool, value = revalue(pool, amount), value + amount
        assert (pool.quantity, pool.value_minor) == (pieces, value)
        assert all(layer.quantity > 0 and layer.value_minor >= 0 for layer in pool.layers)
        assert not (pool.layers and pool.owed.quantity)
        if not pool.owed.quantity and not pool.layers:
            assert pool.value_minor == 0
