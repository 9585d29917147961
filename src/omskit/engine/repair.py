"""Repairs: a plan says what would be written and why, and a repair does exactly that, or nothing.

Two things can be told without a person. A balance is the sum of its movements. A state is what its history leads
to. All else that a verification finds is two records that contradict each other, and stays as it is: no machine
knows which of the two is wrong.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from functools import cached_property
from itertools import groupby
from typing import Any

from attrs import define, field, frozen

from omskit.core import (
    Change,
    Codec,
    Entry,
    Kind,
    Level,
    Movement,
    Refused,
    Repaired,
    Stored,
    UsageError,
    readable,
)
from omskit.engine.kinds import KINDS
from omskit.engine.looking import AsRepaired, Drift, readable_ones, told_by
from omskit.engine.once import once
from omskit.engine.units import Shop, silent
from omskit.engine.verify import checked_by
from omskit.storage import Imbalance, Measure, Unit

#: Under which plans that were carried out are kept.
SOURCE = "repair"
#: The kind of the movement that says in the ledger that a balance was mended. It moves nothing.
REPAIRED = "repaired"
#: What is shown in place of a document that cannot be read.
UNREADABLE = '"cannot be read"'

_KINDS = {kind.tag: kind for kind in KINDS}


@frozen
class StateRepair:
    """A state that is to be written anew as its history says.

    Args:
        kind: Tag of its kind.
        key: Its key in the storage.
        version: How many entries its history has.
        found: Digest of what is stored; empty for what cannot be read.
        written: Digest of what is to be written.
        changes: What differs: (path, found, written), the latter two as JSON.
    """

    kind: str
    key: int
    version: int
    found: str
    written: str
    changes: tuple[tuple[str, str, str], ...]

    @property
    def subject(self) -> str:
        """Its kind and number."""
        return f"{self.kind} {readable(_KINDS[self.kind].number, self.key)}"


@frozen
class Left:
    """A difference that stays, with the reason."""

    drift: Drift
    reason: str


@frozen(slots=False)
class RepairPlan:
    """What would be written to set right what a verification finds; a value that can be kept as text.

    Args:
        at: When it was made.
        balances: Numbers of the stock book, each to become what its movements come to.
        states: States, each to become what its history says.
        left: What a person has to look at. It would still be found after the repair.
    """

    at: datetime
    balances: tuple[Imbalance, ...] = ()
    states: tuple[StateRepair, ...] = ()
    left: tuple[Left, ...] = ()

    @cached_property
    def id(self) -> str:
        """What the plan is called in the ledger and in histories: a digest of all that it says."""
        return f"repair-{_digest(self.dump())}"

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to write."""
        return not self.balances and not self.states

    def lines(self) -> Iterator[str]:
        """Yield the plan as text, one line a number or value that changes, then what is left."""
        for balance in self.balances:
            yield f"{balance.balance}: {balance.found} -> {balance.expected}, as its movements come to"
        for state in self.states:
            for path, found, written in state.changes:
                yield f"{state.subject} {path}: {found} -> {written}, as its history says"
        for one in self.left:
            yield f"left: {one.drift.subject} ({one.drift.found}, not {one.drift.expected}): {one.reason}"

    def dump(self) -> str:
        """Return the plan as JSON text."""
        return PLANS.dump(self)

    @staticmethod
    def load(text: str) -> RepairPlan:
        """Read a plan that was kept as text.

        Raises:
            StorageError: ``unreadable_document``, ``newer_format``.
        """
        return PLANS.load("repair_plan", text)


#: Repair plans, as they are kept.
PLANS: Codec[RepairPlan] = Codec("repair plan", {"repair_plan": RepairPlan})


def plan_repairs(unit: Unit, at: datetime) -> RepairPlan:
    """Verify, and say what can be set right and what cannot; nothing is written."""
    drift = unit.stock.drift()
    balances, impossible = _mendable(unit, drift)
    states: list[StateRepair] = []

    def note(kind: Kind[Any], key: int, stored: Stored[Any] | None, told: Stored[Any]) -> None:
        states.append(_repair_of(kind, key, stored, told))

    remains = checked_by(AsRepaired(unit, balances, repair=note), silent).drift
    left = tuple(Left(one, _reason(one, impossible)) for one in remains)
    return RepairPlan(at, tuple(balances), tuple(states), left)


def _mendable(unit: Unit, drift: Sequence[Imbalance]) -> tuple[list[Imbalance], frozenset[str]]:
    """Return what can be mended, and the subjects of what cannot: their movements come to what cannot be."""
    good: list[Imbalance] = []
    bad: list[Imbalance] = []
    ordered = sorted((one for one in drift if one.balance.measure is not Measure.RESERVATION), key=_cell_of)
    levels = unit.stock.levels({one.balance.cell.sku for one in ordered})
    for cell, group in groupby(ordered, key=_cell_of):
        found = list(group)
        wanted = {one.balance.measure: one.expected for one in found}
        now = levels.get(cell, Level())
        on_hand = wanted.get(Measure.ON_HAND, now.on_hand)
        reserved = wanted.get(Measure.RESERVED, now.reserved)
        (good if 0 <= reserved <= on_hand else bad).extend(found)
    for one in drift:
        if one.balance.measure is Measure.RESERVATION:
            (good if one.expected >= 0 else bad).append(one)
    return good, frozenset(str(one.balance) for one in bad)


def _cell_of(one: Imbalance) -> Any:
    return one.balance.cell


def _reason(one: Drift, impossible: frozenset[str]) -> str:
    if one.subject in impossible:
        return "its movements come to what no balance can be"
    if one.subject.endswith("cannot be read"):
        return "nothing whole is there to write it from"
    if one.subject.endswith(" entries"):
        return "its history does not have as many entries as it counts, so it cannot be told from it"
    return "two records contradict each other, and each is what its own history says"


def _repair_of(kind: Kind[Any], key: int, stored: Stored[Any] | None, told: Stored[Any]) -> StateRepair:
    written = kind.state.dump(told.state)
    found = kind.state.dump(stored.state) if stored else ""
    changes = tuple(_changes("", json.loads(found or UNREADABLE), json.loads(written)))
    if not found:
        changes = (("document", UNREADABLE, written),)
    return StateRepair(kind.tag, key, told.version, _digest(found) if found else "", _digest(written), changes)


def _changes(path: str, found: Any, written: Any) -> Iterator[tuple[str, str, str]]:
    """Yield the smallest parts of two documents that differ; a part that is at its default is null."""
    if isinstance(found, dict) and isinstance(written, dict):
        for name in sorted(found.keys() | written.keys()):
            yield from _changes(f"{path}.{name}".lstrip("."), found.get(name), written.get(name))
    elif isinstance(found, list) and isinstance(written, list) and len(found) == len(written):
        for at, (one, other) in enumerate(zip(found, written, strict=True)):
            yield from _changes(f"{path}[{at}]", one, other)
    elif found != written:
        yield path, json.dumps(found, ensure_ascii=False), json.dumps(written, ensure_ascii=False)


def _digest(text: str) -> str:
    return hashlib.blake2b(text.encode(), digest_size=8).hexdigest()


@define
class Repairing:
    """Carries out one plan in one unit."""

    shop: Shop
    plan: RepairPlan
    actor: str
    _at: datetime = field(init=False)

    def __attrs_post_init__(self) -> None:
        self._at = self.shop.now()

    def repair(self) -> int:
        """Write what the plan says, and return how many balances and states that were.

        Raises:
            Refused: ``drift_changed`` with ``subjects``, when something is no longer as the plan found it.
            UsageError: ``unknown_kind`` for a plan with a kind that this release does not know.
        """
        plan = self.plan
        if plan.is_empty:
            return 0
        return once(self.shop, SOURCE, plan.id, plan.id, self._carry_out)

    def _carry_out(self, unit: Unit, _lock: bool) -> int:  # noqa: FBT001
        by_kind: dict[str, list[StateRepair]] = {}
        for state in self.plan.states:
            by_kind.setdefault(state.kind, []).append(state)
        for tag, repairs in by_kind.items():
            if tag not in _KINDS:
                raise UsageError("unknown_kind", f"no aggregates are called {tag!r}", kind=tag)
            self._states(unit, _KINDS[tag], {one.key: one for one in repairs})
        if self.plan.balances:
            unit.stock.mend(self.plan.balances)
            unit.stock.post([self._trace(one) for one in self.plan.balances])
        return len(self.plan.balances) + len(self.plan.states)

    def _states(self, unit: Unit, kind: Kind[Any], repairs: Mapping[int, StateRepair]) -> None:
        there = unit.of(kind)
        states = readable_ones(lambda keys: there.load(keys, lock=True), sorted(repairs))
        histories = readable_ones(there.history, sorted(repairs))
        told = {key: told_by(kind, states.get(key), histories.get(key, ())) for key in repairs}
        gone = [
            one.subject
            for key, one in repairs.items()
            if (state := told[key]) is None or _repair_of(kind, key, states.get(key), state) != one
        ]
        if gone:
            raise Refused("drift_changed", f"no longer as it was found: {', '.join(gone)}", subjects=tuple(gone))
        there.save([self._change(one, state) for key, one in repairs.items() if (state := told[key])])

    def _change(self, repair: StateRepair, told: Stored[Any]) -> Change[Any]:
        event = Repaired(self.plan.id, repair.changes)
        entry = Entry(repair.key, told.version + 1, self._at, self.actor, SOURCE, event)
        return Change(repair.key, told.version, told.state, (entry,))

    def _trace(self, one: Imbalance) -> Movement:
        """Return the movement that says what was mended, and by whom; it adds nothing."""
        balance, missing = one.balance, abs(one.expected - one.found)
        said = f"{balance.measure.value} {one.found} -> {one.expected}"
        return Movement(
            REPAIRED, balance.cell, missing, 0, 0, self._at, self.actor, balance.claim, self.plan.id, said
        )
