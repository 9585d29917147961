"""Safety stock: what is kept for demand, and lead times, that turn out other than expected.

Demand over the lead time has mean ``d L`` and variance ``L s^2 + d^2 t^2`` (s: deviation of one period's demand,
t: of the lead time). Two promises can be made: *cycle service*, the probability that a replenishment cycle sees
no stock-out, and *fill rate*, the share of demand served from the shelf. Stock that is looked at once a period
is found below the reorder point already, by ``(m^2 + s^2) / 2m`` on average (m, s: one period's demand); without
that term the promise is missed. Formulas: Chopra and Meindl, *Supply Chain Management*, chapter 12; Silver, Pyke
and Thomas, chapter 6.
"""

from __future__ import annotations

from enum import Enum
from math import sqrt

from attrs import frozen

from omskit.core import UsageError
from omskit.inventory.replenishment.distributions import NormalDemand, standard_loss, z_of, z_of_loss
from omskit.inventory.replenishment.history import Rate


@frozen
class LeadTime:
    """Time from an order to its goods, in the periods of the rate.

    Args:
        mean: Expected periods.
        sd: Standard deviation in periods.
        observed: Whether it was measured; otherwise it is what the contract says.

    Raises:
        UsageError: ``bad_parameter`` for a value below zero.
    """

    mean: float
    sd: float = 0.0
    observed: bool = True

    def __attrs_post_init__(self) -> None:
        if min(self.mean, self.sd) < 0:
            raise UsageError("bad_parameter", f"{self.mean} +- {self.sd} periods: from 0", name="lead_time")


class Promise(Enum):
    """What a service level promises."""

    CYCLE = "no stock-out in a cycle"
    FILL = "share of demand served at once"


@frozen
class Service:
    """A service level, above 0 and below 1.

    Raises:
        UsageError: ``bad_probability``.
    """

    level: float
    promise: Promise = Promise.CYCLE

    def __attrs_post_init__(self) -> None:
        if not 0 < self.level < 1:
            raise UsageError("bad_probability", f"service level {self.level!r}: above 0 and below 1")


def lead_time_demand(rate: Rate, lead: LeadTime, *, review: float = 0.0) -> NormalDemand:
    """Return the demand from one look at the stock to the arrival of what the next look orders.

    ``review`` is the time between two looks, zero when every sale is seen.
    """
    time = lead.mean + review
    return NormalDemand(rate.mean * time, sqrt(time * rate.sd**2 + (rate.mean * lead.sd) ** 2))


def safety_stock(demand: NormalDemand, service: Service, *, lot: float = 0.0) -> float:
    """Return the pieces to keep beyond the demand that is expected; below zero for low promises.

    Args:
        demand: Over the lead time, and the review period if there is one.
        service: What is promised.
        lot: Pieces of one order; a fill rate depends on it.

    Raises:
        UsageError: ``bad_parameter`` for a fill rate without a lot.
    """
    if service.promise is Promise.CYCLE:
        return z_of(service.level) * demand.sd
    if lot <= 0:
        raise UsageError("bad_parameter", "a fill rate needs the pieces of one order", name="lot", value=lot)
    if not demand.sd:
        return 0.0
    return z_of_loss((1 - service.level) * lot / demand.sd) * demand.sd


def undershoot(rate: Rate) -> float:
    """Return by how many pieces, on average, a period's end finds the position below the reorder point.

    The formula grows without bound as demand becomes rare; here it stops at what a large period asks for, the mean
    and three standard deviations.
    """
    if not rate.mean:
        return 0.0
    return min((rate.mean**2 + rate.sd**2) / (2 * rate.mean), rate.mean + 3 * rate.sd)


def reorder_point(
    rate: Rate, lead: LeadTime, service: Service, *, lot: float = 0.0, periodic: bool = False
) -> float:
    """Return the position at which to order: demand over the lead time and safety stock.

    Args:
        rate: Demand of one period.
        lead: Periods until goods arrive.
        service: What is promised.
        lot: Pieces of one order, for a fill rate.
        periodic: Whether the stock is looked at once a period: then the expected undershoot comes on top.
    """
    demand = lead_time_demand(rate, lead)
    extra = undershoot(rate) if periodic else 0.0
    return demand.mean + safety_stock(demand, service, lot=lot) + extra


def order_up_to(rate: Rate, lead: LeadTime, service: Service, *, review: float, lot: float = 0.0) -> float:
    """Return the level to order up to when orders go out every ``review`` periods."""
    demand = lead_time_demand(rate, lead, review=review)
    return demand.mean + safety_stock(demand, service, lot=lot or rate.mean * review)


def cycle_service(demand: NormalDemand, point: float) -> float:
    """Return the probability that a cycle that begins at a reorder point sees no stock-out."""
    return demand.cdf(point)


def shortage_per_cycle(demand: NormalDemand, point: float) -> float:
    """Return the pieces expected to be short in a cycle."""
    return demand.sd * standard_loss((point - demand.mean) / demand.sd) if demand.sd else demand.shortage(point)


def fill_rate(demand: NormalDemand, point: float, *, lot: float) -> float:
    """Return the share of demand served at once, when orders of ``lot`` pieces go out at a reorder point.

    Raises:
        UsageError: ``bad_parameter`` unless the lot is above zero.
    """
    if lot <= 0:
        raise UsageError("bad_parameter", "a fill rate needs the pieces of one order", name="lot", value=lot)
    return 1 - shortage_per_cycle(demand, point) / lot
