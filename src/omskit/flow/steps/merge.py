"""The merge step: lets orders of one receiver leave together, before warehouses are chosen for them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from omskit.core import Stored
from omskit.flow.process import Facts, Step
from omskit.orders import ORDERS, Command, Merge, MergePolicy, Order, group
from omskit.orders.machine import MERGE
from omskit.storage import Op, Unit, Where

#: Most orders that are looked at beside a batch because their buyer has one in it.
MOST_SIBLINGS = 2_000

#: Says the merge identity of each order that has one, by key.
Identify = Callable[[Sequence[Order]], Mapping[int, str]]


def by_terms(orders: Sequence[Order]) -> Mapping[int, str]:
    """Return the merge identities that the orders came with."""
    return {order.key: order.terms.merge_identity for order in orders if order.terms.merge_identity}


def merge_step(policy: MergePolicy | None = None, *, identify: Identify = by_terms) -> Step:
    """Return the step that joins deliveries as a policy says.

    Orders of the batch's buyers that wait outside of it are looked at with it; one that another worker holds at
    that moment is not, and may leave by itself.

    Args:
        policy: What may leave together; by default orders of one channel, one buyer and one receiver.
        identify: Says whose receivers are the same. It is asked once for a batch; where a platform has to be asked
            over the network, the host asks beforehand and writes the answer into the terms.
    """
    rules = policy or MergePolicy()

    def run(orders: Sequence[Order], facts: Facts) -> Mapping[int, Sequence[Command]]:
        by_key = {order.key: order for order in orders}
        commands: dict[int, Sequence[Command]] = {}
        for keys in group(orders, identify(orders), rules, facts.rules.orders).groups:
            known = min((by_key[key].merged for key in keys if by_key[key].merged), default=keys[0])
            for key in keys:
                if by_key[key].merged != known:
                    commands[key] = (Merge(known),)
        return commands

    return Step("merge", MERGE, run, widen=_siblings)


def _siblings(unit: Unit, orders: Sequence[Order], where: Sequence[Where]) -> Mapping[int, Stored[Order]]:
    buyers = tuple(sorted({order.terms.buyer for order in orders if order.terms.buyer}))
    return unit.of(ORDERS).claim(*where, Where("buyer", Op.IN, buyers), limit=MOST_SIBLINGS, by="rank")
