"""What happens after parcels have left, for the machine that plays whole lives against a plain model."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import invariant, precondition, rule
from lives import SKUS, WAREHOUSES, Line, Lives

from omskit.core import Refused, readable
from omskit.engine import Opening, Parcel
from omskit.fulfillment import Command as FulfillmentCommand
from omskit.fulfillment import HandOver, Reject, Settle, Unship
from omskit.orders import AddLine, Satisfy
from omskit.returns import CaseKind, Found, ReturnCase


class WholeLives(Lives):
    """Plays on where parcels have left: some had not, some left after a stop, goods come back."""

    def all_or_nothing(self, do: Callable[[], object]) -> bool:
        """Do something, and say whether it was done; a refusal leaves everything as it was."""
        before = list(self.oms.orders()), list(self.oms.fulfillments()), list(self.oms.cases())
        try:
            do()
        except Refused:
            assert (list(self.oms.orders()), list(self.oms.fulfillments()), list(self.oms.cases())) == before
            return False
        return True

    def worked(self, number: str, command: FulfillmentCommand) -> bool:
        return self.all_or_nothing(lambda: self.oms.do(number, command, actor="wms"))

    def line_of(self, work: Any, number: int) -> Line:
        served = work.lines[number - 1]
        line: Line = self.model.lines[readable("SO", served.order)][served.line - 1]
        return line

    def parcels(self) -> dict[tuple[str, int], Any]:
        """Return the work of every parcel that has left, by its number and the parcel's."""
        works = {readable("FO", one.key): one for one in self.oms.fulfillments()}
        return {
            (number, parcel.number): work
            for number, work in works.items()
            for parcel in work.parcels
            if parcel.status == "left"
        }

    def stopped(self) -> dict[str, Any]:
        """Return the work that a warehouse has stopped, with units that it might have sent all the same."""
        works = {readable("FO", one.key): one for one in self.oms.fulfillments()}
        ended = {"recalled", "rejected", "conflicted"}
        return {
            number: work
            for number, work in works.items()
            if work.status in ended and any(line.short for line in work.lines)
        }

    def unsettled(self) -> dict[tuple[str, int], Any]:
        return {where: work for where, work in self.parcels().items() if dict(work.anyway).get(where[1]) == ""}

    def with_buyers(self) -> list[tuple[str, int]]:
        """Return (order, position) of the lines of which a buyer has units."""
        return [
            (number, position)
            for number in self.orders()
            for position, line in enumerate(self.model.lines[number], 1)
            if line.shipped > line.returned
        ]

    def expected(self) -> dict[str, ReturnCase]:
        """Return the cases of one line whose goods are with the buyer, and expected."""
        found = {}
        for case in self.oms.cases():
            line = self.model.lines[readable("SO", case.order)][case.lines[0].line - 1]
            if min(case.lines[0].left, line.shipped - line.returned) > 0:
                found[case.number] = case
        return found

    # what happens

    @precondition(lambda self: self.parcels())
    @rule(data=st.data(), in_stock=st.booleans())
    def a_parcel_had_not_left(self, data: st.DataObject, in_stock: bool) -> None:  # noqa: FBT001
        number, parcel = self.pick(data, self.parcels())
        work = self.parcels()[number, parcel]
        decided = dict(work.anyway).get(parcel)
        if not self.worked(number, Unship(parcel, "a mistake", in_stock)):
            return
        assert decided != "gone"
        for line, units in work.parcels[parcel - 1].lines if decided is None or decided == "sold" else ():
            mine = self.line_of(work, line)
            mine.shipped -= units
            if in_stock:
                mine.reserved[work.warehouse] += units
                self.model.on_hand[mine.sku, work.warehouse] += units
            else:
                mine.open += units

    @precondition(lambda self: self.stopped())
    @rule(data=st.data())
    def a_warehouse_sends_what_it_had_stopped(self, data: st.DataObject) -> None:
        number = self.pick(data, self.stopped())
        parcels = len(self.stopped()[number].parcels) + 1
        self.worked(number, HandOver(f"WX-{number}-{parcels}"))

    @precondition(lambda self: self.works())
    @rule(data=st.data(), sold=st.booleans())
    def rejected_work_leaves_all_the_same(self, data: st.DataObject, sold: bool) -> None:  # noqa: FBT001
        number = self.pick(data, self.works())
        work = self.works()[number]
        if self.worked(number, Reject("flooded", self.now)):
            self.give_back(work)
            self.follow_cancelling()
        if number in self.stopped():
            self.worked(number, HandOver(f"WX-{number}-{len(work.parcels) + 1}"))
        if self.unsettled():
            self.a_person_settles_a_parcel(data, sold)

    @precondition(lambda self: self.with_buyers())
    @rule(data=st.data())
    def goods_are_sent_back_and_scanned(self, data: st.DataObject) -> None:
        self.somebody_sends_goods_back(data, 2)
        self.a_parcel_of_a_case_is_scanned(data, "BER", 1)

    @precondition(lambda self: self.unsettled())
    @rule(data=st.data(), sold=st.booleans())
    def a_person_settles_a_parcel(self, data: st.DataObject, sold: bool) -> None:  # noqa: FBT001
        number, parcel = self.pick(data, self.unsettled())
        work = self.unsettled()[number, parcel]
        lines = work.parcels[parcel - 1].lines
        if not self.worked(number, Settle(parcel, sold)):
            return
        for line, units in lines:
            mine = self.line_of(work, line)
            self.model.on_hand[mine.sku, work.warehouse] -= units
            if sold:
                mine.open -= units
                mine.shipped += units
                assert mine.open >= 0

    @precondition(lambda self: self.with_buyers())
    @rule(data=st.data(), units=st.integers(1, 3))
    def somebody_sends_goods_back(self, data: st.DataObject, units: int) -> None:
        number, position = self.pick(data, self.with_buyers())
        line = self.model.lines[number][position - 1]
        count = min(units, line.shipped - line.returned)
        opening = Opening(number, CaseKind.RETURN, {position: count}, warehouse="BER", authorised=True)
        assert self.all_or_nothing(lambda: self.oms.returns.open(opening, actor="amy"))

    @precondition(lambda self: self.expected())
    @rule(data=st.data(), warehouse=st.sampled_from(WAREHOUSES), units=st.integers(1, 3))
    def a_parcel_of_a_case_is_scanned(self, data: st.DataObject, warehouse: str, units: int) -> None:
        number = self.pick(data, self.expected())
        case = self.expected()[number]
        mine = self.model.lines[readable("SO", case.order)][case.lines[0].line - 1]
        count = min(units, case.lines[0].left, mine.shipped - mine.returned)
        self.count += 1
        parcel = Parcel(f"S{self.count}", warehouse, (Found(mine.sku, count),), case=number)
        for _ in range(2):
            self.oms.returns.scan(parcel, actor="wms")
        mine.returned += count
        self.model.on_hand[mine.sku, warehouse] += count

    @precondition(lambda self: self.with_buyers())
    @rule(data=st.data(), sku=st.sampled_from(SKUS), price=st.sampled_from([100, 250]), early=st.booleans())
    def somebody_exchanges(self, data: st.DataObject, sku: str, price: int, early: bool) -> None:  # noqa: FBT001
        number, position = self.pick(data, self.with_buyers())
        paid = self.model.lines[number][position - 1].price
        opening = Opening(number, CaseKind.EXCHANGE, {position: 1}, authorised=True)
        case = self.oms.returns.open(opening, actor="amy")
        other = self.oms.returns.reorder(case, [AddLine(sku, 1, price)], actor="amy", early=early)
        self.model.lines[other] = [Line(sku, 1, price=price)]
        owed = max(price - paid, 0)
        assert self.oms.order(other).total_minor == owed
        assert {hold.code for hold in self.oms.order(other).holds} == (
            (set() if early else {"awaits_return"}) | ({"awaits_payment"} if owed else set())
        )

    @precondition(lambda self: self.orders())
    @rule(data=st.data())
    def a_difference_is_paid(self, data: st.DataObject) -> None:
        self.told(self.pick(data, self.orders()), Satisfy("paid"))

    # what holds whatever happened

    @invariant()
    def what_came_back_is_due_to_the_cent(self) -> None:
        for case in self.oms.cases():
            lines = self.model.lines[readable("SO", case.order)]
            due = sum(lines[line.line - 1].price * line.accepted for line in case.lines)
            assert case.due_minor == due, case.number
