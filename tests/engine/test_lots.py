"""Lots and serial numbers through the facade, on every storage: they follow the goods, and agree with the book."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from shop import Clock, fulfillments, order, payload, shop

from omskit.channels import PickLine, PickRequest
from omskit.core import Cell, Level, Refused, UsageError, key_of, marked, readable
from omskit.engine import KINDS, LotIn, Oms, Opening, Parcel, Request, Withheld
from omskit.fulfillment import (
    ConfirmRecall,
    HandOver,
    LotPieces,
    Recall,
    Reject,
    RejectLines,
    Settle,
    Ship,
    Unship,
)
from omskit.fulfillment import Parcel as Box
from omskit.inventory import Move, movements
from omskit.inventory.lots import LotBook, LotRule, ShelfLife, lot_cell, of_lot, trace
from omskit.inventory.transfers import CloseShort, Receive, Send
from omskit.returns import CaseKind, Disposition, Found
from omskit.storage import Delivery, Storage
from omskit.storage.sql import SqlStorage, open_engine

MILK = LotRule(ShelfLife(lock_up_days=10, reject_days=20, warn_days=30))
RULES = {"MILK": MILK, "PHONE": LotRule(serial=True)}
APRIL, MAY, JUNE = date(2026, 4, 1), date(2026, 5, 1), date(2026, 6, 1)
BER = Cell("MILK", "BER")


def dairy(storage: Storage, *lots: LotIn, clock: Clock | None = None) -> Oms:
    oms = shop(storage, clock or Clock(), lot_rules=RULES)
    goods = lots or (LotIn("MILK", "MAY", 5, MAY), LotIn("MILK", "APR", 5, APRIL), LotIn("MILK", "JUN", 5, JUNE))
    oms.lots.receive("BER", goods, actor="amy", document="GR-1")
    return oms


def phones(storage: Storage, *numbers: str) -> Oms:
    oms = shop(storage, Clock(), lot_rules=RULES)
    oms.lots.receive("BER", [LotIn("PHONE", number) for number in numbers], actor="amy")
    return oms


def sold(oms: Oms, *lines: tuple[str, int], id_: str = "1") -> tuple[str, str]:
    """Return the numbers of an order and of its fulfillment order."""
    (number,) = oms.receive("web", payload(order(id_, *lines))).placed
    oms.run()
    (work,) = fulfillments(oms, number)
    return number, work


def there(oms: Oms, sku: str = "MILK") -> dict[str, tuple[int, int]]:
    """Return the pieces that can be sold, and those picked, by lot."""
    return {f"{one.code}@{one.warehouse}": (one.on_hand, one.picked) for one in oms.lots.of(sku)}


def test_goods_come_in_by_lot_and_are_sold_as_before(storage: Storage) -> None:
    oms = dairy(storage)
    assert oms.stock.levels(["MILK"]) == {BER: Level(15)}
    found = [(one.code, one.on_hand, one.expires, one.removal_day) for one in oms.lots.of("MILK")]
    assert found == [
        ("APR", 5, APRIL, date(2026, 3, 22)),
        ("MAY", 5, MAY, date(2026, 4, 21)),
        ("JUN", 5, JUNE, date(2026, 5, 22)),
    ]
    assert oms.verify().is_sound


def test_goods_of_a_sku_that_is_kept_by_lot_need_one(storage: Storage) -> None:
    oms = shop(storage, lot_rules=RULES)
    with pytest.raises(Refused, match="lot_needed"):
        oms.stock.receive("BER", {"MILK": 5, "A": 1}, actor="amy")
    oms.stock.receive("BER", {"A": 1}, actor="amy")
    with pytest.raises(UsageError, match="no_lot_rule"):
        oms.lots.receive("BER", [LotIn("A", "L")], actor="amy")
    assert oms.stock.levels(["MILK", "A"]) == {Cell("A", "BER"): Level(1)}


def test_goods_too_near_their_expiry_are_not_taken_in(storage: Storage) -> None:
    oms = shop(storage, lot_rules=RULES)
    goods = [LotIn("MILK", "OK", 5, date(2026, 3, 22)), LotIn("MILK", "OLD", 5, date(2026, 3, 21))]
    with pytest.raises(Refused) as refused:
        oms.lots.receive("BER", goods, actor="amy")
    assert (refused.value.code, refused.value.facts["lots"]) == ("too_near_expiry", (("MILK", "OLD", 19),))
    assert oms.stock.levels(["MILK"]) == {}


def test_a_lot_has_one_expiry_wherever_and_whenever_it_comes_in(storage: Storage) -> None:
    oms = dairy(storage)
    oms.lots.receive("POZ", [LotIn("MILK", "MAY", 2, MAY)], actor="amy")
    with pytest.raises(Refused, match="lot_differs"):
        oms.lots.receive("POZ", [LotIn("MILK", "MAY", 2, JUNE)], actor="amy")
    assert there(oms)["MAY@POZ"] == (2, 0)
    assert oms.verify().is_sound


def test_a_receipt_with_a_key_counts_once(storage: Storage) -> None:
    oms = shop(storage, lot_rules=RULES)
    for _ in range(2):
        oms.lots.receive("BER", [LotIn("MILK", "MAY", 5, MAY)], actor="amy", key="GR-1")
    with pytest.raises(UsageError, match="key_reused"):
        oms.lots.receive("BER", [LotIn("MILK", "MAY", 6, MAY)], actor="amy", key="GR-1")
    assert there(oms) == {"MAY@BER": (5, 0)}


def test_i9_a_warehouse_is_asked_for_the_lots_that_expire_first(storage: Storage) -> None:
    oms = dairy(storage)
    _, work = sold(oms, ("MILK", 7))
    assert oms.lots.picked(work) == [LotPieces(1, "MILK", "APR", 5), LotPieces(1, "MILK", "MAY", 2)]
    assert there(oms) == {"APR@BER": (5, 5), "MAY@BER": (5, 2), "JUN@BER": (5, 0)}
    (found,) = oms.fulfillments()
    assert found.lots == tuple(oms.lots.picked(work))
    asked: list[Request] = []

    def send(request: Request) -> Delivery:
        asked.append(request)
        return Delivery.DONE

    oms.relay(send)
    (request,) = (one.document for one in asked if isinstance(one.document, PickRequest))
    assert request.lines == (PickLine("MILK", 7, (("APR", 5), ("MAY", 2))),)
    assert oms.verify().is_sound


def test_what_is_picked_leaves_without_anybody_naming_it(storage: Storage) -> None:
    oms = dairy(storage)
    number, work = sold(oms, ("MILK", 7))
    oms.do(work, HandOver("WB-1", "post"), actor="wms")
    assert there(oms) == {"MAY@BER": (3, 0), "JUN@BER": (5, 0)}
    assert oms.stock.levels(["MILK"]) == {BER: Level(8)}
    (holder,) = oms.lots.holders("MILK", "APR")
    assert (holder.order, holder.line, holder.gone, holder.picked) == (number, 1, 5, 0)
    assert holder.fulfillments == (work,)
    assert oms.verify().is_sound


def test_a_warehouse_that_took_other_lots_says_so(storage: Storage) -> None:
    oms = dairy(storage)
    _, work = sold(oms, ("MILK", 3))
    lots = (LotPieces(1, "MILK", "JUN", 2), LotPieces(1, "MILK", "APR", 1))
    oms.do(work, Ship((Box(1, "WB-1", ((1, 3),), lots=lots),)), actor="wms")
    assert there(oms) == {"APR@BER": (4, 0), "MAY@BER": (5, 0), "JUN@BER": (3, 0)}
    assert oms.verify().is_sound


@pytest.mark.parametrize(
    ("lots", "problems"),
    [
        ((LotPieces(1, "MILK", "NONE", 3),), (("NONE", "unknown"),)),
        ((LotPieces(1, "MILK", "APR", 4),), (("APR", "too_many"),)),
        ((LotPieces(1, "MILK", "JUN", 3),), (("JUN", "too_few"),)),
    ],
)
def test_lots_that_cannot_have_left_are_refused(
    storage: Storage, lots: tuple[LotPieces, ...], problems: tuple[tuple[str, str], ...]
) -> None:
    oms = dairy(storage, LotIn("MILK", "APR", 5, APRIL), LotIn("MILK", "JUN", 2, JUNE))
    _, work = sold(oms, ("MILK", 3))
    with pytest.raises(Refused) as refused:
        oms.do(work, Ship((Box(1, "WB-1", ((1, 3),), lots=lots),)), actor="wms")
    assert (refused.value.code, refused.value.facts["problems"]) == ("bad_lots", problems)
    assert there(oms) == {"APR@BER": (5, 3), "JUN@BER": (2, 0)}


def test_pieces_picked_for_another_order_do_not_leave(storage: Storage) -> None:
    oms = dairy(storage, LotIn("MILK", "APR", 3, APRIL), LotIn("MILK", "JUN", 3, JUNE))
    sold(oms, ("MILK", 3))
    _, second = sold(oms, ("MILK", 3), id_="2")
    lots = (LotPieces(1, "MILK", "APR", 3),)
    with pytest.raises(Refused) as refused:
        oms.do(second, Ship((Box(1, "WB-1", ((1, 3),), lots=lots),)), actor="wms")
    assert refused.value.facts["problems"] == (("APR", "reserved"),)


def test_a_cancelled_order_gives_its_lots_back(storage: Storage) -> None:
    oms = dairy(storage)
    number, work = sold(oms, ("MILK", 7))
    oms.cancel(number, actor="amy")
    oms.do(work, ConfirmRecall(), actor="wms")
    assert there(oms) == {"APR@BER": (5, 0), "MAY@BER": (5, 0), "JUN@BER": (5, 0)}
    assert oms.verify().is_sound


def test_pieces_come_back_into_the_lot_that_they_left(storage: Storage) -> None:
    oms = dairy(storage)
    number, work = sold(oms, ("MILK", 7))
    oms.do(work, HandOver("WB-1", "post"), actor="wms")
    case = oms.returns.open(Opening(number, CaseKind.RETURN, {1: 6}, authorised=True), actor="amy")
    oms.returns.scan(Parcel("S1", "POZ", (Found("MILK", 1, lot="MAY"),), case=case), actor="poz")
    assert there(oms) == {"MAY@BER": (3, 0), "MAY@POZ": (1, 0), "JUN@BER": (5, 0)}
    oms.returns.scan(Parcel("S2", "POZ", (Found("MILK", 2),), case=case), actor="poz")
    damaged = Found("MILK", 3, disposition=Disposition.SCRAP)
    oms.returns.scan(Parcel("S3", "POZ", (damaged,), case=case), actor="poz")
    found = {f"{one.code}@{one.warehouse}": (one.on_hand, dict(one.buckets)) for one in oms.lots.of("MILK")}
    assert found["APR@POZ"] == (2, {"damaged": 3})
    (holder,) = oms.lots.holders("MILK", "MAY")
    assert (holder.gone, oms.lots.holders("MILK", "APR")) == (1, [])
    assert oms.verify().is_sound


def test_a_parcel_that_had_not_left_gives_its_lots_back(storage: Storage) -> None:
    oms = dairy(storage)
    _, work = sold(oms, ("MILK", 7))
    lots = (LotPieces(1, "MILK", "JUN", 5), LotPieces(1, "MILK", "APR", 2))
    oms.do(work, Ship((Box(1, "WB-1", ((1, 7),), lots=lots),)), actor="wms")
    oms.do(work, Unship(1, "it is still here"), actor="wms")
    assert there(oms) == {"APR@BER": (5, 0), "MAY@BER": (5, 0), "JUN@BER": (5, 0)}
    assert oms.lots.holders("MILK", "JUN") == []
    assert oms.verify().is_sound


def test_a_transfer_takes_lots_along(storage: Storage) -> None:
    oms = dairy(storage)
    number = oms.transfers.request("BER", "POZ", [("MILK", 8)], actor="amy")
    oms.transfers.do(number, Send("D1", ((1, 8),)), actor="ber")
    found = {f"{one.code}@{one.warehouse}": dict(one.buckets) for one in oms.lots.of("MILK") if one.buckets}
    assert found == {"APR@POZ": {"in_transit": 5}, "MAY@POZ": {"in_transit": 3}}
    oms.transfers.do(number, Receive("R1", ((1, 4, 2),)), actor="poz")
    oms.transfers.do(number, CloseShort("lorry"), actor="amy")
    assert there(oms) == {
        "APR@POZ": (4, 0),
        "MAY@BER": (2, 0),
        "MAY@POZ": (0, 0),
        "JUN@BER": (5, 0),
    }
    assert oms.verify().is_sound


def test_pieces_of_a_named_lot_are_spoiled_lost_and_found(storage: Storage) -> None:
    oms = dairy(storage)
    oms.lots.move("spoiled", "BER", "MILK", {"JUN": 2}, actor="amy", reason="wet")
    oms.lots.move("lost", "BER", "MILK", {"MAY": 1}, actor="amy")
    oms.lots.move("found", "BER", "MILK", {"APR": 1}, actor="amy")
    oms.stockroom.move("scrapped", "BER", {"MILK": 1}, actor="amy")
    found = {one.code: (one.on_hand, dict(one.buckets)) for one in oms.lots.of("MILK")}
    assert found == {"APR": (6, {}), "MAY": (4, {}), "JUN": (3, {"damaged": 1})}
    assert oms.stockroom.buckets("MILK", "BER") == {"damaged": 1}
    assert oms.verify().is_sound


def test_a_count_by_sku_finds_pieces_of_the_unknown_lot_until_somebody_names_it(storage: Storage) -> None:
    clock = Clock()
    oms = dairy(storage, LotIn("MILK", "MAY", 5, MAY), clock=clock)
    oms.stock.count("BER", {"MILK": 8}, as_of=clock(), actor="amy")
    assert there(oms) == {"MAY@BER": (5, 0), "@BER": (3, 0)}
    oms.lots.name("BER", [LotIn("MILK", "JUN", 2, JUNE)], actor="amy")
    assert there(oms) == {"MAY@BER": (5, 0), "JUN@BER": (2, 0), "@BER": (1, 0)}
    with pytest.raises(Refused, match="bad_lots"):
        oms.lots.name("BER", [LotIn("MILK", "JUN", 2, JUNE)], actor="amy")
    oms.stock.adjust("BER", {"MILK": -2}, actor="amy", reason="gone")
    assert there(oms) == {"MAY@BER": (4, 0), "JUN@BER": (2, 0)}
    assert oms.verify().is_sound


def test_i10_past_the_removal_day_what_nobody_was_promised_is_locked_up(storage: Storage) -> None:
    clock = Clock()
    oms = dairy(storage, LotIn("MILK", "APR", 5, APRIL), LotIn("MILK", "JUN", 1, JUNE), clock=clock)
    sold(oms, ("MILK", 2))
    assert oms.lots.lock_up(actor="night", on=date(2026, 3, 21)) == []
    assert oms.lots.lock_up(actor="night", on=date(2026, 3, 22)) == [Withheld("MILK", "BER", "APR", 3)]
    assert oms.lots.lock_up(actor="night", on=date(2026, 3, 22)) == []
    assert oms.stock.levels(["MILK"]) == {BER: Level(3, 2)}
    assert oms.stockroom.buckets("MILK", "BER") == {"locked": 3}
    (sellable,) = oms.offers.available(["MILK"]).values()
    assert sellable.sellable() == 1
    assert oms.verify().is_sound


def test_a_promise_that_is_given_back_is_locked_up_by_the_next_roll(storage: Storage) -> None:
    oms = dairy(storage, LotIn("MILK", "APR", 5, APRIL))
    (number,) = oms.receive("web", payload(order("1", ("MILK", 5), ship_in=1))).placed
    oms.run()
    assert oms.lots.lock_up(actor="night", on=APRIL) == []
    (work,) = fulfillments(oms, number)
    oms.do(work, Reject("expired"), actor="wms")
    assert oms.lots.lock_up(actor="night", on=APRIL) == [Withheld("MILK", "BER", "APR", 5)]
    assert oms.verify().is_sound


def test_work_for_which_only_locked_lots_are_left_is_held(storage: Storage) -> None:
    clock = Clock()
    oms = dairy(storage, LotIn("MILK", "APR", 5, APRIL), LotIn("MILK", "JUN", 2, JUNE), clock=clock)
    clock.forward(days=25)
    _, work = sold(oms, ("MILK", 4))
    assert oms.lots.picked(work) == [LotPieces(1, "MILK", "JUN", 2)]
    (found,) = oms.fulfillments()
    assert [(hold.code, hold.reason) for hold in found.holds] == [
        ("short_of_lots", "2 pieces are of lots that are locked up or blocked")
    ]
    assert oms.verify().is_sound


def test_what_is_about_to_expire_is_listed_first_to_expire_first(storage: Storage) -> None:
    oms = dairy(storage)
    found = oms.lots.expiring(on=date(2026, 4, 2))
    assert [(one.code, one.on_hand) for one in found] == [("APR", 5), ("MAY", 5)]


def test_a_recall_withholds_what_is_free_and_names_who_got_pieces(storage: Storage) -> None:
    oms = dairy(storage)
    first, gone = sold(oms, ("MILK", 2))
    oms.do(gone, HandOver("WB-1", "post"), actor="wms")
    second, _ = sold(oms, ("MILK", 1), id_="2")
    found = oms.lots.recall("MILK", "APR", reason="glass", actor="qa")
    assert found.withheld == (Withheld("MILK", "BER", "APR", 2),)
    assert [(one.order, one.gone, one.picked) for one in found.holders] == [(first, 2, 0), (second, 0, 1)]
    assert oms.stockroom.buckets("MILK", "BER") == {"quality": 2}
    assert oms.lots.recall("MILK", "APR", reason="glass", actor="qa").withheld == ()
    _, third = sold(oms, ("MILK", 1), id_="3")
    assert oms.lots.picked(third) == [LotPieces(1, "MILK", "MAY", 1)]
    oms.lots.allow("MILK", "APR", actor="qa")
    oms.lots.move("cleared", "BER", "MILK", {"APR": 2}, actor="qa")
    _, fourth = sold(oms, ("MILK", 1), id_="4")
    assert oms.lots.picked(fourth) == [LotPieces(1, "MILK", "APR", 1)]
    assert oms.verify().is_sound


def test_a_lot_that_nobody_took_in_is_told(storage: Storage) -> None:
    oms = dairy(storage)
    with pytest.raises(UsageError, match="unknown_lot"):
        oms.lots.holders("MILK", "NONE")
    with pytest.raises(UsageError, match="unknown_lot"):
        oms.lots.recall("MILK", "NONE", reason="glass", actor="qa")
    with pytest.raises(UsageError, match="unknown_lot"):
        oms.lots.allow("MILK", "NONE", actor="qa")
    with pytest.raises(UsageError, match="unknown_lot"):
        oms.lots.move("found", "BER", "MILK", {"NONE": 1}, actor="amy")


def test_stock_from_before_lots_were_kept_is_of_the_unknown_lot(storage: Storage) -> None:
    old = shop(storage, Clock())
    old.stock.receive("BER", {"MILK": 9}, actor="amy")
    old.stockroom.move("spoiled", "BER", {"MILK": 2}, actor="amy")
    oms = shop(storage, Clock(), lot_rules=RULES)
    assert [one.subject for one in oms.verify().drift] == ["lots of MILK@BER", "lots of MILK damaged@BER"]
    assert [(one.pieces, one.of_lots) for one in oms.lots.settle(actor="amy")] == [(7, 0), (2, 0)]
    assert oms.verify().is_sound
    assert oms.lots.settle(actor="amy") == []
    _, work = sold(oms, ("MILK", 3))
    assert oms.lots.picked(work) == []
    oms.do(work, HandOver("WB-1", "post"), actor="wms")
    old.stock.adjust("BER", {"MILK": -1}, actor="amy", reason="by a system that knew no lots")
    assert [(one.pieces, one.of_lots) for one in oms.lots.settle(actor="amy")] == [(3, 4)]
    assert oms.verify().is_sound


def test_a_desk_that_forgets_the_lots_is_caught_by_the_proof(storage: Storage) -> None:
    oms = dairy(storage)
    shop(storage, Clock()).stock.adjust("BER", {"MILK": -1}, actor="amy", reason="knows no lots")
    assert [(one.subject, one.found, one.expected) for one in oms.verify().drift] == [("lots of MILK@BER", 15, 14)]


def test_a_lot_that_moves_without_its_pieces_is_caught_by_the_proof(storage: Storage) -> None:
    oms = dairy(storage)
    number, _ = sold(oms, ("MILK", 2))
    forgetful = shop(storage, Clock())
    forgetful.cancel(number, actor="amy")
    (found,) = oms.fulfillments()
    forgetful.do(readable("FO", found.key), ConfirmRecall(), actor="wms")
    subjects = [one.subject for one in oms.verify().drift]
    assert sorted(one.partition(" of ")[0].partition("/")[0] for one in subjects) == [
        "picked",
        f"picked for {key_of(number, 'SO')}",
    ]


def test_serial_numbers_are_picked_and_leave_with_their_order(storage: Storage) -> None:
    oms = phones(storage, "S1", "S2", "S3")
    _, first = sold(oms, ("PHONE", 2))
    assert [one.lot for one in oms.lots.picked(first)] == ["S1", "S2"]
    _, second = sold(oms, ("PHONE", 1), id_="2")
    assert [one.lot for one in oms.lots.picked(second)] == ["S3"]
    oms.do(first, HandOver("WB-1", "post"), actor="wms")
    assert there(oms, "PHONE") == {"S3@BER": (1, 1)}
    assert oms.verify().is_sound


def test_scanned_numbers_are_checked_before_they_leave(storage: Storage) -> None:
    oms = phones(storage, "S1", "S2", "S3", "S4")
    _, first = sold(oms, ("PHONE", 2))
    _, second = sold(oms, ("PHONE", 1), id_="2")
    assert oms.lots.check(first, "PHONE", ["S4", "S1"]) == ("S1", "S4")
    with pytest.raises(Refused) as refused:
        oms.lots.check(first, "PHONE", ["S1", "S1", "S9", "S3"])
    problems = (("S1", "twice"), ("S9", "unknown"), ("S3", "reserved"), ("", "count"))
    assert (refused.value.code, refused.value.facts["problems"]) == ("bad_serials", problems)
    theirs = (LotPieces(1, "PHONE", "S3"),)
    with pytest.raises(Refused) as refused:
        oms.do(first, Ship((Box(1, "WB-1", ((1, 2),), lots=theirs),)), actor="wms")
    assert refused.value.facts["problems"] == (("S3", "reserved"), ("", "count"))
    lots = (LotPieces(1, "PHONE", "S4"), LotPieces(1, "PHONE", "S1"))
    oms.do(first, Ship((Box(1, "WB-1", ((1, 2),), lots=lots),)), actor="wms")
    assert there(oms, "PHONE") == {"S2@BER": (1, 0), "S3@BER": (1, 1)}
    assert [one.lot for one in oms.lots.picked(second)] == ["S3"]
    assert oms.verify().is_sound


def test_a_serial_number_is_in_stock_once(storage: Storage) -> None:
    oms = phones(storage, "S1")
    for warehouse in ("BER", "POZ"):
        with pytest.raises(Refused) as refused:
            oms.lots.receive(warehouse, [LotIn("PHONE", "S2"), LotIn("PHONE", "S1")], actor="amy")
        assert (refused.value.code, refused.value.facts["serials"]) == ("serial_twice", ("S1",))
    with pytest.raises(Refused, match="serial_twice"):
        oms.lots.receive("BER", [LotIn("PHONE", "S3", 2)], actor="amy")
    with pytest.raises(Refused, match="serial_twice"):
        oms.lots.move("found", "POZ", "PHONE", {"S1": 1}, actor="amy")
    assert there(oms, "PHONE") == {"S1@BER": (1, 0)}


def test_a_serial_number_comes_back_from_whom_it_went_to(storage: Storage) -> None:
    oms = phones(storage, "S1", "S2")
    number, first = sold(oms, ("PHONE", 1))
    _, second = sold(oms, ("PHONE", 1), id_="2")
    for waybill, work in (("WB-1", first), ("WB-2", second)):
        oms.do(work, HandOver(waybill, "post"), actor="wms")
    case = oms.returns.open(Opening(number, CaseKind.RETURN, authorised=True), actor="amy")
    with pytest.raises(Refused) as refused:
        oms.returns.scan(Parcel("R1", "BER", (Found("PHONE", 1, lot="S2"),), case=case), actor="ber")
    assert refused.value.facts["problems"] == (("S2", "not_theirs"),)
    oms.returns.scan(Parcel("R1", "BER", (Found("PHONE", 1, lot="S1"),), case=case), actor="ber")
    assert there(oms, "PHONE") == {"S1@BER": (1, 0)}
    assert oms.lots.holders("PHONE", "S1") == []
    assert oms.verify().is_sound


def test_numbers_of_a_maker_s_lot_are_found_for_a_recall(storage: Storage) -> None:
    oms = shop(storage, lot_rules=RULES)
    goods = [LotIn("PHONE", f"S{n}", maker_code="W12" if n < 3 else "W13") for n in range(1, 4)]
    oms.lots.receive("BER", goods, actor="amy")
    assert oms.lots.from_maker("PHONE", "W12") == ["S1", "S2"]


def test_lines_without_lots_are_left_alone(storage: Storage) -> None:
    oms = dairy(storage)
    oms.stock.receive("BER", {"A": 3}, actor="amy")
    _, work = sold(oms, ("A", 1), ("MILK", 2))
    assert oms.lots.picked(work) == [LotPieces(2, "MILK", "APR", 2)]


def test_the_unknown_lot_is_no_name_for_goods(storage: Storage) -> None:
    oms = shop(storage, lot_rules=RULES)
    for code in ("", " L", "L" * 101, lot_cell(marked(BER, "damaged"), "L").sku):
        with pytest.raises(UsageError, match="bad_lot"):
            oms.lots.receive("BER", [LotIn("MILK", code, 1, JUNE)], actor="amy")


def test_a_line_that_is_declined_in_part_keeps_the_lots_that_expire_first(storage: Storage) -> None:
    oms = dairy(storage)
    _, work = sold(oms, ("MILK", 7))
    oms.do(work, RejectLines(((1, 3),), "broken"), actor="wms")
    assert oms.lots.picked(work) == [LotPieces(1, "MILK", "APR", 4)]
    assert oms.verify().is_sound


def test_pieces_that_leave_in_parts_are_those_that_were_picked(storage: Storage) -> None:
    oms = dairy(storage)
    _, work = sold(oms, ("MILK", 7))
    oms.do(work, Ship((Box(1, "WB-1", ((1, 3),)),), final=False), actor="wms")
    assert there(oms) == {"APR@BER": (2, 2), "MAY@BER": (5, 2), "JUN@BER": (5, 0)}
    oms.do(work, Ship((Box(2, "WB-2", ((1, 3),)),), final=False), actor="wms")
    assert there(oms) == {"MAY@BER": (4, 1), "JUN@BER": (5, 0)}
    assert oms.verify().is_sound


def test_other_lots_that_leave_use_up_the_picks_of_their_work(storage: Storage) -> None:
    clock = Clock()
    oms = dairy(storage, clock=clock)
    number, work = sold(oms, ("MILK", 4))
    oms.do(work, Ship((Box(1, "WB-1", ((1, 1),)),), final=False), actor="wms")
    oms.do(work, Unship(1, "it is still here"), actor="wms")
    lots = (LotPieces(1, "MILK", "JUN", 2),)
    oms.do(work, Ship((Box(2, "WB-2", ((1, 2),), lots=lots),), final=False), actor="wms")
    assert there(oms) == {"APR@BER": (5, 1), "MAY@BER": (5, 0), "JUN@BER": (3, 0)}
    clock.forward(hours=1)
    oms.run()
    assert len(fulfillments(oms, number)) == 2
    assert there(oms) == {"APR@BER": (5, 2), "MAY@BER": (5, 0), "JUN@BER": (3, 0)}
    assert oms.verify().is_sound


def test_a_spent_lot_is_there_again_when_pieces_come_back(storage: Storage) -> None:
    oms = dairy(storage, LotIn("MILK", "APR", 2, APRIL))
    number, work = sold(oms, ("MILK", 2))
    oms.do(work, HandOver("WB-1", "post"), actor="wms")
    assert oms.lots.of("MILK") == []
    case = oms.returns.open(Opening(number, CaseKind.RETURN, {1: 1}, authorised=True), actor="amy")
    oms.returns.scan(Parcel("S1", "BER", (Found("MILK", 1),), case=case), actor="ber")
    assert there(oms) == {"APR@BER": (1, 0)}
    _, second = sold(oms, ("MILK", 1), id_="2")
    assert oms.lots.picked(second) == [LotPieces(1, "MILK", "APR", 1)]
    assert oms.verify().is_sound


def test_a_return_of_another_lot_than_the_book_has_out_is_back_all_the_same(storage: Storage) -> None:
    oms = dairy(storage)
    number, work = sold(oms, ("MILK", 2))
    oms.do(work, HandOver("WB-1", "post"), actor="wms")
    case = oms.returns.open(Opening(number, CaseKind.RETURN, {1: 1}, authorised=True), actor="amy")
    oms.returns.scan(Parcel("S1", "BER", (Found("MILK", 1, lot="JUN"),), case=case), actor="ber")
    assert there(oms) == {"APR@BER": (3, 0), "MAY@BER": (5, 0), "JUN@BER": (6, 0)}
    assert [one.gone for one in oms.lots.holders("MILK", "APR")] == [1]
    assert oms.verify().is_sound


def test_naming_more_pieces_than_move_is_a_mistake(storage: Storage) -> None:
    oms = dairy(storage)
    with pytest.raises(UsageError, match="bad_quantity"):
        oms.lots.move("lost", "BER", "MILK", {"APR": 1, "MAY": -1}, actor="amy")
    with pytest.raises(UsageError, match="unknown_movement"):
        oms.lots.receive("BER", [LotIn("MILK", "APR", 1, APRIL)], actor="amy", kind="found")
    with pytest.raises(UsageError, match="unknown_number"):
        oms.lots.picked(readable("FO", 999))
    move = Move("lost", BER, 1)
    (leg,) = movements(move, at=Clock()(), actor="amy")
    too_many = [leg, of_lot(leg, "APR", 2)]
    with pytest.raises(UsageError, match="bad_lots"):
        trace(too_many, RULES, LotBook({}, {lot_cell(BER, "APR"): Level(5)}, {}))


@pytest.mark.parametrize(("is_sold", "gone"), [(True, 2), (False, 0)])
def test_lots_that_left_after_the_stop_are_sold_or_written_off(
    storage: Storage,
    is_sold: bool,  # noqa: FBT001
    gone: int,
) -> None:
    oms = dairy(storage)
    _, work = sold(oms, ("MILK", 2))
    oms.do(work, Recall("wait"), actor="amy")
    oms.do(work, ConfirmRecall(), actor="wms")
    lots = (LotPieces(1, "MILK", "JUN", 2),)
    oms.do(work, Ship((Box(1, "WB-1", ((1, 2),), lots=lots),)), actor="wms")
    assert there(oms)["JUN@BER"] == (5, 0)
    oms.do(work, Settle(1, sold=is_sold), actor="amy")
    assert there(oms) == {"APR@BER": (5, 0), "MAY@BER": (5, 0), "JUN@BER": (3, 0)}
    assert sum(one.gone for one in oms.lots.holders("MILK", "JUN")) == gone
    assert oms.verify().is_sound


def test_lots_follow_the_transaction_of_a_host(tmp_path: Path) -> None:
    engine = open_engine(f"sqlite:///{tmp_path}/shop.db")
    storage = SqlStorage(engine, KINDS)
    storage.create()
    oms = dairy(storage)
    _, work = sold(oms, ("MILK", 2))
    with engine.connect() as connection, connection.begin() as transaction:
        with oms.joined(connection) as joined:
            joined.do(work, HandOver("WB-1", "post"), actor="wms")
            assert there(joined)["APR@BER"] == (3, 0)
        transaction.rollback()
    assert there(oms)["APR@BER"] == (5, 2)
    assert oms.verify().is_sound
    engine.dispose()


@pytest.mark.parametrize("expires", [datetime(2026, 6, 1, tzinfo=UTC), "2026-06-01"])
def test_an_expiry_that_is_no_day_is_refused(expires: Any) -> None:
    with pytest.raises(UsageError, match="bad_day"):
        LotIn("MILK", "L", 1, expires)
