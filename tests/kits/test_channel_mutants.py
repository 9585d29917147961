"""Broken channels, each caught by the test of the kit that names its promise, and by no other."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

import pytest
import web_shop
from attrs import evolve
from mutants import broken_promises, promises

from omskit.channels import Channel, ChannelOrder, Fields, Reversal, parse_json, read_each
from omskit.core import PayloadError, Refusal
from omskit.testing import ChannelKit
from omskit.testing.abilities import AbilityKit
from omskit.testing.unknown import with_unknown_fields

Document = ChannelOrder | Reversal
Read = Callable[[bytes], Iterable[Document | Refusal]]


def said(id_: str, **more: object) -> dict[str, object]:
    lines = [{"sku": "MUG", "quantity": 2, "price": "19.80"}, {"sku": "CUP", "quantity": 1, "price": "9.00"}]
    shared = {"at": "2026-03-02T08:15:00+01:00", "ship_to": {"country": "DE"}, "lines": lines}
    return {"id": id_, "customer": f"c-{id_}", **shared, **more}


FIRST, BAD, LAST = said("A-1"), said("A-9", ship_to="home"), said("A-2")
BACK = {"id": "R-1", "refund_of": "A-1", "at": "2026-03-05T08:15:00Z", "lines": [{"sku": "MUG", "quantity": 1}]}


OTHER: Mapping[str, object] = {"samples": {}, "signed": None, "ages": False, "told": {}}


def fixtures(make: Callable[[], Read]) -> Mapping[str, object]:
    sample = [FIRST, BACK, LAST]
    return {
        "channel": Channel("shop", make()),
        "payload": json.dumps(sample).encode(),
        "broken": json.dumps([FIRST, BAD, BACK, LAST]).encode(),
        "extended": json.dumps(with_unknown_fields(sample)).encode(),
        "single": False,
        **OTHER,
    }


def reading(read: Callable[[Fields], Document]) -> Callable[[], Read]:
    """Return the maker of a reader that reads documents one by one."""
    return lambda: lambda payload: read_each(parse_json(payload), "$", "id", read)


def orders_with(**changes: Any) -> Callable[[], Read]:
    """Return the maker of a reader that says something else in every order."""

    def read(fields: Fields) -> Document:
        document = web_shop.read_document(fields)
        return evolve(document, **changes) if isinstance(document, ChannelOrder) else document

    return reading(read)


def lines_with(**changes: Callable[[Any], Any]) -> Callable[[], Read]:
    """Return the maker of a reader that says something else in every line of every order."""

    def read(fields: Fields) -> Document:
        document = web_shop.read_document(fields)
        if isinstance(document, Reversal):
            return document
        lines = [evolve(one, **{name: change(one) for name, change in changes.items()}) for one in document.lines]
        return evolve(document, lines=tuple(lines))

    return reading(read)


def yields_nothing_for_what_it_does_not_care_about() -> Read:
    def read(payload: bytes) -> Iterator[Any]:
        yield from web_shop.read(payload)
        yield None

    return read


def lets_the_errors_of_its_parser_out() -> Read:
    def read(payload: bytes) -> Iterator[Document | Refusal]:
        json.loads(payload)
        yield from web_shop.read(payload)

    return read


def gives_up_at_the_first_bad_document() -> Read:
    def read(payload: bytes) -> Iterator[Document | Refusal]:
        for one in web_shop.read(payload):
            if isinstance(one, Refusal):
                raise PayloadError(one.code, one.message)
            yield one

    return read


def passes_over_bad_documents_in_silence() -> Read:
    return lambda payload: (one for one in web_shop.read(payload) if not isinstance(one, Refusal))


def trusts_no_one_after_a_bad_document() -> Read:
    bad: list[Refusal] = []

    def read(payload: bytes) -> Iterator[Document | Refusal]:
        if bad:
            raise PayloadError("bad_json", "there was something wrong before")
        for one in web_shop.read(payload):
            if isinstance(one, Refusal):
                bad.append(one)
            yield one

    return read


def _strict(fields: Fields) -> Document:
    known = {"id", "at", "customer", "note", "ship_to", "lines", "refund_of"}
    if unknown := set(fields.values) - known:
        raise PayloadError("bad_text", f"unknown fields {sorted(unknown)}", path=fields.path)
    return web_shop.read_document(fields)


def _naive(fields: Fields) -> Document:
    document = web_shop.read_document(fields)
    return evolve(document, at=document.at.replace(tzinfo=None)) if isinstance(document, Reversal) else document


def names_no_subject_of_a_refusal() -> Read:
    def read(payload: bytes) -> Iterator[Document | Refusal]:
        for one in web_shop.read(payload):
            yield evolve(one, subject="") if isinstance(one, Refusal) else one

    return read


MUTANTS: Mapping[str, tuple[Callable[[], Read], str]] = {
    "yields None": (
        yields_nothing_for_what_it_does_not_care_about,
        "test_nothing_but_orders_reversals_and_refusals_comes_out",
    ),
    "lets parser errors out": (
        lets_the_errors_of_its_parser_out,
        "test_damaged_payloads_raise_nothing_but_payload_errors",
    ),
    "gives up at a bad document": (
        gives_up_at_the_first_bad_document,
        "test_one_bad_document_never_stops_its_batch",
    ),
    "passes over bad documents": (
        passes_over_bad_documents_in_silence,
        "test_one_bad_document_never_stops_its_batch",
    ),
    "remembers between payloads": (
        trusts_no_one_after_a_bad_document,
        "test_the_same_bytes_give_the_same_documents_whatever_was_read_before",
    ),
    "refuses unknown fields": (reading(_strict), "test_unknown_fields_change_nothing"),
    "money as float": (
        lines_with(list_minor=lambda line: line.list_minor * 1.0),
        "test_amounts_are_ints_of_minor_units_of_a_known_currency",
    ),
    "currency as a symbol": (
        orders_with(currency="€"),
        "test_amounts_are_ints_of_minor_units_of_a_known_currency",
    ),
    "quantities as float": (
        lines_with(quantity=lambda line: line.quantity * 1.0),
        "test_quantities_are_whole_numbers",
    ),
    "instants without a zone": (reading(_naive), "test_instants_have_a_time_zone"),
    "one id for all lines": (
        lines_with(external_id=lambda _: "1"),
        "test_external_ids_are_there_and_come_once",
    ),
    "a title that is no text": (
        lines_with(title=lambda _: None),
        "test_a_document_is_the_same_after_it_was_stored",
    ),
    "a grade that no order has": (
        orders_with(grade=99),
        "test_an_order_can_be_placed_or_is_refused_with_a_reason",
    ),
    "refusals without a subject": (
        names_no_subject_of_a_refusal,
        "test_a_refusal_names_its_subject_and_has_a_code",
    ),
}


def test_a_sound_channel_breaks_no_promise() -> None:
    assert broken_promises(ChannelKit, lambda: fixtures(lambda: web_shop.read)) == set()


@pytest.mark.parametrize("name", MUTANTS)
def test_a_broken_channel_is_caught_by_the_promise_it_breaks(name: str) -> None:
    make, promise = MUTANTS[name]
    assert broken_promises(ChannelKit, lambda: fixtures(make)) == {promise}


def test_every_promise_of_the_kit_has_a_mutant() -> None:
    caught = {promise for _, promise in MUTANTS.values()}
    own = set(promises(ChannelKit)) - set(promises(AbilityKit))
    assert own - caught == {"test_the_sample_is_read_without_a_refusal"}
