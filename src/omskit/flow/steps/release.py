"""The release step: gives what warehouses hold to fulfillment orders, one for each consignment."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from omskit.flow.process import Facts, Step
from omskit.orders import Command, Order, Release
from omskit.orders.machine import RELEASE


def release_step() -> Step:
    """Return the step that releases every consignment that no fulfillment order works on yet."""

    def run(orders: Sequence[Order], facts: Facts) -> Mapping[int, Sequence[Command]]:
        commands: dict[int, Sequence[Command]] = {}
        for order in orders:
            pending = [one.number for one in order.consignments if not one.fulfillment]
            if pending:
                commands[order.key] = (Release(tuple((number, facts.new_key()) for number in pending)),)
        return commands

    return Step("release", RELEASE, run)
