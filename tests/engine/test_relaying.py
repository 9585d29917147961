"""Relays that overtake each other: an answer that takes longer than its lease spoils nothing for the others."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from shop import Clock, order, payload, shop

from omskit.engine import Oms, Relayed, Request
from omskit.storage import Delivery, Storage


def waiting(storage: Storage, clock: Clock, count: int) -> Oms:
    """Return a shop with requests that wait."""
    oms = shop(storage, clock)
    oms.stock.receive("BER", {"A": count}, actor="amy")
    oms.receive("web", payload(*(order(str(n), ("A", 1)) for n in range(count))))
    oms.run()
    return oms


def noting(sent: list[int]) -> Callable[[Request], Delivery]:
    """Return a sender that writes down what it has sent."""

    def send(request: Request) -> Delivery:
        sent.append(request.id)
        return Delivery.DONE

    return send


def slow(
    clock: Clock, meanwhile: Callable[[], object], answers: list[Delivery], sent: list[int]
) -> Callable[[Request], Delivery]:
    """Return a sender whose first answer takes longer than its lease; meanwhile something else happens."""

    def send(request: Request) -> Delivery:
        sent.append(request.id)
        if len(sent) == 1:
            clock.forward(minutes=3)
            meanwhile()
        return answers[min(len(sent), len(answers)) - 1]

    return send


@pytest.mark.parametrize("answer", [Delivery.DONE, Delivery.FAILED, Delivery.IN_DOUBT])
@pytest.mark.parametrize("settle_every", [1, 5])
def test_an_answer_that_came_after_another_relay_had_finished_changes_nothing(
    storage: Storage, answer: Delivery, settle_every: int
) -> None:
    oms = waiting(storage, clock := Clock(), 3)
    other: list[int] = []
    mine: list[int] = []
    send = slow(clock, lambda: oms.relay(noting(other), 1), [answer, Delivery.DONE], mine)
    assert oms.relay(send, 3, settle_every=settle_every).done == 2 + (answer is Delivery.DONE)
    assert (other, len(mine)) == (mine[:1], 3)
    assert oms.relay(send) == Relayed()
    with oms.storage.begin(read=True) as unit:
        assert unit.outbox.waiting() == {}


def test_what_could_not_be_sent_within_the_lease_is_left_to_whoever_takes_it_then(storage: Storage) -> None:
    oms = waiting(storage, clock := Clock(), 3)
    sent: list[int] = []
    other: list[int] = []

    def slowly(request: Request) -> Delivery:
        sent.append(request.id)
        clock.forward(seconds=90)
        if len(sent) == 2:
            oms.relay(noting(other))
        return Delivery.DONE

    assert oms.relay(slowly, 3).done == 2
    assert (len(sent), other[0], len(other)) == (2, sent[1], 2)
    assert other[1] not in sent
