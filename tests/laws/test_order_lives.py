"""Whole lives of orders, played against a plain model: no unit is ever lost, doubled or promised twice."""

from __future__ import annotations

from typing import Any

import pytest
from after_lives import WholeLives
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from omskit.flow import react
from omskit.flow.from_work import ON_FULFILLMENT
from omskit.flow.returning import ON_RETURN
from omskit.fulfillment import Settled
from omskit.orders import Cancelled, TakenBack, Unassigned, Unshipped, evolve
from omskit.returns import Received

QUIET = [HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large]


def test_five_thousand_steps_of_lives_never_part_from_the_model() -> None:
    before = WholeLives.played
    run_state_machine_as_test(
        WholeLives,
        settings=settings(max_examples=250, stateful_step_count=50, deadline=None, suppress_health_check=QUIET),
    )
    assert WholeLives.played - before >= 5_000


@pytest.mark.long
def test_a_hundred_thousand_steps_of_lives_never_part_from_the_model() -> None:
    run_state_machine_as_test(
        WholeLives,
        settings=settings(max_examples=4_000, stateful_step_count=50, deadline=None, suppress_health_check=QUIET),
    )


def _forgets(*_: object) -> None:
    """Do nothing where something should follow."""


def _cancels_what_is_open_only(order: Any, event: Any) -> Any:
    return REAL[Cancelled](order, event) if not event.reserved else order


MODULES = __import__("sys").modules
FOLLOWS = MODULES[react.__module__].__dict__["_ON_ORDER"]
WORK_FOLLOWS: Any = ON_FULFILLMENT
CASE_FOLLOWS: Any = ON_RETURN
REAL = dict(MODULES[evolve.__module__].__dict__["_EVOLVE"])
EVOLVES = MODULES[evolve.__module__].__dict__["_EVOLVE"]


@pytest.mark.parametrize(
    ("table", "event", "broken"),
    [
        pytest.param(FOLLOWS, Unassigned, _forgets, id="stock of a rejected order stays promised"),
        pytest.param(FOLLOWS, TakenBack, _forgets, id="returned goods never reach the shelf"),
        pytest.param(FOLLOWS, Cancelled, _forgets, id="stock of a cancelled order stays promised"),
        pytest.param(FOLLOWS, Unshipped, _forgets, id="stock of a parcel that had not left stays away"),
        pytest.param(WORK_FOLLOWS, Settled, _forgets, id="a parcel that left after the stop is in no count"),
        pytest.param(CASE_FOLLOWS, Received, _forgets, id="scanned goods are nobody's"),
        pytest.param(EVOLVES, Cancelled, _cancels_what_is_open_only, id="reserved units are never cancelled"),
    ],
)
def test_the_lives_see_a_system_that_loses_units(
    table: dict[type, object], event: type, broken: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(table, event, broken)
    find = settings(
        max_examples=400,
        stateful_step_count=50,
        deadline=None,
        suppress_health_check=QUIET,
        phases=[Phase.generate],
        database=None,
    )
    with pytest.raises(AssertionError):
        run_state_machine_as_test(WholeLives, settings=find)
