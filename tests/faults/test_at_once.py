"""F-04 for every method that writes: hands that make the same call at the same moment have one effect together."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from entrances import Call
from faults import summary, violations
from many_shops import in_threads
from shop import AT
from whole_life import LIFE, live

from omskit.core import OmsError
from omskit.engine import Oms
from omskit.storage import MemoryStorage


@pytest.fixture
def hands(*, long: bool) -> int:
    return 16 if long else 4


def codes(outcomes: Sequence[object]) -> set[str]:
    return {one.code for one in outcomes if isinstance(one, OmsError)}


def together(call: Call, oms: Oms, hands: int) -> Sequence[object]:
    oms.clock.at = AT + call.after  # type: ignore[attr-defined]  # a clock that stands
    return in_threads(oms, lambda shop, _: call.on(shop), hands)


def test_f04_calls_at_the_same_moment_have_one_effect(oms: Oms, hands: int) -> None:
    oms, reference = live(oms.storage), live(MemoryStorage())
    for call in LIFE:
        outcomes = together(call, oms, hands)
        together(call, reference, 1)
        assert (call.entrance, codes(outcomes) - {call.again}) == (call.entrance, set())
        assert (call.entrance, summary(oms)) == (call.entrance, summary(reference))
    assert violations(oms) == []
