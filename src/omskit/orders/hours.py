"""Hours of the day in which something is in force, on a warehouse's or an office's own clock."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, time
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from attrs import field, frozen

from omskit.core import UsageError

_WEEK = frozenset(range(7))


def _days(values: Iterable[int]) -> frozenset[int]:
    return frozenset(values)


@frozen
class Hours:
    """From one time of day until before another, on some weekdays; ``22:00`` to ``06:00`` goes over midnight.

    The part after midnight belongs to the weekday on which the hours began. Equal times mean the whole day.

    Args:
        start: First moment.
        end: First moment after.
        zone: IANA time zone of both.
        weekdays: Monday 0 to Sunday 6.

    Raises:
        UsageError: ``unknown_zone``; ``bad_hours`` for a weekday that there is not.
    """

    start: time
    end: time
    zone: str = field(default="UTC")
    weekdays: frozenset[int] = field(default=_WEEK, converter=_days)

    @zone.validator
    def _is_known(self, _: object, value: str) -> None:
        try:
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError) as error:
            raise UsageError("unknown_zone", f"{value!r} is no IANA time zone", value=value) from error

    @weekdays.validator
    def _are_days(self, _: object, value: frozenset[int]) -> None:
        if not value or not value <= _WEEK:
            raise UsageError("bad_hours", f"{sorted(value)}: at least one weekday, Monday 0 to Sunday 6")

    def __contains__(self, at: object) -> bool:
        if not isinstance(at, datetime):
            return False
        here = at.astimezone(ZoneInfo(self.zone))
        now, today = here.time(), here.weekday()
        if self.start < self.end:
            return self.start <= now < self.end and today in self.weekdays
        began_yesterday = now < self.end and (today - 1) % 7 in self.weekdays
        return began_yesterday or (now >= self.start and today in self.weekdays)
