"""The review step: approves orders or holds them, as a review policy says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from omskit.flow.buyers import HISTORIES
from omskit.flow.process import Facts, Step
from omskit.orders import STANDARD_REVIEW, STRANGER, Command, Order, ReviewPolicy
from omskit.orders.machine import APPROVE


def review_step(policy: ReviewPolicy = STANDARD_REVIEW) -> Step:
    """Return the step that asks a review policy about every order that may be approved."""
    asks = policy.asks_history

    def run(orders: Sequence[Order], facts: Facts) -> Mapping[int, Sequence[Command]]:
        if not asks:
            return {order.key: policy.review(order, facts.at) for order in orders}
        known = facts.of(HISTORIES)
        return {order.key: policy.review(order, facts.at, known.get(order.key, STRANGER)) for order in orders}

    return Step("review", APPROVE, run, (HISTORIES,) if asks else ())
