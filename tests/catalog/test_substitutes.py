"""Substitutes are used only when nothing is left and the channel allows it; successors are followed."""

from datetime import date

import pytest

from omskit.catalog import SUBSTITUTE, SUCCESSOR, Relation, Substitution, substitutes, substitution, successors
from omskit.core import PayloadError

ON = date(2026, 3, 2)
WAYS = substitutes(
    "A", {"A": [Relation(SUBSTITUTE, "B", 1), Relation(SUBSTITUTE, "C", 0, reason="same size")]}, on=ON
)


def test_substitutes_come_by_rank() -> None:
    assert [way.sent for way in WAYS] == ["C", "B"]


def test_a_substitute_is_used_only_if_nothing_is_left_of_the_product() -> None:
    assert substitution(2, WAYS, {"A": 0, "C": 5}, allowed=True) == Substitution("A", "C", 1, "same size")
    assert substitution(2, WAYS, {"A": 1, "C": 5}, allowed=True) is None


def test_a_substitute_is_used_only_if_the_channel_allows_it() -> None:
    assert substitution(2, WAYS, {"A": 0, "C": 5}, allowed=False) is None


def test_the_order_line_can_keep_both_codes() -> None:
    way = substitution(2, WAYS, {"C": 1, "B": 2}, allowed=True)
    assert way is not None
    assert (way.ordered, way.sent) == ("A", "B")


def test_a_relation_both_ways_serves_the_other_product_too() -> None:
    book = {"A": [Relation(SUBSTITUTE, "B", two_way=True)], "C": [Relation(SUBSTITUTE, "B")]}
    assert [way.sent for way in substitutes("B", book, on=ON)] == ["A"]


@pytest.mark.parametrize(
    ("relation", "channel", "holds"),
    [
        (Relation(SUBSTITUTE, "B", valid_from=date(2026, 3, 2), valid_until=date(2026, 3, 2)), "", True),
        (Relation(SUBSTITUTE, "B", valid_from=date(2026, 3, 3)), "", False),
        (Relation(SUBSTITUTE, "B", valid_until=date(2026, 3, 1)), "", False),
        (Relation(SUBSTITUTE, "B", channels=("web",)), "web", True),
        (Relation(SUBSTITUTE, "B", channels=("web",)), "tmall", False),
    ],
)
def test_a_relation_holds_on_its_days_and_in_its_channels(relation: Relation, channel: str, holds: bool) -> None:  # noqa: FBT001
    assert bool(substitutes("A", {"A": [relation]}, on=ON, channel=channel)) is holds


def test_pieces_of_a_substitute_may_count_otherwise() -> None:
    ways = substitutes("A", {"A": [Relation(SUBSTITUTE, "SMALL", per=2)]}, on=ON)
    assert substitution(3, ways, {"SMALL": 5}, allowed=True) is None
    assert substitution(3, ways, {"SMALL": 6}, allowed=True) is not None


def test_successors_are_followed_to_the_one_that_is_sold_today() -> None:
    book = {"A": [Relation(SUCCESSOR, "B")], "B": [Relation(SUCCESSOR, "C")]}
    assert successors("A", book) == ("B", "C")


def test_a_chain_of_successors_in_a_circle_ends() -> None:
    book = {"A": [Relation(SUCCESSOR, "B")], "B": [Relation(SUCCESSOR, "C")], "C": [Relation(SUCCESSOR, "B")]}
    assert successors("A", book) == ("B", "C")


@pytest.mark.parametrize(
    "given", [{"rank": -1}, {"per": 0}, {"valid_from": date(2026, 2, 1), "valid_until": date(2026, 1, 1)}]
)
def test_a_relation_that_cannot_be_is_refused(given: dict[str, object]) -> None:
    with pytest.raises(PayloadError) as error:
        Relation(SUBSTITUTE, "B", **given)  # type: ignore[arg-type]
    assert error.value.code == "bad_relation"
