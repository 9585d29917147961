"""The kit for authors of channels: subclass it, say what your channel sends, and run it with pytest.

One promise a test; the promises are those of ``docs/reference/contracts.md``.

::

    class TestMyShop(ChannelKit):
        @pytest.fixture
        def channel(self):
            return CHANNEL

        @pytest.fixture
        def payload(self):
            return Path("orders.json").read_bytes()

        @pytest.fixture
        def broken(self):
            return Path("orders_with_a_bad_one.json").read_bytes()
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime

import pytest
from attrs import evolve
from hypothesis import given

from omskit.channels import DOCUMENTS, Channel, ChannelOrder, Reversal, normalise
from omskit.core import MAX_AMOUNT_MINOR, SCALES, PayloadError, Refusal, Refused, UsageError
from omskit.orders import decide
from omskit.testing.abilities import AbilityKit
from omskit.testing.damage import Damage, damaged, damages
from omskit.testing.unknown import extended_json, fuzz, must_survive

Documents = list[ChannelOrder | Reversal]

_AT = datetime(2026, 1, 1, tzinfo=UTC)


def documents(channel: Channel, payload: bytes) -> Documents:
    """Return the orders and reversals of a payload; empty when its reader raises."""
    try:
        return [one for one in channel.read(payload) if isinstance(one, ChannelOrder | Reversal)]
    except Exception:  # noqa: BLE001 - what a reader may raise is the promise of one test, not of all
        return []


def orders(channel: Channel, payload: bytes) -> list[ChannelOrder]:
    """Return the orders of a payload; empty when its reader raises."""
    return [one for one in documents(channel, payload) if isinstance(one, ChannelOrder)]


def _amounts(one: ChannelOrder | Reversal) -> Iterator[object]:
    for line in one.lines:
        if isinstance(one, Reversal):
            yield line.amount_minor  # type: ignore[union-attr]
        else:
            yield from (line.list_minor, line.discount_minor, line.tax_minor)  # type: ignore[union-attr]


def _instants(one: ChannelOrder | Reversal) -> Iterator[datetime]:
    if isinstance(one, Reversal):
        yield one.at
    else:
        given_ones = (one.placed_at, one.paid_at, one.ship_by, one.arrive_by)
        yield from (instant for instant in given_ones if instant is not None)


class ChannelKit(AbilityKit):
    """What every channel promises. Subclass it and give the fixtures.

    * ``channel``: the channel under test.
    * ``payload``: bytes of at least two documents, all of which can be read; the more of the format they use,
      the more the kit sees.
    * ``broken``: the same payload with one more document among them that cannot be read.
    * ``single``: True for a format that holds one document a payload; then ``broken`` is a payload of its own.
    * ``extended``: the same payload with fields that the reader does not know. Where the payload is JSON it is
      made from it; others say it themselves.
    """

    @pytest.fixture
    def extended(self, payload: bytes) -> bytes:
        """Return the payload with unknown fields."""
        return extended_json(payload)

    @pytest.fixture
    def single(self) -> bool:
        """Return whether the format holds one document a payload."""
        return False

    def test_the_sample_is_read_without_a_refusal(
        self, channel: Channel, payload: bytes, single: bool  # noqa: FBT001
    ) -> None:
        out, least = documents(channel, payload), 1 if single else 2
        assert len(out) >= least, f"the sample needs {least} documents or more; there are {len(out)}"
        assert [one for one in channel.read(payload) if isinstance(one, Refusal)] == []

    @fuzz
    @given(suffered=damages())
    def test_nothing_but_orders_reversals_and_refusals_comes_out(
        self, channel: Channel, payload: bytes, broken: bytes, suffered: tuple[Damage, ...]
    ) -> None:
        for said in (payload, broken, damaged(payload, suffered)):
            out: list[object] = []
            with suppress(Exception):  # the promise of the next test
                out += channel.read(said)
            assert {type(one) for one in out} <= {ChannelOrder, Reversal, Refusal}

    @fuzz
    @given(suffered=damages())
    def test_damaged_payloads_raise_nothing_but_payload_errors(
        self, channel: Channel, payload: bytes, suffered: tuple[Damage, ...]
    ) -> None:
        must_survive(channel.read, payload, suffered)

    def test_one_bad_document_never_stops_its_batch(
        self,
        channel: Channel,
        payload: bytes,
        broken: bytes,
        single: bool,  # noqa: FBT001
    ) -> None:
        if single:
            assert documents(channel, broken) == [], "a broken payload says nothing"
            return
        sound = [one.external_id for one in documents(channel, payload)]
        out = list(channel.read(broken))
        refused = [one for one in out if isinstance(one, Refusal)]
        assert len(refused) == 1, f"one document is broken; {len(refused)} were refused"
        assert [one.external_id for one in out if isinstance(one, ChannelOrder | Reversal)] == sound

    def test_the_same_bytes_give_the_same_documents_whatever_was_read_before(
        self, channel: Channel, payload: bytes, broken: bytes
    ) -> None:
        first = [DOCUMENTS.dump(one) for one in documents(channel, payload)]
        documents(channel, broken)
        documents(channel, payload[: len(payload) // 2])
        assert [DOCUMENTS.dump(one) for one in documents(channel, payload)] == first

    def test_unknown_fields_change_nothing(self, channel: Channel, payload: bytes, extended: bytes) -> None:
        assert extended != payload
        said = [_plain(one) for one in documents(channel, payload)]
        assert [_plain(one) for one in documents(channel, extended)] == said

    @fuzz
    @given(suffered=damages())
    def test_amounts_are_ints_of_minor_units_of_a_known_currency(
        self, channel: Channel, payload: bytes, suffered: tuple[Damage, ...]
    ) -> None:
        for said in (payload, damaged(payload, suffered)):
            for one in documents(channel, said):
                for amount in _amounts(one):
                    assert type(amount) is int, f"{amount!r} in {one}"
                    assert abs(amount) <= MAX_AMOUNT_MINOR, f"{amount} in {one}"
                if isinstance(one, ChannelOrder):
                    assert one.currency in SCALES

    @fuzz
    @given(suffered=damages())
    def test_quantities_are_whole_numbers(
        self, channel: Channel, payload: bytes, suffered: tuple[Damage, ...]
    ) -> None:
        for said in (payload, damaged(payload, suffered)):
            for one in documents(channel, said):
                assert [line for line in one.lines if type(line.quantity) is not int] == []

    @fuzz
    @given(suffered=damages())
    def test_instants_have_a_time_zone(
        self, channel: Channel, payload: bytes, suffered: tuple[Damage, ...]
    ) -> None:
        for said in (payload, damaged(payload, suffered)):
            for one in documents(channel, said):
                assert [instant for instant in _instants(one) if instant.utcoffset() is None] == []

    @fuzz
    @given(suffered=damages())
    def test_external_ids_are_there_and_come_once(
        self, channel: Channel, payload: bytes, suffered: tuple[Damage, ...]
    ) -> None:
        assert all(one.external_id for one in documents(channel, damaged(payload, suffered)))
        names = [(type(one), one.external_id) for one in documents(channel, payload)]
        assert len(set(names)) == len(names), f"two documents share an id: {names}"
        for order in orders(channel, payload):
            lines = [line.external_id for line in order.lines if line.external_id]
            assert len(set(lines)) == len(lines), f"two lines of {order.external_id} share an id: {lines}"

    @fuzz
    @given(suffered=damages())
    def test_a_document_is_the_same_after_it_was_stored(
        self, channel: Channel, payload: bytes, suffered: tuple[Damage, ...]
    ) -> None:
        for one in documents(channel, payload):
            assert DOCUMENTS.load(DOCUMENTS.tag_of(one), DOCUMENTS.dump(one)) == one
        for one in documents(channel, damaged(payload, suffered)):
            assert DOCUMENTS.dump(one).encode(), "a document is kept as UTF-8"

    @fuzz
    @given(suffered=damages())
    def test_an_order_can_be_placed_or_is_refused_with_a_reason(
        self, channel: Channel, payload: bytes, suffered: tuple[Damage, ...]
    ) -> None:
        for one in orders(channel, payload):
            _place(channel, one)
        for one in orders(channel, damaged(payload, suffered)):
            _place(channel, one)

    def test_a_refusal_names_its_subject_and_has_a_code(self, channel: Channel, broken: bytes) -> None:
        try:
            refused = [one for one in channel.read(broken) if isinstance(one, Refusal)]
        except PayloadError:
            refused = []
        assert [one for one in refused if not (one.subject and one.code)] == []


def _plain(one: ChannelOrder | Reversal) -> ChannelOrder | Reversal:
    """Return a document without what an adapter has no word for: there unknown fields may stand."""
    if isinstance(one, Reversal):
        return one
    return evolve(one, extra=(), lines=tuple(evolve(line, extra=()) for line in one.lines))


def _place(channel: Channel, document: ChannelOrder) -> None:
    """Place an order as the engine would, but for terms that other promises are about."""
    try:
        decide(None, normalise(channel, document, key=1, at=_AT), at=_AT)
    except Refused:
        pass
    except UsageError as error:
        elsewhere = {"amount_out_of_range", "naive_datetime", "not_minor_units", "unknown_currency"}
        if error.code not in elsewhere:
            raise
