"""Processes that omskit ships, to take as they are or to change."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from attrs import evolve

from omskit.allocation import Compiled, Network, Policy
from omskit.flow.contracts import Contract
from omskit.flow.process import Process, Step
from omskit.flow.rules import Rules
from omskit.flow.steps import merge_step, release_step, review_step, source_step
from omskit.orders import (
    AUDITED_MACHINE,
    CHECK,
    REVIEWED_MACHINE,
    STANDARD_REVIEW,
    MergePolicy,
    ReviewPolicy,
    SplitPolicy,
)

#: Finance looks at every order.
FINANCE = ReviewPolicy(otherwise="finance")


def direct(
    network: Network | Compiled,
    policy: Policy,
    *,
    review: ReviewPolicy = STANDARD_REVIEW,
    merging: MergePolicy | None = None,
    splitting: SplitPolicy | None = None,
    together: timedelta | None = None,
    contracts: Sequence[Contract] = (),
    rules: Rules | None = None,
) -> Process:
    """Return the straight process: review, merge, source, release.

    Args:
        network: Warehouses and couriers.
        policy: What sourcing is to minimise.
        review: Approves orders by itself, or holds them.
        merging: Which orders leave together; by default each leaves by itself.
        splitting: How what leaves together is cut; by default only as stock and couriers ask for.
        together: Over how long a stretch of ranks orders are planned together; by default each by itself. See
            :func:`omskit.flow.source_step`.
        contracts: What couriers take at most and should have at least.
        rules: Machines and grading of the host.
    """
    delivery = _delivery(network, policy, merging, splitting, together, contracts=contracts)
    return Process("direct", (review_step(review), *delivery), rules or Rules())


def reviewed(
    network: Network | Compiled,
    policy: Policy,
    *,
    review: ReviewPolicy = STANDARD_REVIEW,
    merging: MergePolicy | None = None,
    splitting: SplitPolicy | None = None,
    together: timedelta | None = None,
    contracts: Sequence[Contract] = (),
    rules: Rules | None = None,
) -> Process:
    """Return the process in which a person approves every order that the rules let go; see :func:`direct`.

    The rules bring an order to a status in which it waits for an ``Approve`` by hand. ``rules`` has the machine
    :data:`omskit.orders.REVIEWED_MACHINE`, or one made from it.
    """
    delivery = _delivery(network, policy, merging, splitting, together, contracts=contracts)
    known = rules or evolve(Rules(), orders=REVIEWED_MACHINE)
    return Process("reviewed", (review_step(review, trigger=CHECK), *delivery), known)


def audited(
    network: Network | Compiled,
    policy: Policy,
    *,
    review: ReviewPolicy = STANDARD_REVIEW,
    finance: ReviewPolicy = FINANCE,
    merging: MergePolicy | None = None,
    splitting: SplitPolicy | None = None,
    together: timedelta | None = None,
    contracts: Sequence[Contract] = (),
    rules: Rules | None = None,
) -> Process:
    """Return the process in which a person confirms every order, and finance approves it; see :func:`direct`.

    The rules bring an order to a status in which it waits for ``Advance("confirm")`` by hand. Then the policy of
    ``finance`` approves it, or puts a hold that a person of finance lifts. ``rules`` has the machine
    :data:`omskit.orders.AUDITED_MACHINE`, or one made from it.
    """
    reviews = (review_step(review, trigger=CHECK), review_step(finance, name="finance"))
    delivery = _delivery(network, policy, merging, splitting, together, contracts=contracts)
    known = rules or evolve(Rules(), orders=AUDITED_MACHINE)
    return Process("audited", (*reviews, *delivery), known)


def _delivery(
    network: Network | Compiled,
    policy: Policy,
    merging: MergePolicy | None,
    splitting: SplitPolicy | None,
    together: timedelta | None,
    *,
    contracts: Sequence[Contract],
) -> tuple[Step, ...]:
    merge = () if merging is None else (merge_step(merging),)
    source = source_step(network, policy, splitting=splitting, together=together, contracts=contracts)
    return (*merge, source, release_step())
