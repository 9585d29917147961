"""A plain model of a shop, and a machine that plays whole lives of orders against it.

The model knows nothing of omskit's values: units are counted in dicts, and every count is changed by what a person
would say has happened. Which warehouse sends what is read from the system, since that is a choice; that the choice
is possible is checked against the model's own counts.
"""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

from attrs import define, evolve, field
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from omskit.allocation import Lane, Network, Policy, RateCard, Service, Warehouse
from omskit.channels import Channel, ChannelLine, ChannelOrder, Reversal, ReversedLine
from omskit.core import Cell, Destination, Refused, readable
from omskit.engine import Oms
from omskit.flow import direct
from omskit.fulfillment import Accept, ConfirmRecall, DenyRecall, HandOver, Parcel, Reject, Ship
from omskit.fulfillment import Command as FulfillmentCommand
from omskit.orders import (
    ALLOW_ALL,
    AddLine,
    Amend,
    Approve,
    Command,
    MergePolicy,
    Order,
    PutOnHold,
    Readdress,
    ReleaseHold,
    ReviewPolicy,
    SetApart,
    SetQuantity,
    TakeBack,
    Unmerge,
)
from omskit.storage import Delivery, MemoryStorage

AT = datetime(2026, 3, 2, 9, tzinfo=UTC)
SKUS, WAREHOUSES, BUYERS = ("A", "B"), ("BER", "MUC"), ("ida", "jan")
NETWORK = Network(
    "EUR",
    tuple(Warehouse(code, n) for n, code in enumerate(WAREHOUSES)),
    (Service("std", "post", (Lane({"*"}, RateCard(1000, 500, 1000, 100)),)),),
)
PROCESS = direct(NETWORK, Policy(), review=ReviewPolicy(rules=(ALLOW_ALL,)), merging=MergePolicy())


@define
class Line:
    """Units of one line, by what became of them."""

    sku: str
    open: int
    reserved: Counter[str] = field(factory=Counter)
    shipped: int = 0
    cancelled: int = 0
    returned: int = 0
    price: int = 100


@define
class Model:
    """What is where, counted by hand."""

    lines: dict[str, list[Line]] = field(factory=dict)
    on_hand: Counter[tuple[str, str]] = field(factory=Counter)
    replaced: set[str] = field(factory=set)

    def promised(self) -> Counter[tuple[str, str]]:
        """Sum what is reserved by SKU and warehouse."""
        total: Counter[tuple[str, str]] = Counter()
        for order in self.lines.values():
            for line in order:
                for warehouse, units in line.reserved.items():
                    total[line.sku, warehouse] += units
        return total


class Lives(RuleBasedStateMachine):
    """Plays lives: each rule is something that people, channels or warehouses do.

    ``played`` counts the steps of all lives.
    """

    played: ClassVar[int] = 0

    def __init__(self) -> None:
        super().__init__()
        self.now = AT
        self.sent: list[Any] = []
        self.channel = Channel("web", lambda _: self.sent, returns_to="BER")
        self.oms = Oms(MemoryStorage(), [self.channel], PROCESS, clock=lambda: self.now)
        self.waiting = evolve(self.oms, channels=[self.channel], processes=PROCESS.without("release"))
        self.model = Model()
        self.count = 0

    # what the rules below are made of

    def orders(self, *, standing: bool = True) -> dict[str, Order]:
        """Return the orders by number; those that others stand for only if asked."""
        found = {readable("SO", one.key): one for one in self.oms.orders()}
        return {n: one for n, one in found.items() if not standing or n not in self.model.replaced}

    def pick(self, data: st.DataObject, items: Any) -> Any:
        return data.draw(st.sampled_from(sorted(items)))

    def told(self, number: str, command: Command) -> bool:
        """Tell an order something, and say whether it was done; a refusal leaves everything as it was."""
        before = self.oms.order(number)
        try:
            self.oms.do(number, command, actor="amy")
        except Refused:
            assert self.oms.order(number) == before
            return False
        return True

    def reserved_now(self, number: str, position: int) -> Counter[str]:
        found: Counter[str] = Counter()
        for one in self.oms.order(number).consignments:
            for line, units in one.lines:
                if line == position + 1:
                    found[one.warehouse] += units
        return found

    def works(self) -> dict[str, Any]:
        """Return the fulfillment orders that a warehouse may still do something about."""
        alive = {"requested", "accepted", "shipping", "recalling"}
        return {readable("FO", one.key): one for one in self.oms.fulfillments() if one.status in alive}

    def give_back(self, work: Any) -> None:
        """Let the open units of a fulfillment order be open units of its orders again."""
        for line in work.lines:
            mine = self.model.lines[readable("SO", line.order)][line.line - 1]
            mine.reserved[work.warehouse] -= line.open
            mine.open += line.open

    # what happens

    @initialize(units=st.integers(3, 12))
    def a_shop_opens(self, units: int) -> None:
        for sku in SKUS:
            self.goods_come_in(sku, "BER", units)

    @rule(sku=st.sampled_from(SKUS), warehouse=st.sampled_from(WAREHOUSES), units=st.integers(1, 6))
    def goods_come_in(self, sku: str, warehouse: str, units: int) -> None:
        self.oms.stock.receive(warehouse, {sku: units}, actor="dock")
        self.model.on_hand[sku, warehouse] += units

    @rule(
        lines=st.lists(st.tuples(st.sampled_from(SKUS), st.integers(1, 4)), min_size=1, max_size=3),
        buyer=st.sampled_from(BUYERS),
    )
    def somebody_orders(self, lines: list[tuple[str, int]], buyer: str) -> None:
        self.count += 1
        said = tuple(ChannelLine(sku, n, 100 * n, external_id=f"L{at}") for at, (sku, n) in enumerate(lines, 1))
        document = ChannelOrder(
            f"W{self.count}", self.now, "EUR", Destination("DE"), said, buyer, paid_at=self.now, merge=buyer
        )
        self.sent = [document, document]
        received = self.oms.receive("web", b"")
        assert (len(received.placed), received.repeated) == (1, 1)
        self.model.lines[received.placed[0]] = [Line(sku, n) for sku, n in lines]

    @rule(release=st.booleans())
    def the_process_runs(self, release: bool) -> None:  # noqa: FBT001
        (self.oms if release else self.waiting).run()
        free = self.model.on_hand - self.model.promised()
        for number, order in self.orders().items():
            for position, line in enumerate(self.model.lines[number]):
                now = self.reserved_now(number, position)
                more = now - line.reserved
                assert not line.reserved - now, "a run takes nothing back"
                for warehouse, units in more.items():
                    free[line.sku, warehouse] -= units
                line.open -= more.total()
                line.reserved = now
                assert line.open >= 0
            assert order.status != "received" or order.holds
        assert all(units >= 0 for units in free.values()), "more was promised than was free"

    @rule(buyer=st.sampled_from(BUYERS), units=st.integers(1, 3))
    def somebody_orders_and_it_is_released(self, buyer: str, units: int) -> None:
        self.somebody_orders([("A", units), ("B", 1)], buyer)
        self.the_process_runs(release=True)

    @precondition(lambda self: self.works())
    @rule(data=st.data())
    def a_warehouse_sends_all(self, data: st.DataObject) -> None:
        self.a_warehouse_answers(data, "all")

    @rule(hours=st.sampled_from([1, 5, 30]))
    def time_passes(self, hours: int) -> None:
        self.now += timedelta(hours=hours)

    @precondition(lambda self: self.works())
    @rule(data=st.data(), how=st.sampled_from(["accept", "reject", "all", "part", "short"]))
    def a_warehouse_answers(self, data: st.DataObject, how: str) -> None:
        number = self.pick(data, self.works())
        work = self.works()[number]
        parcels = len(work.parcels) + 1
        first = next(line for line in work.lines if line.open)
        commands: dict[str, FulfillmentCommand] = {
            "accept": Accept(),
            "reject": Reject("broken", self.now + timedelta(hours=2)),
            "all": HandOver(f"WB-{number}-{parcels}"),
            "part": Ship((Parcel(parcels, f"WB-{number}-{parcels}", ((first.number, 1),)),), final=False),
            "short": Ship((Parcel(parcels, f"WB-{number}-{parcels}", ((first.number, 1),)),), final=True),
        }
        try:
            self.oms.do(number, commands[how], actor="wms")
        except Refused:
            assert how in {"accept", "reject"}, "a warehouse that works on something can send it"
            return
        sent = {"all": {line.number: line.open for line in work.lines}, "part": {first.number: 1}}
        sent["short"] = sent["part"]
        for line in work.lines:
            units = sent.get(how, {}).get(line.number, 0)
            mine = self.model.lines[readable("SO", line.order)][line.line - 1]
            mine.reserved[work.warehouse] -= units
            mine.shipped += units
            self.model.on_hand[line.sku, work.warehouse] -= units
        if how in {"reject", "short"}:
            after = next(one for one in self.oms.fulfillments() if one.key == work.key)
            for line in after.lines:
                mine = self.model.lines[readable("SO", line.order)][line.line - 1]
                mine.reserved[work.warehouse] -= line.short
                mine.open += line.short
        self.follow_cancelling()

    def follow_cancelling(self) -> None:
        """Orders that were asked to be cancelled are, when the last of their warehouses has stopped."""
        for number, order in self.orders().items():
            if order.status == "cancelled" or any(line.cancelled for line in order.lines):
                for line, counted in zip(order.lines, self.model.lines[number], strict=True):
                    more = line.cancelled - counted.cancelled
                    from_open = min(more, counted.open)
                    now = self.reserved_now(number, line.number - 1)
                    assert (counted.reserved - now).total() == more - from_open
                    counted.cancelled += more
                    counted.open -= from_open
                    counted.reserved = now

    @precondition(lambda self: any(work.status == "recalling" for work in self.works().values()))
    @rule(data=st.data(), stops=st.booleans())
    def a_warehouse_stops_or_cannot(self, data: st.DataObject, stops: bool) -> None:  # noqa: FBT001
        number = self.pick(data, [n for n, work in self.works().items() if work.status == "recalling"])
        work = self.works()[number]
        self.oms.do(number, ConfirmRecall() if stops else DenyRecall(), actor="wms")
        if stops:
            self.give_back(work)
            self.follow_cancelling()

    @precondition(lambda self: self.orders())
    @rule(data=st.data())
    def somebody_cancels_an_order(self, data: st.DataObject) -> None:
        number = self.pick(data, self.orders())
        before = self.oms.order(number)
        working = any(one.fulfillment for one in before.consignments)
        try:
            self.oms.cancel(number, actor="amy")
        except Refused:
            assert self.oms.order(number) == before
            return
        if working:
            assert "cancel_requested" in {hold.code for hold in self.oms.order(number).holds}
            return
        for line in self.model.lines[number]:
            line.cancelled += line.open + line.reserved.total()
            line.open, line.reserved = 0, Counter()

    @precondition(lambda self: self.orders())
    @rule(data=st.data(), hold=st.booleans())
    def somebody_holds_an_order_or_lets_it_go(self, data: st.DataObject, hold: bool) -> None:  # noqa: FBT001
        number = self.pick(data, self.orders())
        self.told(number, PutOnHold("fraud") if hold else ReleaseHold("fraud"))

    @rule(buyer=st.sampled_from(BUYERS))
    def somebody_orders_and_a_person_approves(self, buyer: str) -> None:
        self.somebody_orders([("A", 2), ("B", 1)], buyer)
        assert self.told(max(self.model.lines, key=lambda number: self.oms.order(number).key), Approve())

    @precondition(lambda self: self.orders())
    @rule(data=st.data())
    def an_order_leaves_its_group(self, data: st.DataObject) -> None:
        number = self.pick(data, self.orders())
        merged = self.oms.order(number).merged
        if self.told(number, Unmerge()) and merged:
            for line in self.model.lines[number]:
                line.open += line.reserved.total()
                line.reserved = Counter()

    @precondition(lambda self: self.orders())
    @rule(data=st.data(), units=st.integers(0, 6))
    def somebody_changes_a_quantity(self, data: st.DataObject, units: int) -> None:
        number = self.pick(data, self.orders())
        position = data.draw(st.integers(1, len(self.model.lines[number])))
        if not self.told(number, Amend((SetQuantity(position, units),))):
            return
        line = self.model.lines[number][position - 1]
        kept = line.open + line.reserved.total() + line.shipped
        line.open += max(units - kept, 0)
        fewer = max(kept - units, 0)
        from_open = min(fewer, line.open)
        line.open -= from_open
        line.cancelled += fewer
        now = self.reserved_now(number, position - 1)
        assert (line.reserved - now).total() == fewer - from_open
        line.reserved = now

    @precondition(lambda self: self.orders())
    @rule(data=st.data(), sku=st.sampled_from(SKUS))
    def somebody_adds_a_line(self, data: st.DataObject, sku: str) -> None:
        number = self.pick(data, self.orders())
        if self.told(number, Amend((AddLine(sku, 1, 100),))):
            self.model.lines[number].append(Line(sku, 1))

    @precondition(lambda self: self.orders())
    @rule(data=st.data(), country=st.sampled_from(["DE", "AT"]))
    def somebody_moves(self, data: st.DataObject, country: str) -> None:
        number = self.pick(data, self.orders())
        terms, identity = self.oms.order(number).terms, f"home in {country}"
        moves = (terms.destination.country, terms.merge_identity) != (country, identity)
        if self.told(number, Amend((Readdress(Destination(country), identity),))) and moves:
            for line in self.model.lines[number]:
                line.open += line.reserved.total()
                line.reserved = Counter()

    @precondition(lambda self: self.orders())
    @rule(data=st.data())
    def somebody_sets_a_line_apart(self, data: st.DataObject) -> None:
        number = self.pick(data, self.orders())
        self.told(number, SetApart((data.draw(st.integers(1, len(self.model.lines[number]))),)))

    @precondition(lambda self: self.orders())
    @rule(data=st.data(), warehouse=st.sampled_from(["", *WAREHOUSES]), units=st.integers(1, 3))
    def goods_come_back(self, data: st.DataObject, warehouse: str, units: int) -> None:
        number = self.pick(data, self.orders())
        position = data.draw(st.integers(1, len(self.model.lines[number])))
        line = self.model.lines[number][position - 1]
        done = self.told(number, TakeBack(((position, units),), warehouse))
        assert done == (line.shipped - line.returned >= units)
        if done:
            line.returned += units
            if warehouse:
                self.model.on_hand[line.sku, warehouse] += units

    @precondition(lambda self: self.orders())
    @rule(data=st.data(), units=st.integers(1, 3))
    def the_channel_takes_back(self, data: st.DataObject, units: int) -> None:
        number = self.pick(data, self.orders())
        order = self.oms.order(number)
        self.count += 1
        back = (ReversedLine(order.lines[0].sku, units),)
        self.sent = [Reversal(f"R{self.count}", self.now, back, order=order.channel_id)]
        received = self.oms.receive("web", b"")
        for one in received.matched:
            line = self.model.lines[readable("SO", one.order)][one.line - 1]
            cancelled = min(one.quantity, line.open + line.reserved.total())
            from_open = min(cancelled, line.open)
            line.open -= from_open
            line.cancelled += cancelled
            now = self.reserved_now(readable("SO", one.order), one.line - 1)
            assert (line.reserved - now).total() == cancelled - from_open
            line.reserved = now
            returned = one.quantity - cancelled
            line.returned += returned
            self.model.on_hand[line.sku, "BER"] += returned

    @precondition(lambda self: self.orders())
    @rule(data=st.data())
    def somebody_divides_an_order(self, data: st.DataObject) -> None:
        number = self.pick(data, self.orders())
        order, mine = self.oms.order(number), self.model.lines[number]
        if sum(line.quantity for line in order.lines) < 2:
            return
        first = {1: 1}
        rest = {line.number: line.quantity - first.get(line.number, 0) for line in order.lines}
        rest = {line: units for line, units in rest.items() if units}
        try:
            children = self.oms.divide(number, [first, rest], actor="amy")
        except Refused:
            assert self.oms.order(number) == order
            return
        self.model.replaced.add(number)
        for child, units in zip(children, (first, rest), strict=True):
            self.model.lines[child] = [
                Line(mine[line - 1].sku, n, price=mine[line - 1].price) for line, n in sorted(units.items())
            ]
        assert sum(self.oms.order(child).total_minor for child in children) == order.total_minor

    @precondition(lambda self: self.model.replaced)
    @rule(data=st.data())
    def somebody_joins_what_was_divided(self, data: st.DataObject) -> None:
        divided = [n for n, one in self.orders(standing=False).items() if one.status == "divided"]
        if not divided:
            return
        number = self.pick(data, divided)
        order = self.oms.order(number)
        try:
            self.oms.rejoin(number, actor="amy")
        except Refused:
            assert self.oms.order(number) == order
            return
        self.model.replaced.discard(number)
        self.model.replaced |= {readable("SO", child) for child in order.children}

    @rule()
    def requests_are_sent(self) -> None:
        self.oms.relay(lambda _: Delivery.DONE, 1000)

    # what holds whatever happened

    @invariant()
    def a_step_is_counted(self) -> None:
        Lives.played += 1

    @invariant()
    def every_unit_is_where_the_model_has_it(self) -> None:
        for number, order in self.orders().items():
            counted = [
                (line.sku, line.open, line.reserved.total(), line.shipped, line.cancelled, line.returned)
                for line in self.model.lines[number]
            ]
            found = [
                (line.sku, line.open, line.reserved, line.shipped, line.cancelled, line.returned)
                for line in order.lines
            ]
            assert found == counted, number

    @invariant()
    def the_stock_book_is_what_was_counted(self) -> None:
        promised = self.model.promised()
        levels = self.oms.stock.levels(SKUS)
        for sku in SKUS:
            for warehouse in WAREHOUSES:
                level = levels.get(Cell(sku, warehouse))
                found = (level.on_hand, level.reserved) if level else (0, 0)
                assert found == (self.model.on_hand[sku, warehouse], promised[sku, warehouse])

    def teardown(self) -> None:
        """Prove the whole life by its own history."""
        assert self.oms.verify().drift == ()
