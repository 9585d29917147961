"""F-09: a worker killed at any moment loses nothing, doubles nothing and leaves nothing by halves."""

from __future__ import annotations

import pytest
from faults import SPLITS
from killing import MUTANTS, kill


def test_f09_nothing_is_lost_or_doubled_however_a_worker_ends(url: str, *, long: bool) -> None:
    kills = 1_000 if long else 6
    assert kill(url, kills) == (kills, [])


#: Those that take many kills to be seen.
SLOW = frozenset(SPLITS)


@pytest.mark.parametrize(
    "mutant", [pytest.param(one, marks=[pytest.mark.long] if one in SLOW else []) for one in MUTANTS]
)
def test_f09_sees_a_worker_that_writes_or_answers_too_early(url: str, mutant: str) -> None:
    _, wrong = kill(url, 300, mutant)
    assert wrong != []
