"""Instants are aware; columns hold milliseconds."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from omskit.core import UsageError, aware, from_ms, to_ms

NAIVE = datetime(2026, 3, 1, 12, 0)  # noqa: DTZ001 - the mistake under test


def test_the_epoch_is_zero() -> None:
    assert to_ms(datetime(1970, 1, 1, tzinfo=UTC)) == 0
    assert from_ms(0) == datetime(1970, 1, 1, tzinfo=UTC)


def test_a_known_instant_has_its_known_count() -> None:
    assert to_ms(datetime(2001, 9, 9, 1, 46, 40, tzinfo=UTC)) == 1_000_000_000_000


def test_another_zone_is_the_same_instant() -> None:
    shanghai = datetime(2026, 3, 1, 20, 0, tzinfo=timezone(timedelta(hours=8)))
    assert aware(shanghai) == datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
    assert aware(shanghai).tzinfo is UTC
    assert to_ms(shanghai) == to_ms(datetime(2026, 3, 1, 12, 0, tzinfo=UTC))


def test_microseconds_round_down_on_both_sides_of_the_epoch() -> None:
    assert to_ms(datetime(1970, 1, 1, 0, 0, 0, 1999, tzinfo=UTC)) == 1
    assert to_ms(datetime(1969, 12, 31, 23, 59, 59, 999999, tzinfo=UTC)) == -1


def test_an_instant_without_a_zone_is_refused() -> None:
    for use in (aware, to_ms):
        with pytest.raises(UsageError) as refused:
            use(NAIVE)
        assert refused.value.code == "naive_datetime"
        assert refused.value.facts == {"value": NAIVE}
