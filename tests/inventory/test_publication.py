"""Publication: the formula and its explanation, only changes, intervals, echoes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from omskit.core import UsageError
from omskit.inventory import Figure, Formula, Shown, Term, confirmed, figure, heard, publish, sold_there, told

AT = datetime(2026, 3, 2, 9, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@pytest.mark.parametrize(
    ("formula", "sellable", "pieces"),
    [
        (Formula(), 7, 7),
        (Formula(ratio=Decimal("0.5")), 7, 3),
        (Formula(ratio=Decimal("1.2")), 10, 12),
        (Formula(ratio=Decimal("0.1")), 30, 3),
        (Formula(fixed=5), 9, 5),
        (Formula(fixed=5), 3, 3),
        (Formula(fenced=4), 9, 4),
        (Formula(buffer=2), 7, 5),
        (Formula(buffer=9), 7, 0),
        (Formula(cap=6), 7, 6),
        (Formula(step=6), 17, 12),
        (Formula(least=3), 2, 0),
        (Formula(least=3), 3, 3),
        (Formula(withheld=True), 7, None),
        (Formula(), -4, 0),
    ],
)
def test_a_formula_gives_its_number(formula: Formula, sellable: int, pieces: int | None) -> None:
    assert figure(formula, sellable).pieces == pieces


def test_a_published_number_explains_itself() -> None:
    formula = Formula(ratio=Decimal("0.8"), buffer=3, cap=25, step=10, least=5)
    assert figure(formula, 41, undownloaded=1).terms == (
        Term("sellable", 41),
        Term("ratio 0.8", 32),
        Term("buffer 3", 29),
        Term("undownloaded 1", 28),
        Term("cap 25", 25),
        Term("step 10", 20),
    )


def test_steps_that_change_nothing_are_not_told() -> None:
    assert str(figure(Formula(cap=99), 7)) == "sellable: 7"


@pytest.mark.parametrize(
    "wrong",
    [{"ratio": Decimal(-1)}, {"ratio": Decimal("NaN")}, {"buffer": -1}, {"step": 0}, {"cap": -1}, {"least": -2}],
)
def test_a_formula_that_cannot_be_meant_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(UsageError, match="bad_formula"):
        Formula(**wrong)  # type: ignore[arg-type]


def test_only_changes_are_published() -> None:
    shown = [Shown("web", "A", 5, AT), Shown("web", "B", 5, AT)]
    found = publish({("web", "A"): Figure(5), ("web", "B"): Figure(4), ("web", "C"): Figure(0)}, shown, at=AT)
    assert [(one.sku, one.before, one.pieces) for one in found.now] == [("B", 5, 4), ("C", None, 0)]
    assert found.unchanged == 1


def test_what_is_withheld_is_counted_and_not_sent() -> None:
    found = publish({("web", "A"): Figure(None)}, [Shown("web", "A", 5, AT)], at=AT)
    assert (found.now, found.withheld) == ((), 1)


def test_a_number_waits_for_the_channels_interval() -> None:
    found = publish({("web", "A"): Figure(4)}, [Shown("web", "A", 5, AT)], at=AT + MINUTE / 2, interval=MINUTE)
    assert found.now == ()
    assert [when for when, _ in found.later] == [AT + MINUTE]


def test_a_number_is_sent_when_the_interval_is_over() -> None:
    found = publish({("web", "A"): Figure(4)}, [Shown("web", "A", 5, AT)], at=AT + MINUTE, interval=MINUTE)
    assert [one.pieces for one in found.now] == [4]


def test_edge_18_zero_is_sent_at_once() -> None:
    found = publish({("web", "A"): Figure(0)}, [Shown("web", "A", 5, AT)], at=AT, interval=MINUTE)
    assert [one.pieces for one in found.now] == [0]


def test_what_the_channel_took_off_itself_is_not_sent_again() -> None:
    shown = sold_there(Shown("web", "A", 5, AT), 5)
    assert publish({("web", "A"): Figure(0)}, [shown], at=AT).now == ()


def test_a_channels_report_of_what_it_was_just_told_is_an_echo() -> None:
    (one,) = publish({("web", "A"): Figure(4)}, [Shown("web", "A", 5, AT)], at=AT).now
    sent = told(Shown("web", "A", 5, AT), one, at=AT)
    assert heard(sent, 4) == confirmed(sent) == Shown("web", "A", 4, AT)


def test_a_late_report_of_the_number_before_does_not_undo_what_is_on_its_way() -> None:
    sent = Shown("web", "A", 5, AT, sent=4)
    assert heard(sent, 5) == sent


def test_a_report_of_another_number_is_corrected() -> None:
    shown = heard(Shown("web", "A", 5, AT), 50)
    assert [one.pieces for one in publish({("web", "A"): Figure(5)}, [shown], at=AT).now] == [5]


def test_the_first_number_is_known_when_it_is_on_its_way() -> None:
    (one,) = publish({("web", "A"): Figure(4)}, [], at=AT).now
    assert publish({("web", "A"): Figure(4)}, [told(None, one, at=AT)], at=AT).now == ()


def test_a_sale_of_fewer_than_no_pieces_is_an_error() -> None:
    with pytest.raises(UsageError, match="bad_quantity"):
        sold_there(Shown("web", "A", 5, AT), -1)
