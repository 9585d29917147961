"""Instants: aware datetimes at the edge, whole milliseconds since 1970 UTC in columns."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

from omskit.core.errors import UsageError

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)


def aware(instant: datetime) -> datetime:
    """Return the instant in UTC.

    Raises:
        UsageError: ``naive_datetime`` when it has no time zone.
    """
    if instant.tzinfo is None or instant.utcoffset() is None:
        raise UsageError("naive_datetime", f"{instant!r} has no time zone", value=instant)
    return instant if instant.tzinfo is UTC else instant.astimezone(UTC)


def plain_day(day: date) -> date:
    """Return a day.

    Raises:
        UsageError: ``bad_day`` for anything but a date without a time.
    """
    if type(day) is not date:
        raise UsageError("bad_day", f"{day!r} is no day: give a date without a time", value=day)
    return day


def to_ms(instant: datetime) -> int:
    """Return milliseconds since 1970-01-01 UTC, rounded down.

    Raises:
        UsageError: ``naive_datetime`` when it has no time zone.
    """
    try:
        return (instant - _EPOCH) // _MILLISECOND
    except TypeError:
        raise UsageError("naive_datetime", f"{instant!r} has no time zone", value=instant) from None


def each_ms(instants: Sequence[datetime]) -> list[int]:
    """Return :func:`to_ms` of each instant; those of a batch are few, and each is counted once.

    Raises:
        UsageError: ``naive_datetime`` when one has no time zone.
    """
    known = {instant: to_ms(instant) for instant in set(instants)}
    return [known[instant] for instant in instants]


def from_ms(milliseconds: int) -> datetime:
    """Return the aware UTC instant of a count of milliseconds since 1970."""
    return _EPOCH + timedelta(milliseconds=milliseconds)
