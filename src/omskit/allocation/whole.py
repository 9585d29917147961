"""Whole atoms: the search for a demand whose atoms no plan gains by dividing, and no warehouse has in part.

An atom that comes once is never divided. Where all that is asked for fits into the first price of the cheapest
offer of every warehouse, a parcel weighs what its warehouse asks for any parcel, plus so much for each unit: then
the units that a plan sends from several warehouses can all go with the parcel in which a unit adds least, which
has room for them when its warehouse has all of the atom, and no parcel pays more. So some best plan never divides
an atom, however many units it has.

The bags of such a demand are sets of atoms, ``2 ** atoms`` of them, and what a warehouse has is one of them. That
is the most frequent demand by far, so this search makes as few values as it can.
"""

from __future__ import annotations

from collections.abc import Sequence
from operator import itemgetter

from omskit.allocation.case import Case, Parcel, Prices, Solution, Stock
from omskit.allocation.offers import Offer, best, slope_of, tilted
from omskit.allocation.sites import Sets, Site, held_by, priced_sites, sites_of
from omskit.allocation.splits import Floors, Terms, partitioned
from omskit.allocation.tables import parcel_of
from omskit.allocation.weights import ENDLESS, SHIFT

#: A parcel: weight, bag, position, offer.
_Packed = tuple[int, int, int, Offer]


def whole(
    case: Case, stock: Stock, budget: int, prices: Prices | None, positions: Sequence[int]
) -> Solution | None:
    """Return the best plan; None where an atom may have to be divided, or a limit to be counted.

    Args:
        case: What is asked; no traits, and no SKU in two atoms.
        stock: Pieces of its SKUs by warehouse position.
        budget: Most pairs of bags that are looked at.
        prices: What scarce things cost, couriers not among them.
        positions: The warehouses that are asked.
    """
    atoms = len(case.atoms)
    held = held_by(case, stock.rows)
    sites = None if held is None else sites_of(case, stock, held, positions)
    if sites is None:
        return None
    reach = 0
    for site in sites:
        reach |= site[2]
    if reach == (1 << atoms) - 1:
        return _solved(case, stock, budget, prices, sites)
    if not reach or case.whole_only:
        nothing = case.left * case.units
        return Solution(nothing, (), False, nothing)
    members = [number for number in range(atoms) if reach >> (atoms - 1 - number) & 1]
    found = whole(case.only(members), stock, budget, prices, positions)
    return None if found is None else found._replace(parcels=_among(found.parcels, members, atoms))


def _among(parcels: Sequence[Parcel], members: Sequence[int], atoms: int) -> tuple[Parcel, ...]:
    """Return parcels of some atoms as parcels of all."""
    found = []
    for parcel in parcels:
        counts = [0] * atoms
        for number, count in zip(members, parcel.counts, strict=True):
            counts[number] = count
        found.append(parcel._replace(counts=tuple(counts)))
    return tuple(found)


def _solved(case: Case, stock: Stock, budget: int, prices: Prices | None, sites: list[Site]) -> Solution | None:
    """Return the best plan out of warehouses that together have everything."""
    if prices is not None:
        sites = priced_sites(case, sites, prices)
    sites.sort(key=_base)
    units, grams, bulk = case.weighed(case.shape)
    light = _all_light(sites, grams, bulk)
    full = (1 << len(case.atoms)) - 1
    # where a parcel can be cheaper than nothing, by a credit, it may pay to have many
    if (not light and max(case.shape) > 1) or sites[0][0] + case.split < 0:
        return None
    found = _best(case, budget, sites, (units, grams, bulk), light=light)
    if found is None:
        return None
    weight, packed = found
    if len(packed) > case.limit or (len(packed) > 1 and _is_crowded(stock, packed)):
        return None
    weight += case.left * (case.units - units)
    nothing = case.left * case.units
    if weight > nothing or not packed:
        return Solution(nothing, (), False, nothing)
    parcels = [_parcel(case, one, prices) for one in packed]
    if len(parcels) > 1:
        parcels.sort(key=_place)
    return Solution(weight, tuple(parcels), packed[0][1] == full, weight)


_base = itemgetter(0)


def _best(
    case: Case, budget: int, sites: Sequence[Site], load: tuple[int, int, int], *, light: bool
) -> tuple[int, list[_Packed]] | None:
    """Return the weight and the parcels of the best plan; None when that is too much work.

    ``load``: units, grams and cubic centimetres of everything.
    """
    units, grams, _ = load
    single = _single(sites, (1 << len(case.atoms)) - 1, load)
    floors, rest = _floors(case, sites, units)
    bases: Sequence[int] = [site[0] for site in sites]
    if not light and (single is None or single[0] > floors.two):
        floors, rest, bases = _tilted(case, sites, (units, grams), floors, rest)
    if single is not None and single[0] <= floors.less:
        if single[0] <= floors.two:
            return single[0], [single]
        # a plan of several parcels, one of them from another warehouse, weighs no less
        sites = [site for site, base in zip(sites, bases, strict=True) if base + rest < single[0]]
    if 3 ** len(case.atoms) > budget:
        return None
    return _shared(case, sites, single, floors, light=light)


def _tilted(
    case: Case, sites: Sequence[Site], load: tuple[int, int], floors: Floors, rest: int
) -> tuple[Floors, int, list[int]]:
    """Return better floors, which count the steps of weight, and what they count of each warehouse."""
    units, grams = load
    slope = slope_of(sites[0][5], grams)
    bases = [tilted(site[5], slope, grams) + site[0] - site[5][0][0] for site in sites]
    leaning = [(base, *site[1:]) for base, site in zip(bases, sites, strict=True)]
    leaning.sort(key=_base)
    if leaning[0][0] + case.split < 0:
        # it could pay to have many parcels for the first weight of each
        return floors, rest, [site[0] for site in sites]
    found, rest = _floors(case, leaning, units)
    more = slope * grams
    better = Floors(max(floors.two, found.two + more), max(floors.three, found.three + more), floors.less)
    return better, rest + more, bases


def _all_light(sites: Sequence[Site], grams: int, bulk: int) -> bool:
    """Whether everything fits into the first price of every warehouse's cheapest offer."""
    for site in sites:
        first_g, _, divisor, max_g = site[5][0][2]
        if grams > first_g or grams > max_g:
            return False
        if bulk and divisor and (bulk * 1000 > first_g * divisor or bulk * 1000 > max_g * divisor):
            return False
    return True


def _floors(case: Case, sites: Sequence[Site], units: int) -> tuple[Floors, int]:
    """Return what other plans weigh at least, and how much of that is not the dearer parcel of two.

    The warehouses are in order of base.
    """
    atoms, left = case.atoms, case.left
    least = hardest = sites[0][0]
    missing = ~sites[0][2] & ((1 << len(atoms)) - 1)
    for site in sites:
        if site[2] & missing:
            hardest = site[0]
            missing &= ~site[2]
    each = min([site[3] for site in sites])
    if sites[0][4] is None:
        goods = each * units
        less = least + goods + left - each if each <= left else least
    else:
        goods, less = _priced_goods(case, sites, each)
        less += least
    rest = least + case.split + goods
    two = hardest + rest if case.limit > 1 and len(atoms) > 1 else ENDLESS
    three = two + least + case.split if case.limit > 2 else ENDLESS
    return Floors(two, three, ENDLESS if case.whole_only else less), rest


def _priced_goods(case: Case, sites: Sequence[Site], each: int) -> tuple[int, int]:
    """Return what all goods weigh at least, and what they and the first that is left out do."""
    goods = loss = 0
    spare, bit = ENDLESS, 1 << len(case.atoms)
    for number, atom in enumerate(case.atoms):
        bit >>= 1
        count = atom.units * atom.wanted
        price = min([site[4][number] for site in sites if site[2] & bit and site[4] is not None])
        price += each * count
        away = case.left * count
        goods += price
        loss += min(price, away)
        spare = min(spare, away - min(price, away))
    return goods, loss + spare


def _single(sites: Sequence[Site], full: int, load: tuple[int, int, int]) -> _Packed | None:
    """Return the cheapest parcel that holds everything."""
    units, grams, bulk = load
    found: _Packed | None = None
    for base, position, held, unit, cells, offers in sites:
        if held == full:
            goods = unit * units if cells is None else unit * units + sum(cells)
            if found is not None and base + goods >= found[0]:
                continue
            offer = best(offers, grams, bulk)
            if offer is not None:
                weight = offer[0] + base - offers[0][0] + goods
                if found is None or weight < found[0]:
                    found = weight, full, position, offer[1]
    return found


def _shared(
    case: Case, sites: Sequence[Site], single: _Packed | None, floors: Floors, *, light: bool
) -> tuple[int, list[_Packed]]:
    """Return the weight and the parcels of the best way to share the atoms out."""
    lattice = case.setting.network.lattice((1,) * len(case.atoms))
    table = Sets(case, lattice)
    if light:
        table.fill(sites)
    else:
        table.weigh(sites)
    if single is not None:
        table.weights[lattice.full], _, position, offer = single
        table.senders[lattice.full] = position, offer
    away = [case.left * atom.units * atom.wanted for atom in case.atoms]
    terms = Terms(case.split, case.limit, case.whole_only, away)
    weight, bags = partitioned(lattice, table.weights, floors, terms)
    if weight >= ENDLESS:
        return weight, []
    return weight, [(table.weights[bag], bag, *table.senders[bag]) for bag in bags]


def _is_crowded(stock: Stock, packed: Sequence[_Packed]) -> bool:
    """Whether a warehouse packs more parcels than it can."""
    positions = [position for _, _, position, _ in packed]
    return any([positions.count(position) > stock.parcels[position] for position in positions])


def _parcel(case: Case, packed: _Packed, prices: Prices | None) -> Parcel:
    weight, bag, position, offer = packed
    bit = 1 << len(case.atoms)
    counts = []
    for count in case.shape:
        bit >>= 1
        counts.append(count if bag & bit else 0)
    if prices is not None:
        return parcel_of(case, position, tuple(counts), prices)
    return Parcel(position, tuple(counts), weight >> SHIFT, offer)


def _place(parcel: Parcel) -> tuple[int, list[int]]:
    return parcel.position, [-count for count in parcel.counts]
