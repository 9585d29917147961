"""Promise dates: when a demand can leave and arrive, by what is there and what is due.

A demand is planned on what is there, and what stays open is planned again each time something comes that it could
use: goods that are due, or another day in which warehouses and couriers have room. So it is dated as it would be
sent if nobody else asked for anything in the meantime, by the same planner, calendars, cut-offs and transit times.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta

from attrs import frozen

from omskit.allocation.case import DEFAULT_BUDGET
from omskit.allocation.compiled import Compiled, compile_network
from omskit.allocation.model import Demand, Supply
from omskit.allocation.network import Network
from omskit.allocation.outcome import PlannedParcel, Unfilled
from omskit.allocation.planner import plan
from omskit.allocation.policy import Policy
from omskit.allocation.shelf import Delivery, Shelf, rest_of
from omskit.core import UsageError, aware


@frozen
class Promised:
    """When a demand can leave and arrive.

    Args:
        parcels: In the order in which they are planned.
        unfilled: Units that nothing which is there or due covers, with the reason of the last look; in order of
            line.
    """

    parcels: tuple[PlannedParcel, ...]
    unfilled: tuple[Unfilled, ...] = ()

    @property
    def is_whole(self) -> bool:
        """Whether every unit has a day."""
        return not self.unfilled

    @property
    def ship_on(self) -> date | None:
        """The day on which the last parcel is handed over; None while some unit has no day."""
        return max((one.ship_on for one in self.parcels), default=None) if self.is_whole else None

    @property
    def arrive_on(self) -> date | None:
        """The day on which the last parcel arrives; None while some unit has no day."""
        return max((one.arrive_on for one in self.parcels), default=None) if self.is_whole else None


def promise(
    demand: Demand,
    supply: Supply,
    network: Network | Compiled,
    policy: Policy,
    *,
    at: datetime,
    deliveries: Iterable[Delivery] = (),
    daily: Supply | None = None,
    ahead: timedelta = timedelta(days=28),
    budget: int = DEFAULT_BUDGET,
) -> Promised:
    """Return when a demand can leave and arrive.

    Args:
        demand: What is asked for.
        supply: What is there for it, and what warehouses and couriers can still do today.
        network: Compile it once to date many demands.
        policy: What counts; it says too whether a part may leave before the rest.
        at: Now; aware.
        deliveries: What will come that it may use, with the instant from which each can be packed.
        daily: What warehouses and couriers can do in each later day of UTC; None for no limits. Its pieces are not
            looked at.
        ahead: How far ahead is looked; what comes later counts for nothing.
        budget: Most work for one look.

    Raises:
        UsageError: ``naive_datetime``; ``bad_period`` for a look ahead below zero; ``bad_budget`` below 1.
    """
    at = aware(at)
    if ahead < timedelta(0):
        raise UsageError("bad_period", f"{ahead} ahead; from zero", value=ahead)
    compiled = network if isinstance(network, Compiled) else compile_network(network)
    shelf = Shelf(supply, daily or Supply({}))
    inbound = sorted((one for one in deliveries if one.at <= at + ahead), key=lambda one: one.at, reverse=True)
    parcels: list[PlannedParcel] = []
    unfilled: tuple[Unfilled, ...] = ()
    left = demand
    for now in _instants(at, inbound, ahead):
        fresh = shelf.renewed(now) or now == at
        while inbound and inbound[-1].at <= now:
            shelf.receive(inbound.pop())
            fresh = True
        if fresh:
            (decision,) = plan([left], shelf.supply(), compiled, policy, at=now, budget=budget).decisions
            shelf.take("promise", left, decision.parcels)
            parcels += decision.parcels
            unfilled, rest = decision.unfilled, rest_of(left, decision)
            if rest is None:
                break
            left = rest
    return Promised(tuple(parcels), unfilled)


def _instants(at: datetime, inbound: Iterable[Delivery], ahead: timedelta) -> list[datetime]:
    """Return when to look: now, when something comes, and when a day of UTC begins."""
    midnight = datetime.combine(at.date(), time(), UTC)
    days = {midnight + timedelta(days=count) for count in range(1, ahead.days + 2)}
    later = days | {one.at for one in inbound}
    return [at, *sorted(one for one in later if at < one <= at + ahead)]
