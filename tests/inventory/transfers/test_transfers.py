"""Transfers: sent and received in parts, damaged, short, cancelled, and what each does to stock."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from omskit.core import Cell, Refused, StorageError, UsageError, fold
from omskit.inventory import CAME_DAMAGED, CAME_OVER, DISPATCHED, LOST_UNDERWAY, SENT_OVER
from omskit.inventory import transfers as t

AT = datetime(2026, 3, 2, 9, tzinfo=UTC)


def _new(*quantities: int) -> t.Transfer:
    lines = tuple(t.TransferLine(n, f"S{n}", count, count) for n, count in enumerate(quantities, 1))
    return t.Transfer(5, "requested", "A", "B", lines)


def _run(*commands: t.Command, quantities: tuple[int, ...] = (20,)) -> tuple[t.Transfer, list[t.Event]]:
    state, happened = None, []
    for command in (t.Request(_new(*quantities)), *commands):
        for event in t.decide(state, command, at=AT):
            happened.append(event)
            state = t.evolve(state, event)
    assert state is not None
    return state, happened


def test_i13_what_does_not_arrive_is_lost_when_the_transfer_is_closed_short() -> None:
    state, _ = _run(t.Send("D1", ((1, 20),)), t.Receive("R1", ((1, 15, 0),)), t.CloseShort("lorry"))
    (line,) = state.lines
    assert (state.status, line.received, line.lost, line.in_transit) == ("closed_short", 15, 5, 0)


def test_i13_the_source_gives_all_that_left_and_the_target_gets_what_arrived() -> None:
    state, happened = _run(t.Send("D1", ((1, 20),)), t.Receive("R1", ((1, 15, 0),)), t.CloseShort("lorry"))
    moved = [(move.kind, move.cell, move.quantity) for move in t.stock_moves(state, happened)]
    assert moved == [
        (SENT_OVER, Cell("S1", "A"), 20),
        (DISPATCHED, Cell("S1", "B"), 20),
        (CAME_OVER, Cell("S1", "B"), 15),
        (LOST_UNDERWAY, Cell("S1", "B"), 5),
    ]


def test_a_transfer_may_leave_and_arrive_in_parts() -> None:
    state, _ = _run(
        t.Send("D1", ((1, 8),), final=False),
        t.Receive("R1", ((1, 8, 0),)),
        t.Send("D2", ((1, 12),), final=False),
        t.Receive("R2", ((1, 10, 2),)),
    )
    (line,) = state.lines
    assert (state.status, line.received, line.damaged) == ("received", 18, 2)


def test_damaged_pieces_do_not_join_what_can_be_sold() -> None:
    state, happened = _run(t.Send("D1", ((1, 20),)), t.Receive("R1", ((1, 18, 2),)))
    arrived = [(move.kind, move.quantity) for move in t.stock_moves(state, happened)][2:]
    assert arrived == [(CAME_OVER, 18), (CAME_DAMAGED, 2)]


def test_what_a_final_sending_leaves_out_is_dropped() -> None:
    state, _ = _run(t.Send("D1", ((1, 12),)))
    assert (state.status, state.unsent, state.in_transit, state.lines[0].dropped) == ("in_transit", 0, 12, 8)


def test_edge_7_the_same_document_moves_pieces_once() -> None:
    state, _ = _run(t.Send("D1", ((1, 8),), final=False))
    again = t.decide(state, t.Send("D1", ((1, 8),), final=False), at=AT, documents=frozenset({"D1"}))
    assert again == ()


def test_a_cancelled_transfer_moves_nothing_and_is_cancelled_once() -> None:
    state, happened = _run(t.Cancel("mistake"))
    assert t.decide(state, t.Cancel(), at=AT) == ()
    assert t.stock_moves(state, happened) == ()


def test_what_has_left_cannot_be_cancelled() -> None:
    with pytest.raises(Refused, match="not_allowed"):
        _run(t.Send("D1", ((1, 8),), final=False), t.Cancel())


@pytest.mark.parametrize(
    "commands",
    [
        (t.Send("D1", ((1, 21),)),),
        (t.Send("D1", ((1, 20),)), t.Receive("R1", ((1, 15, 6),))),
    ],
)
def test_more_than_is_there_neither_leaves_nor_arrives(commands: tuple[t.Command, ...]) -> None:
    with pytest.raises(Refused, match="too_many_pieces"):
        _run(*commands)


@pytest.mark.parametrize(
    ("command", "code"),
    [
        (t.Send("D", ((2, 1),)), "unknown_line"),
        (t.Send("D", ((1, 1), (1, 1))), "unknown_line"),
        (t.Send("D", ((1, 0),)), "bad_quantity"),
        (t.Send("D", ()), "bad_quantity"),
    ],
)
def test_a_command_that_makes_no_sense_is_an_error(command: t.Command, code: str) -> None:
    with pytest.raises(UsageError, match=code):
        _run(command)


def test_pieces_do_not_arrive_before_they_leave_nor_fewer_than_none() -> None:
    with pytest.raises(Refused, match="not_allowed"):
        _run(t.Receive("D", ((1, 1, 0),)))
    with pytest.raises(UsageError, match="bad_quantity"):
        _run(t.Send("D1", ((1, 20),)), t.Receive("D", ((1, -1, 2),)))


def test_a_transfer_is_requested_once_and_first() -> None:
    state, _ = _run()
    with pytest.raises(Refused, match="already_requested"):
        t.decide(state, t.Request(_new(1)), at=AT)
    with pytest.raises(UsageError, match="unknown_transfer"):
        t.decide(None, t.Cancel(), at=AT)
    with pytest.raises(StorageError, match="bad_history"):
        t.evolve(None, t.Cancelled("cancelled"))


def test_a_transfer_is_between_two_warehouses_and_of_something() -> None:
    line = t.TransferLine(1, "S", 1, 1)
    with pytest.raises(UsageError, match="same_warehouse"):
        t.Transfer(1, "requested", "A", "A", (line,))
    with pytest.raises(UsageError, match="no_lines"):
        t.Transfer(1, "requested", "A", "B", ())
    with pytest.raises(UsageError, match="bad_lines"):
        t.Transfer(1, "requested", "A", "B", (line, line))
    with pytest.raises(UsageError, match="bad_counters"):
        t.TransferLine(1, "S", 2, 1)


def test_a_transfer_and_its_history_are_stored_and_read_back() -> None:
    state, happened = _run(t.Send("D1", ((1, 20),)), t.Receive("R1", ((1, 15, 1),)), t.CloseShort("lorry"))
    states, events = t.TRANSFERS.state, t.TRANSFERS.events
    assert states.load(states.tag_of(state), states.dump(state)) == state
    assert [events.load(events.tag_of(event), events.dump(event)) for event in happened] == happened
    assert fold(t.TRANSFERS.evolve, happened) == state


@given(
    st.lists(st.tuples(st.sampled_from("srx"), st.integers(1, 9), st.integers(0, 4), st.booleans()), max_size=12)
)
def test_pieces_are_conserved_whatever_happens(steps: list[tuple[str, int, int, bool]]) -> None:
    state, happened = _run(quantities=(20, 3))
    for kind, count, damaged, flag in steps:
        line = 1 + flag
        command: t.Command = t.CloseShort("") if kind == "x" else t.Send("D", ((line, count),), final=damaged == 0)
        if kind == "r":
            command = t.Receive("R", ((line, count, damaged),))
        try:
            events = t.decide(state, command, at=AT)
        except Refused:
            continue
        happened += events
        for event in events:
            state = t.evolve(state, event)
    moves = t.stock_moves(state, happened)
    out = sum(move.quantity for move in moves if move.kind == SENT_OVER)
    came = sum(move.quantity for move in moves if move.kind == CAME_OVER)
    assert out - came == sum(line.in_transit + line.damaged + line.lost for line in state.lines)
