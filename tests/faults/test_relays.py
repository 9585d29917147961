"""Several processes send what waits, and are killed: everything arrives, in order, and repeats are counted."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from relays import CREW, MUTANTS, kill_relays


def test_f09_everything_arrives_in_order_however_relays_end(
    url: str, record_property: Callable[[str, object], None], *, long: bool
) -> None:
    receiver, wrong = kill_relays(url, 300 if long else 2 * CREW)
    record_property("kills", receiver.kills)
    record_property("arrivals", len(receiver.arrivals))
    assert wrong == []


#: Those that take several kills to be seen.
SLOW = frozenset(MUTANTS) - {"has no lease"}


@pytest.mark.parametrize(
    "mutant", [pytest.param(one, marks=[pytest.mark.long] if one in SLOW else []) for one in MUTANTS]
)
def test_f09_sees_relays_that_lose_or_repeat(
    url: str, mutant: str, record_property: Callable[[str, object], None]
) -> None:
    receiver, wrong = kill_relays(url, 100 * CREW, mutant)
    record_property("seen at kill", receiver.kills)
    assert wrong != []
