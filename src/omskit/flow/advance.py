"""Advancing a batch: every step of a process in turn over the orders it is for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from attrs import field, frozen

from omskit.core import ContractError, Refusal, Refused, readable
from omskit.flow.process import Facts, Need, Process, Step
from omskit.flow.react import react
from omskit.flow.workspace import Workspace
from omskit.orders import ORDERS, Command, Order, ReleaseHold
from omskit.storage import Unit


@frozen
class Advance:
    """What became of a batch.

    Args:
        moved: How many orders each step gave commands to.
        refused: Orders that a command was refused for; the others went on.
    """

    moved: Mapping[str, int] = field(factory=dict)
    refused: tuple[Refusal, ...] = ()


def ask(
    process: Process, unit: Unit, orders: Sequence[Order], at: datetime, *, lock: bool
) -> dict[Need[Any], Any]:
    """Ask the storage for all that the steps need to know at an instant, once for each; ``lock`` is passed on."""
    needs = dict.fromkeys(need for step in process.steps for need in step.needs)
    return {need: need.answer(unit, orders, process.rules, at, lock=lock) for need in needs}


def advance(process: Process, work: Workspace, keys: Sequence[int], facts: Facts) -> Advance:
    """Let the orders of the keys go as far as the process takes them.

    An order that a command is refused for is left where it stood before that step, and the others go on.

    Raises:
        ContractError: ``foreign_order`` when a step has commands for an order that it was not given.
    """
    _expire(work, keys)
    moved: dict[str, int] = {}
    refused: list[Refusal] = []
    going = dict.fromkeys(keys)
    for step in process.steps:
        taken = _taken(step, process, work, going)
        if not taken:
            continue
        commands = step.run(taken, facts)
        foreign = commands.keys() - {order.key for order in taken}
        if foreign:
            raise ContractError("foreign_order", f"step {step.name!r} was not given {sorted(foreign)}")
        for key, wanted in commands.items():
            try:
                _give(work, key, wanted, step.name)
            except Refused as refusal:
                refused.append(Refusal.of(readable(ORDERS.number, key), refusal))
                going.pop(key)
            else:
                moved[step.name] = moved.get(step.name, 0) + bool(wanted)
                if step.pauses and wanted:
                    going.pop(key)
        react(work)
    return Advance(moved, tuple(refused))


def _give(work: Workspace, key: int, wanted: Sequence[Command], cause: str) -> None:
    if len(wanted) == 1:
        work.order(key, wanted[0], cause)
        return
    with work.attempt():
        for command in wanted:
            work.order(key, command, cause)


def _taken(step: Step, process: Process, work: Workspace, keys: Iterable[int]) -> list[Order]:
    admitting = frozenset(process.rules.orders.admitting(step.trigger))
    states = (work.orders[key].state for key in keys)
    return [one for one in states if one and one.status in admitting and not (one.holds and one.is_held)]


def _expire(work: Workspace, keys: Sequence[int]) -> None:
    for key in keys:
        order = work.orders[key].state
        for hold in order.holds if order else ():
            if hold.until is not None and hold.until <= work.at:
                work.order(key, ReleaseHold(hold.code, hold.line), "expiry")
