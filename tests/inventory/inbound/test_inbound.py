"""Announced goods: revised by change sets, received in parts, damaged, over, closed short, each piece once."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from attrs import evolve as but
from hypothesis import given
from hypothesis import strategies as st

from omskit.core import Cell, Refused, StorageError, UsageError, fold
from omskit.inventory import ANNOUNCED, ARRIVED, ARRIVED_DAMAGED, CALLED_OFF, LEGS, RECEIVED, Move
from omskit.inventory import inbound as i

AT = datetime(2026, 3, 2, 9, tzinfo=UTC)
MON, WED, FRI = date(2026, 3, 2), date(2026, 3, 4), date(2026, 3, 6)


def _new(*lines: tuple[str, int, date], **more: object) -> i.Announcement:
    made = tuple(i.AnnouncedLine(n, sku, count, day, count) for n, (sku, count, day) in enumerate(lines, 1))
    return i.Announcement(5, "announced", "PO-1", "B", made, **more)  # type: ignore[arg-type]


TEE = ("TEE", 20, WED)


def _run(new: i.Announcement, *commands: i.Command) -> tuple[i.Announcement, list[Move], list[i.Event]]:
    state, moves, events = None, list[Move](), list[i.Event]()
    for command in (i.Announce(new), *commands):
        before = state
        made = i.decide(state, command, at=AT)
        for event in made:
            state = i.evolve(state, event)
        assert state is not None
        moves += i.stock_moves(before, state, made)
        events += made
    assert state is not None
    return state, moves, events


def _moved(moves: list[Move]) -> list[tuple[str, str, int]]:
    return [(move.kind, move.cell.sku, move.quantity) for move in moves]


def test_what_comes_in_parts_is_received_line_by_line_and_the_rest_stays_open() -> None:
    state, moves, _ = _run(_new(TEE), i.Receive("R1", (("TEE", 12, 3),)))
    (line,) = state.lines
    assert (state.status, line.received, line.damaged, line.open) == ("receiving", 12, 3, 5)
    assert _moved(moves) == [(ANNOUNCED, "TEE", 20), (ARRIVED, "TEE", 12), (ARRIVED_DAMAGED, "TEE", 3)]


def test_the_last_piece_ends_it() -> None:
    state, _, _ = _run(_new(TEE), i.Receive("R1", (("TEE", 12, 0),)), i.Receive("R2", (("TEE", 8, 0),)))
    assert (state.status, state.outstanding, state.due) == ("received", 0, None)


def test_the_same_receipt_again_brings_nothing() -> None:
    state, _, _ = _run(_new(TEE), i.Receive("R1", (("TEE", 12, 0),)))
    again = i.Receive("R1", (("TEE", 12, 0),))
    assert i.decide(state, again, at=AT, documents=frozenset({"R1"})) == ()


def test_lines_that_are_due_first_are_served_first() -> None:
    state, _, _ = _run(_new(("TEE", 5, FRI), ("TEE", 4, MON)), i.Receive("R1", (("TEE", 6, 0),)))
    assert [(line.day, line.open) for line in state.lines] == [(FRI, 3), (MON, 0)]
    assert (state.due, state.late(FRI), state.late(date(2026, 3, 7))) == (FRI, (), (state.lines[0],))


def test_more_than_was_announced_is_refused_beyond_its_tolerance() -> None:
    with pytest.raises(Refused, match="too_many_pieces") as refused:
        _run(_new(TEE, tolerance_percent=5), i.Receive("R1", (("TEE", 22, 0),)))
    assert refused.value.facts["allowed"] == 1
    with pytest.raises(Refused, match="too_many_pieces"):
        _run(_new(TEE), i.Receive("R1", (("TEE", 21, 0),)))


def test_what_comes_over_is_received_and_said_to_be_over() -> None:
    state, moves, _ = _run(_new(TEE, tolerance_percent=10), i.Receive("R1", (("TEE", 21, 0),)))
    assert (state.status, state.over, state.lines[0].received) == ("received", {"TEE": 1}, 20)
    assert _moved(moves)[1:] == [(ARRIVED, "TEE", 20), (RECEIVED, "TEE", 1)]


def test_a_tolerance_is_used_up_once() -> None:
    full = (i.Receive("R1", (("TEE", 21, 0),)), i.Receive("R2", (("TEE", 1, 0),)))
    state, _, _ = _run(_new(TEE, tolerance_percent=10), *full)
    assert (state.status, state.over) == ("received", {"TEE": 2})
    with pytest.raises(Refused, match="too_many_pieces"):
        i.decide(state, i.Receive("R3", (("TEE", 1, 0),)), at=AT)


def test_damaged_pieces_that_nobody_announced_are_refused() -> None:
    with pytest.raises(Refused, match="too_many_pieces"):
        _run(_new(TEE, tolerance_percent=50), i.Receive("R1", (("TEE", 0, 21),)))


def test_a_change_set_sets_pieces_and_days_and_adds_goods() -> None:
    changes = (i.SetExpected(1, 15), i.SetDay(1, FRI), i.AddExpected("CAP", 4, MON))
    state, moves, _ = _run(_new(TEE), i.Revise(changes, "supplier"))
    assert [(line.sku, line.quantity, line.day, line.open) for line in state.lines] == [
        ("TEE", 15, FRI, 15),
        ("CAP", 4, MON, 4),
    ]
    assert [(move.kind, move.quantity, move.reason) for move in moves[1:]] == [
        (CALLED_OFF, 5, "supplier"),
        (ANNOUNCED, 4, "supplier"),
    ]


def test_a_change_set_that_changes_nothing_happens_as_nothing() -> None:
    state, _, _ = _run(_new(TEE))
    assert i.decide(state, i.Revise((i.SetExpected(1, 20), i.SetDay(1, WED))), at=AT) == ()


def test_fewer_than_have_come_cannot_be_expected() -> None:
    with pytest.raises(Refused, match="too_few_pieces") as refused:
        _run(_new(TEE), i.Receive("R1", (("TEE", 10, 2),)), i.Revise((i.SetExpected(1, 11),)))
    assert refused.value.facts["least"] == 12


def test_an_announcement_that_is_cut_to_what_has_come_is_received_and_one_cut_to_nothing_is_cancelled() -> None:
    came, _, _ = _run(_new(TEE), i.Receive("R1", (("TEE", 10, 0),)), i.Revise((i.SetExpected(1, 10),)))
    none, moves, _ = _run(_new(TEE), i.Revise((i.SetExpected(1, 0),)))
    assert (came.status, none.status) == ("received", "cancelled")
    assert _moved(moves) == [(ANNOUNCED, "TEE", 20), (CALLED_OFF, "TEE", 20)]


def test_what_does_not_come_is_called_off_when_it_is_closed_short() -> None:
    state, moves, _ = _run(_new(TEE), i.Receive("R1", (("TEE", 15, 0),)), i.CloseShort("bankrupt"))
    assert (state.status, state.lines[0].dropped, state.outstanding) == ("closed_short", 5, 0)
    assert moves[-1] == Move(CALLED_OFF, Cell("TEE", "B"), 5, document="PO-1", reason="bankrupt")
    assert i.decide(state, i.CloseShort("again"), at=AT) == ()


def test_what_came_cannot_be_cancelled_and_what_did_not_is_cancelled_once() -> None:
    with pytest.raises(Refused, match="not_allowed"):
        _run(_new(TEE), i.Receive("R1", (("TEE", 1, 0),)), i.Cancel())
    state, moves, _ = _run(_new(TEE), i.Cancel("wrong item"))
    assert (state.status, _moved(moves)[-1]) == ("cancelled", (CALLED_OFF, "TEE", 20))
    assert i.decide(state, i.Cancel(), at=AT) == ()


def test_the_same_document_again_is_nothing_and_another_content_is_refused() -> None:
    state, _, _ = _run(_new(TEE))
    assert i.decide(state, i.Announce(_new(TEE)), at=AT) == ()
    with pytest.raises(Refused, match="already_announced"):
        i.decide(state, i.Announce(_new(("TEE", 21, WED))), at=AT)


@pytest.mark.parametrize(
    ("command", "code"),
    [
        (i.Receive("R", (("CAP", 1, 0),)), "unknown_line"),
        (i.Receive("R", (("TEE", 0, 0),)), "unknown_line"),
        (i.Receive("R", (("TEE", 1, 0), ("TEE", 1, 0))), "unknown_line"),
        (i.Receive("R", (("TEE", -1, 2),)), "bad_quantity"),
        (i.Receive("R", ()), "bad_quantity"),
        (i.Revise((i.SetExpected(2, 1),)), "unknown_line"),
        (i.Revise((i.SetDay(0, MON),)), "unknown_line"),
        (i.Revise((i.SetExpected(1, -1),)), "bad_quantity"),
        (i.Revise((i.AddExpected("CAP", 0, MON),)), "bad_quantity"),
    ],
)
def test_a_command_that_makes_no_sense_is_an_error(command: i.Command, code: str) -> None:
    with pytest.raises(UsageError, match=code):
        _run(_new(TEE), command)


def test_an_announcement_says_what_comes() -> None:
    with pytest.raises(UsageError, match="no_lines"):
        _new()
    with pytest.raises(UsageError, match="bad_tolerance"):
        _new(TEE, tolerance_percent=-1)
    with pytest.raises(UsageError, match="bad_quantity"):
        i.decide(None, i.Announce(_new(("TEE", 0, MON))), at=AT)
    with pytest.raises(UsageError, match="bad_status"):
        i.decide(None, i.Announce(but(_new(TEE), status="received")), at=AT)
    with pytest.raises(UsageError, match="bad_lines"):
        but(_new(TEE), lines=(i.AnnouncedLine(2, "TEE", 1, MON, 1),))
    with pytest.raises(UsageError, match="bad_counters"):
        i.AnnouncedLine(1, "TEE", 2, MON, 1)


def test_nothing_happens_to_what_was_not_announced() -> None:
    with pytest.raises(UsageError, match="unknown_announcement"):
        i.decide(None, i.Cancel(), at=AT)
    with pytest.raises(StorageError, match="bad_history"):
        i.evolve(None, i.Cancelled("cancelled", ()))


COMMANDS = st.one_of(
    st.builds(
        i.Receive,
        st.text("R", min_size=1, max_size=3),
        st.lists(st.tuples(st.sampled_from(["TEE", "CAP"]), st.integers(0, 9), st.integers(0, 3)), max_size=2).map(
            tuple
        ),
    ),
    st.builds(i.SetExpected, st.integers(1, 3), st.integers(0, 30)).map(lambda one: i.Revise((one,))),
    st.builds(i.AddExpected, st.sampled_from(["TEE", "CAP"]), st.integers(1, 9), st.just(FRI)).map(
        lambda one: i.Revise((one,))
    ),
    st.just(i.CloseShort("end")),
    st.just(i.Cancel()),
)


@given(st.lists(COMMANDS, max_size=8))
def test_the_bucket_has_what_is_open_and_the_shelf_what_came_after_any_life(commands: list[i.Command]) -> None:
    state, moves, events = _run(_new(TEE, ("CAP", 5, MON), tolerance_percent=20))
    for command in commands:
        before = state
        try:
            made = i.decide(state, command, at=AT)
        except (Refused, UsageError):
            continue
        for event in made:
            state = i.evolve(state, event)
        moves += i.stock_moves(before, state, made)
        events += made
    levels: dict[tuple[str, str], int] = {}
    for move in moves:
        for mark, on_hand, _ in LEGS[move.kind]:
            where = (move.cell.sku, mark)
            levels[where] = levels.get(where, 0) + on_hand * move.quantity
    for sku in ("TEE", "CAP"):
        lines = [line for line in state.lines if line.sku == sku]
        assert levels.get((sku, "inbound"), 0) == sum(line.open for line in lines)
        assert levels.get((sku, ""), 0) == sum(line.received + line.over for line in lines)
        assert levels.get((sku, "damaged"), 0) == sum(line.damaged for line in lines)
    assert fold(i.evolve, events) == state
    assert min(levels.values(), default=0) >= 0
