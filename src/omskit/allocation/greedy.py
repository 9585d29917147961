"""Beyond the work limit: a good plan for a large demand, and a bound below which no plan can cost."""

from __future__ import annotations

from collections.abc import Mapping

from omskit.allocation.atoms import Atom
from omskit.allocation.problem import Packed, Problem, Sent
from omskit.allocation.search import Found, Way, best_of


def greedy(problem: Problem) -> Found:
    """Return the best of as many plans as there are warehouses: each begins with one of them.

    A plan goes on with the warehouse that sends a unit at the least cost, split weight included, until nothing
    is left that is worth its parcel.
    """
    ways: dict[int, list[Way]] = {0: [Way(0, 0, 0, ())]}
    for start in problem.positions:
        bag, way = _filled(problem, start)
        ways.setdefault(bag, []).append(way)
    return best_of(problem, ways)


def _filled(problem: Problem, start: int) -> tuple[int, Way]:
    bags, policy = problem.bags, problem.policy
    stock = {sku: list(row) for sku, row in problem.stock.items()}
    bag, cost, behind = 0, 0, 0
    sent: list[Sent] = []
    candidates: tuple[int, ...] = (start,)
    while len(sent) < policy.max_parcels:
        found = []
        for position in candidates:
            parcel = _largest(problem, position, bags.full - bag, stock)
            if parcel is not None:
                units = bags.load(parcel[0]).units
                found.append((parcel[1] + (policy.split_minor if sent else 0), units, position, parcel))
        if not found:
            if candidates == problem.positions:
                break
            candidates = problem.positions
            continue
        price, units, position, parcel = min(found, key=lambda one: (one[0] / one[1], -one[1], one[2]))
        if price > units * policy.unfilled_minor and not problem.whole_only:
            break
        candidates = problem.positions
        sent.append((position, parcel))
        bag, cost, behind = bag + parcel[0], cost + parcel[1], behind + position
        for sku, pieces in bags.needs(parcel[0]).items():
            stock[sku][position] -= pieces
    return bag, Way(cost, len(sent), behind, tuple(sent))


def _largest(problem: Problem, position: int, left: int, stock: Mapping[str, list[int]]) -> Packed | None:
    """Return a parcel with as much of what is left as the warehouse has and a courier takes."""
    code = problem.network.warehouses[position].code
    there = {sku: row[position] for sku, row in stock.items()}
    bag = 0
    for (atom, wanted), shift in _with_shifts(problem, left):
        if code in atom.barred:
            continue
        low, high = 0, min(wanted, *(there[sku] // pieces for sku, pieces in atom.needs))
        while low < high:
            middle = (low + high + 1) // 2
            if problem.parcel(position, bag + (middle << shift)) is None:
                high = middle - 1
            else:
                low = middle
        bag += low << shift
        for sku, pieces in atom.needs:
            there[sku] -= low * pieces
    return problem.parcel(position, bag) if bag else None


def _with_shifts(problem: Problem, left: int) -> list[tuple[tuple[Atom, int], int]]:
    bags = problem.bags
    shifts = dict(zip(bags.atoms, bags.shifts, strict=True))
    return [((atom, count), shifts[atom]) for atom, count in bags.counts(left)]


def bound(problem: Problem) -> int:
    """Return a cost that no plan for the demand is below.

    Units that no warehouse has stay out; every other unit costs at least the cheaper of its picking and of staying
    out, and whoever sends anything pays for one parcel.
    """
    positions, policy = problem.positions, problem.policy
    limits = [problem.limits(position) for position in positions]
    short = 0
    for number, atom in enumerate(problem.bags.atoms):
        short += max(0, atom.wanted - sum(limit[number] for limit in limits)) * atom.units
    nothing = problem.units * policy.unfilled_minor
    if short and problem.whole_only:
        return nothing
    offers = problem.offers()
    rest, unfilled = problem.units - short, policy.unfilled_minor
    if not rest or not any(offers.of[position] for position in positions):
        return nothing
    least = offers.least_unit
    some = offers.floor + least + (rest - 1) * min(least, unfilled)
    return min(nothing, some + short * unfilled)
