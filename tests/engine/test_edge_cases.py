"""Cases that other systems got wrong, through the whole engine; docs/reference/edge-cases.md lists all."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from attrs import define, evolve, field
from shop import AT, Clock, fulfillments

from omskit import fulfillment as f
from omskit.allocation import Lane, Network, Policy, RateCard, Service, Warehouse
from omskit.channels import Channel, ChannelHold, ChannelLine, ChannelOrder, Listing, Listings, WaybillRequest
from omskit.core import Cell, Component, Destination, Level, Refused, StorageError, readable
from omskit.engine import Oms, Request
from omskit.flow import Process, direct
from omskit.orders import (
    ALLOW_ALL,
    STANDARD_REVIEW,
    Amend,
    MergePolicy,
    PutOnHold,
    Readdress,
    ReleaseHold,
    ReviewPolicy,
)
from omskit.storage import Delivery, MemoryStorage, Storage

NETWORK = Network(
    "EUR",
    (Warehouse("BER"), Warehouse("MUC")),
    (Service("std", "post", (Lane({"*"}, RateCard(1000, 500, 1000, 100)),), cod=True),),
)
SET = Listing("SET", components=(Component("A"), Component("B")))
TRUSTING = ReviewPolicy(rules=(ALLOW_ALL,))


@define
class Feed:
    """A shop of two channels that say what a test gives them."""

    storage: Storage
    clock: Clock = field(factory=Clock)
    review: ReviewPolicy = TRUSTING
    policy: Policy = field(factory=Policy)
    said: list[ChannelOrder] = field(factory=list)

    @property
    def oms(self) -> Oms:
        return self._oms(self._process)

    @property
    def unreleased(self) -> Oms:
        """The same shop, that gives no work to its warehouses."""
        return self._oms(self._process.without("release"))

    @property
    def _process(self) -> Process:
        return direct(NETWORK, self.policy, review=self.review, merging=MergePolicy())

    def _oms(self, process: Process) -> Oms:
        channels = [Channel(code, lambda _: self.said, Listings({"SET": SET}, open=True)) for code in ("x", "y")]
        return Oms(self.storage, channels, process, clock=self.clock)

    def stock(self, **pieces: dict[str, int]) -> None:
        for warehouse, some in pieces.items():
            self.oms.stock.receive(warehouse, some, actor="dock")

    def placed(self, id_: str, *lines: tuple[str, int], channel: str = "x", **terms: Any) -> str:
        said = tuple(ChannelLine(item, n, 100 * n, external_id=f"L{at}") for at, (item, n) in enumerate(lines, 1))
        known = {"buyer": "ida", "paid_at": AT, "merge": "home", **terms}
        self.said = [ChannelOrder(id_, AT, "EUR", Destination("DE"), said, **known)]
        return self.oms.receive(channel, b"").placed[0]

    def same(self, **terms: Any) -> None:
        """Let the channel say its last order again, with other terms."""
        self.said = [evolve(one, **terms) for one in self.said]
        self.oms.receive("x", b"")


def reserved(oms: Oms, number: str) -> dict[str, int]:
    found: dict[str, int] = {}
    for one in oms.order(number).consignments:
        found[one.warehouse] = found.get(one.warehouse, 0) + sum(units for _, units in one.lines)
    return found


def totals(oms: Oms, sku: str) -> tuple[int, int]:
    """Return what is on hand and what is reserved of a SKU, over all warehouses."""
    levels = oms.stock.levels([sku]).values()
    return sum(level.on_hand for level in levels), sum(level.reserved for level in levels)


def requests(oms: Oms) -> list[Any]:
    found: list[Any] = []

    def send(request: Request) -> Delivery:
        found.append(request.document)
        return Delivery.DONE

    oms.relay(send, 1000)
    return found


@pytest.mark.parametrize("lines", [(("SET", 1), ("A", 1)), (("A", 1), ("A", 1)), (("A", 1), ("SET", 1))])
def test_general_case_2_two_lines_that_need_one_piece_never_both_get_it(
    storage: Storage, lines: tuple[tuple[str, int], ...]
) -> None:
    feed = Feed(storage)
    feed.stock(BER={"A": 1, "B": 1})
    number = feed.placed("1", *lines)
    feed.oms.run()
    order = feed.oms.order(number)
    assert sorted(line.reserved for line in order.lines) == [0, 1]
    assert (order.status, totals(feed.oms, "A")) == ("backordered", (1, 1))
    assert feed.oms.verify().is_sound


@pytest.mark.parametrize(("ber", "muc", "wanted"), [(1, 1, 2), (10, 15, 13), (10, 15, 25)])
def test_general_case_3_warehouses_together_promise_what_is_wanted_and_none_more_than_it_has(
    storage: Storage, ber: int, muc: int, wanted: int
) -> None:
    feed = Feed(storage)
    feed.stock(BER={"A": ber}, MUC={"A": muc})
    number = feed.placed("1", ("A", wanted))
    feed.oms.run()
    found = reserved(feed.oms, number)
    assert sum(found.values()) == wanted
    assert (found.get("BER", 0) <= ber, found.get("MUC", 0) <= muc) == (True, True)
    assert feed.oms.verify().is_sound


def test_general_case_3_what_may_not_be_split_is_promised_whole_or_not_at_all(storage: Storage) -> None:
    feed = Feed(storage, policy=Policy(max_parcels=1, partial=False))
    feed.stock(BER={"A": 1}, MUC={"A": 1})
    number = feed.placed("1", ("A", 2), ship_complete=True)
    feed.oms.run()
    assert (feed.oms.order(number).status, reserved(feed.oms, number)) == ("backordered", {})
    assert totals(feed.oms, "A") == (2, 0)


def test_general_case_3_bundles_are_divided_in_whole_ones_only(storage: Storage) -> None:
    feed = Feed(storage)
    feed.stock(BER={"A": 2, "B": 1}, MUC={"A": 1, "B": 2})
    number = feed.placed("1", ("SET", 3))
    feed.oms.run()
    assert reserved(feed.oms, number) == {"BER": 1, "MUC": 1}
    assert feed.oms.stock.levels(["A", "B"]) == {
        Cell("A", "BER"): Level(2, 1),
        Cell("B", "BER"): Level(1, 1),
        Cell("A", "MUC"): Level(1, 1),
        Cell("B", "MUC"): Level(2, 1),
    }
    assert feed.oms.order(number).lines[0].open == 1


def test_general_case_12_a_held_order_keeps_its_reservation_however_long_it_waits(storage: Storage) -> None:
    feed = Feed(storage)
    feed.stock(BER={"A": 1})
    number = feed.placed("1", ("A", 1))
    feed.unreleased.run()
    feed.oms.do(number, PutOnHold("fraud"), actor="amy")
    feed.clock.forward(days=90)
    later = feed.placed("2", ("A", 1), buyer="jan", merge="elsewhere")
    feed.oms.run()
    assert (reserved(feed.oms, number), reserved(feed.oms, later)) == ({"BER": 1}, {})
    feed.oms.do(number, ReleaseHold("fraud"), actor="amy")
    feed.oms.run()
    assert feed.oms.order(number).status == "released"
    assert feed.oms.verify().is_sound


def test_general_case_20_a_storage_that_fails_is_no_success_and_the_payload_may_come_again() -> None:
    class Down(MemoryStorage):
        is_down = False

        @contextmanager
        def begin(self, *, read: bool = False) -> Iterator[Any]:
            with super().begin(read=read) as unit:
                yield unit
                if self.is_down and not read:
                    raise StorageError("unavailable", "the database does not answer")

    storage = Down()
    feed = Feed(storage)
    storage.is_down = True
    with pytest.raises(StorageError):
        feed.placed("1", ("A", 1))
    assert list(feed.oms.orders()) == []
    storage.is_down = False
    assert feed.placed("1", ("A", 1)) == readable("SO", next(iter(feed.oms.orders())).key)


def test_chinese_case_4_another_receiver_leaves_the_group_and_is_reviewed_again(storage: Storage) -> None:
    feed = Feed(storage)
    feed.stock(BER={"A": 2})
    one, two = feed.placed("1", ("A", 1)), feed.placed("2", ("A", 1))
    feed.unreleased.run()
    assert feed.oms.order(one).merged == feed.oms.order(two).merged != 0
    feed.oms.do(one, Amend((Readdress(Destination("AT"), "elsewhere"),)), actor="amy")
    order = feed.oms.order(one)
    assert (order.status, order.merged, reserved(feed.oms, one)) == ("received", 0, {})
    assert reserved(feed.oms, two) == {"BER": 1}
    feed.oms.run()
    assert len(list(feed.oms.fulfillments())) == 2
    assert feed.oms.verify().is_sound


def test_chinese_case_4_a_receiver_changes_only_after_the_warehouse_has_stopped(storage: Storage) -> None:
    feed = Feed(storage)
    feed.stock(BER={"A": 2})
    one, two = feed.placed("1", ("A", 1)), feed.placed("2", ("A", 1))
    feed.oms.run()
    (work,) = fulfillments(feed.oms, one)
    elsewhere = Amend((Readdress(Destination("AT"), "elsewhere"),))
    with pytest.raises(Refused, match="at_warehouse"):
        feed.oms.do(one, elsewhere, actor="amy")
    feed.oms.do(work, f.Recall("another receiver"), actor="amy")
    feed.oms.do(work, f.ConfirmRecall(), actor="wms")
    feed.oms.do(one, elsewhere, actor="amy")
    feed.oms.run()
    works = {number: fulfillments(feed.oms, number) for number in (one, two)}
    places = {readable("FO", found.key): found.destination.country for found in feed.oms.fulfillments()}
    assert [[places[number] for number in works[order]] for order in (one, two)] == [["AT"], ["DE"]]
    assert feed.oms.verify().is_sound


def test_chinese_case_6_a_receiver_that_cannot_be_read_holds_the_parcel_and_the_courier_is_asked_again(
    storage: Storage,
) -> None:
    feed = Feed(storage)
    feed.stock(BER={"A": 1})
    number = feed.placed("1", ("A", 1))
    feed.oms.run()
    (work,) = fulfillments(feed.oms, number)
    for command in (f.Pack((((1, 1),),)), f.GetWaybill(1, ("post",)), f.FailWaybill(1, 1, "matched=false")):
        feed.oms.do(work, command, actor="post")
    (state,) = feed.oms.fulfillments()
    assert [(hold.code, hold.parcel) for hold in state.holds] == [("no_waybill", 1)]
    feed.oms.do(work, f.GetWaybill(1, ("post",)), actor="amy")
    asked = [one.label for one in requests(feed.oms) if isinstance(one, WaybillRequest)]
    feed.oms.do(work, f.ReceiveWaybill(1, 2, "WB-1"), actor="post")
    (state,) = feed.oms.fulfillments()
    assert (asked, state.holds, state.parcels[0].waybill) == ([1, 2], (), "WB-1")


def test_chinese_case_7_an_order_with_a_memo_waits_for_a_person_and_never_merges(storage: Storage) -> None:
    feed = Feed(storage, review=STANDARD_REVIEW)
    feed.stock(BER={"A": 2})
    plain, noted = feed.placed("1", ("A", 1)), feed.placed("2", ("A", 1), memo="分开发")
    feed.oms.run()
    assert [hold.code for hold in feed.oms.order(noted).holds] == ["memo"]
    feed.oms.do(noted, ReleaseHold("memo"), actor="amy")
    feed.oms.run()
    assert [feed.oms.order(number).merged for number in (plain, noted)] == [0, 0]
    assert len(list(feed.oms.fulfillments())) == 2


@pytest.mark.parametrize("cod", [(True, False), (True, True)])
def test_chinese_case_8_money_that_a_courier_collects_leaves_apart(
    storage: Storage, cod: tuple[bool, bool]
) -> None:
    feed = Feed(storage)
    feed.stock(BER={"A": 2})
    for at, collected in enumerate(cod):
        feed.placed(str(at), ("A", 1), cod=collected)
    feed.oms.run()
    assert [len(one.orders) for one in feed.oms.fulfillments()] == [1, 1]


UNPAID = (ChannelHold("awaiting_payment", "the rest is not paid"),)


def test_chinese_case_9_a_presale_leaves_when_the_rest_is_paid(storage: Storage) -> None:
    feed = Feed(storage)
    feed.stock(BER={"A": 1})
    number = feed.placed("1", ("A", 1), kind="presale", paid_at=None, holds=UNPAID)
    feed.oms.run()
    assert (feed.oms.order(number).status, totals(feed.oms, "A")) == ("received", (1, 0))
    feed.same(paid_at=AT, holds=())
    feed.oms.run()
    assert (feed.oms.order(number).status, totals(feed.oms, "A")) == ("released", (1, 1))


def test_chinese_case_9_a_presale_that_is_forfeited_ends_and_its_stock_is_free(storage: Storage) -> None:
    feed = Feed(storage)
    feed.stock(BER={"A": 1})
    number = feed.placed("1", ("A", 1), kind="presale")
    feed.unreleased.run()
    assert totals(feed.oms, "A") == (1, 1)
    feed.same(paid_at=None, holds=UNPAID)
    assert feed.oms.run().moved == {}
    feed.oms.cancel(number, actor="amy", reason="the rest was not paid in time")
    assert (feed.oms.order(number).status, totals(feed.oms, "A")) == ("cancelled", (1, 0))
    assert feed.oms.verify().is_sound


def test_chinese_case_10_what_must_not_ship_yet_is_taken_in_and_no_other_channel_is_offered_it(
    storage: Storage,
) -> None:
    feed = Feed(storage)
    feed.stock(BER={"A": 2})
    number = feed.placed("1", ("A", 1), holds=(ChannelHold("must_not_ship", "105"),), merge="")
    feed.oms.run()
    order = feed.oms.order(number)
    assert (order.status, [hold.code for hold in order.holds]) == ("received", ["must_not_ship"])
    assert feed.oms.offers.available(["A"])["A"].free == 1
    assert not list(feed.oms.fulfillments())


def test_chinese_case_18_of_two_shops_the_order_paid_first_gets_the_last_piece(storage: Storage) -> None:
    feed = Feed(storage)
    feed.stock(BER={"A": 1})
    late = feed.placed("1", ("A", 1), channel="x", paid_at=AT + timedelta(hours=2))
    early = feed.placed("1", ("A", 1), channel="y", paid_at=AT + timedelta(hours=1))
    feed.oms.run()
    assert {number: feed.oms.order(number).status for number in (early, late)} == {
        early: "released",
        late: "backordered",
    }
    assert "line 1 stays open: no_stock" in feed.oms.explain(late)
    assert (totals(feed.oms, "A"), feed.oms.offers.available(["A"])["A"].free) == ((1, 1), 0)
