"""The release step: gives what warehouses hold to fulfillment orders."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from omskit.flow.process import Facts, Step
from omskit.orders import Command, Consignment, Order, Release
from omskit.orders.machine import RELEASE


def release_step() -> Step:
    """Return the step that releases every consignment that no fulfillment order works on yet.

    Each consignment becomes a fulfillment order of its own, but for those of one merge group that leave the same
    warehouse by the same service on the same day: they become one.
    """

    def run(orders: Sequence[Order], facts: Facts) -> Mapping[int, Sequence[Command]]:
        commands: dict[int, Sequence[Command]] = {}
        shared: dict[tuple[object, ...], int] = {}
        for order in orders:
            pending = [one for one in order.consignments if not one.fulfillment and not _is_held(order, one)]
            if pending:
                given = tuple([(one.number, _key(order, one, facts, shared)) for one in pending])
                commands[order.key] = (Release(given),)
        return commands

    return Step("release", RELEASE, run)


def _key(order: Order, one: Consignment, facts: Facts, shared: dict[tuple[object, ...], int]) -> int:
    if not order.merged:
        return facts.new_key()
    together = (order.merged, one.warehouse, one.courier, one.service, one.ship_on)
    if together not in shared:
        shared[together] = facts.new_key()
    return shared[together]


def _is_held(order: Order, one: Consignment) -> bool:
    return bool(order.holds) and not order.held_lines.isdisjoint(number for number, _ in one.lines)
