"""What a policy would have done: orders, stock-outs and stock, replayed over given demand.

A formula's promise is checked before it is accepted. Demand is an argument, so the same replay serves real
history and drawn samples. Goods arrive exactly ``lead`` periods after their order, before that period's demand.
What is short waits and is served first (backorders) or is lost.
"""

from __future__ import annotations

from collections.abc import Sequence

from attrs import frozen

from omskit.core import UsageError


@frozen
class Replay:
    """What came of a policy.

    Args:
        cycle_service: Share of replenishment cycles without a stock-out; 1 when none ended.
        fill_rate: Share of demand served at once.
        average_stock: Mean of what is on the shelf at the end of a period.
        orders: How many orders went out.
        short: Pieces not served at once.
    """

    cycle_service: float
    fill_rate: float
    average_stock: float
    orders: int
    short: float


def replay(
    demands: Sequence[float],
    *,
    point: float,
    lot: float,
    lead: int,
    review: int = 1,
    start: float | None = None,
    backorders: bool = True,
) -> Replay:
    """Run a policy over demands, period by period.

    Args:
        demands: Pieces by period, from 0.
        point: Order when the position is this or less.
        lot: Pieces of one order; as many orders go out at once as bring the position above the point.
        lead: Whole periods until goods arrive.
        review: The stock is looked at every so many periods.
        start: Pieces on the shelf in the beginning; ``point + lot`` when None.
        backorders: Whether what is short waits; otherwise it is lost.

    Raises:
        UsageError: ``bad_parameter`` for a lot that is not above zero, a lead time below zero or a review below
        one.
    """
    if lot <= 0 or lead < 0 or review < 1:
        raise UsageError("bad_parameter", f"lot {lot}, lead {lead}, review {review}", name="lot", value=lot)
    stock = point + lot if start is None else start
    due: dict[int, float] = {}
    on_order = short = shelf = wanted = 0.0
    cycles = broken = orders = 0
    missed = False
    for period, demand in enumerate(demands):
        if came := due.pop(period, 0.0):
            cycles, broken, missed = cycles + 1, broken + missed, False
            stock, on_order = stock + came, on_order - came
        served = min(demand, max(0.0, stock))
        short, wanted = short + demand - served, wanted + demand
        missed = missed or demand > served
        stock -= demand if backorders else served
        shelf += max(0.0, stock)
        while (period + 1) % review == 0 and stock + on_order <= point:
            arrives = period + 1 + lead
            due[arrives] = due.get(arrives, 0.0) + lot
            on_order, orders = on_order + lot, orders + 1
    return Replay(
        1 - broken / cycles if cycles else 1.0,
        1 - short / wanted if wanted else 1.0,
        shelf / len(demands) if demands else 0.0,
        orders,
        short,
    )
