"""A bag counts whole pieces, sums what comes twice and never goes below zero."""

import pickle
from typing import Any

import pytest

from omskit.core import Quantities, UsageError


def test_the_same_sku_on_two_lines_is_summed() -> None:
    assert Quantities([("A", 3), ("B", 1), ("A", 3)]) == Quantities({"A": 6, "B": 1})


def test_what_is_not_in_the_bag_counts_zero() -> None:
    bag = Quantities({"A": 2, "B": 0})
    assert bag["B"] == 0
    assert bag["nothing"] == 0
    assert "B" not in bag
    assert list(bag) == ["A"]
    assert len(bag) == 1


@pytest.mark.parametrize("quantity", [-1, 1.0, True, "1", None])
def test_a_quantity_that_is_no_count_is_refused(quantity: Any) -> None:
    with pytest.raises(UsageError) as refused:
        Quantities({"A": quantity})
    assert refused.value.code == "bad_quantity"
    assert refused.value.facts == {"sku": "A", "value": quantity}


def test_adding_and_taking_away() -> None:
    stock, wanted = Quantities({"A": 5, "B": 1}), Quantities({"A": 2, "B": 3, "C": 1})
    assert stock + wanted == Quantities({"A": 7, "B": 4, "C": 1})
    assert stock - wanted == Quantities({"A": 3})
    assert wanted - stock == Quantities({"B": 2, "C": 1})
    assert stock & wanted == Quantities({"A": 2, "B": 1})


def test_a_bag_covers_what_it_holds_at_least() -> None:
    stock = Quantities({"A": 5})
    assert stock.covers(Quantities({"A": 5}))
    assert stock.covers(Quantities())
    assert not stock.covers(Quantities({"A": 3}) + Quantities({"A": 3}))
    assert not stock.covers(Quantities({"B": 1}))


def test_a_bag_has_no_truth_value() -> None:
    with pytest.raises(UsageError) as refused:
        bool(Quantities())
    assert refused.value.code == "no_truth_value"
    assert Quantities().is_empty
    assert not Quantities({"A": 1}).is_empty


def test_equal_bags_hash_alike_whatever_their_order() -> None:
    one, other = Quantities([("A", 1), ("B", 2)]), Quantities([("B", 2), ("A", 1)])
    assert one == other
    assert hash(one) == hash(other)
    assert repr(one) == repr(other) == "Quantities({'A': 1, 'B': 2})"
    assert one != {"A": 1, "B": 2}


def test_the_total_is_over_all_skus() -> None:
    assert Quantities({"A": 2, "B": 3}).total == 5
    assert Quantities().total == 0


def test_a_bag_survives_the_way_between_processes() -> None:
    bag = Quantities({"A": 2})
    assert pickle.loads(pickle.dumps(bag)) == bag  # noqa: S301 - our own bytes
