"""What a step does to a pool, and to the sums of a card."""

from __future__ import annotations

from attrs import evolve

from omskit.inventory.costs.model import COSTING_ONLY, LEAVING, Step, StepKind, Sums
from omskit.inventory.valuation import Pool, issue, put_back, receive, revalue


def stepped(pool: Pool, step: Step) -> Pool:
    """Return the pool after a step."""
    if step.kind in COSTING_ONLY:
        kept = step.value_minor - step.correction_minor
        return revalue(pool, kept) if kept else pool
    if step.kind in LEAVING:
        return issue(pool, step.quantity)[0]
    if step.kind is StepKind.BACK:
        return put_back(pool, step.quantity, step.value_minor)[0]
    return receive(pool, step.quantity, step.value_minor)[0]


def summed(sums: Sums, step: Step) -> Sums:
    """Return the sums after a step."""
    sums = evolve(sums, corrections=sums.corrections + step.correction_minor)
    if step.kind in COSTING_ONLY:
        return evolve(sums, revalued=sums.revalued + step.value_minor)
    if step.kind in LEAVING:
        return evolve(sums, issued=sums.issued + step.value_minor)
    if step.kind is StepKind.BACK:
        return evolve(sums, back=sums.back + step.value_minor)
    return evolve(sums, received=sums.received + step.value_minor)


def divided(pool: Pool, quantity: int, difference_minor: int) -> int:
    """Return what of a difference in the cost of pieces belongs to those that have left.

    As many as are there count as still there; what is there is never worth less than nothing.
    """
    there = max(0, min(quantity, pool.quantity))
    kept = abs(difference_minor) * there // quantity
    if difference_minor < 0:
        kept = -min(kept, sum(layer.value_minor for layer in pool.layers))
    return difference_minor - kept
