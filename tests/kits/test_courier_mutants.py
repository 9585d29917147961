"""Broken readers of tracking, each caught by the promise that it breaks, and by no other."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from itertools import count
from typing import Any

import pytest
from attrs import evolve
from mutants import broken_promises, promises

from omskit.adapters.couriers import Milestone, TrackingFact
from omskit.channels import Fields, parse_json, read_each
from omskit.core import PayloadError, Refusal
from omskit.testing import CourierKit
from omskit.testing.couriers import ReadTracking
from omskit.testing.unknown import with_unknown_fields

SAMPLE = [
    {"waybill": "W1", "at": "2026-03-02T09:00:00Z", "code": "PU", "text": "taken over"},
    {"waybill": "W1", "at": "2026-03-03T09:00:00Z", "code": "OK", "text": "delivered to Ann"},
]
CODES = {"PU": Milestone.PICKED_UP, "OK": Milestone.DELIVERED}


def scan(said: Fields) -> TrackingFact:
    code = said.text("code")
    milestone = CODES.get(code, Milestone.NOTED)
    return TrackingFact(said.key("waybill"), said.instant("at"), milestone, said.prose("text"), code=code)


def read(payload: bytes) -> Iterator[TrackingFact | Refusal]:
    yield from read_each(parse_json(payload), "$", "waybill", scan)


def reading(change: Callable[[TrackingFact], Any]) -> ReadTracking:
    def changed(payload: bytes) -> Iterator[Any]:
        yield from (one if isinstance(one, Refusal) else change(one) for one in read(payload))

    return changed


def yields_none(payload: bytes) -> Iterator[Any]:
    yield from read(payload)
    yield None


def lets_errors_out(payload: bytes) -> Iterator[TrackingFact | Refusal]:
    json.loads(payload)
    yield from read(payload)


def counting() -> ReadTracking:
    numbers = count()
    return reading(lambda one: evolve(one, place=str(next(numbers))))


def strict(payload: bytes) -> Iterator[TrackingFact | Refusal]:
    for said in Fields({"all": parse_json(payload)}).each("all"):
        if set(said.values) - {"waybill", "at", "code", "text"}:
            raise PayloadError("bad_text", "unknown fields", path=said.path)
    yield from read(payload)


def _as_text(one: TrackingFact) -> dict[str, Any]:
    return {"milestone": one.milestone.value}


def goes_back(payload: bytes) -> Iterator[TrackingFact | Refusal]:
    """End with a milestone that goes further than where the parcel is."""
    for one in read(payload):
        yield one
        if isinstance(one, TrackingFact) and one.milestone is Milestone.DELIVERED:
            yield evolve(one, milestone=Milestone.RETURNING, at=one.at + timedelta(hours=1))


def only_notes(payload: bytes) -> Iterator[TrackingFact | Refusal]:
    yield from (
        evolve(one, milestone=Milestone.NOTED) if isinstance(one, TrackingFact) else one for one in read(payload)
    )


def fixtures(reader: ReadTracking = read) -> Mapping[str, object]:
    return {
        "read": reader,
        "payload": json.dumps(SAMPLE).encode(),
        "extended": json.dumps(with_unknown_fields(SAMPLE)).encode(),
    }


MUTANTS: Mapping[str, tuple[Callable[[], ReadTracking], str]] = {
    "knows no milestones": (lambda: only_notes, "test_the_sample_tells_of_a_delivery"),
    "yields None": (lambda: yields_none, "test_nothing_but_facts_and_refusals_comes_out"),
    "lets errors out": (lambda: lets_errors_out, "test_damaged_payloads_raise_nothing_but_payload_errors"),
    "counts its scans": (counting, "test_the_same_bytes_give_the_same_facts_whatever_was_read_before"),
    "refuses unknown fields": (lambda: strict, "test_unknown_fields_change_nothing"),
    "no waybill": (lambda: reading(lambda one: evolve(one, waybill="")), "test_every_fact_names_its_parcel"),
    "no time zone": (
        lambda: reading(lambda one: evolve(one, at=datetime(2026, 3, 2))),  # noqa: DTZ001 - the mutant
        "test_instants_have_a_time_zone",
    ),
    "milestones as text": (
        lambda: reading(lambda one: evolve(one, **_as_text(one))),
        "test_milestones_are_of_the_one_vocabulary",
    ),
    "goes too far": (lambda: goes_back, "test_the_whole_track_comes_out_and_ends_where_the_parcel_is"),
    "shows what the courier said": (
        lambda: reading(lambda one: evolve(one, place=one.text)),
        "test_what_is_shown_of_a_fact_does_not_hold_the_courier_s_words",
    ),
}
#: What a mutant cannot help breaking beside the promise that it is about.
BESIDE = {
    "knows no milestones": {"test_the_whole_track_comes_out_and_ends_where_the_parcel_is"},
    "counts its scans": {"test_unknown_fields_change_nothing"},
    "milestones as text": {
        "test_the_sample_tells_of_a_delivery",
        "test_the_whole_track_comes_out_and_ends_where_the_parcel_is",
    },
}


def test_a_sound_reader_breaks_no_promise() -> None:
    assert broken_promises(CourierKit, fixtures) == set()


@pytest.mark.parametrize("name", MUTANTS)
def test_a_broken_reader_is_caught_by_the_promise_it_breaks(name: str) -> None:
    make, promise = MUTANTS[name]
    assert broken_promises(CourierKit, lambda: fixtures(make())) - BESIDE.get(name, set()) == {promise}


def test_every_promise_of_the_kit_has_a_mutant() -> None:
    assert set(promises(CourierKit)) == {promise for _, promise in MUTANTS.values()}
