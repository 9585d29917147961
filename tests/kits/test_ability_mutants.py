"""Channels whose further abilities are broken, each caught by the promise that it breaks, and by no other."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from itertools import count
from typing import Any

import pytest
from attrs import evolve
from mutants import broken_promises, promises

from omskit.channels import (
    Channel,
    Fields,
    News,
    RefundAnswer,
    RefundRequest,
    Request,
    ShipmentNotice,
    StatementLine,
    Webhook,
    hmac_of,
    json_request,
    must_be_fresh,
    must_match,
    parse_json,
    read_each,
)
from omskit.core import PayloadError, Refusal
from omskit.testing.abilities import AbilityKit

AT = datetime(2026, 3, 2, 9, tzinfo=UTC)
BODY, SECRET = b'{"id":1}', "a secret"


def refund(said: Fields) -> RefundRequest:
    amount = said.amount("amount", "EUR")
    return RefundRequest(said.key("id"), said.instant("at"), said.key("order"), "EUR", amount)


def refunds(payload: bytes) -> Iterator[RefundRequest | Refusal]:
    yield from read_each(parse_json(payload), "$", "id", refund)


def statement(payload: bytes) -> Iterator[StatementLine | Refusal]:
    for said in read_each(parse_json(payload), "$", "id", refund):
        if isinstance(said, Refusal):
            yield said
        else:
            yield StatementLine(said.external_id, said.at, said.currency, said.amount_minor, "sale")


def news(payload: bytes) -> Iterator[News | Refusal]:
    for said in read_each(parse_json(payload), "$", "id", refund):
        yield said if isinstance(said, Refusal) else News(said.order, said.at, "paid", id=said.external_id)


def verify(webhook: Webhook, secret: str, at: datetime) -> None:
    must_match(webhook.header("signature"), hmac_of(secret, webhook.body).hex(), "signature")
    must_be_fresh(datetime.fromisoformat(webhook.header("sent")), at)


def shipment(notice: ShipmentNotice, _: datetime) -> tuple[Request, ...]:
    return (json_request("POST", "/ship", {"waybill": notice.waybill}, f"ship/{notice.waybill}"),)


def answer(said: RefundAnswer) -> tuple[Request, ...]:
    return (json_request("POST", "/refund", {"id": said.refund}, f"refund/{said.refund}"),)


SOUND = Channel(
    "shop",
    read_refunds=refunds,
    read_settlement=statement,
    read_news=news,
    verify=verify,
    write_shipment=shipment,
    write_refund_answer=answer,
)


def fixtures(channel: Channel) -> Mapping[str, object]:
    sample = (
        b'[{"id":"R1","at":"2026-03-02T09:00:00Z","order":"A1","amount":"9.90"},'
        b'{"id":"R2","at":"2026-03-02T10:00:00Z","order":"A2","amount":"1.00"}]'
    )
    headers = {"signature": hmac.new(SECRET.encode(), BODY, hashlib.sha256).hexdigest(), "sent": AT.isoformat()}
    return {
        "channel": channel,
        "samples": {"read_refunds": sample, "read_settlement": sample, "read_news": sample},
        "signed": (Webhook(headers, BODY), SECRET, AT),
        "ages": True,
        "told": {},
    }


def saying(**changes: Any) -> Channel:
    """Return a channel whose refunds say something else."""

    def read(payload: bytes) -> Iterator[RefundRequest | Refusal]:
        for one in refunds(payload):
            yield one if isinstance(one, Refusal) else evolve(one, **changes)

    return evolve(SOUND, read_refunds=read)


def passes_over_all(_: bytes) -> Iterator[RefundRequest | Refusal]:
    yield from ()


def gives_other_documents(payload: bytes) -> Iterator[Any]:
    yield from statement(payload)


def lets_errors_out(payload: bytes) -> Iterator[RefundRequest | Refusal]:
    payload.decode("ascii")
    yield from refunds(payload)


def takes_nothing(_webhook: Webhook, _secret: str, _at: datetime) -> None:
    raise PayloadError("bad_signature", "never", path="signature")


def takes_every_body(webhook: Webhook, _secret: str, at: datetime) -> None:
    must_match(webhook.header("signature"), hmac_of(SECRET, BODY).hex(), "signature")
    must_be_fresh(datetime.fromisoformat(webhook.header("sent")), at)


def breaks_without_headers(webhook: Webhook, secret: str, at: datetime) -> None:
    must_match(webhook.headers["signature"], hmac_of(secret, webhook.body).hex(), "signature")
    must_be_fresh(datetime.fromisoformat(webhook.header("sent")), at)


def never_ages(webhook: Webhook, secret: str, _: datetime) -> None:
    must_match(webhook.header("signature"), hmac_of(secret, webhook.body).hex(), "signature")


def says_nothing(_notice: ShipmentNotice, _at: datetime) -> tuple[Request, ...]:
    return ()


def counts() -> Channel:
    numbers = count()

    def write(notice: ShipmentNotice, _at: datetime) -> tuple[Request, ...]:
        return (json_request("POST", "/ship", {"number": next(numbers)}, f"ship/{notice.waybill}"),)

    return evolve(SOUND, write_shipment=write)


def without_key(notice: ShipmentNotice, at: datetime) -> tuple[Request, ...]:
    return (evolve(shipment(notice, at)[0], key=""),)


MUTANTS: Mapping[str, tuple[Callable[[], Channel], str]] = {
    "reads nothing": (
        lambda: evolve(SOUND, read_refunds=passes_over_all),
        "test_every_ability_to_read_has_a_sample_that_it_reads",
    ),
    "gives statements for refunds": (
        lambda: evolve(SOUND, read_refunds=gives_other_documents),
        "test_abilities_to_read_give_their_documents_and_refusals",
    ),
    "lets errors out": (
        lambda: evolve(SOUND, read_refunds=lets_errors_out),
        "test_abilities_to_read_raise_nothing_but_payload_errors",
    ),
    "money without bounds": (
        lambda: saying(amount_minor=10**16),
        "test_amounts_of_refunds_and_statements_are_ints_of_a_known_currency",
    ),
    "no time zone": (
        lambda: saying(at=datetime(2026, 3, 2)),  # noqa: DTZ001 - the mutant
        "test_other_documents_have_an_id_and_an_instant_and_can_be_stored",
    ),
    "no id": (
        lambda: saying(external_id=""),
        "test_other_documents_have_an_id_and_an_instant_and_can_be_stored",
    ),
    "takes no webhook": (lambda: evolve(SOUND, verify=takes_nothing), "test_a_webhook_of_the_channel_is_proven"),
    "takes every body": (
        lambda: evolve(SOUND, verify=takes_every_body),
        "test_a_webhook_with_another_body_or_secret_is_refused",
    ),
    "breaks without headers": (
        lambda: evolve(SOUND, verify=breaks_without_headers),
        "test_a_webhook_without_its_headers_is_refused",
    ),
    "takes old webhooks": (
        lambda: evolve(SOUND, verify=never_ages),
        "test_a_webhook_that_says_when_it_was_sent_gets_too_old",
    ),
    "says nothing": (lambda: evolve(SOUND, write_shipment=says_nothing), "test_writers_give_requests"),
    "counts its requests": (counts, "test_the_same_words_make_the_same_requests"),
    "no key": (
        lambda: evolve(SOUND, write_shipment=without_key),
        "test_what_must_not_happen_twice_has_a_key_of_its_own",
    ),
}


def test_sound_abilities_break_no_promise() -> None:
    assert broken_promises(AbilityKit, lambda: fixtures(SOUND)) == set()


@pytest.mark.parametrize("name", MUTANTS)
def test_a_broken_ability_is_caught_by_the_promise_it_breaks(name: str) -> None:
    make, promise = MUTANTS[name]
    assert broken_promises(AbilityKit, lambda: fixtures(make())) == {promise}


def test_every_promise_about_abilities_has_a_mutant() -> None:
    assert set(promises(AbilityKit)) == {promise for _, promise in MUTANTS.values()}
