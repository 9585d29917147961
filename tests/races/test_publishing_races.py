"""Publishers at the same moment: the number that reaches a channel last is the one that is true."""

from __future__ import annotations

from collections.abc import Iterator
from threading import Event, Thread

import pytest
from many_shops import close, in_threads, open_shop
from shop import order, payload

from omskit.channels import StockNotice
from omskit.engine import Oms, Request, offering
from omskit.flow import Offering, Sellable
from omskit.storage import Delivery


@pytest.fixture
def oms(url: str) -> Iterator[Oms]:
    oms = open_shop(url, offering=Offering())
    yield oms
    close(oms)


def last_told(oms: Oms) -> int:
    numbers: list[int] = []

    def send(request: Request) -> Delivery:
        assert isinstance(request.document, StockNotice)
        numbers.extend(one.available for one in request.document.updates)
        return Delivery.DONE

    oms.relay(send)
    return numbers[-1]


def overtaken(oms: Oms, monkeypatch: pytest.MonkeyPatch) -> int:
    """Let a second publisher run while a first one has read stock and waits; return what was told last."""
    oms.stock.receive("BER", {"A": 5}, actor="amy")
    seen, go_on = Event(), Event()
    read = Sellable.of

    def slow(*args: object) -> Sellable:
        found = read(*args)  # type: ignore[arg-type]
        if not seen.is_set():
            seen.set()
            go_on.wait(20)
        return found

    monkeypatch.setattr(Sellable, "of", slow)
    first = Thread(target=oms.offers.publish, args=("web", ["A"]))
    first.start()
    assert seen.wait(20)

    def lose_and_publish() -> None:
        oms.stock.adjust("BER", {"A": -1}, actor="amy", reason="broken")
        oms.offers.publish("web", ["A"])

    second = Thread(target=lose_and_publish)
    second.start()
    second.join(1)
    go_on.set()
    first.join(20)
    second.join(20)
    return last_told(oms)


def test_a_publisher_that_was_overtaken_does_not_have_the_last_word(
    oms: Oms, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert overtaken(oms, monkeypatch) == 4


@pytest.mark.postgres
def test_without_turns_the_older_number_would_stay(postgres_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    oms = open_shop(postgres_url, offering=Offering())
    monkeypatch.setattr(offering, "take_turn", lambda *_: None)
    assert overtaken(oms, monkeypatch) == 5
    close(oms)


def test_sales_that_come_in_at_the_same_moment_are_all_taken_off(oms: Oms) -> None:
    oms.stock.receive("BER", {"A": 20}, actor="amy")
    oms.offers.publish("web", ["A"])
    assert last_told(oms) == 20

    def sell(shop: Oms, number: int) -> None:
        shop.receive("web", payload(order(f"n{number}", ("A", 1))))

    in_threads(oms, sell)
    assert oms.offers.publish("web", ["A"]).unchanged == 1
