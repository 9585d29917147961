"""Windows: when something is valid, in the wall time of a channel; the end does not belong to it.

A bound is a wall time, because "from 1 December" means each channel's own midnight. It is turned into an instant
by the IANA zone at hand, and only instants are compared: a wall time that exists twice counts at its first, one
that the clocks skip counts as the same instant before the gap. So windows that follow each other on the wall
neither overlap nor leave a gap, whatever the clocks do.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from attrs import field, frozen

from omskit.core import UsageError

#: How far two zones' wall times can lie apart: UTC-12 to UTC+14.
_APART = timedelta(hours=26)


@lru_cache(maxsize=512)
def zone_of(name: str) -> ZoneInfo:
    """Return a time zone by its IANA name.

    Raises:
        UsageError: ``unknown_zone``.
    """
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        raise UsageError(
            "unknown_zone", f"{name!r} is no IANA time zone, as in 'Europe/Berlin'", value=name
        ) from None


@lru_cache(maxsize=4096)
def _instant(wall: datetime, zone: str) -> datetime:
    return wall.replace(tzinfo=zone_of(zone), fold=0).astimezone(UTC)


@frozen
class Window:
    """From a wall time until another one; half-open.

    Args:
        since: First wall time of it, without a zone; None for always before.
        until: First wall time after it; None for no end.
        zone: IANA name, when the walls are those of one place; empty for the zone of each channel.

    Raises:
        UsageError: ``bad_window`` for a bound with a zone, or an end that is not after the beginning;
            ``unknown_zone``.
    """

    since: datetime | None = None
    until: datetime | None = None
    zone: str = ""

    def __attrs_post_init__(self) -> None:
        since, until = self.since, self.until
        if any(bound is not None and bound.tzinfo is not None for bound in (since, until)):
            said = "bounds are wall times; the place is the zone"
            raise UsageError("bad_window", said, since=since, until=until)
        if since is not None and until is not None and until <= since:
            raise UsageError("bad_window", f"it ends {until} and begins {since}", since=since, until=until)
        if self.zone:
            zone_of(self.zone)

    @property
    def is_dated(self) -> bool:
        """Whether it has a bound at all."""
        return self.since is not None or self.until is not None

    def begins(self, zone: str) -> datetime | None:
        """Return the instant of its beginning for a channel in a zone."""
        return _instant(self.since, self.zone or zone) if self.since is not None else None

    def ends(self, zone: str) -> datetime | None:
        """Return the first instant after it for a channel in a zone."""
        return _instant(self.until, self.zone or zone) if self.until is not None else None

    def has(self, at: datetime, zone: str) -> bool:
        """Whether an aware instant lies in it for a channel in a zone."""
        begins, ends = self.begins(zone), self.ends(zone)
        return (begins is None or at >= begins) and (ends is None or at < ends)

    def may_meet(self, other: Window) -> bool:
        """Whether some instant may lie in both, for some channel; exact when both have the same zone."""
        slack = timedelta() if self.zone == other.zone else _APART
        return _before(self.since, other.until, slack) and _before(other.since, self.until, slack)


#: No bound at all.
ALWAYS = Window()


def _before(since: datetime | None, until: datetime | None, slack: timedelta) -> bool:
    return since is None or until is None or since < until + slack


def _weekdays(values: Iterable[int]) -> tuple[int, ...]:
    return tuple(sorted(set(values)))


@frozen
class Hours:
    """Hours of the week in a channel's wall time, as for a happy hour; half-open.

    Args:
        weekdays: Monday is 0; all by default. Hours that pass midnight count to the day they begin on.
        since: First wall time of the day.
        until: First wall time after; not later than ``since`` for hours that pass midnight.

    Raises:
        UsageError: ``bad_window`` for a weekday outside 0 to 6, or none.
    """

    weekdays: tuple[int, ...] = field(default=tuple(range(7)), converter=_weekdays)
    since: time = time(0)
    until: time = time(0)

    def __attrs_post_init__(self) -> None:
        if not self.weekdays or not set(self.weekdays) <= set(range(7)):
            raise UsageError("bad_window", f"weekdays {self.weekdays}: Monday 0 to Sunday 6", value=self.weekdays)

    def has(self, at: datetime, zone: str) -> bool:
        """Whether an aware instant lies in them for a channel in a zone."""
        wall = at.astimezone(zone_of(zone))
        day, now = wall.weekday(), wall.time()
        if self.since < self.until:
            return day in self.weekdays and self.since <= now < self.until
        if now >= self.since:
            return day in self.weekdays
        return now < self.until and (day - 1) % 7 in self.weekdays
