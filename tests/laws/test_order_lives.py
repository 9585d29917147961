"""Whole lives of orders, played against a plain model: no unit is ever lost, doubled or promised twice."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test
from lives import Lives

QUIET = [HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large]


def test_five_thousand_steps_of_lives_never_part_from_the_model() -> None:
    run_state_machine_as_test(
        Lives,
        settings=settings(max_examples=100, stateful_step_count=50, deadline=None, suppress_health_check=QUIET),
    )


@pytest.mark.long
def test_a_hundred_thousand_steps_of_lives_never_part_from_the_model() -> None:
    run_state_machine_as_test(
        Lives,
        settings=settings(max_examples=1_000, stateful_step_count=100, deadline=None, suppress_health_check=QUIET),
    )
