"""Choosers: warehouses taken in an order that a merchant names, beside the planner that looks at all costs.

A chain of choosers narrows the candidates one after another, and the warehouse that is left sends all that it has
of what is open; then the chain is asked again for the rest. The courier is the cheapest of the warehouse's.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from enum import Enum

from omskit.allocation.case import Case, Parcel, Setting, Solution
from omskit.allocation.compiled import Compiled, compile_network
from omskit.allocation.decide import decision_of, other_currency
from omskit.allocation.greedy import largest
from omskit.allocation.model import Demand, Supply
from omskit.allocation.network import Network
from omskit.allocation.outcome import Asked, Decision, Plan, Rule
from omskit.allocation.planner import in_turn
from omskit.allocation.policy import Policy
from omskit.allocation.remaining import Ledger
from omskit.allocation.rooms import Room, rooms_of
from omskit.allocation.tables import Question, parcel_of
from omskit.allocation.weights import SHIFT
from omskit.core import UsageError, aware


class Chooser(Enum):
    """What a chain looks at: priority, distance, a parcel's cost for each unit, how much can be sent at once."""

    PRIORITY = "priority"
    NEAREST = "nearest"
    COST = "cost"
    FILL_RATE = "fill_rate"


#: (warehouse, region): distance, in any unit; what is not in it is the farthest.
Distances = Mapping[tuple[str, str], int]
_FAR = 1 << 60


def plan_by_choosers(
    demands: Iterable[Demand],
    supply: Supply,
    network: Network | Compiled,
    policy: Policy,
    chain: Sequence[Chooser],
    *,
    at: datetime,
    distances: Distances | None = None,
) -> Plan:
    """Return where demands are sent from when a chain of choosers picks the warehouses.

    Demands are served by rank and key. Limits, capacities and costs are those of the planner; the plan is what the
    chain says, whatever it costs. Ties fall to the warehouse of better priority, then of lower code.

    Args:
        demands: With different keys.
        supply: What can be used up; quotas of couriers are not looked at.
        network: Where from.
        policy: What the plan costs, and how many parcels an order may have.
        chain: At least one chooser, the most important first.
        at: Now; aware.
        distances: For :attr:`Chooser.NEAREST`, by warehouse and region of the destination.

    Raises:
        UsageError: ``no_chooser`` for an empty chain; ``duplicate_demand``; ``naive_datetime``.
    """
    at = aware(at)
    if not chain:
        raise UsageError("no_chooser", "a chain has at least one chooser")
    compiled = network if isinstance(network, Compiled) else compile_network(network)
    setting = Setting(compiled, compiled.days(at), policy)
    ledger = Ledger(supply, compiled)
    decisions: list[Decision] = []
    for demand in in_turn(demands, 1):
        case = Case(demand, setting)
        asked = Asked(demand, ledger.snapshot(case), compiled, policy, at, 1)
        if demand.currency != compiled.network.currency:
            decisions.append(other_currency(asked))
            continue
        parcels = _chosen(case, ledger, chain, distances or {})
        ledger.take(case, parcels)
        sent = sum(case.weighed(parcel.counts)[0] for parcel in parcels)
        cost = sum(parcel.cost for parcel in parcels) + max(0, len(parcels) - 1) * policy.split_minor
        cost += (case.units - sent) * policy.unfilled_minor
        solution = Solution(cost << SHIFT, parcels, False, 0)
        decisions.append(decision_of(case, solution, asked, ledger, Rule.CHOSEN))
    return Plan(tuple(decisions))


def _chosen(case: Case, ledger: Ledger, chain: Sequence[Chooser], distances: Distances) -> tuple[Parcel, ...]:
    """Return the parcels that a chain makes; none when a whole order cannot go."""
    rooms = rooms_of(case, ledger.stock, None, case.positions)
    question = Question(case, ledger.stock, rooms, None)
    left = list(case.shape)
    taken = {room.position: [0] * len(left) for room in rooms}
    parcels: list[Parcel] = []
    while any(left) and len(parcels) < case.limit:
        found = []
        for room in rooms:
            mine = taken[room.position]
            caps = [cap - count for cap, count in zip(room.caps, mine, strict=True)]
            packed = sum(parcel.position == room.position for parcel in parcels)
            counts = largest(question, room, left, caps, mine)
            if any(counts) and packed < ledger.stock.parcels[room.position]:
                key = tuple(_key(case, room, counts, one, distances) for one in chain)
                found.append((key, room.position, counts))
        if not found:
            break
        _, position, counts = min(found)
        parcels.append(parcel_of(case, position, counts, None))
        for number, count in enumerate(counts):
            left[number] -= count
            taken[position][number] += count
    if any(left) and case.whole_only:
        return ()
    return tuple(sorted(parcels, key=lambda one: one.position))


def _key(case: Case, room: Room, counts: tuple[int, ...], chooser: Chooser, distances: Distances) -> int:
    warehouse = case.setting.network.warehouses[room.position]
    if chooser is Chooser.PRIORITY:
        return warehouse.priority
    if chooser is Chooser.NEAREST:
        return distances.get((warehouse.code, case.demand.destination.region), _FAR)
    units = case.weighed(counts)[0]
    if chooser is Chooser.FILL_RATE:
        return -units
    return parcel_of(case, room.position, counts, None).cost * 1_000_000 // units
