"""Processes that omskit ships, to take as they are or to change."""

from __future__ import annotations

from omskit.allocation import Compiled, Network, Policy
from omskit.flow.process import Process
from omskit.flow.steps import merge_step, release_step, review_step, source_step
from omskit.flow.workspace import Rules
from omskit.orders import STANDARD_REVIEW, MergePolicy, ReviewPolicy


def direct(
    network: Network | Compiled,
    policy: Policy,
    *,
    review: ReviewPolicy = STANDARD_REVIEW,
    merging: MergePolicy | None = None,
    rules: Rules | None = None,
) -> Process:
    """Return the straight process: review, source, release; with a merge policy also merge, before sourcing."""
    merge = () if merging is None else (merge_step(merging),)
    steps = (review_step(review), *merge, source_step(network, policy), release_step())
    return Process("direct", steps, rules or Rules())
