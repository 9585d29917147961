from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from omskit.adapters.warehouses import (
    Confirmations,
    Confirmed,
    DeliveryWork,
    DoneLine,
    Party,
    WorkItem,
    csv_folder,
    take,
)
from omskit.adapters.warehouses.misbehaving import Arrival, Habits, work_off
from omskit.adapters.warehouses.work import Packed, StockFigure
from omskit.channels import PickLine, PickRequest, RecallRequest, read_cells
from omskit.core import Destination, PayloadError, Quantities, Refusal, Refused, UsageError

AT = datetime(2026, 3, 2, 9, tzinfo=UTC)
ANN = Party("Ann", "1", "p", "c", "a")


def report(key: str, count: int, *, final: bool) -> Confirmed:
    return Confirmed("delivery", "D", key, final, (DoneLine("S", count),))


def work(code: str, *lines: tuple[str, int]) -> DeliveryWork:
    return DeliveryWork(code, "W", AT, AT, "s", "SF", ANN, ANN, tuple(WorkItem(sku, n, "O") for sku, n in lines))


def test_case_13_reports_are_counted_once_added_up_and_closed_by_the_final_one() -> None:
    state = Confirmations()
    for one in (report("1", 1, final=False), report("1", 1, final=False), report("2", 2, final=False)):
        state = take(state, one)
    state = take(state, report("3", 1, final=True))
    assert (state.done, state.final) == (Quantities({"S": 4}), True)
    assert take(state, report("3", 1, final=True)) is state
    with pytest.raises(Refused, match="already_final"):
        take(state, report("4", 1, final=True))


def test_case_14_more_than_was_asked_for_is_refused_and_less_is_not() -> None:
    planned = Quantities({"S": 2})
    assert take(Confirmations(), report("1", 1, final=True), planned).done == Quantities({"S": 1})
    with pytest.raises(Refused, match="too_many_units"):
        take(Confirmations(), report("1", 3, final=True), planned)


def test_a_well_behaved_warehouse_reports_in_order_and_confirms_everything() -> None:
    arrivals = work_off([work("D1", ("S", 2), ("T", 1))], AT, seed=1)
    assert [type(one.fact).__name__ for one in arrivals] == ["Progress", "Progress", "Progress", "Confirmed"]
    last = arrivals[-1].fact
    assert isinstance(last, Confirmed)
    assert last.parcels == (Packed("WD1-1", "SF", (("S", 2), ("T", 1))),)


def test_the_same_seed_misbehaves_the_same_way_and_another_one_does_not() -> None:
    works = [work(f"D{n}", ("S", 3)) for n in range(30)]
    habits = Habits(300, 300, 300, 300, 300, 300)
    assert work_off(works, AT, 1, habits) == work_off(works, AT, 1, habits)
    assert work_off(works, AT, 1, habits) != work_off(works, AT, 2, habits)


@pytest.mark.parametrize("habit", ["doubles", "reorders", "loses", "delays", "lies", "splits"])
def test_every_habit_shows(habit: str) -> None:
    works = [work(f"D{n}", ("S", 4)) for n in range(40)]
    assert work_off(works, AT, 3, Habits(**{habit: 500})) != work_off(works, AT, 3)


def confirm_all(arrivals: tuple[Arrival, ...], planned: Quantities) -> tuple[Confirmations, int]:
    state, refused = Confirmations(), 0
    for one in arrivals:
        if isinstance(one.fact, Confirmed):
            try:
                state = take(state, one.fact, planned)
            except Refused:
                refused += 1
    return state, refused


@given(seed=st.integers(0, 10_000), counts=st.lists(st.integers(1, 9), min_size=1, max_size=3))
def test_however_reports_arrive_nothing_counts_twice_and_nothing_goes_missing_silently(
    seed: int, counts: list[int]
) -> None:
    lines = tuple((f"S{n}", count) for n, count in enumerate(counts))
    planned = Quantities(lines)
    arrivals = work_off([work("D", *lines)], AT, seed, Habits(doubles=500, reorders=500, delays=300, splits=500))
    state, refused = confirm_all(arrivals, planned)
    assert all(count <= planned[item] for item, count in state.done.items())
    assert state.done == planned or refused


@given(seed=st.integers(0, 10_000))
def test_a_lie_upwards_is_refused_never_booked(seed: int) -> None:
    state, _ = confirm_all(work_off([work("D", ("S", 2))], AT, seed, Habits(lies=1000)), Quantities({"S": 2}))
    assert state.done["S"] <= 2


@pytest.mark.parametrize("habits", [{"lies": 1001}, {"loses": -1}])
def test_habits_are_per_mille(habits: dict[str, int]) -> None:
    with pytest.raises(UsageError, match="bad_habits"):
        Habits(**habits)


PICK = PickRequest(
    "FO-1-3", "W", "SF", "std", Destination("CN", "ZJ"), AT.date(), (PickLine("=S", 2), PickLine("T", 1)), ("A1",)
)


def test_picks_are_a_file_of_one_row_a_sku_and_no_cell_is_a_formula() -> None:
    file = csv_folder.write_picks([PICK], AT)
    assert file.name == "picks-20260302T090000Z.csv"
    assert read_cells(file.content)[1:] == [
        ["FO-1-3", "W", "SF", "std", "2026-03-02", "CN", "ZJ", "", "'=S", "2", "A1"],
        ["FO-1-3", "W", "SF", "std", "2026-03-02", "CN", "ZJ", "", "T", "1", "A1"],
    ]


def test_recalls_are_a_file() -> None:
    file = csv_folder.write_recalls([RecallRequest("FO-1-3", "W", "refund")], AT + timedelta(seconds=1))
    assert (file.name, read_cells(file.content)[1]) == ("recalls-20260302T090001Z.csv", ["FO-1-3", "W", "refund"])


def test_shipments_are_read_by_report_and_a_bad_row_leaves_out_its_report() -> None:
    text = (
        "number,report,final,sku,quantity,waybill,courier,weight_g\n"
        "F1,1,0,S,2,W1,SF,500\nF1,1,0,T,1,W2,SF,\nF1,2,1,S,1,W3,SF,10\nF2,1,1,S,zwei,W4,SF,10\n"
    )
    bad, first, second = csv_folder.read_shipments(text.encode())
    assert isinstance(bad, Refusal)
    assert (bad.subject, bad.code, bad.facts["path"]) == ("F2", "bad_whole", "row 5.quantity")
    assert isinstance(first, Confirmed)
    assert (first.key, first.final, first.lines) == ("F1/1", False, (DoneLine("S", 2), DoneLine("T", 1)))
    assert first.parcels == (Packed("W1", "SF", (("S", 2),), 500), Packed("W2", "SF", (("T", 1),), 0))
    assert isinstance(second, Confirmed)
    assert second.final


def test_a_snapshot_with_a_bad_row_is_none() -> None:
    assert csv_folder.read_stock(b"warehouse,sku,free,locked\nW,S,5,1\n") == (StockFigure("S", "W", 5, 1),)
    with pytest.raises(PayloadError, match="bad_whole"):
        csv_folder.read_stock(b"warehouse,sku,free,locked\nW,S,5,1\nW,T,-1,\n")
    with pytest.raises(PayloadError, match="missing_column"):
        csv_folder.read_stock(b"sku,free\n")
