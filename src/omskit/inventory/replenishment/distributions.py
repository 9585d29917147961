"""Demand over a time as a distribution: its quantiles, and what is expected to be short of a level or left over.

``shortage(x)`` is the loss function ``E[max(D - x, 0)]``; ``surplus(x) = x - mean + shortage(x)``. For the
standard normal the loss is ``G(z) = phi(z) - z (1 - Phi(z))``. Formulas: Snyder and Shen, *Fundamentals of
Supply Chain Theory*, 2nd edition, appendix C. Quantities are floats here: they are expectations, never pieces to
move.
"""

from __future__ import annotations

from math import ceil, exp, floor, inf, lgamma, log, sqrt
from statistics import NormalDist
from typing import Protocol

from attrs import frozen

from omskit.core import UsageError

_STANDARD = NormalDist()


class Demand(Protocol):
    """Demand over some time."""

    @property
    def mean(self) -> float:
        """Expected pieces."""
        ...

    @property
    def sd(self) -> float:
        """Standard deviation in pieces."""
        ...

    def cdf(self, level: float) -> float:
        """Return the probability that demand is no more than a level."""
        ...

    def quantile(self, probability: float) -> float:
        """Return the least level that demand stays within, with a probability."""
        ...

    def shortage(self, level: float) -> float:
        """Return the expected pieces by which demand exceeds a level."""
        ...


def surplus(demand: Demand, level: float) -> float:
    """Return the expected pieces by which a level exceeds demand."""
    return level - demand.mean + demand.shortage(level)


def z_of(probability: float) -> float:
    """Return the standard normal quantile.

    Raises:
        UsageError: ``bad_probability`` unless above 0 and below 1.
    """
    return _STANDARD.inv_cdf(_probability(probability))


def standard_loss(z: float) -> float:
    """Return ``G(z)``, the expected excess of a standard normal over z."""
    return _STANDARD.pdf(z) - z * _STANDARD.cdf(-z)


def z_of_loss(loss: float) -> float:
    """Return the z with ``G(z) = loss``; by bisection to the last digits of a float.

    Raises:
        UsageError: ``bad_loss`` unless above 0.
    """
    if not 0 < loss < inf:
        raise UsageError("bad_loss", f"{loss!r} is no expected loss: above 0", value=loss)
    low, high = -loss - 1.0, 40.0
    for _ in range(200):
        middle = (low + high) / 2
        low, high = (middle, high) if standard_loss(middle) > loss else (low, middle)
    return (low + high) / 2


@frozen
class NormalDemand:
    """Demand that varies symmetrically around a mean; with ``sd`` 0 it is certain.

    Raises:
        UsageError: ``bad_spread`` for a standard deviation below zero.
    """

    mean: float
    sd: float

    def __attrs_post_init__(self) -> None:
        if not 0 <= self.sd < inf:
            raise UsageError("bad_spread", f"standard deviation {self.sd!r}: from 0", value=self.sd)

    def cdf(self, level: float) -> float:
        """Return the probability that demand is no more than a level."""
        return _STANDARD.cdf((level - self.mean) / self.sd) if self.sd else float(level >= self.mean)

    def quantile(self, probability: float) -> float:
        """Return the level that demand stays within, with a probability.

        Raises:
            UsageError: ``bad_probability``.
        """
        return self.mean + z_of(probability) * self.sd

    def shortage(self, level: float) -> float:
        """Return the expected pieces by which demand exceeds a level."""
        return self.sd * standard_loss((level - self.mean) / self.sd) if self.sd else max(0.0, self.mean - level)

    def second_loss(self, level: float) -> float:
        """Return the integral of the shortage from a level upward, in pieces squared."""
        if not self.sd:
            return max(0.0, self.mean - level) ** 2 / 2
        z = (level - self.mean) / self.sd
        return self.sd**2 / 2 * ((z * z + 1) * _STANDARD.cdf(-z) - z * _STANDARD.pdf(z))


@frozen
class PoissonDemand:
    """Demand piece by piece, at random.

    Raises:
        UsageError: ``bad_rate`` for a mean below zero.
    """

    mean: float

    def __attrs_post_init__(self) -> None:
        if not 0 <= self.mean < inf:
            raise UsageError("bad_rate", f"mean {self.mean!r}: from 0", value=self.mean)

    @property
    def sd(self) -> float:
        """Standard deviation in pieces."""
        return sqrt(self.mean)

    def pmf(self, pieces: int) -> float:
        """Return the probability of exactly so many pieces."""
        if pieces < 0:
            return 0.0
        if self.mean == 0:
            return float(pieces == 0)
        return exp(pieces * log(self.mean) - self.mean - lgamma(pieces + 1))

    def cdf(self, level: float) -> float:
        """Return the probability that demand is no more than a level."""
        return min(1.0, sum(self.pmf(pieces) for pieces in range(floor(level) + 1)))

    def quantile(self, probability: float) -> float:
        """Return the least whole level that demand stays within, with a probability.

        Raises:
            UsageError: ``bad_probability``.
        """
        target, pieces = _probability(probability), 0
        total = self.pmf(0)
        limit = ceil(self.mean + 40 * self.sd + 40)
        while total < target and pieces < limit:
            pieces += 1
            total += self.pmf(pieces)
        return float(pieces)

    def shortage(self, level: float) -> float:
        """Return the expected pieces by which demand exceeds a level."""
        below = floor(level)
        tail = 1.0 - self.cdf(below)
        within = level - below
        whole = self.mean - below if below < 0 else (self.mean - below) * tail + self.mean * self.pmf(below)
        return max(0.0, whole - within * tail)


def _probability(value: float) -> float:
    if not 0 < value < 1:
        raise UsageError("bad_probability", f"{value!r}: above 0 and below 1", value=value)
    return value
