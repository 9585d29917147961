"""Baskets priced a second, with full trace: ``python benchmarks/pricing.py``; run by hand.

Promotions are of every kind; half name a few SKUs, half look at the whole basket. The last rows are harder: two
lines of each SKU, a least price on every line, or two payers of every discount.
"""

from __future__ import annotations

import random
import statistics
import time
from datetime import UTC, datetime
from decimal import Decimal

from attrs import evolve

from omskit.pricing import (
    Amount,
    Basket,
    BasketLine,
    Conditions,
    Context,
    EveryNth,
    Ladder,
    Percent,
    Promotion,
    Rulebook,
    Rung,
    Scope,
    Selector,
    TaxRules,
    price,
)

CONTEXT = Context(datetime(2026, 3, 2, 9, tzinfo=UTC), "web")
TAX = TaxRules({"": Decimal("0.13")})
SKUS = [f"SKU-{n:04}" for n in range(2_000)]


def rulebook(count: int) -> Rulebook:
    """Return so many promotions of mixed kinds."""
    draw, made = random.Random(7), []
    for n in range(count):
        some = Conditions(lines=Selector(draw.sample(SKUS, 20)))
        whole = Conditions(least_minor=draw.randint(1_000, 200_000))
        effects = (
            (Percent(Decimal("0.1")), Scope.LINE, some),
            (EveryNth(2, 1, Percent(Decimal("0.5"))), Scope.LINE, some),
            (Ladder([Rung(30_000, 500)], each=True, most=3), Scope.ORDER, whole),
            (Percent(Decimal("0.05")), Scope.LINE, some),
            (Amount(50), Scope.LINE, some),
            (Percent(Decimal("0.01")), Scope.ORDER, whole),
        )
        effect, scope, conditions = effects[n % 6]
        made.append(Promotion(f"P{n:03}", effect, scope, conditions, currency="CNY", priority=n))
    return Rulebook(made)


def basket(lines: int, seed: int) -> Basket:
    """Return a basket of so many lines of different SKUs."""
    draw = random.Random(seed)
    chosen = draw.sample(SKUS, lines)
    made = [
        BasketLine(n, sku, units := draw.randint(1, 3), units * draw.randint(100, 9_900))
        for n, sku in enumerate(chosen, 1)
    ]
    return Basket("CNY", tuple(made), 800)


def measure(lines: int, promotions: int, *, baskets: int, harder: str = "") -> float:
    """Return the median CPU milliseconds of one basket over five rounds."""
    rules, some = rulebook(promotions), [basket(lines, seed) for seed in range(baskets)]
    if harder == "two payers":
        paid_by = (("brand", 60), ("platform", 40))
        rules = Rulebook([evolve(one, funding=paid_by) for one in rules.promotions])
    if harder == "least prices":
        some = [evolve(one, lines=tuple(evolve(it, floor_minor=50) for it in one.lines)) for one in some]
    if harder == "SKUs twice":
        half = lines // 2
        some = [
            evolve(
                one, lines=one.lines[:half] + tuple(evolve(it, number=it.number + half) for it in one.lines[:half])
            )
            for one in some
        ]
    rounds = []
    for _ in range(5):
        start = time.process_time()
        for one in some:
            price(one, rules, CONTEXT, tax=TAX)
        rounds.append((time.process_time() - start) / baskets * 1000)
    return statistics.median(rounds)


def main() -> None:
    """Print the figures."""
    print(f"{'lines':>6} {'promotions':>11} {'ms a basket':>12} {'baskets/s':>10}")
    for lines, promotions, baskets in (
        *((lines, promotions, 200) for lines in (1, 5, 20) for promotions in (0, 10, 100)),
        *((lines, 50, 10) for lines in (250, 500, 1_000, 2_000)),
    ):
        ms = measure(lines, promotions, baskets=baskets)
        print(f"{lines:>6} {promotions:>11} {ms:>12.3f} {1000 / ms:>10.0f}")
    for harder in ("SKUs twice", "least prices", "two payers"):
        ms = measure(1_000, 50, baskets=5, harder=harder)
        print(f"{1_000:>6} {50:>11} {ms:>12.3f} {1000 / ms:>10.0f}  {harder}")


if __name__ == "__main__":
    main()
