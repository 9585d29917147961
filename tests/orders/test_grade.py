"""Who goes first: grades, urgency, deadlines, and nobody starves."""

from datetime import UTC, datetime, timedelta

import pytest
from attrs import evolve as changed

from omskit.core import Destination, UsageError, to_ms
from omskit.orders import GRADING, Grading, Terms

AT = datetime(2026, 3, 2, 9, tzinfo=UTC)
TERMS = Terms("web", "A-1", AT, "EUR", Destination("DE"))


def test_a_better_grade_goes_before_a_worse_one_of_the_same_time() -> None:
    ranks = [GRADING.rank(changed(TERMS, grade=grade)) for grade in range(10)]
    assert ranks == sorted(ranks)
    assert len(set(ranks)) == 10


def test_an_urgent_order_is_due_when_it_is_placed() -> None:
    assert GRADING.rank(changed(TERMS, urgent=True, grade=9)) == to_ms(AT)


def test_a_deadline_pulls_an_order_forward() -> None:
    soon = changed(TERMS, grade=9, ship_by=AT + timedelta(hours=6))
    assert GRADING.rank(soon) == to_ms(AT + timedelta(hours=2))


def test_the_time_of_payment_counts_where_it_is_known() -> None:
    paid = changed(TERMS, paid_at=AT + timedelta(days=1))
    assert GRADING.rank(paid) - GRADING.rank(TERMS) == 86_400_000


def test_the_lowest_grade_waits_no_longer_than_its_patience_behind_the_best() -> None:
    waiting = GRADING.rank(changed(TERMS, grade=9))
    later = GRADING.rank(changed(TERMS, grade=0, placed_at=AT + timedelta(hours=45, minutes=1)))
    assert waiting < later


def test_a_grading_has_ten_durations_that_never_fall() -> None:
    with pytest.raises(UsageError):
        Grading(patience=(timedelta(hours=1),) * 9)
    with pytest.raises(UsageError):
        Grading(patience=(timedelta(hours=2), *(timedelta(hours=1),) * 9))
