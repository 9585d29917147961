"""The steps that omskit ships, and the one of the example, keep the promises of a step."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import fraud_check
import pytest
from sync_host import NETWORK

from omskit.allocation import Policy
from omskit.core import Cell, Destination, Level
from omskit.flow import Need, Step, release_step, review_step, source_step
from omskit.flow.steps.source import KEPT, LEVELS
from omskit.orders import Approve, Assign, Consignment, Order, OrderLine, Place, Terms, decide, evolve
from omskit.testing import StepKit

AT = datetime(2026, 3, 2, 9, tzinfo=UTC)

Answers = Mapping[Need[Any], Any]


def order(key: int, buyer: str, *commands: Approve | Assign, price_minor: int = 990) -> Order:
    terms = Terms("shop", f"A-{key}", AT, "EUR", Destination("DE"), buyer=buyer)
    place = Place(key, terms, (OrderLine(1, "MUG", 2, 2, list_minor=price_minor),))
    state: Order | None = None
    for command in (place, *commands):
        for event in decide(state, command, at=AT):
            state = evolve(state, event)
    assert state is not None
    return state


class _Kit(StepKit):
    @pytest.fixture
    def at(self) -> datetime:
        return AT


class TestFraudCheck(_Kit):
    @pytest.fixture
    def step(self) -> Step:
        return fraud_check.FRAUD_CHECK

    @pytest.fixture
    def orders(self) -> Sequence[Order]:
        many = [order(key, "carl") for key in range(3, 7)]
        return [order(1, "amy", price_minor=69_000), order(2, "bob", price_minor=69_000), *many]

    @pytest.fixture
    def answers(self) -> Answers:
        return {fraud_check.ORDERS_OF: {"amy": 5, "bob": 1, "carl": 4}}


class TestReview(_Kit):
    @pytest.fixture
    def step(self) -> Step:
        return review_step()

    @pytest.fixture
    def orders(self) -> Sequence[Order]:
        return [order(1, "amy"), order(2, ""), order(3, "carl", price_minor=0)]


class TestSource(_Kit):
    @pytest.fixture
    def step(self) -> Step:
        return source_step(NETWORK, Policy())

    @pytest.fixture
    def orders(self) -> Sequence[Order]:
        return [order(key, "amy", Approve()) for key in (1, 2, 3)]

    @pytest.fixture
    def answers(self) -> Answers:
        return {LEVELS: {Cell("MUG", "BERLIN"): Level(3), Cell("MUG", "VENLO"): Level(2, 1)}, KEPT: {}}


class TestRelease(_Kit):
    @pytest.fixture
    def step(self) -> Step:
        return release_step()

    @pytest.fixture
    def orders(self) -> Sequence[Order]:
        assign = Assign((Consignment(1, "BERLIN", ((1, 1),)), Consignment(2, "VENLO", ((1, 1),))))
        return [order(key, "amy", Approve(), assign) for key in (1, 2)]
