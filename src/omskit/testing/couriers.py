"""The kit for authors of couriers' formats: subclass it, say what a courier tells of a parcel, run it.

One promise a test; the promises are those of ``docs/reference/contracts.md``.

::

    class TestMyCourier(CourierKit):
        @pytest.fixture
        def read(self):
            return my_courier.read_tracking

        @pytest.fixture
        def payload(self):
            return Path("delivered.json").read_bytes()
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

import pytest
from hypothesis import given

from omskit.adapters.couriers import Milestone, Track, TrackingFact, follow
from omskit.core import Refusal
from omskit.testing.damage import Damage, damaged, damages
from omskit.testing.unknown import extended_json, fuzz, must_survive, outcome

ReadTracking = Callable[[bytes], Iterable[TrackingFact | Refusal]]


def _facts(read: ReadTracking, payload: bytes) -> list[TrackingFact]:
    return [one for one in outcome(read, payload) if isinstance(one, TrackingFact)]


class CourierKit:
    """What every reader of tracking promises. Subclass it and give the fixtures.

    * ``read``: reads a courier's answer or push into facts.
    * ``payload``: what the courier says of a parcel that was delivered, in two scans or more.
    * ``extended``: the same with fields that the reader does not know; made from it where it is JSON.
    """

    @pytest.fixture
    def extended(self, payload: bytes) -> bytes:
        """Return the payload with unknown fields."""
        return extended_json(payload)

    def test_the_sample_tells_of_a_delivery(self, read: ReadTracking, payload: bytes) -> None:
        out = list(read(payload))
        assert len(out) >= 2, f"the sample needs two scans or more; there are {len(out)}"
        assert [one for one in out if isinstance(one, Refusal)] == []
        assert Milestone.DELIVERED in {one.milestone for one in _facts(read, payload)}

    @fuzz
    @given(suffered=damages())
    def test_nothing_but_facts_and_refusals_comes_out(
        self, read: ReadTracking, payload: bytes, suffered: tuple[Damage, ...]
    ) -> None:
        for said in (payload, damaged(payload, suffered)):
            assert {type(one) for one in outcome(read, said)} <= {TrackingFact, Refusal}

    @fuzz
    @given(suffered=damages())
    def test_damaged_payloads_raise_nothing_but_payload_errors(
        self, read: ReadTracking, payload: bytes, suffered: tuple[Damage, ...]
    ) -> None:
        must_survive(read, payload, suffered)

    def test_the_same_bytes_give_the_same_facts_whatever_was_read_before(
        self, read: ReadTracking, payload: bytes
    ) -> None:
        first = _facts(read, payload)
        outcome(read, payload[: len(payload) // 2])
        assert _facts(read, payload) == first

    def test_unknown_fields_change_nothing(self, read: ReadTracking, payload: bytes, extended: bytes) -> None:
        assert extended != payload
        assert _facts(read, extended) == _facts(read, payload)

    @fuzz
    @given(suffered=damages())
    def test_every_fact_names_its_parcel(
        self, read: ReadTracking, payload: bytes, suffered: tuple[Damage, ...]
    ) -> None:
        for said in (payload, damaged(payload, suffered)):
            assert [one for one in _facts(read, said) if not one.waybill] == []

    @fuzz
    @given(suffered=damages())
    def test_instants_have_a_time_zone(
        self, read: ReadTracking, payload: bytes, suffered: tuple[Damage, ...]
    ) -> None:
        for said in (payload, damaged(payload, suffered)):
            assert [one for one in _facts(read, said) if one.at.utcoffset() is None] == []

    @fuzz
    @given(suffered=damages())
    def test_milestones_are_of_the_one_vocabulary(
        self, read: ReadTracking, payload: bytes, suffered: tuple[Damage, ...]
    ) -> None:
        for said in (payload, damaged(payload, suffered)):
            assert {type(one.milestone) for one in _facts(read, said)} <= {Milestone}

    def test_the_whole_track_comes_out_and_ends_where_the_parcel_is(
        self, read: ReadTracking, payload: bytes
    ) -> None:
        facts = _facts(read, payload)
        assert len(facts) == len(set(facts)), "a scan came out twice"
        assert follow(Track(), facts).milestone is Milestone.DELIVERED

    def test_what_is_shown_of_a_fact_does_not_hold_the_courier_s_words(
        self, read: ReadTracking, payload: bytes
    ) -> None:
        told = [one for one in _facts(read, payload) if " " in one.text]  # single words may be a milestone's name
        assert [one for one in told if one.text in repr(one)] == []
