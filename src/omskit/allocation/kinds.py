"""Kinds of demand: what is expected, made from what was asked for before and from forecasts of goods."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from attrs import evolve

from omskit.allocation.model import Demand
from omskit.allocation.opportunity import Expected
from omskit.core import UsageError, share

#: Parts of a demand in which weights of kinds are counted.
_PARTS = 1_000_000

_Sort = tuple[object, ...]


def expected_from(
    past: Iterable[Demand], count: int, *, forecast: Mapping[str, int] | None = None
) -> tuple[Expected, ...]:
    """Return what is expected when demands go on to come as they came; for :func:`opportunity_cost`.

    Past demands of one kind ask for the same goods to the same place under the same terms. What is to come is
    shared out over the kinds by largest remainder, as often as each has come. A forecast of a SKU makes the kinds
    that ask for it come more or less often: as its forecast is to its past, and where a kind asks for several, as
    the pieces are on average. Goods that nobody has asked for yet belong to no kind, whatever their forecast.

    Args:
        past: What was asked for, in any order.
        count: How many demands are to come, in all and before forecasts.
        forecast: Pieces of a SKU that will be asked for until the stock is renewed; what is not in it goes on as
            before.

    Raises:
        UsageError: ``bad_quantity`` for a negative count or forecast.
    """
    ahead = forecast or {}
    numbers = [count, *ahead.values()]
    if any(type(number) is not int or number < 0 for number in numbers):
        raise UsageError("bad_quantity", f"{min(numbers)!r} to come; ints from 0", value=min(numbers))
    kinds: dict[_Sort, tuple[Demand, int]] = {}
    total, had = 0, dict.fromkeys(ahead, 0)
    for one in past:
        total += 1
        for sku, pieces in _pieces(one).items():
            if sku in had:
                had[sku] += pieces
        kind, came = kinds.get(_sorted_by(one), (one, 0))
        kinds[_sorted_by(one)] = (min(kind, one, key=lambda known: known.key), came + 1)
    ordered = [kinds[key] for key in sorted(kinds)]
    weights = [came * _parts(one, count, total, ahead, had) for one, came in ordered]
    if not any(weights):
        return ()
    shares = share((sum(weights) + _PARTS // 2) // _PARTS, weights)
    found = [(one, part) for (one, _), part in zip(ordered, shares, strict=True) if part]
    return tuple(Expected(_kind(one, key), part) for key, (one, part) in enumerate(found, 1))


def _parts(one: Demand, count: int, total: int, ahead: Mapping[str, int], had: Mapping[str, int]) -> int:
    """Return how often, in parts, a demand comes again for each time that it has come."""
    pieces = _pieces(one)
    parts = [
        number * ahead[sku] * _PARTS // had[sku] if sku in ahead else number * count * _PARTS // total
        for sku, number in pieces.items()
    ]
    return sum(parts) // sum(pieces.values())


def _pieces(one: Demand) -> dict[str, int]:
    found: dict[str, int] = {}
    for line in one.lines:
        for part in line.parts:
            found[part.sku] = found.get(part.sku, 0) + part.per * line.quantity
    return found


def _sorted_by(one: Demand) -> _Sort:
    """Return what makes a kind, in an order of its own."""
    to = one.destination
    lines = sorted(
        (line.group, line.sku, line.quantity, tuple((part.sku, part.per) for part in line.components))
        for line in one.lines
    )
    return (
        (one.channel, to.country, to.region, to.postcode, one.currency, one.warehouse, one.courier),
        (one.cod, one.ship_complete, one.max_parcels),
        tuple(lines),
    )


def _kind(one: Demand, key: int) -> Demand:
    """Return a demand without what only it had: its turn, its dates, its bars."""
    lines = tuple(evolve(line, barred=frozenset()) for line in one.lines)
    return evolve(
        one, key=key, rank=0, lines=lines, ship_by=None, arrive_by=None, placed_at=None, barred=frozenset()
    )
