"""F-09: a worker killed at any moment loses nothing, doubles nothing and leaves nothing by halves."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from faults import SPLITS
from placing import MUTANTS, kill


def test_f09_nothing_is_lost_or_doubled_however_a_worker_ends(
    url: str, record_property: Callable[[str, object], None], *, long: bool
) -> None:
    kills = 1_000 if long else 6
    killer, wrong = kill(url, kills)
    for name, value in (("kills", killer.kills), ("orders", killer.last + 1), ("unheard", killer.unheard)):
        record_property(name, value)
    assert (killer.kills, wrong) == (kills, [])


#: Those that take many kills to be seen.
SLOW = frozenset(SPLITS)


@pytest.mark.parametrize(
    "mutant", [pytest.param(one, marks=[pytest.mark.long] if one in SLOW else []) for one in MUTANTS]
)
def test_f09_sees_a_worker_that_writes_or_answers_too_early(
    url: str, mutant: str, record_property: Callable[[str, object], None]
) -> None:
    killer, wrong = kill(url, 300, mutant)
    record_property("seen at kill", killer.kills)
    assert wrong != []
