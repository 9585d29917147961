"""Forecasts of demand with gaps: its size and how often it comes are smoothed apart.

Croston (1972) divides the size by the interval and is updated only when something is asked for; its forecast is
too high by about ``alpha / 2``, which the approximation of Syntetos and Boylan (2005) takes off. Teunter,
Syntetos and Babai (2011) smooth the probability of a demand in every period, so that a SKU that nobody wants any
more fades out.
"""

from __future__ import annotations

from enum import Enum

from attrs import frozen

from omskit.inventory.replenishment.history import History
from omskit.inventory.replenishment.smoothing import smoothed


class Variant(Enum):
    """How size and frequency are put together."""

    CROSTON = "croston"
    SBA = "sba"
    TSB = "tsb"


@frozen
class Intermittent:
    """Croston's method and its relatives.

    Args:
        variant: Which one.
        alpha: Weight of the last demand in its size, and in the interval.
        alpha_rate: Weight of the last period in the probability of a demand (TSB); ``alpha`` when None.
    """

    variant: Variant = Variant.SBA
    alpha: float = 0.1
    alpha_rate: float | None = None

    @property
    def name(self) -> str:
        """What it is called in a comparison."""
        return f"{self.variant.value} {self.alpha:g}"

    def __call__(self, history: History, horizon: int) -> list[float]:
        """Return the expected pieces of each of the next periods."""
        known = [value for value in history if value is not None]
        sizes = [value for value in known if value > 0]
        if not sizes:
            return [0.0] * horizon
        size = smoothed(sizes, self.alpha)
        if self.variant is Variant.TSB:
            came = [float(value > 0) for value in known]
            rate = smoothed(came, self.alpha if self.alpha_rate is None else self.alpha_rate)
            return [size * rate] * horizon
        at = [index for index, value in enumerate(known, 1) if value > 0]
        gaps = [float(after - before) for before, after in zip([0, *at], at, strict=False)]
        expected = size / smoothed(gaps, self.alpha)
        return [expected * (1 - self.alpha / 2 if self.variant is Variant.SBA else 1)] * horizon
