"""Soft reservations: held for a time, extended and said to be, owned by the order that comes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from attrs import evolve as but

from omskit.core import Cell, Claim, Refused, Reservation, StorageError, UsageError, fold
from omskit.inventory import RELEASED, RESERVED_FOR, Move
from omskit.inventory import soft as s

AT = datetime(2026, 3, 2, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)
A, B = Cell("TEE", "A"), Cell("TEE", "B")
TEE = s.SoftLine(1, "TEE", 5, (("A", 3), ("B", 2)))
NEW = s.SoftReservation(7, "held", "web", "cart", (TEE,), AT, AT + HOUR)


def _run(*commands: s.Command, state: s.SoftReservation | None = None, at: datetime = AT) -> s.SoftReservation:
    for command in commands if state else (s.Hold(NEW), *commands):
        for event in s.decide(state, command, at=at):
            state = s.evolve(state, event)
    assert state is not None
    return state


def _ordered() -> s.SoftReservation:
    return _run(s.Bind(42))


def test_what_is_held_again_changes_nothing_and_does_not_move_the_end() -> None:
    assert s.decide(NEW, s.Hold(but(NEW, expires=AT + 2 * HOUR)), at=AT + HOUR / 2) == ()


def test_other_pieces_move_the_end_and_never_bring_it_forward() -> None:
    more = but(NEW, lines=(but(TEE, wanted=6, places=(("A", 4), ("B", 2))),))
    later = _run(s.Hold(but(more, expires=AT + 2 * HOUR)), state=NEW)
    sooner = _run(s.Hold(but(more, expires=AT)), state=NEW)
    assert (later.expires, sooner.expires) == (AT + 2 * HOUR, AT + HOUR)
    assert later.held == {"TEE": 6}


def test_activity_extends_and_never_shortens() -> None:
    assert _run(s.Extend(AT + 2 * HOUR), state=NEW).expires == AT + 2 * HOUR
    assert s.decide(NEW, s.Extend(AT + HOUR / 2), at=AT) == ()


def test_i14_a_soft_reservation_is_valid_before_its_end_and_not_at_it() -> None:
    assert s.decide(NEW, s.Extend(AT + 2 * HOUR), at=AT + HOUR - timedelta(milliseconds=1))
    with pytest.raises(Refused, match="reservation_expired"):
        s.decide(NEW, s.Extend(AT + 2 * HOUR), at=AT + HOUR)


def test_a_sweep_leaves_what_is_not_over_and_ends_what_is() -> None:
    assert s.decide(NEW, s.Expire(), at=AT + HOUR - timedelta(milliseconds=1)) == ()
    ended = _run(s.Expire(), state=NEW, at=AT + HOUR)
    assert (ended.status, ended.held, ended.reservations) == ("expired", {}, ())
    assert "2026-03-02T10:00" in ended.reason


def test_edge_12_what_a_payment_or_its_order_keeps_is_extended_and_said_to_be() -> None:
    kept = _run(s.Keep("payment"), state=NEW)
    assert s.decide(kept, s.Expire(extend_by=HOUR), at=AT + HOUR) == (
        s.Extended("held", AT + 2 * HOUR, "kept by payment"),
    )
    waits = s.Expire(("SO-42 (fraud)",), HOUR)
    assert s.decide(_ordered(), waits, at=AT + HOUR) == (
        s.Extended("ordered", AT + 2 * HOUR, "kept by SO-42 (fraud)"),
    )


def test_what_nothing_keeps_any_more_ends_with_its_time() -> None:
    kept = _run(s.Keep("payment"), s.Keep("review"), s.StopKeeping("payment"))
    assert kept.kept_by == ("review",)
    free = _run(s.StopKeeping("review"), state=kept)
    assert _run(s.Expire(), state=free, at=AT + HOUR).status == "expired"
    assert s.decide(free, s.StopKeeping("review"), at=AT) == ()


def test_an_extension_is_by_some_time() -> None:
    with pytest.raises(UsageError, match="bad_extension"):
        s.decide(NEW, s.Expire(extend_by=timedelta(0)), at=AT + HOUR)


def test_what_its_order_owns_is_neither_changed_nor_let_go_by_the_cart() -> None:
    for command in (s.LetGo(), s.Hold(NEW)):
        with pytest.raises(Refused, match="not_allowed"):
            s.decide(_ordered(), command, at=AT)


def test_one_order_owns_a_cart_and_says_so_once() -> None:
    assert s.decide(_ordered(), s.Bind(42), at=AT) == ()
    with pytest.raises(Refused, match="other_order"):
        s.decide(_ordered(), s.Bind(43), at=AT)


def test_what_was_reserved_for_the_order_is_taken_and_what_it_does_not_need_is_let_go() -> None:
    used = s.Use(((*B, 1),), (("TEE", 2),), "SO-42")
    (event,) = s.decide(_ordered(), used, at=AT)
    assert event == s.Used("ordered", ((1, "B", 1),), ((1, "B", 1), (1, "A", 1)), "SO-42")
    left = s.evolve(_ordered(), event)
    assert (left.held, left.lines[0].places, left.lines[0].taken) == ({"TEE": 2}, (("A", 2),), 1)


def test_it_is_taken_when_the_last_piece_goes_to_the_order_and_let_go_when_the_order_needs_none() -> None:
    assert _run(s.Use(((*A, 3), (*B, 9))), state=_ordered()).status == "taken"
    assert _run(s.Use(), state=_ordered()).status == "let_go"
    part = _run(s.Use(((*A, 3),), (("TEE", 2),)), state=_ordered())
    assert _run(s.Use(), state=part).status == "taken"


def test_an_order_that_needs_all_of_it_leaves_it_as_it_is() -> None:
    assert s.decide(_ordered(), s.Use((), (("TEE", 5),)), at=AT) == ()


def test_a_cart_that_ended_holds_anew_under_the_same_key() -> None:
    for command in (s.LetGo("emptied"), s.Expire()):
        ended = _run(command, state=NEW, at=AT + HOUR)
        again = _run(s.Hold(but(NEW, key=9, expires=AT + 3 * HOUR)), state=ended, at=AT + 2 * HOUR)
        assert (again.key, again.status, again.since, again.expires) == (7, "held", AT + 2 * HOUR, AT + 3 * HOUR)
    assert s.decide(_run(s.LetGo(), state=NEW), s.LetGo(), at=AT) == ()


def test_an_ended_one_that_an_order_owned_is_nobody_s_when_it_holds_anew() -> None:
    taken = _run(s.Use(((*A, 3), (*B, 2))), state=_ordered())
    assert _run(s.Hold(NEW), state=taken).order == 0


def test_a_cart_without_history_has_nothing_to_extend() -> None:
    with pytest.raises(UsageError, match="unknown_reservation"):
        s.decide(None, s.Extend(AT), at=AT)
    with pytest.raises(StorageError, match="bad_history"):
        s.evolve(None, s.Ended("expired"))


def test_a_history_gives_the_state() -> None:
    events: list[s.Event] = []
    state = None
    for command in (s.Hold(NEW), s.Keep("payment"), s.Bind(42), s.Use(((*A, 1),), (("TEE", 2),)), s.Use()):
        for event in s.decide(state, command, at=AT):
            events.append(event)
            state = s.evolve(state, event)
    assert fold(s.evolve, events) == state
    assert len(events) == 5


def test_a_warehouse_with_the_whole_line_is_taken_before_several() -> None:
    assert s.placed((), {"TEE": 5}, {A: 4, B: 5}, {"TEE": 9}) == (s.SoftLine(1, "TEE", 5, (("B", 5),)),)


def test_two_at_one_warehouse_and_one_at_another_hold_a_line_of_three() -> None:
    (line,) = s.placed((), {"TEE": 3}, {A: 2, B: 1}, {"TEE": 3})
    assert line.places == (("A", 2), ("B", 1))


def test_what_is_held_stays_where_it_is_and_the_fullest_places_stay_last() -> None:
    (more,) = s.placed((TEE,), {"TEE": 6}, {A: 1, B: 9}, {"TEE": 9})
    (fewer,) = s.placed((TEE,), {"TEE": 2}, {}, {})
    assert (more.places, fewer.places) == ((("A", 4), ("B", 2)), (("A", 2),))


def test_a_sku_that_is_not_named_stays_and_zero_lets_go_of_it() -> None:
    lines = s.placed((TEE,), {"CAP": 1}, {Cell("CAP", "A"): 1}, {"CAP": 1})
    assert [line.held for line in lines] == [5, 1]
    assert [line.held for line in s.placed(lines, {"TEE": 0}, {}, {})] == [0, 1]


def test_less_than_is_wanted_is_refused_as_a_whole_or_held_as_far_as_it_goes() -> None:
    with pytest.raises(Refused) as refused:
        s.placed((), {"TEE": 5, "CAP": 1}, {A: 9}, {"TEE": 3})
    assert refused.value.code == "out_of_stock"
    assert refused.value.facts["short"] == (("TEE", 5, 3), ("CAP", 1, 0))
    lines = s.placed((), {"TEE": 5, "CAP": 1}, {A: 9}, {"TEE": 3}, partial=True)
    assert but(NEW, lines=lines).missing == {"TEE": 2, "CAP": 1}


def test_fewer_than_none_cannot_be_held() -> None:
    with pytest.raises(UsageError, match="bad_quantity"):
        s.placed((), {"TEE": -1}, {}, {})


def test_the_book_follows_what_changed_and_nothing_else() -> None:
    claim = Claim(7, 1)
    assert s.stock_moves(None, NEW) == (
        Move(RESERVED_FOR, A, 3, claim, "RV-7-6"),
        Move(RESERVED_FOR, B, 2, claim, "RV-7-6"),
    )
    after = but(NEW, lines=(but(TEE, places=(("A", 4),)),), reason="moved")
    assert s.stock_moves(NEW, after) == (
        Move(RELEASED, B, 2, claim, "RV-7-6", "moved"),
        Move(RESERVED_FOR, A, 1, claim, "RV-7-6", "moved"),
    )
    assert s.stock_moves(NEW, NEW) == ()


def test_its_claims_carry_its_key_and_the_number_of_the_line() -> None:
    assert NEW.reservations == (Reservation(Claim(7, 1), A, 3), Reservation(Claim(7, 1), B, 2))


@pytest.mark.parametrize(
    ("wanted", "places", "taken"), [(4, TEE.places, 0), (-1, (), 0), (5, (("A", 0),), 0), (5, (), -1)]
)
def test_a_line_that_holds_more_than_it_wants_is_an_error(
    wanted: int, places: tuple[tuple[str, int], ...], taken: int
) -> None:
    with pytest.raises(UsageError, match="bad_quantity"):
        s.SoftLine(1, "TEE", wanted, places, taken)


def test_lines_are_numbered_and_have_a_sku_each() -> None:
    for lines in ((but(TEE, number=2),), (TEE, but(TEE, number=2))):
        with pytest.raises(UsageError, match="bad_lines"):
            but(NEW, lines=lines)
