"""The review step: lets orders go on or holds them, as a review policy says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from omskit.flow.buyers import HISTORIES
from omskit.flow.process import Facts, Step
from omskit.orders import STANDARD_REVIEW, STRANGER, Advance, Approve, Command, Order, ReviewPolicy
from omskit.orders.machine import APPROVE


def review_step(
    policy: ReviewPolicy = STANDARD_REVIEW, *, trigger: str = APPROVE, name: str = "review"
) -> Step:
    """Return the step that asks a review policy about every order that may go on.

    Args:
        policy: Lets orders go, or holds them.
        trigger: Made for an order that may go on; by default its approval.
        name: Of the step, where a process has several reviews.
    """
    asks = policy.asks_history

    def run(orders: Sequence[Order], facts: Facts) -> Mapping[int, Sequence[Command]]:
        known = facts.of(HISTORIES) if asks else {}
        return {
            order.key: _made(policy.review(order, facts.at, known.get(order.key, STRANGER)), trigger)
            for order in orders
        }

    return Step(name, trigger, run, (HISTORIES,) if asks else ())


def _made(verdict: Sequence[Command], trigger: str) -> Sequence[Command]:
    if trigger == APPROVE:
        return verdict
    return [Advance(trigger, one.rule, one.alerts) if isinstance(one, Approve) else one for one in verdict]
