"""What an event makes of a cost card; total, and without a machine."""

from __future__ import annotations

from collections.abc import Iterable

from attrs import evolve as changed

from omskit.core import StorageError
from omskit.inventory.costs import events as e
from omskit.inventory.costs.model import Bill, CostCard, Place, Step, StepKind
from omskit.inventory.costs.steps import stepped, summed


def evolve(state: CostCard | None, event: e.Event) -> CostCard:
    """Return the card as it stands after the event: every pool is worked out again from its steps.

    Raises:
        StorageError: ``bad_history`` when a history does not start with its beginning.
    """
    if isinstance(event, e.Begun):
        return event.card
    if state is None:
        raise StorageError("bad_history", f"{type(event).__name__} before the card began")
    if isinstance(event, e.Full):
        return changed(state, status=event.status)
    if isinstance(event, e.Told):
        return changed(state, status=event.status, bills=(*state.bills, event.bill))
    pool, sums, bills = state.pool, state.sums, state.bills
    for step in event.steps:
        pool, sums, bills = stepped(pool, step), summed(sums, step), drawn(bills, step)
    return changed(
        state,
        status=event.status,
        pool=pool,
        sums=sums,
        bills=bills,
        places=_further(state.places, event.places),
        steps=(*state.steps, *event.steps),
    )


def drawn(bills: tuple[Bill, ...], step: Step) -> tuple[Bill, ...]:
    """Return the bills after a step: what came in with a price is taken off them, and one that is used up goes."""
    came = step.quantity - step.estimated if step.kind is StepKind.RECEIVED else 0
    if not came:
        return bills
    left = []
    for bill in bills:
        taken = min(came, bill.quantity - bill.used) if bill.document == step.document else 0
        came -= taken
        if bill.used + taken < bill.quantity:
            left.append(changed(bill, used=bill.used + taken))
    return tuple(left)


def _further(places: Iterable[Place], reached: Iterable[Place]) -> tuple[Place, ...]:
    known = {(one.sku, one.warehouse): one for one in (*places, *reached)}
    return tuple(known[cell] for cell in sorted(known))
