"""What a channel promises of the abilities that it may have beside reading orders; part of the channels' kit."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta

import pytest
from attrs import evolve
from hypothesis import given

from omskit.channels import (
    DOCUMENTS,
    CancelAnswer,
    Channel,
    News,
    RefundAnswer,
    RefundRequest,
    Request,
    SentLine,
    ShipmentNotice,
    StatementLine,
    StockUpdate,
    Webhook,
)
from omskit.core import MAX_AMOUNT_MINOR, SCALES, PayloadError, Refusal
from omskit.testing.damage import Damage, damaged, damages
from omskit.testing.unknown import fuzz, must_survive, outcome

Document = RefundRequest | StatementLine | News
#: A webhook that the channel sent, the secret that it is signed with, and an instant at which it is fresh.
Signed = tuple[Webhook, str, datetime]

_AT = datetime(2026, 1, 1, tzinfo=UTC)
_READ: Mapping[str, type[Document]] = {
    "read_refunds": RefundRequest,
    "read_settlement": StatementLine,
    "read_news": News,
}
_WORDS: Mapping[str, tuple[object, ...]] = {
    "write_shipment": (ShipmentNotice("shop", "1001", "WB-1", "Kranich", (SentLine("11", "MUG", 2),)), _AT),
    "write_stock": ([StockUpdate("21", 5, "31", "41"), StockUpdate("22", 0, "31", "42")],),
    "write_refund_answer": (RefundAnswer("51", "1001", True, 990, "EUR", "ok", "1"),),
    "write_cancel_answer": (CancelAnswer("1001", True, "customer", _AT),),
}
#: Writers of what must not happen twice.
_ONCE = ("write_shipment", "write_refund_answer", "write_cancel_answer")


def _readers(
    channel: Channel, samples: Mapping[str, bytes]
) -> Iterator[tuple[str, Callable[[bytes], Iterable[object]], bytes]]:
    for ability in sorted(channel.abilities & _READ.keys() & samples.keys()):
        yield ability, getattr(channel, ability), samples[ability]


def _said(channel: Channel, samples: Mapping[str, bytes], suffered: tuple[Damage, ...]) -> Iterator[Document]:
    kinds = tuple(_READ.values())
    for _, read, payload in _readers(channel, samples):
        for said in (payload, damaged(payload, suffered)):
            yield from (one for one in outcome(read, said) if isinstance(one, kinds))


def _amounts(one: Document) -> Iterator[object]:
    if isinstance(one, RefundRequest):
        yield from (one.amount_minor, *(line.amount_minor for line in one.lines))
    elif isinstance(one, StatementLine):
        yield from (one.amount_minor, one.fee_minor)


class AbilityKit:
    """What a channel promises of what it may be able to do.

    * ``samples``: bytes for each further ability to read, by its name, as in ``{"read_refunds": ...}``.
    * ``signed``: for a channel that proves webhooks, one that it sent, its secret, and an instant.
    * ``told``: what an ability to write is called with, by its name, where the kit's own words do not suit.
    * ``ages``: whether webhooks say when they were sent.
    """

    @pytest.fixture
    def samples(self) -> Mapping[str, bytes]:
        """Return payloads by ability."""
        return {}

    @pytest.fixture
    def signed(self) -> Signed | None:
        """Return a webhook with its secret and an instant."""
        return None

    @pytest.fixture
    def told(self) -> Mapping[str, tuple[object, ...]]:
        """Return what writers are called with, where the kit's own words do not suit."""
        return {}

    def test_every_ability_to_read_has_a_sample_that_it_reads(
        self, channel: Channel, samples: Mapping[str, bytes]
    ) -> None:
        assert sorted(channel.abilities & _READ.keys()) == sorted(samples), "a sample for each ability to read"
        for ability, read, payload in _readers(channel, samples):
            out = list(read(payload))
            assert out, f"{ability} reads nothing of its sample"
            assert [one for one in out if isinstance(one, Refusal)] == []

    @fuzz
    @given(suffered=damages())
    def test_abilities_to_read_give_their_documents_and_refusals(
        self, channel: Channel, samples: Mapping[str, bytes], suffered: tuple[Damage, ...]
    ) -> None:
        for ability, read, payload in _readers(channel, samples):
            for said in (payload, damaged(payload, suffered)):
                assert {type(one) for one in outcome(read, said)} <= {_READ[ability], Refusal}

    @fuzz
    @given(suffered=damages())
    def test_abilities_to_read_raise_nothing_but_payload_errors(
        self, channel: Channel, samples: Mapping[str, bytes], suffered: tuple[Damage, ...]
    ) -> None:
        for _, read, payload in _readers(channel, samples):
            must_survive(read, payload, suffered)

    @fuzz
    @given(suffered=damages())
    def test_amounts_of_refunds_and_statements_are_ints_of_a_known_currency(
        self, channel: Channel, samples: Mapping[str, bytes], suffered: tuple[Damage, ...]
    ) -> None:
        for one in _said(channel, samples, suffered):
            assert [at for at in _amounts(one) if type(at) is not int or abs(at) > MAX_AMOUNT_MINOR] == []
            assert isinstance(one, News) or one.currency in SCALES

    @fuzz
    @given(suffered=damages())
    def test_other_documents_have_an_id_and_an_instant_and_can_be_stored(
        self, channel: Channel, samples: Mapping[str, bytes], suffered: tuple[Damage, ...]
    ) -> None:
        for one in _said(channel, samples, suffered):
            assert one.external_id, f"no id in {one}"
            assert one.at.utcoffset() is not None, f"no time zone in {one}"
            assert DOCUMENTS.load(DOCUMENTS.tag_of(one), DOCUMENTS.dump(one)) == one

    def test_a_webhook_of_the_channel_is_proven(self, channel: Channel, signed: Signed | None) -> None:
        webhook, secret, at = _signed(channel, signed)
        channel.verify(webhook, secret, at)

    def test_a_webhook_with_another_body_or_secret_is_refused(
        self, channel: Channel, signed: Signed | None
    ) -> None:
        webhook, secret, at = _signed(channel, signed)
        for body, key in ((webhook.body + b" ", secret), (webhook.body, secret + "x"), (b"", secret)):
            with pytest.raises(PayloadError):
                channel.verify(evolve(webhook, body=body), key, at)

    def test_a_webhook_without_its_headers_is_refused(self, channel: Channel, signed: Signed | None) -> None:
        webhook, secret, at = _signed(channel, signed)
        with pytest.raises(PayloadError):
            channel.verify(evolve(webhook, headers={}, path=""), secret, at)

    def test_a_webhook_that_says_when_it_was_sent_gets_too_old(
        self, channel: Channel, signed: Signed | None, ages: bool  # noqa: FBT001
    ) -> None:
        webhook, secret, at = _signed(channel, signed)
        if not ages:
            pytest.skip("its webhooks do not say when they were sent")
        for later in (timedelta(days=1), timedelta(days=-1)):
            with pytest.raises(PayloadError):
                channel.verify(webhook, secret, at + later)

    @pytest.fixture
    def ages(self) -> bool:
        """Return whether the channel's webhooks say when they were sent."""
        return False

    def test_writers_give_requests(self, channel: Channel, told: Mapping[str, tuple[object, ...]]) -> None:
        for ability in sorted(channel.abilities & _WORDS.keys()):
            requests = getattr(channel, ability)(*{**_WORDS, **told}[ability])
            assert requests, f"{ability} says nothing"
            assert {type(one) for one in requests} == {Request}, ability

    def test_the_same_words_make_the_same_requests(
        self, channel: Channel, told: Mapping[str, tuple[object, ...]]
    ) -> None:
        for ability in sorted(channel.abilities & _WORDS.keys()):
            write = getattr(channel, ability)
            assert write(*{**_WORDS, **told}[ability]) == write(*{**_WORDS, **told}[ability]), ability

    def test_what_must_not_happen_twice_has_a_key_of_its_own(
        self, channel: Channel, told: Mapping[str, tuple[object, ...]]
    ) -> None:
        keys = [
            (ability, request.key)
            for ability in sorted(channel.abilities & set(_ONCE))
            for request in getattr(channel, ability)(*{**_WORDS, **told}[ability])
        ]
        assert all(key for _, key in keys), f"a request without a key: {keys}"
        assert len({key for _, key in keys}) == len(keys), f"two requests share a key: {keys}"


def _signed(channel: Channel, signed: Signed | None) -> Signed:
    if "verify" not in channel.abilities:
        pytest.skip("the channel proves no webhooks")
    assert signed is not None, "give the fixture 'signed': the channel proves webhooks"
    return signed
