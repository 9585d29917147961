from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st
from samples import fuzz, sample

from omskit.adapters.couriers import Milestone, Track, TrackingFact, chinese_tracking, follow, tracking_feeds
from omskit.core import PayloadError

AT = datetime(2026, 3, 2, 9, tzinfo=UTC)
M = Milestone


def easypost(name: str = "tracker_create") -> bytes:
    return json.dumps(json.loads(sample(f"carriers/easypost/{name}.json"))[0]["response"]).encode()


def fact(minutes: int, milestone: Milestone, text: str = "") -> TrackingFact:
    return TrackingFact("W", AT + timedelta(minutes=minutes), milestone, text or milestone.value)


def test_a_signed_parcel_of_kuaidi100_is_read_oldest_first() -> None:
    facts = chinese_tracking.read_kuaidi100(sample("carriers/kuaidi100/query_shentong_signed.json"))
    assert (len(facts), facts[0].at, facts[-1].milestone) == (
        9,
        datetime(2018, 10, 3, 9, 29, 23, tzinfo=UTC),
        M.DELIVERED,
    )
    assert [one.milestone for one in facts[:-1]] == [M.MOVING] * 8
    track = follow(Track(), facts)
    assert (track.milestone, track.reached_at) == (M.DELIVERED, datetime(2018, 10, 5, 4, 46, 15, tzinfo=UTC))


def test_a_parcel_that_kuaidi100_does_not_know_is_an_error() -> None:
    with pytest.raises(PayloadError, match="channel_error: Kuaidi100 answers 201"):
        chinese_tracking.read_kuaidi100(sample("carriers/kuaidi100/query_not_found.json"))


@pytest.mark.parametrize(
    ("state", "milestone"),
    [
        ("0", M.MOVING), ("1", M.PICKED_UP), ("2", M.PROBLEM), ("3", M.DELIVERED), ("4", M.RETURNED),
        ("5", M.OUT_FOR_DELIVERY), ("6", M.RETURNING), ("7", M.MOVING), ("8", M.CUSTOMS), ("10", M.CUSTOMS),
        ("11", M.CUSTOMS), ("12", M.MOVING), ("13", M.PROBLEM), ("14", M.REFUSED), ("99", M.NOTED),
    ],
)  # fmt: skip
def test_every_state_of_kuaidi100_has_its_milestone(state: str, milestone: Milestone) -> None:
    said = {"nu": "W", "status": "200", "state": state, "data": [{"time": "2026-03-02 09:00:00", "context": "x"}]}
    assert chinese_tracking.read_kuaidi100(json.dumps(said).encode())[0].milestone is milestone


def test_a_push_of_kuaidi100_may_correct_the_courier() -> None:
    last = {
        "nu": "W",
        "status": "200",
        "state": "0",
        "com": "yuantong",
        "data": [{"time": "2026-03-02", "context": "x"}],
    }
    said = {"status": "polling", "autoCheck": "1", "comOld": "yuantong", "comNew": "zhongtong", "lastResult": last}
    push = chinese_tracking.read_kuaidi100_push(urlencode({"param": json.dumps(said)}).encode())
    assert (push.status, push.courier, len(push.facts)) == ("polling", "zhongtong", 1)


@pytest.mark.parametrize(
    ("code", "milestone"),
    [
        ("50", M.PICKED_UP), ("30", M.MOVING), ("31", M.MOVING), ("36", M.MOVING), ("44", M.OUT_FOR_DELIVERY),
        ("204", M.OUT_FOR_DELIVERY), ("80", M.DELIVERED), ("8000", M.DELIVERED), ("33", M.PROBLEM),
        ("70", M.PROBLEM), ("99", M.RETURNED), ("648", M.RETURNING), ("1", M.NOTED),
    ],
)  # fmt: skip
def test_every_code_of_sf_has_its_milestone(code: str, milestone: Milestone) -> None:
    route = {"opCode": code, "acceptTime": "2026-03-02 09:00:00", "remark": "x", "acceptAddress": "深圳"}
    said = {"success": True, "msgData": {"routeResps": [{"mailNo": "SF1", "routes": [route]}]}}
    (read,) = chinese_tracking.read_sf(json.dumps(said).encode())
    assert (read.milestone, read.at, read.place) == (milestone, datetime(2026, 3, 2, 1, tzinfo=UTC), "深圳")


def test_an_easypost_tracker_is_read() -> None:
    first, second = tracking_feeds.read_easypost(easypost())
    assert (first.waybill, first.milestone, first.code) == ("EZ1000000001", M.ANNOUNCED, "pre_transit")
    assert (second.at, second.place) == (datetime(2025, 2, 7, 8, 25, 26, tzinfo=UTC), "HOUSTON, TX")


def test_a_delivered_return_of_easypost_is_returned() -> None:
    said = json.loads(easypost()) | {"is_return": True}
    said["tracking_details"][0]["status"] = "delivered"
    assert next(tracking_feeds.read_easypost(json.dumps(said).encode())).milestone is M.RETURNED


def test_an_answer_of_ups_is_read() -> None:
    delivered, announced = tracking_feeds.read_ups(sample("carriers/tracking/ups_tracking_response.json"))
    assert (delivered.milestone, delivered.at, delivered.place) == (
        M.DELIVERED, datetime(2022, 1, 26, 16, 30, tzinfo=UTC), "PARAMUS, NJ, US",
    )  # fmt: skip
    assert announced.milestone is M.ANNOUNCED
    assert follow(Track(), (delivered, announced)).milestone is M.DELIVERED


def test_an_answer_of_mydhl_is_read_with_its_offsets() -> None:
    facts = list(tracking_feeds.read_mydhl(sample("carriers/tracking/mydhl_tracking_response.json")))
    assert [(one.milestone, one.at.hour) for one in facts] == [(M.DELIVERED, 18), (M.MOVING, 12), (M.PICKED_UP, 9)]


@pytest.mark.parametrize(
    ("read", "name"),
    [
        (tracking_feeds.read_fedex, "carriers/tracking/fedex_tracking_response.json"),
        (tracking_feeds.read_dhl, "carriers/tracking/dhl_parcel_de_tracking_response.json"),
    ],
)
def test_the_documented_answers_are_read(read: Callable[[bytes], Iterable[TrackingFact]], name: str) -> None:
    facts = list(read(sample(name)))
    assert facts
    assert all(one.waybill and one.at.tzinfo for one in facts)


def test_a_late_scan_does_not_take_a_parcel_back() -> None:
    track = follow(Track(), [fact(10, M.DELIVERED), fact(20, M.MOVING)])
    assert (track.milestone, track.reached_at) == (M.DELIVERED, AT + timedelta(minutes=10))


def test_a_return_after_delivery_is_another_end() -> None:
    out = follow(Track(), [fact(1, M.DELIVERED)])
    back = follow(out, [fact(2, M.REFUSED), fact(3, M.RETURNING), fact(4, M.RETURNED)])
    assert back.milestone is M.RETURNED
    assert follow(back, [fact(5, M.DELIVERED)]).milestone is M.RETURNED


def test_a_problem_moves_nothing_and_passes() -> None:
    track = follow(Track(), [fact(1, M.MOVING), fact(2, M.PROBLEM)])
    assert (track.milestone, track.troubled) == (M.MOVING, True)
    assert not follow(track, [fact(3, M.OUT_FOR_DELIVERY)]).troubled


FACTS = st.lists(
    st.builds(fact, st.integers(0, 9), st.sampled_from(list(Milestone)), st.sampled_from(["a", "b"])), max_size=8
)


@given(facts=FACTS, data=st.data())
def test_scans_in_any_order_and_number_give_the_same_track(facts: list[TrackingFact], data: st.DataObject) -> None:
    unique = {(one.at, one.text, one.milestone): one for one in facts}
    shuffled = data.draw(st.permutations(list(unique.values()) * 2))
    at_once = follow(Track(), unique.values())
    one_by_one = Track()
    for one in shuffled:
        one_by_one = follow(one_by_one, [one])
    assert one_by_one == at_once


@given(first=FACTS, second=FACTS)
def test_a_track_never_goes_back(first: list[TrackingFact], second: list[TrackingFact]) -> None:
    order = [
        M.ANNOUNCED,
        M.PICKED_UP,
        M.MOVING,
        M.OUT_FOR_DELIVERY,
        M.DELIVERED,
        M.LOST,
        M.REFUSED,
        M.RETURNING,
        M.RETURNED,
    ]
    same = {M.CUSTOMS: M.MOVING, M.READY_FOR_PICKUP: M.OUT_FOR_DELIVERY}

    def rank(track: Track) -> int:
        return -1 if track.milestone is None else order.index(same.get(track.milestone, track.milestone))

    before = follow(Track(), first)
    assert rank(follow(before, second)) >= rank(before)


def test_names_within_scans_do_not_show() -> None:
    assert "王" not in repr(fact(1, M.DELIVERED, "王某签收"))


READERS: list[tuple[Callable[[bytes], object], str]] = [
    (chinese_tracking.read_kuaidi100, "carriers/kuaidi100/query_shentong_signed.json"),
    (tracking_feeds.read_ups, "carriers/tracking/ups_tracking_response.json"),
    (tracking_feeds.read_fedex, "carriers/tracking/fedex_tracking_response.json"),
    (tracking_feeds.read_dhl, "carriers/tracking/dhl_parcel_de_tracking_response.json"),
    (tracking_feeds.read_mydhl, "carriers/tracking/mydhl_tracking_response.json"),
]


@pytest.mark.parametrize(("read", "name"), READERS, ids=[name.rpartition("/")[2] for _, name in READERS])
def test_mutants_of_real_answers_meet_only_typed_errors(read: Callable[[bytes], object], name: str) -> None:
    assert fuzz(read, [name], 300) == 300


def test_mutants_of_a_tracker_meet_only_typed_errors() -> None:
    assert fuzz(tracking_feeds.read_easypost, [easypost(), easypost("tracker_retrieve")], 300) == 300


@pytest.mark.long
@pytest.mark.parametrize(("read", "name"), READERS, ids=[name.rpartition("/")[2] for _, name in READERS])
def test_a_hundred_thousand_mutants_meet_only_typed_errors(read: Callable[[bytes], object], name: str) -> None:
    assert fuzz(read, [name], 100_000) == 100_000
