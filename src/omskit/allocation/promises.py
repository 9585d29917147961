"""Promises: what is still missing of commitments while days go by and parcels leave."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime

from attrs import evolve

from omskit.allocation.carried import Commitment
from omskit.allocation.outcome import PlannedParcel


def handed_over(parcel: PlannedParcel) -> tuple[str, str, str, date]:
    """Return what decides what a parcel counts for: courier, service, warehouse, day."""
    return parcel.courier, parcel.service, parcel.warehouse, parcel.ship_on


class Promises:
    """The commitments of each day of UTC, or of the day that they name.

    Args:
        commitments: What couriers should have at least, in a day.
    """

    def __init__(self, commitments: Sequence[Commitment]) -> None:
        self._daily = tuple(commitments)
        self._left = [one.at_least for one in commitments]
        self._today: date | None = None

    def left(self) -> tuple[Commitment, ...]:
        """Return what is still missing."""
        pairs = zip(self._daily, self._left, strict=True)
        return tuple(evolve(one, at_least=count) for one, count in pairs if count)

    def renewed(self, now: datetime) -> list[Commitment]:
        """Begin another day if there is one, and return what the days before have missed.

        Days on which nothing happens ask for nothing.
        """
        today = now.astimezone(UTC).date()
        before, self._today = self._today, today
        if before in {None, today}:
            return []
        missed = [one for one in self.left() if not one.carried.dated]
        self._left = [
            one.at_least if not one.carried.dated else left
            for one, left in zip(self._daily, self._left, strict=True)
        ]
        return missed

    def closed(self) -> list[Commitment]:
        """Return what is missing in the end."""
        return list(self.left())

    def take(self, parcel: PlannedParcel) -> None:
        """Count a parcel for all commitments that it is one of."""
        for number, one in enumerate(self._daily):
            if self._left[number] and one.carried.has(*handed_over(parcel)):
                self._left[number] -= 1
