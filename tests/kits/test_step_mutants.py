"""Broken steps, each caught by the test of the kit that names its promise, and by no other."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import pytest
from mutants import broken_promises, promises

from omskit.core import Destination, Refused
from omskit.flow import Facts, Need, Step
from omskit.orders import (
    ORDER_MACHINE,
    Approve,
    Approved,
    Assign,
    Command,
    Consignment,
    Order,
    OrderLine,
    Place,
    Terms,
    decide,
    evolve,
)
from omskit.testing import StepKit

AT = datetime(2026, 3, 2, 9, tzinfo=UTC)
SCORES: Need[dict[str, int]] = Need("scores", lambda *_: {})
WEATHER: Need[str] = Need("weather", lambda *_: "rain")

Run = Callable[[Sequence[Order], Facts], Mapping[int, Sequence[Command]]]


def placed(key: int, buyer: str) -> Order:
    terms = Terms("shop", f"A-{key}", AT, "EUR", Destination("DE"), buyer=buyer)
    (event,) = decide(None, Place(key, terms, (OrderLine(1, "MUG", 2, 2, list_minor=1_980),)), at=AT)
    return evolve(None, event)


ORDERS = (placed(1, "amy"), placed(2, "bob"))


def fixtures(make: Callable[[], Run]) -> Mapping[str, object]:
    return {
        "step": Step("mutant", "approve", make(), (SCORES,)),
        "orders": ORDERS,
        "answers": {SCORES: {"amy": 1, "bob": 9}, WEATHER: "rain"},
        "at": AT,
        "machine": ORDER_MACHINE,
    }


def sound(orders: Sequence[Order], facts: Facts) -> Mapping[int, Sequence[Command]]:
    scores = facts.of(SCORES)
    return {order.key: (Approve("score"),) for order in orders if scores[order.terms.buyer] < 5}


def speaks_for_a_neighbour(orders: Sequence[Order], facts: Facts) -> Mapping[int, Sequence[Command]]:
    return {**{order.key + 1: (Approve(),) for order in orders}, **sound(orders, facts)}


def refuses_by_raising(orders: Sequence[Order], facts: Facts) -> Mapping[int, Sequence[Command]]:
    if not orders:
        raise Refused("empty_order", "nothing to do")
    return sound(orders, facts)


def answers_with_events(orders: Sequence[Order], facts: Facts) -> Mapping[int, Any]:
    return {key: (Approved("approved"),) for key in sound(orders, facts)}


def counts_its_calls() -> Run:
    calls: list[int] = []

    def run(orders: Sequence[Order], facts: Facts) -> Mapping[int, Sequence[Command]]:
        calls.append(len(orders))
        return {key: (Approve(f"call {len(calls)}"),) for key in sound(orders, facts)}

    return run


def uses_the_answers_up(orders: Sequence[Order], facts: Facts) -> Mapping[int, Sequence[Command]]:
    said = sound(orders, facts)
    facts.of(SCORES).clear()
    return said


def looks_at_the_weather(orders: Sequence[Order], facts: Facts) -> Mapping[int, Sequence[Command]]:
    return sound(orders, facts) if facts.of(WEATHER) == "rain" else {}


def gives_the_same_units_twice(orders: Sequence[Order], facts: Facts) -> Mapping[int, Sequence[Command]]:
    said = sound(orders, facts)
    twice = (Consignment(1, "BER", ((1, 1),)), Consignment(1, "BER", ((1, 1),)))
    return {key: (*commands, Assign(twice)) for key, commands in said.items()}


MUTANTS: Mapping[str, tuple[Callable[[], Run], str]] = {
    "speaks for a neighbour": (
        lambda: speaks_for_a_neighbour,
        "test_it_speaks_only_for_the_orders_it_was_given",
    ),
    "raises a refusal": (lambda: refuses_by_raising, "test_it_raises_nothing"),
    "answers with events": (lambda: answers_with_events, "test_it_returns_commands"),
    "counts its calls": (counts_its_calls, "test_the_same_question_has_the_same_answer"),
    "uses the answers up": (lambda: uses_the_answers_up, "test_it_changes_nothing_of_what_it_is_given"),
    "reads an undeclared need": (
        lambda: looks_at_the_weather,
        "test_it_reads_only_the_facts_that_it_declares",
    ),
    "numbers consignments twice": (lambda: gives_the_same_units_twice, "test_its_commands_can_be_decided"),
}


def test_a_sound_step_breaks_no_promise() -> None:
    assert broken_promises(StepKit, lambda: fixtures(lambda: sound)) == set()


@pytest.mark.parametrize("name", MUTANTS)
def test_a_broken_step_is_caught_by_the_promise_it_breaks(name: str) -> None:
    make, promise = MUTANTS[name]
    assert broken_promises(StepKit, lambda: fixtures(make)) == {promise}


def test_every_promise_of_the_kit_has_a_mutant() -> None:
    caught = {promise for _, promise in MUTANTS.values()}
    assert set(promises(StepKit)) - caught == {"test_the_sample_is_what_the_step_would_get"}
