"""Broken formats of warehouses, each caught by the promise that it breaks, and by no other."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from itertools import count
from typing import Any

import pytest
from attrs import evolve
from mutants import broken_promises, promises

from omskit.adapters.warehouses import CancelWork, Confirmed, DeliveryWork, DoneLine, Fact, Work
from omskit.channels import Fields, Request, json_request, parse_json, read_each
from omskit.core import PayloadError, Refusal
from omskit.testing import WarehouseKit
from omskit.testing.unknown import with_unknown_fields
from omskit.testing.warehouses import ReadFacts, WriteWork

SAMPLE = [
    {"report": "C1", "work": "FO-1", "at": "2026-03-02T09:00:00Z", "lines": [{"sku": "MUG", "count": 2}]},
    {"report": "C2", "work": "FO-2", "at": "2026-03-02T10:00:00Z", "lines": [{"sku": "CUP", "count": 1}]},
]


def confirmed(said: Fields) -> Confirmed:
    lines = tuple(DoneLine(line.text("sku"), line.count("count")) for line in said.each("lines"))
    return Confirmed("delivery", said.key("work"), said.key("report"), True, lines, at=said.instant("at"))


def read(payload: bytes) -> Iterator[Fact | Refusal]:
    yield from read_each(parse_json(payload), "$", "work", confirmed)


def write(work: Work) -> Request:
    assert isinstance(work, DeliveryWork | CancelWork)
    if isinstance(work, CancelWork):
        return json_request("POST", "/cancel", {"code": work.code}, f"cancel/{work.code}")
    return json_request("POST", "/work", {"code": work.code, "to": work.receiver.name}, f"work/{work.code}")


def reading(change: Callable[[Confirmed], Any]) -> ReadFacts:
    def changed(payload: bytes) -> Iterator[Any]:
        yield from (change(one) if isinstance(one, Confirmed) else one for one in read(payload))

    return changed


def lines_with(**changes: Any) -> ReadFacts:
    def change(one: Confirmed) -> Confirmed:
        return evolve(one, lines=tuple(evolve(line, **changes) for line in one.lines))

    return reading(change)


def confirms_nothing(payload: bytes) -> Iterator[Fact | Refusal]:
    yield from (evolve(one, lines=()) if isinstance(one, Confirmed) else one for one in read(payload))


def lets_errors_out(payload: bytes) -> Iterator[Fact | Refusal]:
    json.loads(payload)
    yield from read(payload)


def yields_none(payload: bytes) -> Iterator[Any]:
    yield from read(payload)
    yield None


def counting() -> ReadFacts:
    numbers = count()
    return reading(lambda one: evolve(one, key=f"{one.key}/{next(numbers)}"))


def strict(payload: bytes) -> Iterator[Fact | Refusal]:
    for said in Fields({"all": parse_json(payload)}).each("all"):
        if set(said.values) - {"report", "work", "at", "lines"}:
            raise PayloadError("bad_text", "unknown fields", path=said.path)
    yield from read(payload)


def counts_its_requests() -> WriteWork:
    numbers = count()
    return lambda work: evolve(write(work), body=str(next(numbers)).encode())


def shows_the_receiver(work: Work) -> Request:
    request = write(work)
    if not isinstance(work, DeliveryWork):
        return request
    return evolve(request, key=f"{request.key}/{work.receiver.name}")


def fixtures(reader: ReadFacts = read, writer: WriteWork = write) -> Mapping[str, object]:
    return {
        "read": reader,
        "write": writer,
        "report": json.dumps(SAMPLE).encode(),
        "extended": json.dumps(with_unknown_fields(SAMPLE)).encode(),
    }


MUTANTS: Mapping[str, tuple[Callable[[], Mapping[str, object]], str]] = {
    "confirms nothing": (lambda: fixtures(confirms_nothing), "test_the_sample_confirms_work"),
    "yields None": (lambda: fixtures(yields_none), "test_nothing_but_facts_and_refusals_comes_out"),
    "lets errors out": (
        lambda: fixtures(lets_errors_out),
        "test_damaged_reports_raise_nothing_but_payload_errors",
    ),
    "counts its reports": (
        lambda: {**fixtures(counting()), "extended": fixtures()["report"]},
        "test_the_same_bytes_give_the_same_facts_whatever_was_read_before",
    ),
    "refuses unknown fields": (lambda: fixtures(strict), "test_unknown_fields_change_nothing"),
    "quantities as float": (
        lambda: fixtures(lines_with(quantity=2.0)),
        "test_quantities_are_ints_and_what_was_done_is_never_negative",
    ),
    "fewer than none": (
        lambda: fixtures(lines_with(quantity=-2)),
        "test_quantities_are_ints_and_what_was_done_is_never_negative",
    ),
    "no key of the report": (
        lambda: fixtures(reading(lambda one: evolve(one, key=""))),
        "test_a_confirmation_names_its_work_and_itself",
    ),
    "no time zone": (
        lambda: fixtures(reading(lambda one: evolve(one, at=datetime(2026, 3, 2)))),  # noqa: DTZ001 - the mutant
        "test_instants_have_a_time_zone",
    ),
    "counts its requests": (
        lambda: fixtures(writer=counts_its_requests()),
        "test_work_is_written_the_same_each_time",
    ),
    "one key for work and its end": (
        lambda: fixtures(writer=lambda work: evolve(write(work), key=getattr(work, "code", ""))),
        "test_each_piece_of_work_has_a_key_of_its_own",
    ),
    "shows the receiver": (
        lambda: fixtures(writer=shows_the_receiver),
        "test_what_is_shown_of_a_request_does_not_name_the_receiver",
    ),
}
#: What a mutant cannot help breaking beside the promise that it is about.
BESIDE = {"counts its reports": {"test_unknown_fields_change_nothing"}}


def test_a_sound_format_breaks_no_promise() -> None:
    assert broken_promises(WarehouseKit, fixtures) == set()


@pytest.mark.parametrize("name", MUTANTS)
def test_a_broken_format_is_caught_by_the_promise_it_breaks(name: str) -> None:
    make, promise = MUTANTS[name]
    assert broken_promises(WarehouseKit, make) - BESIDE.get(name, set()) == {promise}


def test_every_promise_of_the_kit_has_a_mutant() -> None:
    assert set(promises(WarehouseKit)) == {promise for _, promise in MUTANTS.values()}


def test_instants_of_the_sample_are_read() -> None:
    (first, _) = read(json.dumps(SAMPLE).encode())
    assert isinstance(first, Confirmed)
    assert first.at == datetime(2026, 3, 2, 9, tzinfo=UTC)
