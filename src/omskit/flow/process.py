"""The process: a machine and the steps that drive orders through it, as a value that a host composes.

A step names the trigger it makes and the facts it needs. The runner loads a batch, asks the storage once for each
need, and lets every step in turn say which commands its orders get.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, Generic, Self, TypeVar

from attrs import evolve, field, frozen

from omskit.core import Stored, UsageError
from omskit.flow.rules import Rules
from omskit.orders import Command, Order
from omskit.storage import Unit, Where

T = TypeVar("T")


@frozen(eq=False)
class Need(Generic[T]):
    """Facts that a step needs about a batch.

    Args:
        name: Shown in errors.
        ask: Asks the storage once, for all orders together. Its last argument says whether what is read has
            to stay as it is until the unit ends.
    """

    name: str
    ask: Callable[[Unit, Sequence[Order], bool], T]

    def answer(self, unit: Unit, orders: Sequence[Order], rules: Rules, at: datetime, *, lock: bool) -> T:
        """Ask the storage, for orders of a process with these rules, at an instant."""
        del rules, at  # only some want to know
        return self.ask(unit, orders, lock)


@frozen(eq=False)
class DatedNeed(Need[T]):
    """Facts that depend on the instant of the batch and the rules of its process: ``ask`` gets both at the end."""

    ask: Callable[[Unit, Sequence[Order], bool, Rules, datetime], T]  # type: ignore[assignment] # asked by answer only

    def answer(self, unit: Unit, orders: Sequence[Order], rules: Rules, at: datetime, *, lock: bool) -> T:
        """Ask the storage, for orders of a process with these rules, at an instant."""
        return self.ask(unit, orders, lock, rules, at)


@frozen
class Facts:
    """What a step may know beside its orders.

    Args:
        at: Now.
        new_key: Hands out a key for what the step makes.
        known: Answers by need.
        rules: The machines of the process.
    """

    at: datetime
    new_key: Callable[[], int]
    known: Mapping[Need[Any], Any] = field(factory=dict)
    rules: Rules = field(factory=Rules)

    def of(self, need: Need[T]) -> T:
        """Return the answer to a need that the step declared.

        Raises:
            UsageError: ``undeclared_need``.
        """
        if need not in self.known:
            raise UsageError("undeclared_need", f"no step of the process declares the need {need.name!r}")
        answer: T = self.known[need]
        return answer


@frozen
class Step:
    """One stage of a process.

    Args:
        name: Unique in the process; stands as cause in the history.
        trigger: What it makes; it gets the orders in whose status the trigger is allowed and that no hold
            blocks.
        run: Says the commands for each order by key; an order left out stays as it is. Refusals are raised
            by none: an order that cannot go on gets a hold, or is left out.
        needs: What it wants to know.
        widen: Claims further orders that have to be looked at together with those of a batch, among those that
            fulfill the given conditions; None when each order can be looked at by itself.
        pauses: Whether an order that it gives commands to waits for the next run, since the steps behind it were
            told facts about the order as it was.
    """

    name: str
    trigger: str
    run: Callable[[Sequence[Order], Facts], Mapping[int, Sequence[Command]]]
    needs: tuple[Need[Any], ...] = ()
    widen: Callable[[Unit, Sequence[Order], Sequence[Where]], Mapping[int, Stored[Order]]] | None = None
    pauses: bool = False


@frozen
class Process:
    """How orders go, from receipt to release.

    Args:
        name: Shown in errors and drawings.
        steps: In the order they run.
        rules: The machines behind them.
        version: From 1; raised whenever the steps or machines change while orders are on their way.

    Raises:
        UsageError: ``bad_process`` with all problems found.
    """

    name: str
    steps: tuple[Step, ...]
    rules: Rules = field(factory=Rules)
    version: int = 1

    def __attrs_post_init__(self) -> None:
        problems = self.problems()
        if problems:
            raise UsageError("bad_process", "; ".join(problems), process=self.name)

    def problems(self) -> tuple[str, ...]:
        """Return what would keep the process from working; empty when it is sound."""
        names = [step.name for step in self.steps]
        found = [] if self.version > 0 and self.name else [f"{self.id!r}: a name, and a version from 1"]
        found += [f"two steps are called {name!r}" for name in sorted({n for n in names if names.count(n) > 1})]
        known = self.rules.orders.triggers
        found += [
            f"step {step.name!r} makes {step.trigger!r}, which the machine does not know"
            for step in self.steps
            if step.trigger not in known
        ]
        return tuple(found)

    @property
    def id(self) -> str:
        """Name and version, as orders keep it: ``direct/1``."""
        return f"{self.name}/{self.version}"

    @property
    def waiting(self) -> tuple[str, ...]:
        """The statuses in which some step has something to do, sorted."""
        machine = self.rules.orders
        return tuple(sorted({status for step in self.steps for status in machine.admitting(step.trigger)}))

    def mermaid(self) -> str:
        """Draw where the steps lead, as a Mermaid flowchart; what leaves an order in its status is left out."""
        ways = [
            (status, step.name, to)
            for step in self.steps
            for (status, trigger), to in self.rules.orders.moves.items()
            if trigger == step.trigger and to != status
        ]
        return "\n".join(["flowchart LR", *(f"    {here} -->|{name}| {to}" for here, name, to in ways)]) + "\n"

    def _index(self, name: str) -> int:
        for position, step in enumerate(self.steps):
            if step.name == name:
                return position
        names = ", ".join(step.name for step in self.steps)
        raise UsageError("unknown_step", f"no step {name!r} in {self.name}; there are: {names}", step=name)

    def insert(self, step: Step, *, before: str) -> Self:
        """Return the process with one more step before another.

        Raises:
            UsageError: ``unknown_step``, ``bad_process``.
        """
        position = self._index(before)
        return evolve(self, steps=(*self.steps[:position], step, *self.steps[position:]))

    def replace(self, name: str, step: Step) -> Self:
        """Return the process with a step in another one's place.

        Raises:
            UsageError: ``unknown_step``, ``bad_process``.
        """
        position = self._index(name)
        return evolve(self, steps=(*self.steps[:position], step, *self.steps[position + 1 :]))

    def without(self, name: str) -> Self:
        """Return the process without a step: its trigger is then made by hand.

        Raises:
            UsageError: ``unknown_step``.
        """
        position = self._index(name)
        return evolve(self, steps=(*self.steps[:position], *self.steps[position + 1 :]))

    def with_rules(self, rules: Rules) -> Self:
        """Return the process on other machines or another grading.

        Raises:
            UsageError: ``bad_process`` when a step's trigger is not known there.
        """
        return evolve(self, rules=rules)

    def next_version(self) -> Self:
        """Return the process under the next version, to be changed while orders go by this one."""
        return evolve(self, version=self.version + 1)
