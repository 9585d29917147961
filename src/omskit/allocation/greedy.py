"""For large demands: a good plan that is found quickly, and a bound below which no plan can cost."""

from __future__ import annotations

from collections.abc import Mapping

from omskit.allocation.problem import Packed, Problem, Sent
from omskit.allocation.search import Found, Way, best_of

#: How many warehouses a plan is begun with in turn.
_STARTS = 3


def greedy(problem: Problem) -> Found:
    """Return the best of a few plans, each begun with another of the warehouses that have most of it.

    A plan goes on with the warehouse that sends a unit at the least cost, split weight included, until nothing
    is left that is worth its parcel.
    """
    most = {position: _units(problem, position) for position in problem.positions}
    starts = sorted(problem.positions, key=lambda position: (-most[position], position))
    ways: dict[int, list[Way]] = {0: [Way(0, 0, 0, ())]}
    for start in starts[:_STARTS]:
        bag, way = _filled(problem, start)
        ways.setdefault(bag, []).append(way)
    return best_of(problem, ways)


def _units(problem: Problem, position: int) -> int:
    pairs = zip(problem.limits(position), problem.bags.atoms, strict=True)
    return sum(limit * atom.units for limit, atom in pairs)


def _filled(problem: Problem, start: int) -> tuple[int, Way]:
    bags, policy = problem.bags, problem.policy
    stock = {sku: list(row) for sku, row in problem.stock.items()}
    bag, cost, behind = 0, 0, 0
    sent: list[Sent] = []
    candidates: tuple[int, ...] = (start,)
    while len(sent) < policy.max_parcels:
        split = policy.split_minor if sent else 0
        found: list[tuple[int, int, int, Packed]] = []
        for position in candidates:
            parcel = _largest(problem, position, bags.full - bag, stock)
            if parcel is not None:
                units = bags.load(parcel[0]).units
                # millionths of a minor unit for each unit of a line
                found.append(((parcel[1] + split) * 1_000_000 // units, -units, position, parcel))
        if found:
            _, units, position, parcel = min(found)
            if parcel[1] + split > -units * policy.unfilled_minor and not problem.whole_only:
                break
            sent.append((position, parcel))
            bag, cost, behind = bag + parcel[0], cost + parcel[1], behind + position
            for sku, pieces in bags.needs(parcel[0]).items():
                stock[sku][position] -= pieces
        elif candidates == problem.positions:
            break
        candidates = problem.positions
    return bag, Way(cost, len(sent), behind, tuple(sent))


def _largest(problem: Problem, position: int, left: int, stock: Mapping[str, list[int]]) -> Packed | None:
    """Return a parcel with as much of what is left as the warehouse has and a courier takes."""
    code = problem.network.warehouses[position].code
    there = {sku: row[position] for sku, row in stock.items()}
    bag = weight_g = volume_cm3 = 0
    traits: frozenset[str] = frozenset()
    for atom, shift, wanted in problem.bags.fields(left):
        high = min(wanted, *(there[sku] // pieces for sku, pieces in atom.needs))
        if not high or code in atom.barred:
            continue
        offers = problem.offers(traits | atom.traits)
        low = 0
        while low < high:
            middle = (low + high + 1) // 2
            heavier, larger = weight_g + middle * atom.weight_g, volume_cm3 + middle * atom.volume_cm3
            if offers.best(position, heavier, larger) is None:
                high = middle - 1
            else:
                low = middle
        if low:
            bag += low << shift
            weight_g, volume_cm3 = weight_g + low * atom.weight_g, volume_cm3 + low * atom.volume_cm3
            traits |= atom.traits
            for sku, pieces in atom.needs:
                there[sku] -= low * pieces
    return problem.parcel(position, bag) if bag else None


def bound(problem: Problem) -> int:
    """Return a cost that no plan for the demand is below.

    Units that no warehouse has stay out; of the others, however many are sent, every one costs its picking, and
    as many parcels are paid for as are needed when each holds as much as the warehouse with most of it has.
    """
    positions, policy = problem.positions, problem.policy
    limits = [problem.limits(position) for position in positions]
    short = 0
    for number, atom in enumerate(problem.bags.atoms):
        short += max(0, atom.wanted - sum(limit[number] for limit in limits)) * atom.units
    offers = problem.offers()
    rest, unfilled = problem.units - short, policy.unfilled_minor
    nothing = problem.units * unfilled
    most = max((_units(problem, position) for position in positions if offers.of[position]), default=0)
    if not most or (short and problem.whole_only):
        return nothing
    sizes = {min(rest, parcels * most) for parcels in range(1, min(policy.max_parcels, -(-rest // most)) + 1)}
    some = [
        -(-size // most) * (offers.floor + policy.split_minor)
        - policy.split_minor
        + size * offers.least_unit
        + (problem.units - size) * unfilled
        for size in ({1, *sizes} | {size + 1 for size in sizes if size < min(rest, policy.max_parcels * most)})
    ]
    return min(nothing, *some)
