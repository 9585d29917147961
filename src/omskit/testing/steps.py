"""The kit for authors of steps: subclass it, give the step and some orders, and run it with pytest.

One promise a test; the promises are those of ``docs/reference/contracts.md``.

::

    class TestFraudCheck(StepKit):
        @pytest.fixture
        def step(self):
            return FRAUD_CHECK

        @pytest.fixture
        def orders(self):
            return [placed(1, buyer="bob", price_minor=69_000), placed(2, buyer="amy")]

        @pytest.fixture
        def answers(self):
            return {ORDERS_OF: {"amy": 3, "bob": 1}}
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from copy import deepcopy
from datetime import UTC, datetime
from itertools import count
from typing import Any, get_args

import pytest

from omskit.core import Machine, Refused, UsageError
from omskit.flow import Facts, Need, Step
from omskit.orders import ORDER_MACHINE, Command, Order, decide, evolve

Answers = Mapping[Need[Any], Any]

_COMMANDS = get_args(Command)
#: Keys that a step under test is handed out begin here, beyond those of any sample.
_FIRST_KEY = 1_000_000


def ask(step: Step, orders: Sequence[Order], answers: Answers, at: datetime) -> Mapping[int, Sequence[Command]]:
    """Return what a step says; empty when it raises, which is the promise of one test only."""
    try:
        return step.run(orders, _facts(answers, at))
    except Exception:  # noqa: BLE001 - see above
        return {}


def _facts(answers: Answers, at: datetime) -> Facts:
    return Facts(at, _keys(), {need: deepcopy(answer) for need, answer in answers.items()})


def _keys() -> Callable[[], int]:
    numbers = count(_FIRST_KEY)
    return lambda: next(numbers)


def _batches(orders: Sequence[Order]) -> Iterator[Sequence[Order]]:
    """Yield the batches that a step may get of some orders: all, none, all but the first, each alone, reversed."""
    yield orders
    yield ()
    yield orders[1:]
    yield from ([order] for order in orders)
    yield orders[::-1]


class StepKit:
    """What every step promises. Subclass it and give the fixtures.

    * ``step``: the step under test.
    * ``orders``: at least two orders in statuses that allow its trigger, and that no hold blocks; it has
      commands for one of them or more.
    * ``answers``: need to its answer for these orders; none by default.
    * ``at``: now; 1 January 2026 by default.
    * ``machine``: of the process that the step is for; the one that omskit ships by default.
    """

    @pytest.fixture
    def answers(self) -> Answers:
        """Return the answers to the step's needs."""
        return {}

    @pytest.fixture
    def at(self) -> datetime:
        """Return what time it is."""
        return datetime(2026, 1, 1, tzinfo=UTC)

    @pytest.fixture
    def machine(self) -> Machine:
        """Return the machine that commands are decided by."""
        return ORDER_MACHINE

    def test_the_sample_is_what_the_step_would_get(
        self, step: Step, orders: Sequence[Order], answers: Answers, at: datetime, machine: Machine
    ) -> None:
        assert len(orders) >= 2
        assert [one for one in orders if not machine.allows(one.status, step.trigger) or one.is_held] == []
        assert any(ask(step, orders, answers, at).values()), "the step has no command for any order of the sample"

    def test_it_raises_nothing(
        self, step: Step, orders: Sequence[Order], answers: Answers, at: datetime
    ) -> None:
        for batch in _batches(orders):
            try:
                step.run(batch, _facts(answers, at))
            except Exception as error:  # noqa: BLE001 - this is what is looked for
                pytest.fail(f"the step raised {error!r} on {len(batch)} orders")

    def test_it_speaks_only_for_the_orders_it_was_given(
        self, step: Step, orders: Sequence[Order], answers: Answers, at: datetime
    ) -> None:
        for batch in _batches(orders):
            assert ask(step, batch, answers, at).keys() <= {order.key for order in batch}

    def test_it_returns_commands(
        self, step: Step, orders: Sequence[Order], answers: Answers, at: datetime
    ) -> None:
        for commands in ask(step, orders, answers, at).values():
            assert isinstance(commands, Sequence)
            assert [one for one in commands if not isinstance(one, _COMMANDS)] == []

    def test_the_same_question_has_the_same_answer(
        self, step: Step, orders: Sequence[Order], answers: Answers, at: datetime
    ) -> None:
        first = ask(step, orders, answers, at)
        for batch in _batches(orders):
            ask(step, batch, answers, at)
        assert ask(step, orders, answers, at) == first

    def test_it_changes_nothing_of_what_it_is_given(
        self, step: Step, orders: Sequence[Order], answers: Answers, at: datetime
    ) -> None:
        facts, given = _facts(answers, at), list(orders)
        with suppress(Exception):  # the promise of another test
            step.run(given, facts)
        assert facts.known == answers
        assert given == list(orders)

    def test_it_reads_only_the_facts_that_it_declares(
        self, step: Step, orders: Sequence[Order], answers: Answers, at: datetime
    ) -> None:
        missing = [need.name for need in step.needs if need not in answers]
        assert missing == [], f"the fixture 'answers' has no answer for {missing}"
        declared = {need: answers[need] for need in step.needs}
        assert _undeclared(step, orders, _facts(declared, at)) == ""

    def test_its_commands_can_be_decided(
        self, step: Step, orders: Sequence[Order], answers: Answers, at: datetime, machine: Machine
    ) -> None:
        said = ask(step, orders, answers, at)
        for order in orders:
            state = order
            for command in said.get(order.key, ()):
                if isinstance(command, _COMMANDS):
                    state = _decided(state, command, at, machine)


def _undeclared(step: Step, orders: Sequence[Order], facts: Facts) -> str:
    """Return what the step was told when it asked for something that was not declared; empty if it did not."""
    try:
        step.run(orders, facts)
    except UsageError as error:
        return str(error) if error.code == "undeclared_need" else ""
    except Exception:  # noqa: BLE001 - the promise of another test
        return ""
    return ""


def _decided(order: Order, command: Command, at: datetime, machine: Machine) -> Order:
    """Carry a command out; a refusal is reported by the engine as a value, what else is raised ends its batch."""
    try:
        for event in decide(order, command, at=at, actor="kit", machine=machine):
            order = evolve(order, event)
    except Refused:
        pass
    return order
