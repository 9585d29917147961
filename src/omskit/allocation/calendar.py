"""Working days and cut-offs: on which day a warehouse takes an order on, ships it, and a courier delivers it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from attrs import field, frozen

from omskit.core import UsageError

_DAY = timedelta(days=1)
_NOON = time(12)


def _days(values: Iterable[date]) -> frozenset[date]:
    return frozenset(values)


def _weekdays(values: Iterable[int]) -> frozenset[int]:
    return frozenset(values)


@frozen
class WorkingDays:
    """The days on which someone works.

    Args:
        weekdays: Monday is 0; all seven by default.
        off: Holidays.
        extra: Days that are worked whatever the others say, as make-up Sundays.

    Raises:
        UsageError: ``bad_calendar`` without a weekday, or with one outside 0 to 6.
    """

    weekdays: frozenset[int] = field(default=range(7), converter=_weekdays)
    off: frozenset[date] = field(default=(), converter=_days)
    extra: frozenset[date] = field(default=(), converter=_days)

    def __attrs_post_init__(self) -> None:
        if not self.weekdays or not self.weekdays <= frozenset(range(7)):
            raise UsageError(
                "bad_calendar", f"{sorted(self.weekdays)}: at least one weekday, Monday 0 to Sunday 6"
            )

    def has(self, day: date) -> bool:
        """Whether the day is worked."""
        return day in self.extra or (day.weekday() in self.weekdays and day not in self.off)

    def first(self, day: date) -> date:
        """Return the first working day, from the day itself on."""
        while not self.has(day):
            day += _DAY
        return day

    def after(self, day: date, count: int) -> date:
        """Return the working day that comes ``count`` working days after a day; the day itself for 0."""
        for _ in range(count):
            day = self.first(day + _DAY)
        return day

    def meets(self, other: WorkingDays) -> bool:
        """Whether some weekday is worked by both."""
        return bool(self.weekdays & other.weekdays)


#: Works always.
EVERY_DAY = WorkingDays()


def accepted_on(at: datetime, zone: ZoneInfo, days: WorkingDays, cut_off: time | None) -> date:
    """Return the first working day, in local dates, whose cut-off has not passed; the cut-off itself is in time.

    Instants are compared in UTC: a wall time that exists twice counts at its first, one that does not exist
    counts as the same instant before the gap, and a date that the zone skipped is no day.
    """
    day = days.first(at.astimezone(zone).date())
    while not _exists(day, zone) or (cut_off is not None and at > cut_off_at(day, zone, cut_off)):
        day = days.first(day + _DAY)
    return day


def cut_off_at(day: date, zone: ZoneInfo, at: time) -> datetime:
    """Return the instant of a local wall time, in UTC: the first where it exists twice."""
    return datetime.combine(day, at, zone).astimezone(UTC)


def _exists(day: date, zone: ZoneInfo) -> bool:
    return cut_off_at(day, zone, _NOON).astimezone(zone).date() == day


def shipped_on(ready: date, warehouse: WorkingDays, courier: WorkingDays) -> date:
    """Return the first day from ``ready`` on that both work; they have to share a weekday."""
    while not (warehouse.has(ready) and courier.has(ready)):
        ready += _DAY
    return ready
