"""Promise dates of the domain text by name: when a parcel ships and arrives, from the instant of the order."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from random import Random
from zoneinfo import ZoneInfo

import pytest

from omskit.allocation import (
    Demand,
    DemandLine,
    Lane,
    Network,
    PlannedParcel,
    Policy,
    RateCard,
    Service,
    Supply,
    Warehouse,
    WorkingDays,
    plan,
)
from omskit.allocation.calendar import accepted_on
from omskit.core import Cell, Destination

DAILY = WorkingDays(range(7))
MONDAY_TO_FRIDAY = WorkingDays(range(5))
NEW_YORK, SHANGHAI = "America/New_York", "Asia/Shanghai"
#: 2025 as decreed: off from 28 January to 4 February, work on the Sunday before and the Saturday after.
SPRING_FESTIVAL = WorkingDays(
    range(5),
    {date(2025, 1, 28) + timedelta(days=n) for n in range(8)},
    {date(2025, 1, 26), date(2025, 2, 8)},
)
THANKSGIVING = WorkingDays(range(7), {date(2025, 11, 27)})


def sent(
    placed: str,
    zone: str,
    cut_off: str | None,
    *,
    transit: int = 1,
    processing: int = 0,
    node: WorkingDays = DAILY,
    courier: WorkingDays = DAILY,
) -> PlannedParcel:
    """Plan one unit from the only warehouse there is."""
    closes = None if cut_off is None else time.fromisoformat(cut_off)
    site = Warehouse("W0", zone=zone, cut_off=closes, processing_days=processing, days=node)
    by = Service("S0", "post", (Lane({"*"}, RateCard(1000, 500), transit),), days=courier)
    asked = Demand(1, 0, Destination("DE"), "EUR", (DemandLine(1, "A", 1),))
    at = datetime.fromisoformat(placed).replace(tzinfo=UTC)
    made = plan([asked], Supply({Cell("A", "W0"): 1}), Network("EUR", (site,), (by,)), Policy(), at=at)
    return made.of(1).parcels[0]


def dates(parcel: PlannedParcel) -> tuple[str, str]:
    return parcel.ship_on.isoformat(), parcel.arrive_on.isoformat()


#: Placed at, zone, cut-off, days in transit: the day it is accepted and shipped on, and the day it arrives.
CUT_OFFS = {
    "equality": (("2025-06-02 18:00", NEW_YORK, "14:00", 2), ("2025-06-02", "2025-06-04")),
    "a-second-later": (("2025-06-02 18:00:01", NEW_YORK, "14:00", 2), ("2025-06-03", "2025-06-05")),
    "spring-gap": (("2025-03-09 07:30", NEW_YORK, "02:30", 1), ("2025-03-09", "2025-03-10")),
    "spring-gap-after": (("2025-03-09 07:31", NEW_YORK, "02:30", 1), ("2025-03-10", "2025-03-11")),
    "autumn-overlap-edt": (("2025-11-02 05:15", NEW_YORK, "01:30", 1), ("2025-11-02", "2025-11-03")),
    "autumn-overlap-est": (("2025-11-02 06:15", NEW_YORK, "01:30", 1), ("2025-11-03", "2025-11-04")),
    "berlin-spring": (("2025-03-30 13:00", "Europe/Berlin", "14:00", 1), ("2025-03-31", "2025-04-01")),
    "berlin-before": (("2025-03-29 13:00", "Europe/Berlin", "14:00", 1), ("2025-03-29", "2025-03-30")),
    "utc-date-differs": (("2025-06-03 02:00", "America/Los_Angeles", "20:00", 1), ("2025-06-02", "2025-06-03")),
    "apia": (("2011-12-30 09:00", "Pacific/Apia", "22:59", 1), ("2011-12-31", "2012-01-01")),
    "lord-howe-gap": (("2025-10-04 15:45", "Australia/Lord_Howe", "02:15", 1), ("2025-10-05", "2025-10-06")),
    "year-end": (("2025-12-31 17:00", NEW_YORK, "12:00", 1), ("2025-12-31", "2026-01-01")),
    "year-end-after": (("2025-12-31 17:01", NEW_YORK, "12:00", 1), ("2026-01-01", "2026-01-02")),
}


@pytest.mark.parametrize("name", CUT_OFFS)
def test_a_cut_off_is_an_instant_of_the_local_date(name: str) -> None:
    (placed, zone, cut_off, transit), expected = CUT_OFFS[name]
    assert dates(sent(placed, zone, cut_off, transit=transit)) == expected


def test_shanghai_make_up_sunday_is_worked() -> None:
    parcel = sent("2025-01-26 07:59", SHANGHAI, "16:00", transit=2, node=SPRING_FESTIVAL)
    assert dates(parcel) == ("2025-01-26", "2025-01-28")


@pytest.mark.parametrize("courier", [DAILY, SPRING_FESTIVAL], ids=["courier-works-on", "courier-rests-too"])
def test_spring_festival_waits_for_the_first_day_of_work(courier: WorkingDays) -> None:
    parcel = sent(
        "2025-01-27 09:00", SHANGHAI, "16:00", transit=2, processing=1, node=SPRING_FESTIVAL, courier=courier
    )
    assert dates(parcel) == ("2025-02-06", "2025-02-08")


def test_node_saturday_waits_for_the_pickup_of_monday() -> None:
    parcel = sent("2025-06-07 15:00", "UTC", None, courier=MONDAY_TO_FRIDAY)
    assert dates(parcel) == ("2025-06-09", "2025-06-10")


def test_courier_holiday_in_transit_is_no_day_of_transit() -> None:
    parcel = sent("2025-11-26 15:00", NEW_YORK, "12:00", courier=THANKSGIVING)
    assert dates(parcel) == ("2025-11-26", "2025-11-28")


def first_day(day: date, *calendars: WorkingDays) -> date:
    """Return the first day on which all work, by looking at one day after another."""
    while not all(_works(one, day) for one in calendars):
        day += timedelta(days=1)
    return day


def _works(days: WorkingDays, day: date) -> bool:
    return day in days.extra or (day.weekday() in days.weekdays and day not in days.off)


def by_the_rules(at: datetime, zone: str, cut_off: time, node: WorkingDays, courier: WorkingDays) -> list[date]:
    """Return accepted, ready, shipped and delivered day, read off the rules day by day: two days each way."""
    accepted = at.astimezone(ZoneInfo(zone)).date()
    while not _works(node, accepted) or at > datetime.combine(accepted, cut_off, ZoneInfo(zone)).astimezone(UTC):
        accepted += timedelta(days=1)
    ready = _after(accepted, node)
    shipped = first_day(ready, node, courier)
    return [accepted, ready, shipped, _after(shipped, courier)]


def _after(day: date, days: WorkingDays) -> date:
    for _ in range(2):
        day = first_day(day + timedelta(days=1), days)
    return day


WEEKENDS = [
    (NEW_YORK, datetime(2025, 3, 8, 12, tzinfo=UTC), "02:30"),
    (NEW_YORK, datetime(2025, 11, 1, 12, tzinfo=UTC), "01:30"),
    ("Europe/Berlin", datetime(2025, 3, 29, 12, tzinfo=UTC), "02:15"),
    ("Australia/Lord_Howe", datetime(2025, 4, 5, 0, tzinfo=UTC), "01:45"),
]


@pytest.mark.parametrize(("zone", "start", "cut_off"), WEEKENDS)
def test_a_later_order_is_never_earlier_over_a_clock_change(zone: str, start: datetime, cut_off: str) -> None:
    found = [_shipped(start + timedelta(minutes=minute), zone, cut_off) for minute in range(2 * 24 * 60)]
    assert all(one <= other for one, other in pairwise(found))
    assert len(set(found)) > 1


def _shipped(at: datetime, zone: str, cut_off: str) -> date:
    return accepted_on(at, ZoneInfo(zone), DAILY, time.fromisoformat(cut_off))


def _random_days(numbers: Iterable[int]) -> WorkingDays:
    weekdays, off, extra = numbers
    start = date(2025, 1, 1)
    return WorkingDays(
        {day for day in range(7) if weekdays >> day & 1},
        {start + timedelta(days=n) for n in range(40) if off >> n & 1},
        {start + timedelta(days=n) for n in range(40) if extra >> n & 1},
    )


@pytest.mark.parametrize("seed", range(120))
def test_dates_are_those_of_the_rules_read_day_by_day(seed: int) -> None:
    random = Random(seed)
    node, courier = (
        # pairs that never meet are refused by the network, so both work on Wednesdays
        _random_days((random.randrange(128) | 4, random.getrandbits(40) & random.getrandbits(40),
                      random.getrandbits(40) & random.getrandbits(40) & random.getrandbits(40)))
        for _ in range(2)
    )  # fmt: skip
    at = datetime(2025, 1, 1, tzinfo=UTC) + timedelta(minutes=random.randrange(20 * 24 * 60))
    zone = random.choice([NEW_YORK, SHANGHAI, "Europe/Berlin", "Asia/Kathmandu"])
    accepted, ready, shipped, delivered = by_the_rules(at, zone, time(14, 30), node, courier)
    text = at.replace(tzinfo=None).isoformat()
    parcel = sent(text, zone, "14:30", transit=2, processing=2, node=node, courier=courier)
    assert accepted <= ready <= shipped <= delivered
    assert (parcel.ship_on, parcel.arrive_on) == (shipped, delivered)


@pytest.mark.parametrize("day", range(1, 29))
def test_one_more_holiday_is_never_earlier(day: int) -> None:
    calm = sent("2025-02-03 09:00", "Europe/Berlin", "14:00", transit=3, processing=2, node=MONDAY_TO_FRIDAY)
    node = WorkingDays(range(5), {date(2025, 2, day)})
    held = sent("2025-02-03 09:00", "Europe/Berlin", "14:00", transit=3, processing=2, node=node)
    assert (calm.ship_on, calm.arrive_on) <= (held.ship_on, held.arrive_on)
