"""The number of SQL statements does not grow with the number of orders in a batch."""

from __future__ import annotations

from pathlib import Path

import pytest
from counters import GIFT, HOT, TENTH, draft, phone
from shop import AT, Clock, order, payload, refund, shop
from sqlalchemy import Connection, Engine, event

from omskit.core import readable
from omskit.engine import KINDS, Act, Done, Located, LotIn, Oms, Parcel, Scan, Scanned
from omskit.fulfillment import PICKED_UP, Fact, HandOver
from omskit.inventory.costs import CostScope
from omskit.inventory.lots import LotRule
from omskit.returns import AgreeMoney, AnnounceWaybill, Found
from omskit.storage import Delivery, Op, Where
from omskit.storage.sql import SqlStorage, open_engine


class Counter:
    """Counts the statements that a database is sent."""

    def __init__(self, engine: Engine) -> None:
        self.statements = 0
        event.listen(engine, "before_cursor_execute", self._count)

    def _count(self, _connection: Connection, *_what: object) -> None:
        self.statements += 1

    def taken(self) -> int:
        """Return how many statements there were since the last call."""
        count, self.statements = self.statements, 0
        return count


def _lives(oms: Oms, counter: Counter, orders: int) -> dict[str, int]:
    """Take orders from receipt to hand-over in one batch a stage, and count what each stage sends."""
    counts = {}
    if oms.lot_rules:
        goods = [LotIn("A", f"L{n}", orders) for n in range(5)]
        oms.lots.receive("BER", [*goods, *(LotIn("B", f"S{orders}-{n}") for n in range(orders))], actor="amy")
    else:
        oms.stock.receive("BER", {"A": 5 * orders, "B": 5 * orders}, actor="amy")
    counter.taken()
    oms.receive("web", payload(*(order(f"{orders}-{n}", ("A", 2), ("B", 1)) for n in range(orders))))
    counts["receive"] = counter.taken()
    assert oms.run(orders).moved == {"review": orders, "source": orders, "release": orders}
    counts["run"] = counter.taken()
    assert oms.relay(lambda _: Delivery.DONE, orders, settle_every=1000).done == orders
    counts["relay"] = counter.taken()
    work = [readable("FO", one.key) for one in oms.fulfillments(Where("status", Op.EQ, "requested"), page=1000)]
    counter.taken()
    done = oms.do_many([Act(number, HandOver(f"WB-{number}", "post")) for number in work], actor="wms")
    assert len([one for one in done if isinstance(one, Done)]) == orders
    counts["hand over"] = counter.taken()
    scans = [Scan(f"WB-{number}", (Fact(PICKED_UP, AT),)) for number in work]
    found = oms.shipments.track(scans, actor="post")
    assert len([one for one in found if isinstance(one, Located)]) == orders
    counts["track"] = counter.taken()
    return counts


def _costs(oms: Oms, counter: Counter, skus: int) -> dict[str, int]:
    """Tell what SKUs cost, sell some of each, and value them: all in one portion."""
    counts, named = {}, [f"V{skus}-{n:03}" for n in range(skus)]
    oms.costs.receive("BER", dict.fromkeys(named, (9, 900)), actor="amy", document=f"P{skus}")
    counts["receive at cost"] = counter.taken()
    oms.stock.adjust("BER", dict.fromkeys(named, -1), actor="amy", reason="theft")
    counter.taken()
    assert oms.costs.value() == 2 * skus
    counts["value"] = counter.taken()
    return counts


def test_valuing_stock_takes_as_many_statements_for_many_skus_as_for_few(tmp_path: Path) -> None:
    engine = open_engine(f"sqlite:///{tmp_path}/shop.db")
    storage = SqlStorage(engine, KINDS)
    storage.create()
    oms, counter = shop(storage, Clock(), valued=[CostScope("EU", "EUR", ("BER",))]), Counter(engine)
    _costs(oms, counter, 3)
    few, many = _costs(oms, counter, 5), _costs(oms, counter, 60)
    engine.dispose()
    assert many == few


def _returns(oms: Oms, counter: Counter, orders: int) -> dict[str, int]:
    """Take orders from a refund request to the parcel and the money, in one batch a stage."""
    counts = {}
    ids, line = [f"{orders}-{n}" for n in range(orders)], ("A", 2, "L1")
    requests = [refund(f"R{id_}", id_, 200, line, kind="return") for id_ in ids]
    cases = oms.receive("web", payload(*requests)).cases
    counts["refund requests"] = counter.taken()
    oms.do_many([Act(number, AnnounceWaybill(f"RW-{number}")) for number in cases], actor="web")
    counts["announce"] = counter.taken()
    parcels = [Parcel(f"S-{one}", "BER", (Found("A", 2),), waybill=f"RW-{one}") for one in cases]
    scanned = oms.returns.scan_many(parcels, actor="wms")
    assert [one.case for one in scanned if isinstance(one, Scanned)] == list(cases)
    counts["scan"] = counter.taken()
    done = oms.do_many([Act(number, AgreeMoney()) for number in cases], actor="amy")
    assert len([one for one in done if isinstance(one, Done)]) == orders
    counts["agree"] = counter.taken()
    return counts


@pytest.mark.parametrize("how", ["plain", "priced"])
def test_ten_drafts_and_two_hundred_take_the_same_number_of_statements(how: str, tmp_path: Path) -> None:
    engine = open_engine(f"sqlite:///{tmp_path}/shop.db")
    storage = SqlStorage(engine, KINDS)
    storage.create()
    oms = phone(storage, *((GIFT, HOT, TENTH) if how == "priced" else ()), batch=1000)
    counter = Counter(engine)
    taken = []
    for count in (10, 200):
        said = [draft(f"{count}-{n}", ("A", 2), buyer=f"b{n}") for n in range(count)]
        counter.taken()
        assert len(oms.counter.place(said, actor="amy").placed) == count
        taken.append(counter.taken())
    engine.dispose()
    assert taken[0] >= taken[1]
    assert taken[0] < 30


@pytest.mark.parametrize("database", ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def test_ten_orders_and_five_hundred_take_the_same_number_of_statements(
    database: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    url = request.getfixturevalue("postgres_url") if database == "postgres" else f"sqlite:///{tmp_path}/shop.db"
    engine = open_engine(url)
    storage = SqlStorage(engine, KINDS)
    storage.create()
    oms, counter = shop(storage, Clock(), batch=1000), Counter(engine)
    few, many = _lives(oms, counter, 10), _lives(oms, counter, 500)
    few_back, many_back = _returns(oms, counter, 10), _returns(oms, counter, 500)
    engine.dispose()
    assert many == few
    assert sum(few.values()) < 58
    assert many_back == few_back
    assert sum(few_back.values()) < 60
    assert few["track"] < 9


def test_lots_take_some_statements_more_and_no_more_for_more_orders(tmp_path: Path) -> None:
    engine = open_engine(f"sqlite:///{tmp_path}/shop.db")
    storage = SqlStorage(engine, KINDS)
    storage.create()
    rules = {"A": LotRule(), "B": LotRule(serial=True)}
    oms, counter = shop(storage, Clock(), batch=1000, lot_rules=rules), Counter(engine)
    few, many = _lives(oms, counter, 10), _lives(oms, counter, 200)
    few_back, many_back = _returns(oms, counter, 10), _returns(oms, counter, 200)
    assert oms.verify().is_sound
    engine.dispose()
    assert many == few
    assert many_back == few_back
    assert sum(few.values()) < 78
    assert sum(few_back.values()) < 54
