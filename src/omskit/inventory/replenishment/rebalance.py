"""Moving stock from where it lies to where it sells: equal cover, if the freight is worth it.

Of each SKU the warehouses share what the network has in proportion to what they sell, by largest remainder, so
that every one lasts equally long. A donor keeps its floor. A move is proposed only if the covers differ enough
and the margin of what will sell because of it, less what the donor will miss, is more than its freight; moves
between the same two warehouses share the freight of one journey.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction

from attrs import frozen

from omskit.core import Cell, UsageError, share


@frozen
class Site:
    """A SKU at one warehouse.

    Args:
        cell: Which SKU, where.
        stock: Pieces that are free, those on their way here included.
        per_day: Pieces sold on a day.
        floor: Pieces that are not given away, as its reorder point.
        margin_minor: What selling one piece brings, in minor units.

    Raises:
        UsageError: ``bad_quantity`` for a count or a rate below zero.
    """

    cell: Cell
    stock: int
    per_day: float
    floor: int = 0
    margin_minor: int = 0

    def __attrs_post_init__(self) -> None:
        if min(self.stock, self.per_day, self.floor) < 0:
            raise UsageError("bad_quantity", f"{self.cell}: stock, rate and floor from 0", cell=self.cell)


@frozen
class Lane:
    """What a journey from one warehouse to another costs, in minor units: once, and for each piece."""

    fixed_minor: int = 0
    piece_minor: int = 0


@frozen
class Rebalance:
    """Pieces to move, and what that is worth.

    Args:
        sku: Of what.
        source: From where.
        target: To where.
        pieces: How many.
        gain_minor: Margin of what will sell because of it within the horizon, less what the donor will miss.
        cover_before: Days that the source and the target last without it; None for ever.
        cover_after: Days that they last with it.
    """

    sku: str
    source: str
    target: str
    pieces: int
    gain_minor: int
    cover_before: tuple[float | None, float | None]
    cover_after: tuple[float | None, float | None]


@frozen
class Journey:
    """All moves between two warehouses, with their freight; proposed when they gain more than it costs."""

    source: str
    target: str
    moves: tuple[Rebalance, ...]
    freight_minor: int

    @property
    def gain_minor(self) -> int:
        """What all moves are worth before freight."""
        return sum(move.gain_minor for move in self.moves)

    @property
    def is_worth_it(self) -> bool:
        """Whether it gains more than the freight."""
        return self.gain_minor > self.freight_minor


def fair_shares(sites: Sequence[Site]) -> list[int]:
    """Return what each site would have if all of one SKU lasted equally long; without any demand, what it has.

    Raises:
        UsageError: ``other_sku`` when the sites are of several SKUs.
    """
    if len({site.cell.sku for site in sites}) > 1:
        raise UsageError("other_sku", "shares are of one SKU", skus=sorted({site.cell.sku for site in sites}))
    rates = [Fraction(site.per_day) for site in sites]
    if not any(rates):
        return [site.stock for site in sites]
    scale = 1
    for rate in rates:
        scale = max(scale, rate.denominator)
    weights = [int(rate * scale) for rate in rates]
    return share(sum(site.stock for site in sites), weights)


def rebalance(
    sites: Iterable[Site],
    lanes: Mapping[tuple[str, str], Lane],
    *,
    horizon_days: int,
    threshold_days: float = 0.0,
) -> tuple[Journey, ...]:
    """Propose journeys that bring the covers of all SKUs together; also those that are not worth it, to be seen.

    Args:
        sites: Any number of SKUs.
        lanes: Which journeys there are and what they cost.
        horizon_days: Days within which an additional sale counts.
        threshold_days: Moves between covers that differ by no more are left out.

    Returns:
        Journeys in order of what they gain beyond their freight, the best first.
    """
    by_sku: dict[str, list[Site]] = {}
    for site in sorted(sites, key=lambda site: site.cell):
        by_sku.setdefault(site.cell.sku, []).append(site)
    journeys: dict[tuple[str, str], list[Rebalance]] = {}
    for there in by_sku.values():
        for move in _moves(there, lanes, horizon_days, threshold_days):
            journeys.setdefault((move.source, move.target), []).append(move)
    found = []
    for (source, target), moves in journeys.items():
        lane = lanes[source, target]
        freight = lane.fixed_minor + lane.piece_minor * sum(move.pieces for move in moves)
        found.append(Journey(source, target, tuple(moves), freight))
    return tuple(sorted(found, key=lambda one: (one.freight_minor - one.gain_minor, one.source, one.target)))


def _moves(
    sites: Sequence[Site], lanes: Mapping[tuple[str, str], Lane], horizon: int, threshold: float
) -> Iterable[Rebalance]:
    fair = fair_shares(sites)
    spare = {i: min(s.stock - fair[i], s.stock - s.floor) for i, s in enumerate(sites)}
    wants = {i: fair[i] - s.stock for i, s in enumerate(sites) if fair[i] > s.stock}
    ways = [
        (lanes[way].piece_minor, lanes[way].fixed_minor, giver, taker)
        for giver in spare
        for taker in wants
        if spare[giver] > 0
        and (way := (sites[giver].cell.warehouse, sites[taker].cell.warehouse)) in lanes
        and _gap(sites[giver], sites[taker]) > threshold
    ]
    for _, _, giver, taker in sorted(ways):
        pieces = min(spare[giver], wants[taker])
        if pieces > 0:
            spare[giver] -= pieces
            wants[taker] -= pieces
            yield _move(sites[giver], sites[taker], pieces, horizon)


def _gap(giver: Site, taker: Site) -> float:
    mine, theirs = _cover(giver, 0), _cover(taker, 0)
    return (float("inf") if mine is None else mine) - (float("inf") if theirs is None else theirs)


def _move(giver: Site, taker: Site, pieces: int, horizon: int) -> Rebalance:
    sold = _sold(taker, pieces, horizon) - _sold(taker, 0, horizon)
    missed = _sold(giver, 0, horizon) - _sold(giver, -pieces, horizon)
    return Rebalance(
        giver.cell.sku,
        giver.cell.warehouse,
        taker.cell.warehouse,
        pieces,
        sold * taker.margin_minor - missed * giver.margin_minor,
        (_cover(giver, 0), _cover(taker, 0)),
        (_cover(giver, -pieces), _cover(taker, pieces)),
    )


def _sold(site: Site, more: int, horizon: int) -> int:
    """Return the whole pieces that will sell within a horizon, with some more or fewer in stock."""
    return min(site.stock + more, int(site.per_day * horizon))


def _cover(site: Site, more: int) -> float | None:
    return (site.stock + more) / site.per_day if site.per_day else None
