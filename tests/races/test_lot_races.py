"""Many hands on the same lots at the same moment: no piece of a lot and no serial number goes to two."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest
from many_shops import close, in_threads, open_shop
from shop import AT, fulfillments, order, payload

from omskit.core import OmsError, Refused
from omskit.engine import Done, LotIn, Oms, lotbook
from omskit.fulfillment import HandOver, LotPieces, Parcel, Ship
from omskit.inventory.lots import LotRule, trace

#: When the milk expires.
LATER = (AT + timedelta(days=60)).date()
RULES = {"MILK": LotRule(), "PHONE": LotRule(serial=True)}


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def oms(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Oms]:
    url = f"sqlite:///{tmp_path}/shop.db" if request.param == "sqlite" else request.getfixturevalue("postgres_url")
    oms = open_shop(url, lot_rules=RULES, batch=1)
    yield oms
    close(oms)


def run(oms: Oms, _number: int) -> int:
    return sum(oms.run().moved.values())


def placed(oms: Oms, sku: str, count: int) -> list[str]:
    return list(oms.receive("web", payload(*(order(f"{n}", (sku, 1)) for n in range(count)))).placed)


def works_of(oms: Oms, numbers: list[str]) -> list[str]:
    return [work for number in numbers for work in fulfillments(oms, number)]


@pytest.mark.parametrize(
    ("sku", "goods"),
    [
        ("PHONE", [LotIn("PHONE", f"S{n}") for n in range(10)]),
        ("MILK", [LotIn("MILK", f"L{n}", 2) for n in range(5)]),
    ],
)
def test_ten_runners_pick_no_piece_twice(oms: Oms, sku: str, goods: list[LotIn]) -> None:
    numbers = placed(oms, sku, 10)
    oms.lots.receive("BER", goods, actor="amy")
    outcomes = in_threads(oms, run)
    assert not [one for one in outcomes if isinstance(one, OmsError)]
    oms.run()
    works = works_of(oms, numbers)
    picked = Counter(one.lot for work in works for one in oms.lots.picked(work))
    assert len(works) == 10
    assert picked == {one.lot: one.pieces for one in goods}
    assert oms.verify().drift == ()


def take_in(oms: Oms, number: int) -> str:
    """Take the same number in, half of the hands here and half there."""
    goods = [LotIn("PHONE", "S1"), LotIn("PHONE", f"S-{number}")]
    oms.lots.receive(("BER", "POZ")[number % 2], goods, actor="amy")
    return "taken in"


def test_of_ten_that_take_in_one_number_one_does(oms: Oms) -> None:
    outcomes = in_threads(oms, take_in)
    refused = [one.code for one in outcomes if isinstance(one, Refused)]
    assert (outcomes.count("taken in"), refused) == (1, ["serial_twice"] * 9)
    assert sum(one.on_hand for one in oms.lots.of("PHONE")) == 2
    assert oms.verify().drift == ()


@pytest.mark.postgres
def test_without_the_lot_s_own_version_one_number_would_be_taken_in_twice(
    postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    meet = Barrier(2)

    def look_together(*args: Any) -> Any:
        traced = trace(*args)
        meet.wait(30)
        return traced

    oms = open_shop(postgres_url, lot_rules=RULES)
    oms.lots.receive("BER", [LotIn("PHONE", "S1")], actor="amy")
    oms.lots.move("lost", "BER", "PHONE", {"S1": 1}, actor="amy")
    monkeypatch.setattr(lotbook, "trace", look_together)
    monkeypatch.setattr(lotbook, "_events", lambda *_: {})
    outcomes = in_threads(oms, take_in_one, 2)
    drift = [one.subject for one in oms.verify().drift]
    close(oms)
    assert outcomes == ["taken in", "taken in"]
    assert "serial number S1 of PHONE" in drift


def take_in_one(oms: Oms, number: int) -> str:
    oms.lots.receive(("BER", "POZ")[number], [LotIn("PHONE", "S1")], actor="amy")
    return "taken in"


def ship_the_same(works: list[str], oms: Oms, number: int) -> Done:
    """Every hand says that the one free number left with its own work."""
    parcel = Parcel(1, f"WB-{number}", ((1, 1),), lots=(LotPieces(1, "PHONE", "S9"),))
    return oms.do(works[number], Ship((parcel,)), actor="wms")


def test_of_ten_that_scan_one_number_one_ships_it(oms: Oms) -> None:
    numbers = placed(oms, "PHONE", 9)
    oms.lots.receive("BER", [LotIn("PHONE", f"S{n}") for n in range(10)], actor="amy")
    oms.run()
    outcomes = in_threads(oms, partial(ship_the_same, works_of(oms, numbers)), 9)
    assert len([one for one in outcomes if isinstance(one, Done)]) == 1
    assert {one.code for one in outcomes if isinstance(one, Refused)} == {"bad_serials"}
    (holder,) = oms.lots.holders("PHONE", "S9")
    assert holder.gone == 1
    assert oms.verify().drift == ()


def ship_or_receive(works: list[str], oms: Oms, number: int) -> Done | None:
    """Half of the hands ship the last pieces of a lot, half take pieces of it in."""
    if number % 2:
        return oms.do(works[number // 2], HandOver(f"WB-{number}", "post"), actor="wms")
    oms.lots.receive("BER", [LotIn("MILK", "L")], actor="amy")
    return None


def test_a_lot_that_runs_empty_while_pieces_come_in_is_not_lost_of_sight(oms: Oms) -> None:
    numbers = placed(oms, "MILK", 5)
    oms.lots.receive("BER", [LotIn("MILK", "L", 5)], actor="amy")
    oms.run()
    outcomes = in_threads(oms, partial(ship_or_receive, works_of(oms, numbers)))
    assert not [one for one in outcomes if isinstance(one, OmsError)]
    (lot,) = oms.lots.of("MILK")
    assert (lot.on_hand, lot.picked) == (5, 0)
    assert oms.verify().drift == ()


def lock(oms: Oms, _number: int) -> int:
    return sum(one.pieces for one in oms.lots.recall("MILK", "L", reason="glass", actor="qa").withheld)


def lock_up(oms: Oms, _number: int) -> int:
    return sum(one.pieces for one in oms.lots.lock_up(actor="clock", on=LATER))


def test_ten_that_lock_up_a_lot_lock_up_each_piece_once(oms: Oms) -> None:
    oms.lots.receive("BER", [LotIn("MILK", "L", 7, LATER)], actor="amy")
    assert sum(in_threads(oms, lock_up)) == 7
    assert oms.stockroom.buckets("MILK", "BER") == {"locked": 7}
    assert oms.verify().drift == ()


def test_ten_that_recall_a_lot_withhold_each_piece_once(oms: Oms) -> None:
    oms.lots.receive("BER", [LotIn("MILK", "L", 7)], actor="amy")
    outcomes = in_threads(oms, lock)
    assert sum(outcomes) == 7
    assert oms.stockroom.buckets("MILK", "BER") == {"quality": 7}
    assert oms.verify().drift == ()
