"""The cost desk: goods come at their cost, leave at the pool's, and every minor unit is accounted for."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from shop import AT, Clock, back, order, payload, shop
from sqlalchemy import update

from omskit.core import Cell, Refused, UsageError, readable
from omskit.engine import KINDS, LineCost, Oms, Turnover, Unpriced, Worth
from omskit.fulfillment import HandOver, Unship
from omskit.inventory.costs import FULL, CostScope, StepKind
from omskit.inventory.transfers import CloseShort, Receive, Send
from omskit.inventory.valuation import Costing
from omskit.storage import MemoryStorage, Storage
from omskit.storage.sql import SqlStorage, open_engine

EU = CostScope("EU", "EUR", ("BER", "PAR"))
UK = CostScope("UK", "EUR", ("LON",))
FIFO = CostScope("EU", "EUR", ("BER", "PAR"), Costing.FIFO)


def valued(storage: Storage, *scopes: CostScope, clock: Clock | None = None) -> Oms:
    return shop(storage, clock or Clock(), valued=scopes or (EU, UK))


def worth(oms: Oms) -> list[tuple[str, str, int, int]]:
    return [(one.sku, one.scope, one.quantity, one.value_minor) for one in oms.costs.worth()]


def kinds(oms: Oms, sku: str = "A", scope: str = "EU") -> list[tuple[str, int, int, int]]:
    steps = oms.costs.steps(sku, scope)
    return [(one.kind.value, one.quantity, one.value_minor, one.correction_minor) for one in steps]


def sell(oms: Oms, id_: str, quantity: int, sku: str = "A") -> str:
    """Sell and ship pieces; return the order's number."""
    (number,) = oms.receive("web", payload(order(id_, (sku, quantity), buyer=f"b{id_}"))).placed
    oms.run()
    for one in oms.order(number).consignments:
        oms.do(readable("FO", one.fulfillment), HandOver(f"WB{id_}{one.fulfillment}"), actor="wms")
    return number


def sound(oms: Oms) -> None:
    assert oms.costs.value() == 0
    assert oms.verify().drift == ()


@pytest.mark.parametrize(
    ("scope", "sold", "closing"), [(EU, (291650, 47756), 79594), (FIFO, (291500, 47500), 80000)]
)
def test_the_textbook_series_has_its_published_figures(
    storage: Storage, scope: CostScope, sold: tuple[int, int], closing: int
) -> None:
    """Open 60@15, buy 140@15.50, sell 190, buy 70@16, sell 30: inventory-pricing-analytics.md 1.5."""
    oms = valued(storage, scope)
    oms.costs.receive("BER", {"A": (60, 90000)}, actor="amy", document="open")
    oms.costs.receive("BER", {"A": (140, 217000)}, actor="amy", document="P1")
    first = sell(oms, "1", 190)
    oms.costs.value()
    oms.costs.receive("BER", {"A": (70, 112000)}, actor="amy", document="P2")
    second = sell(oms, "2", 30)
    oms.costs.value()
    assert [one.cost_minor for one in oms.costs.of_orders(first, second)] == list(sold)
    assert worth(oms) == [("A", "EU", 50, closing)]
    sound(oms)


def test_i18_fifo_takes_the_oldest_first(storage: Storage) -> None:
    oms = valued(storage, FIFO)
    oms.costs.receive("BER", {"A": (10, 1000)}, actor="amy", document="P1")
    oms.costs.receive("BER", {"A": (10, 2000)}, actor="amy", document="P2")
    number = sell(oms, "1", 15)
    oms.costs.value()
    assert [one.cost_minor for one in oms.costs.of_orders(number)] == [2000]
    assert worth(oms) == [("A", "EU", 5, 1000)]


def test_a_pool_of_100_for_3_sold_singly_ends_at_exactly_nothing(storage: Storage) -> None:
    """reliability-and-finance.md, case 21."""
    oms = valued(storage)
    oms.costs.receive("BER", {"A": (3, 10000)}, actor="amy", document="P1")
    numbers = [sell(oms, str(n), 1) for n in range(3)]
    oms.costs.value()
    assert [one.cost_minor for one in oms.costs.of_orders(*numbers)] == [3333, 3334, 3333]
    assert worth(oms) == []
    sound(oms)


def test_average_of_two_receipts(storage: Storage) -> None:
    """Case 21: 10 @ 10.00 + 10 @ 11.00, sell 3: 31.50 and 178.50."""
    oms = valued(storage)
    oms.costs.receive("BER", {"A": (10, 10000)}, actor="amy", document="P1")
    oms.costs.receive("PAR", {"A": (10, 11000)}, actor="amy", document="P2")
    number = sell(oms, "1", 3)
    oms.costs.value()
    assert [one.cost_minor for one in oms.costs.of_orders(number)] == [3150]
    assert worth(oms) == [("A", "EU", 17, 17850)]


def test_what_came_back_comes_at_the_cost_it_left(storage: Storage) -> None:
    oms = valued(storage)
    oms.costs.receive("BER", {"A": (3, 1000)}, actor="amy", document="P1")
    number = sell(oms, "1", 3)
    oms.costs.value()
    oms.costs.receive("BER", {"A": (10, 99000)}, actor="amy", document="P2")
    oms.costs.value()
    oms.receive("web", payload(back("r1", ("A", 1, 100), buyer="b1", order="1")))
    oms.receive("web", payload(back("r2", ("A", 2, 200), buyer="b1", order="1")))
    oms.costs.value()
    assert kinds(oms)[-2:] == [("back", 1, 334, 0), ("back", 2, 666, 0)]
    assert oms.costs.of_orders(number) == [LineCost(number, 1, "A", "EU", 3, 1000, 3, 1000)]
    sound(oms)


def test_goods_without_a_price_come_at_an_estimate_until_it_is_told(storage: Storage) -> None:
    oms = valued(storage)
    oms.costs.receive("BER", {"A": (10, 1000)}, actor="amy", document="P1")
    oms.stock.receive("BER", {"A": 10}, actor="wms", document="P2")
    sell(oms, "1", 15)
    oms.costs.value()
    assert oms.costs.unpriced() == [Unpriced("A", "EU", "P2", 10)]
    assert worth(oms) == [("A", "EU", 5, 500)]
    oms.costs.tell("BER", "P2", {"A": (10, 1200)}, actor="amy", key="bill 7")
    oms.costs.tell("BER", "P2", {"A": (10, 1200)}, actor="amy", key="bill 7")
    assert kinds(oms)[-1] == ("priced", 10, 200, 100)
    assert (oms.costs.unpriced(), worth(oms)) == ([], [("A", "EU", 5, 600)])
    sound(oms)


def test_a_price_that_is_told_before_goods_come_is_theirs_in_any_parts(storage: Storage) -> None:
    oms = valued(storage)
    oms.costs.tell("BER", "P1", {"A": (3, 1000)}, actor="amy")
    for _ in range(2):
        oms.stock.receive("BER", {"A": 2}, actor="wms", document="P1")
        oms.costs.value()
    assert kinds(oms) == [("received", 2, 667, 0), ("received", 2, 333 + 334, 0)]
    assert oms.costs.unpriced() == [Unpriced("A", "EU", "P1", 1)]


def test_two_bills_of_one_document_are_used_up_one_after_the_other(storage: Storage) -> None:
    oms = valued(storage)
    oms.costs.tell("BER", "P1", {"A": (3, 300)}, actor="amy")
    oms.costs.tell("BER", "P1", {"A": (3, 600)}, actor="amy")
    for count in (4, 2):
        oms.stock.receive("BER", {"A": count}, actor="wms", document="P1")
        oms.costs.value()
    assert kinds(oms) == [("received", 4, 500, 0), ("received", 2, 400, 0)]
    assert oms.costs.unpriced() == []
    sound(oms)


def test_a_price_for_more_than_has_come_serves_what_is_still_to_come(storage: Storage) -> None:
    oms = valued(storage)
    oms.stock.receive("BER", {"A": 2}, actor="wms", document="P1")
    oms.costs.value()
    assert kinds(oms) == [("received", 2, 0, 0)]
    oms.costs.tell("BER", "P1", {"A": (5, 1000)}, actor="amy")
    oms.stock.receive("BER", {"A": 3}, actor="wms", document="P1")
    oms.costs.value()
    assert kinds(oms)[1:] == [("priced", 2, 400, 0), ("received", 3, 600, 0)]
    sound(oms)


def test_freight_that_is_billed_later_goes_to_what_is_there_and_what_has_left(storage: Storage) -> None:
    oms = valued(storage)
    oms.costs.receive("BER", {"A": (10, 1000)}, actor="amy", document="P1")
    sell(oms, "1", 4)
    oms.costs.value()
    oms.costs.add("BER", "P1", {"A": 50}, actor="amy")
    assert kinds(oms)[-1] == ("revalued", 10, 50, 20)
    assert worth(oms) == [("A", "EU", 6, 630)]
    with pytest.raises(Refused) as caught:
        oms.costs.add("BER", "P9", {"A": 50}, actor="amy")
    assert caught.value.code == "nothing_to_revalue"
    sound(oms)


def test_a_write_down_takes_off_what_is_there_and_no_more(storage: Storage) -> None:
    oms = valued(storage)
    oms.costs.receive("BER", {"A": (10, 1000)}, actor="amy", document="P1")
    oms.costs.value()
    oms.costs.revalue("BER", {"A": -300}, actor="amy")
    assert worth(oms) == [("A", "EU", 10, 700)]
    with pytest.raises(Refused) as caught:
        oms.costs.revalue("BER", {"A": -701}, actor="amy")
    assert caught.value.code == "below_zero_value"
    sound(oms)


def test_losses_and_finds_are_at_the_rate_of_the_pool(storage: Storage) -> None:
    oms = valued(storage)
    oms.costs.receive("BER", {"A": (10, 1000)}, actor="amy", document="P1")
    oms.stock.adjust("BER", {"A": -3}, actor="amy", reason="theft")
    oms.stock.adjust("BER", {"A": 1}, actor="amy", reason="behind the shelf")
    oms.stockroom.move("spoiled", "BER", {"A": 2}, actor="amy")
    oms.stockroom.move("scrapped", "BER", {"A": 1}, actor="amy")
    oms.stockroom.move("announced", "BER", {"A": 50}, actor="amy")
    oms.costs.value()
    assert kinds(oms)[1:] == [("lost", 3, 300, 0), ("found", 1, 100, 0), ("lost", 1, 100, 0)]
    assert worth(oms) == [("A", "EU", 7, 700)]
    sound(oms)


def test_announced_goods_are_worth_something_when_they_arrive(storage: Storage) -> None:
    oms = valued(storage)
    oms.costs.tell("BER", "P1", {"A": (50, 5000)}, actor="amy")
    oms.stockroom.move("announced", "BER", {"A": 50}, actor="amy", document="P1")
    oms.costs.value()
    assert worth(oms) == []
    oms.stockroom.move("arrived", "BER", {"A": 50}, actor="amy", document="P1")
    oms.costs.value()
    assert worth(oms) == [("A", "EU", 50, 5000)]
    sound(oms)


def _carried(oms: Oms, target: str) -> str:
    number = oms.transfers.request("BER", target, [("A", 4)], actor="amy")
    oms.transfers.do(number, Send("D1", ((1, 4),)), actor="wms")
    return number


def test_a_transfer_within_a_scope_changes_no_cost_and_no_order_of_layers(storage: Storage) -> None:
    oms = valued(storage, FIFO)
    oms.costs.receive("BER", {"A": (5, 500)}, actor="amy", document="P1")
    oms.costs.receive("BER", {"A": (5, 1000)}, actor="amy", document="P2")
    number = _carried(oms, "PAR")
    oms.transfers.do(number, Receive("R1", ((1, 3, 0),)), actor="wms")
    oms.costs.value()
    assert [one[0] for one in kinds(oms)] == ["received", "received"]
    oms.transfers.do(number, CloseShort("never came"), actor="amy")
    oms.costs.value()
    assert kinds(oms)[2:] == [("lost", 1, 100, 0)]
    sound(oms)


def test_a_transfer_to_another_scope_takes_its_cost_along(storage: Storage) -> None:
    oms = valued(storage)
    oms.costs.receive("BER", {"A": (10, 1001)}, actor="amy", document="P1")
    number = _carried(oms, "LON")
    oms.costs.value()
    oms.transfers.do(number, Receive("R1", ((1, 3, 1),)), actor="wms")
    oms.costs.value()
    assert kinds(oms)[1:] == [("sent", 4, 400, 0)]
    assert kinds(oms, scope="UK") == [("came", 4, 400, 0)]
    assert worth(oms) == [("A", "EU", 6, 601), ("A", "UK", 4, 400)]
    sound(oms)


def test_goods_from_a_scope_with_another_currency_come_at_the_price_that_is_told(storage: Storage) -> None:
    oms = valued(storage, EU, CostScope("UK", "GBP", ("LON",)))
    oms.costs.receive("BER", {"A": (10, 1000)}, actor="amy", document="P1")
    number = _carried(oms, "LON")
    oms.costs.tell("LON", number, {"A": (4, 350)}, actor="amy")
    oms.costs.value()
    assert list(oms.costs.worth()) == [Worth("A", "EU", "EUR", 6, 600), Worth("A", "UK", "GBP", 4, 350)]


def test_what_a_warehouse_outside_every_scope_has_is_not_valued(storage: Storage) -> None:
    oms = valued(storage)
    oms.stock.receive("ROM", {"A": 5}, actor="amy")
    assert (oms.costs.value(), worth(oms)) == (0, [])
    with pytest.raises(UsageError) as caught:
        oms.costs.tell("ROM", "P1", {"A": (1, 1)}, actor="amy")
    assert caught.value.code == "no_scope"


def test_a_shipment_that_had_not_left_comes_back_at_its_cost(storage: Storage) -> None:
    oms = valued(storage)
    oms.costs.receive("BER", {"A": (3, 1000)}, actor="amy", document="P1")
    number = sell(oms, "1", 2)
    oms.costs.value()
    fulfillment = _fulfillment(oms)
    oms.do(fulfillment, Unship(1, "never left"), actor="wms")
    oms.costs.value()
    assert kinds(oms)[1:] == [("sold", 2, 667, 0), ("back", 2, 667, 0)]
    assert [one.back_minor for one in oms.costs.of_orders(number)] == [667]
    sound(oms)


def _fulfillment(oms: Oms) -> str:
    return readable("FO", next(iter(oms.fulfillments())).key)


def test_cards_are_turned_when_they_are_full_and_carry_everything_forward(storage: Storage) -> None:
    oms = valued(storage)
    for n in range(FULL + 50):
        oms.costs.receive("BER", {"A": (1, 100 + n)}, actor="amy", document=f"P{n}")
    assert oms.costs.value() == FULL + 50
    oms.costs.receive("BER", {"A": (1, 1)}, actor="amy", document="last")
    oms.costs.value()
    assert dict(oms.verify().checked)["cost_card"] == 2
    assert len(list(oms.costs.steps("A", "EU"))) == FULL + 51
    assert worth(oms) == [("A", "EU", FULL + 51, sum(range(100, 250)) + 1)]
    sound(oms)


def test_worth_at_an_instant_is_what_had_happened_by_then(storage: Storage) -> None:
    clock = Clock()
    oms = valued(storage, clock=clock)
    for n in range(FULL + 20):
        oms.costs.receive("BER", {"A": (1, 100)}, actor="amy", document=f"P{n}")
        clock.forward(minutes=1)
    oms.costs.value()
    for minutes in (0, 1, 50, FULL - 1, FULL, FULL + 5):
        found = [one.quantity for one in oms.costs.worth(AT + timedelta(minutes=minutes))]
        assert found == [minutes + 1]
    assert list(oms.costs.worth(AT - timedelta(minutes=1))) == []


def test_a_period_adds_up_from_its_beginning_to_its_end(storage: Storage) -> None:
    clock = Clock()
    oms = valued(storage, clock=clock)
    oms.costs.receive("BER", {"A": (10, 1000)}, actor="amy", document="P1")
    clock.forward(days=1)
    start = clock.at
    sell(oms, "1", 4)
    oms.stock.adjust("BER", {"A": -1}, actor="amy", reason="theft")
    oms.costs.value()
    oms.costs.add("BER", "P1", {"A": 50}, actor="amy")
    clock.forward(days=1)
    assert oms.costs.turnover(start, clock.at) == [
        Turnover("EU", StepKind.LOST, 1, 100, 0),
        Turnover("EU", StepKind.REVALUED, 10, 50, 25),
        Turnover("EU", StepKind.SOLD, 4, 400, 0),
    ]
    assert [one.value_minor for one in oms.costs.worth()] == [1000 - 100 + 50 - 25 - 400]


def test_a_feed_in_small_parts_comes_to_the_same(storage: Storage, monkeypatch: pytest.MonkeyPatch) -> None:
    oms = valued(storage)
    oms.costs.receive("BER", {"A": (10, 1001), "B": (7, 500)}, actor="amy", document="P1")
    number = _carried(oms, "LON")
    sell(oms, "1", 3)
    oms.transfers.do(number, Receive("R1", ((1, 3, 1),)), actor="wms")
    monkeypatch.setattr("omskit.engine.cost_feed.MOVES", 1)
    while oms.costs.value(1):
        assert oms.verify().drift == ()
    assert kinds(oms) == [("received", 10, 1001, 0), ("sent", 4, 400, 0), ("sold", 3, 301, 0)]
    assert worth(oms) == [("A", "EU", 3, 300), ("A", "UK", 4, 400), ("B", "EU", 7, 500)]


def test_two_feeds_at_once_value_everything_once(storage: Storage) -> None:
    oms = valued(storage)
    for n in range(30):
        oms.costs.receive("BER", {f"S{n % 7}": (1, 100)}, actor="amy", document=f"P{n}")
        oms.stock.adjust("BER", {f"S{n % 7}": 1}, actor="amy", reason="found")
    with ThreadPoolExecutor(4) as threads:
        done = [one.result() for one in [threads.submit(oms.costs.value) for _ in range(4)]]
    assert sum(done) == 60
    assert sum(one.quantity for one in oms.costs.worth()) == 60
    sound(oms)


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def tables(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[SqlStorage]:
    url = f"sqlite:///{tmp_path}/shop.db" if request.param == "sqlite" else request.getfixturevalue("postgres_url")
    engine = open_engine(url)
    storage = SqlStorage(engine, KINDS)
    storage.create()
    yield storage
    engine.dispose()


def _rewrite(storage: SqlStorage, table: Any, **values: Any) -> None:
    with storage.engine.begin() as connection:
        connection.execute(update(table).values(**values))


def test_a_level_that_does_not_fit_the_pool_is_found_and_goes_with_its_repair(tables: SqlStorage) -> None:
    oms = valued(tables)
    oms.costs.receive("BER", {"A": (10, 1000)}, actor="amy", document="P1")
    oms.costs.value()
    _rewrite(tables, tables.tables.levels, on_hand=12)
    assert [one.subject for one in oms.verify().drift] == ["on_hand A@BER", "pieces of A in EU"]
    plan = oms.plan_repairs()
    assert plan.left == ()
    oms.repair(plan, actor="amy")
    assert (oms.verify().drift, oms.costs.value()) == ((), 1)
    assert [one[0] for one in kinds(oms)] == ["received"]


def test_a_card_that_was_changed_by_hand_is_found_and_written_anew(tables: SqlStorage) -> None:
    oms = valued(tables)
    oms.costs.receive("BER", {"A": (10, 1000)}, actor="amy", document="P1")
    oms.costs.value()
    cards = tables.tables.kinds["cost_card"].main
    with tables.engine.begin() as connection:
        text = connection.execute(cards.select()).one().document
        text = text.replace('"value_minor":1000}]', '"value_minor":900}]')
        connection.execute(update(cards).values(document=text))
    found = [one.subject for one in oms.verify().drift]
    assert found == ["cost_card CC-1-3 is not what its history says", "cost of A in EU, card 1"]
    oms.repair(oms.plan_repairs(), actor="amy")
    sound(oms)


def test_stock_that_is_not_valued_has_no_cost_desk() -> None:
    with pytest.raises(UsageError) as caught:
        shop(MemoryStorage()).costs.value()
    assert caught.value.code == "no_scope"


def test_a_warehouse_is_in_one_scope() -> None:
    with pytest.raises(UsageError) as caught:
        valued(MemoryStorage(), EU, CostScope("X", "EUR", ("BER",)))
    assert caught.value.code == "warehouse_twice"


def test_a_pool_is_of_a_scope_and_not_of_a_cell(storage: Storage) -> None:
    oms = valued(storage)
    oms.costs.receive("BER", {"A": (1, 100)}, actor="amy", document="P1")
    oms.costs.receive("PAR", {"A": (1, 300)}, actor="amy", document="P2")
    oms.costs.value()
    oms.stock.adjust("PAR", {"A": -1}, actor="amy", reason="theft")
    oms.costs.value()
    assert worth(oms) == [("A", "EU", 1, 200)]
    assert oms.stock.levels(["A"])[Cell("A", "PAR")].on_hand == 0
