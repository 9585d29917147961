"""What a command does to a cost card: events, or a refusal."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from attrs import evolve

from omskit.core import Machine, Refused, UsageError, checked_minor, share_of_units
from omskit.inventory.costs import commands as c
from omskit.inventory.costs import events as e
from omskit.inventory.costs.evolve import evolve as applied
from omskit.inventory.costs.machine import CARD_MACHINE, FILL, WRITABLE
from omskit.inventory.costs.model import FULL, Bill, CostCard, CostScope, Place, Step, StepKind, Sums
from omskit.inventory.costs.steps import divided
from omskit.inventory.valuation import Pool

Events = tuple[e.Event, ...]


def decide(
    state: CostCard | None,
    command: c.Command,
    *,
    at: datetime,
    actor: str = "",  # noqa: ARG001 - every aggregate is asked in the same way
    machine: Machine = CARD_MACHINE,
) -> Events:
    """Return the events of a command.

    Args:
        state: The card, or None before it began.
        command: What is asked.
        at: Now.
        actor: Who asks.
        machine: The life of a card.

    Raises:
        Refused: ``already_begun``; ``not_allowed`` on a card that is full; ``nothing_to_revalue`` when no piece is
            there, or the document is not known; ``below_zero_value``.
        UsageError: ``unknown_card``; ``bad_quantity``; ``negative_cost``; ``not_minor_units``,
            ``amount_out_of_range``.
    """
    if isinstance(command, c.Begin):
        if state is not None:
            raise Refused("already_begun", f"card {command.card.key} is there", card=command.card.key)
        return (e.Begun(command.card),)
    if state is None:
        raise UsageError("unknown_card", f"{type(command).__name__} for one that is not there")
    if not machine.has(state.status, WRITABLE):
        raise Refused("not_allowed", f"card {state.key} is {state.status}", card=state.key, status=state.status)
    if isinstance(command, c.Write):
        return (e.Stepped(state.status, command.steps, command.places),) if command.places else ()
    when = max(at, state.last_at)
    return _tell(state, command, when) if isinstance(command, c.Tell) else _revalue(state, command, when)


def _tell(state: CostCard, command: c.Tell, at: datetime) -> Events:
    if type(command.quantity) is not int or command.quantity < 1:
        raise UsageError("bad_quantity", f"{command.quantity!r} pieces: from 1", value=command.quantity)
    if checked_minor(command.value_minor) < 0:
        raise UsageError("negative_cost", "goods cost zero or more", value=command.value_minor)
    late = min(command.quantity, command.estimated)
    events: list[e.Event] = []
    if late:
        actual = share_of_units(command.value_minor, command.quantity, before=0, count=late)
        guessed = share_of_units(command.estimated_minor, command.estimated, before=0, count=late)
        difference = actual - guessed
        step = Step(
            StepKind.PRICED,
            at,
            late,
            difference,
            divided(state.pool, late, difference),
            document=command.document,
            estimated=late,
            estimated_minor=guessed,
        )
        events.append(e.Stepped(state.status, (step,)))
    if late < command.quantity:
        bill = Bill(command.document, command.quantity, command.value_minor, late)
        events.append(e.Told(state.status, bill))
    return tuple(events)


def _revalue(state: CostCard, command: c.Revalue, at: datetime) -> Events:
    by, there = checked_minor(command.by_minor), state.pool.quantity
    if not by:
        return ()
    quantity = there if command.quantity is None else command.quantity
    if quantity < 1:
        raise Refused("nothing_to_revalue", "no piece is there", value=by)
    worth = state.pool.value_minor
    if command.quantity is None and worth + by < 0:
        raise Refused("below_zero_value", f"{-by} is more than {worth}", value=by, allowed=-worth)
    correction = divided(state.pool, quantity, by)
    return (
        e.Stepped(
            state.status,
            (Step(StepKind.REVALUED, at, quantity, by, correction, document=command.document),),
        ),
    )


def begun(key: int, sku: str, scope: CostScope, at: datetime, machine: Machine = CARD_MACHINE) -> CostCard:
    """Return the first card of a SKU in a scope."""
    pool, none = Pool(scope.costing), Sums()
    return CostCard(key, machine.initial, sku, scope.code, 1, 0, at, pool, none, pool, none)


def continued(card: CostCard, key: int, machine: Machine = CARD_MACHINE) -> CostCard:
    """Return the card that comes after one that is full, with all that is brought forward."""
    return evolve(
        card,
        key=key,
        status=machine.initial,
        number=card.number + 1,
        previous=card.key,
        began=card.last_at,
        opening=card.pool,
        brought=card.sums,
        steps=(),
    )


def written(
    card: CostCard, steps: Sequence[Step], places: Sequence[Place], new_key: Callable[[], int]
) -> list[tuple[CostCard, Events]]:
    """Return each card that steps need, as it was, with the events on it: a full one ends, the next begins."""
    found: list[tuple[CostCard, Events]] = []
    events: Events = ()
    while True:
        room = max(0, FULL - len(card.steps))
        now, steps = tuple(steps[:room]), steps[room:]
        made: Events = (e.Stepped(card.status, now, () if steps else tuple(places)),) if now or not steps else ()
        if not steps:
            found.append((card, (*events, *made)))
            return found
        made = (*made, e.Full(CARD_MACHINE.next(card.status, FILL)))
        found.append((card, (*events, *made)))
        after = card
        for event in made:
            after = applied(after, event)
        card = continued(after, new_key())
        events = (e.Begun(card),)
