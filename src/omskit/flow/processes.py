"""Processes that omskit ships, to take as they are or to change."""

from __future__ import annotations

from omskit.allocation import Compiled, Network, Policy
from omskit.flow.process import Process
from omskit.flow.steps import release_step, review_step, source_step
from omskit.flow.workspace import Rules
from omskit.orders import STANDARD_REVIEW, ReviewPolicy


def direct(
    network: Network | Compiled,
    policy: Policy,
    *,
    review: ReviewPolicy = STANDARD_REVIEW,
    rules: Rules | None = None,
) -> Process:
    """Return the straight process: review, source, release, each order by itself."""
    steps = (review_step(review), source_step(network, policy), release_step())
    return Process("direct", steps, rules or Rules())
