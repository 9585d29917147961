"""A kind says how an aggregate is stored; a change continues its history without a gap."""

from datetime import UTC, datetime

import pytest
from attrs import frozen

from omskit.core import Change, Codec, ColumnType, Entry, Kind, UsageError, fold

AT = datetime(2026, 3, 1, tzinfo=UTC)


@frozen
class Tally:
    count: int = 0


@frozen
class Counted:
    by: int


def _evolve(state: Tally | None, event: Counted) -> Tally:
    return Tally((state.count if state else 0) + event.by)


TALLY: Kind[Tally] = Kind(
    "tally",
    Codec("tally", {"tally": Tally}),
    Codec("tally events", {"counted": Counted}),
    _evolve,
    columns=(("count", ColumnType.INT),),
    row=lambda tally: (tally.count,),
)


def _entry(sequence: int, stream: int = 7) -> Entry:
    return Entry(stream, sequence, AT, "amy", "test", Counted(1))


def test_a_column_is_found_by_its_name() -> None:
    assert TALLY.column("count")(Tally(3)) == 3


def test_an_unknown_column_is_told_with_those_there_are() -> None:
    with pytest.raises(UsageError) as refused:
        TALLY.column("colour")
    assert refused.value.code == "unknown_column"
    assert "count" in refused.value.message
    assert refused.value.facts == {"column": "colour"}


def test_the_version_after_counts_the_entries() -> None:
    assert Change(7, 0, Tally(2), (_entry(1), _entry(2))).after == 2
    assert Change(7, 2, Tally(3), (_entry(3),)).after == 3


@pytest.mark.parametrize(
    ("before", "entries"),
    [
        (0, ()),
        (0, (_entry(2),)),
        (1, (_entry(1),)),
        (0, (_entry(1), _entry(3))),
        (0, (_entry(2), _entry(1))),
        (0, (_entry(1), _entry(1))),
        (0, (_entry(1, stream=8),)),
    ],
)
def test_a_change_whose_entries_do_not_continue_its_version_is_refused(
    before: int, entries: tuple[Entry, ...]
) -> None:
    with pytest.raises(UsageError) as refused:
        Change(7, before, Tally(), entries)
    assert refused.value.code == "bad_change"


def test_a_history_folds_to_its_state() -> None:
    assert fold(_evolve, [Counted(1), Counted(2), Counted(4)]) == Tally(7)


def test_no_history_folds_to_nothing() -> None:
    assert fold(_evolve, []) is None
