"""Cut-offs and working days: the dates of each case come from the calendar, not from the code."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from omskit.allocation import WorkingDays
from omskit.allocation.calendar import EVERY_DAY, accepted_on, shipped_on
from omskit.core import UsageError

MONDAY_TO_FRIDAY = WorkingDays(range(5))


def accepted(text: str, zone: str, cut_off: str, days: WorkingDays = EVERY_DAY) -> str:
    at = datetime.fromisoformat(text).replace(tzinfo=UTC)
    return accepted_on(at, ZoneInfo(zone), days, time.fromisoformat(cut_off)).isoformat()


@pytest.mark.parametrize(
    ("placed", "zone", "cut_off", "day"),
    [
        ("2025-06-02 18:00:00", "America/New_York", "14:00", "2025-06-02"),
        ("2025-06-02 18:00:01", "America/New_York", "14:00", "2025-06-03"),
        ("2025-06-03 02:00:00", "America/Los_Angeles", "20:00", "2025-06-02"),
        ("2025-03-30 13:00:00", "Europe/Berlin", "14:00", "2025-03-31"),
        ("2025-03-29 13:00:00", "Europe/Berlin", "14:00", "2025-03-29"),
    ],
)
def test_the_cut_off_itself_is_in_time_and_local(placed: str, zone: str, cut_off: str, day: str) -> None:
    assert accepted(placed, zone, cut_off) == day


@pytest.mark.parametrize(
    ("placed", "zone", "cut_off", "day"),
    [
        ("2025-03-09 07:30", "America/New_York", "02:30", "2025-03-09"),
        ("2025-03-09 07:31", "America/New_York", "02:30", "2025-03-10"),
        ("2025-11-02 05:15", "America/New_York", "01:30", "2025-11-02"),
        ("2025-11-02 06:15", "America/New_York", "01:30", "2025-11-03"),
        ("2025-10-04 15:45", "Australia/Lord_Howe", "02:15", "2025-10-05"),
        ("2011-12-30 09:00", "Pacific/Apia", "22:59", "2011-12-31"),
    ],
)
def test_clock_changes_are_no_surprise(placed: str, zone: str, cut_off: str, day: str) -> None:
    assert accepted(placed, zone, cut_off) == day


def test_without_a_cut_off_an_order_is_taken_all_day() -> None:
    late = datetime(2026, 3, 2, 22, 59, tzinfo=UTC)
    assert accepted_on(late, ZoneInfo("Europe/Berlin"), EVERY_DAY, None) == date(2026, 3, 2)
    assert accepted_on(late + timedelta(minutes=1), ZoneInfo("Europe/Berlin"), EVERY_DAY, None) == date(2026, 3, 3)


def test_a_make_up_sunday_is_worked() -> None:
    spring = WorkingDays(range(5), extra={date(2025, 1, 26)})
    assert accepted("2025-01-26 07:59", "Asia/Shanghai", "16:00", spring) == "2025-01-26"
    assert accepted("2025-01-26 08:01", "Asia/Shanghai", "16:00", spring) == "2025-01-27"


def test_holidays_are_passed_over_and_extra_days_win() -> None:
    feast = {date(2026, 3, 2), date(2026, 3, 3)}
    assert WorkingDays(range(5), feast).first(date(2026, 2, 28)) == date(2026, 3, 4)
    assert WorkingDays(range(5), feast, {date(2026, 3, 3)}).first(date(2026, 2, 28)) == date(2026, 3, 3)


def test_days_are_counted_in_working_days() -> None:
    assert MONDAY_TO_FRIDAY.after(date(2026, 3, 6), 0) == date(2026, 3, 6)
    assert MONDAY_TO_FRIDAY.after(date(2026, 3, 6), 1) == date(2026, 3, 9)
    assert MONDAY_TO_FRIDAY.after(date(2026, 3, 6), 5) == date(2026, 3, 13)


def test_goods_ship_on_a_day_that_both_work() -> None:
    assert shipped_on(date(2025, 6, 7), EVERY_DAY, MONDAY_TO_FRIDAY) == date(2025, 6, 9)


@pytest.mark.parametrize("weekdays", [(), (7,), (-1, 0)])
def test_a_calendar_has_weekdays_from_monday_to_sunday(weekdays: tuple[int, ...]) -> None:
    with pytest.raises(UsageError) as error:
        WorkingDays(weekdays)
    assert error.value.code == "bad_calendar"
