"""A season that many SKUs share: its profile is pooled, the level stays with each SKU.

One SKU sells too little for a weekday profile of its own; all SKUs of a department together do not. On real
daily demand of a retailer (the M5 test window) the pooled weekday profile cut the weighted error of the best
intermittent method from 1.025 to 0.542.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from attrs import field, frozen

from omskit.core import UsageError
from omskit.inventory.replenishment.history import History
from omskit.inventory.replenishment.smoothing import Method


def pooled_profile(histories: Iterable[History], season: int) -> tuple[float, ...]:
    """Return the factor of each place in the season over all histories together; their mean is 1.

    Histories begin at the same place of the season. Without any demand every factor is 1.

    Raises:
        UsageError: ``bad_period`` for a season below one.
    """
    if season < 1:
        raise UsageError("bad_period", f"a season of {season} periods: from 1", periods=season)
    sums, counts = [0.0] * season, [0] * season
    for history in histories:
        for index, value in enumerate(history):
            if value is not None:
                sums[index % season] += value
                counts[index % season] += 1
    means = [total / count if count else None for total, count in zip(sums, counts, strict=True)]
    known = [mean for mean in means if mean is not None]
    overall = sum(known) / len(known) if known else 0.0
    if overall <= 0:
        return (1.0,) * season
    return tuple(1.0 if mean is None else mean / overall for mean in means)


def _positive(_: object, _attribute: object, profile: Sequence[float]) -> None:
    if not profile or min(profile) < 0:
        raise UsageError("bad_profile", f"{profile!r}: factors from 0, at least one", profile=tuple(profile))


@frozen
class Profiled:
    """A method that sees demand without its season, and whose forecast gets it back.

    Args:
        method: For the level.
        profile: The factor of each place in the season; the history begins at the first. A place with factor 0
            is closed: what was sold there is not used.
    """

    method: Method
    profile: tuple[float, ...] = field(validator=_positive)

    @property
    def name(self) -> str:
        """What it is called in a comparison."""
        return f"{self.method.name} x profile {len(self.profile)}"

    def __call__(self, history: History, horizon: int) -> list[float]:
        """Return the expected pieces of each of the next periods."""
        season = len(self.profile)
        flat: list[float | None] = []
        for index, value in enumerate(history):
            factor = self.profile[index % season]
            flat.append(None if value is None or factor == 0 else value / factor)
        level = self.method(flat, horizon)
        return [value * self.profile[(len(history) + ahead) % season] for ahead, value in enumerate(level)]


def uplifted(forecast: Sequence[float], factors: Sequence[float]) -> list[float]:
    """Return a forecast with planned promotions: each period times its factor, 1 for none.

    Promotions go on after smoothing, and are taken out of the history before, so that one does not raise the
    level for good.

    Raises:
        UsageError: ``bad_profile`` unless there is one factor from 0 a period.
    """
    if len(factors) != len(forecast) or any(factor < 0 for factor in factors):
        raise UsageError("bad_profile", f"{len(factors)} factors; from 0, one a period", profile=tuple(factors))
    return [value * factor for value, factor in zip(forecast, factors, strict=True)]


def without_uplift(history: History, factors: Sequence[float]) -> list[float | None]:
    """Return a history as it would have been without promotions; a period with factor 0 is missing.

    Raises:
        UsageError: ``bad_profile`` unless there is one factor from 0 a period.
    """
    if len(factors) != len(history) or any(factor < 0 for factor in factors):
        raise UsageError("bad_profile", f"{len(factors)} factors; from 0, one a period", profile=tuple(factors))
    return [
        None if value is None or factor == 0 else value / factor
        for value, factor in zip(history, factors, strict=True)
    ]
