"""Shadow prices of scarce things, by subgradients on pools of known plans.

For any prices from 0 on, the sum of the cheapest priced plans of all cases, less the prices of all there is, is a
lower bound on the cost of every batch plan (weak duality). On a pool of columns it is a bound only for plans out of
the pool, but it is quick to work out, and its best prices are close to the best prices of all. A step goes along
what is asked beyond what there is, divided by what there is, so that a price of a single piece and a price of a
warehouse's whole day move alike; its length is Polyak's, towards the cost of the best plan known.
"""

from __future__ import annotations

from collections.abc import Sequence

from omskit.allocation.columns import Column

#: Rounds without a better bound after which steps are halved.
_PATIENCE = 5


def adjusted(
    prices: Sequence[int], pools: Sequence[Sequence[Column]], caps: Sequence[int], known: int, rounds: int
) -> list[int]:
    """Return better prices for pools of columns.

    Args:
        prices: To begin with, in minor units.
        pools: The columns of each case that matter.
        caps: How much there is of each thing.
        known: Cost of the best plan known, of these cases.
        rounds: How many steps.
    """
    current = list(prices)
    best, found = list(prices), -(1 << 62)
    things = sorted({thing for pool in pools for column in pool for thing, _ in column.uses})
    short = [[(column[0], column[1]) for column in pool] for pool in pools]
    strength, waited = 16, 0
    for _ in range(rounds):
        asked = [0] * len(caps)
        bound = -sum([current[thing] * caps[thing] for thing in things])
        for pool in short:
            least = 1 << 62
            chosen: tuple[tuple[int, int], ...] = ()
            for cost, uses in pool:
                for thing, amount in uses:
                    cost += current[thing] * amount  # noqa: PLW2901 - hot
                if cost < least:
                    least, chosen = cost, uses
            bound += least
            for thing, amount in chosen:
                asked[thing] += amount
        if bound > found:
            best, found, waited = current.copy(), bound, 0
        else:
            waited += 1
            if waited >= _PATIENCE:
                strength, waited = max(1, strength * 2 // 3), 0
                current = best.copy()
        wanting = [
            (thing, asked[thing] - caps[thing])
            for thing in things
            if asked[thing] > caps[thing] or current[thing]
        ]
        norm = sum([beyond * beyond * 1000 // max(1, caps[thing]) for thing, beyond in wanting])
        if not norm:
            break
        length = max(1, known - bound) * strength * 1000
        for thing, beyond in wanting:
            step = length * beyond // (norm * max(1, caps[thing]) * 16)
            current[thing] = max(0, current[thing] + step)
    return best
