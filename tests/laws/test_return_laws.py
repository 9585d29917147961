"""Laws of returns: money and pieces are conserved, in any order and grouping, whatever is asked."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import count as counting

import pytest
from attrs import evolve as changed
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from omskit import orders as o
from omskit import returns as r
from omskit.core import Cell, Component, Destination, OmsError, Refused, fold, marked
from omskit.flow import (
    Rules,
    Track,
    Workspace,
    asked,
    grant,
    granting,
    missing,
    open_case,
    owned,
    react,
    reorder,
    returning,
)
from omskit.inventory import DAMAGED
from omskit.orders import Order, OrderLine
from omskit.returns import CaseKind, Found, ReturnCase, Scan, Verdict

AT = datetime(2026, 3, 2, 9, tzinfo=UTC)
KIT = (Component("A", worth=7), Component("B", 2, worth=3), Component("A", worth=1))

lines = st.builds(
    lambda quantity, price, discount, kit: OrderLine(
        1, "S", quantity, 0, shipped=quantity, list_minor=price, discount_minor=min(discount, price),
        components=KIT if kit else (),
    ),
    st.integers(1, 5),
    st.integers(0, 10_000),
    st.integers(0, 5_000),
    st.booleans(),
)


def pieces_of(line: OrderLine) -> list[str]:
    return [sku for sku, each in line.worth.per.items() for _ in range(each * line.quantity)]


@given(lines, st.data())
def test_whatever_comes_back_in_any_order_and_grouping_refunds_exactly_what_was_paid(
    line: OrderLine, data: st.DataObject
) -> None:
    left = data.draw(st.permutations(pieces_of(line)))
    refunds = []
    while left:
        size = data.draw(st.integers(1, len(left)))
        some, left = left[:size], left[size:]
        after = line.taken_back(0, {sku: some.count(sku) for sku in some})
        refunds.append(line.kept_minor - after.kept_minor)
        line = after
    assert min(refunds) >= 0
    assert sum(refunds) == line.paid_minor
    assert (line.returned, line.loose) == (line.quantity, ())


@given(lines, st.data())
def test_the_refund_of_a_set_of_pieces_does_not_depend_on_the_order_in_which_they_came(
    line: OrderLine, data: st.DataObject
) -> None:
    some = data.draw(st.lists(st.sampled_from(pieces_of(line)), unique=False, max_size=6))
    some = [sku for n, sku in enumerate(some) if some[:n].count(sku) < pieces_of(line).count(sku)]
    one, other = line, line
    for sku in some:
        one = one.taken_back(0, {sku: 1})
    for sku in reversed(some):
        other = other.taken_back(0, {sku: 1})
    assert one == other == line.taken_back(0, {sku: some.count(sku) for sku in some})


@given(lines, st.data())
def test_money_given_back_without_goods_never_makes_the_sum_exceed_what_was_paid(
    line: OrderLine, data: st.DataObject
) -> None:
    paid, given_back = line.paid_minor, 0
    left = data.draw(st.permutations(pieces_of(line)))
    while left:
        concession = data.draw(st.integers(0, line.kept_minor))
        given_back += concession
        line = changed(line, conceded_minor=line.conceded_minor + concession)
        size = data.draw(st.integers(1, len(left)))
        some, left = left[:size], left[size:]
        after = line.taken_back(0, {sku: some.count(sku) for sku in some})
        assert after.kept_minor <= line.kept_minor
        given_back += line.kept_minor - after.kept_minor
        line = after
        assert 0 <= given_back <= paid
    assert (given_back, line.conceded_minor) == (paid, 0)


@pytest.mark.parametrize("last", [0, 1])
def test_general_case_13_150_and_60_less_42_refund_120_and_48_in_any_order(last: int) -> None:
    first = OrderLine(1, "A", 1, 0, shipped=1, list_minor=15_000, discount_minor=3_000)
    second = OrderLine(2, "B", 1, 0, shipped=1, list_minor=6_000, discount_minor=1_200)
    refunds = [line.kept_minor - line.taken_back(1, {}).kept_minor for line in (first, second)]
    assert refunds[:: 1 if last else -1] == ([12_000, 4_800] if last else [4_800, 12_000])


def test_general_case_13_three_units_that_share_10_00_refund_10_00() -> None:
    line = OrderLine(1, "A", 3, 0, shipped=3, list_minor=1_000)
    refunds = []
    for _ in range(3):
        after = line.taken_back(1, {})
        refunds.append(line.kept_minor - after.kept_minor)
        line = after
    assert sorted(refunds) == [333, 333, 334]


founds = st.builds(
    Found,
    st.sampled_from(["A", "B", "Z"]),
    st.integers(1, 3),
    st.sampled_from([0, 1, 2]),
    st.sampled_from(Verdict),
    st.sampled_from(r.Condition),
    st.sampled_from(r.Disposition),
)
amounts = st.one_of(st.none(), st.integers(-5, 300))
commands = st.one_of(
    st.sampled_from(
        [
            r.Authorise("BER"),
            r.Reject("no"),
            r.Withdraw(),
            r.Expire(),
            r.WaiveGoods(),
            r.Close(),
            r.DeclineMoney(),
            r.AnnounceWaybill("W1"),
            r.AnnounceWaybill("W2"),
            r.Revise(5, "2"),
            r.DropOrder(8),
        ]
    ),
    st.builds(
        lambda id_, found, final: r.Receive(Scan(id_, "BER", tuple(found), final=final)),
        st.sampled_from("123"),
        st.lists(founds, max_size=3),
        st.booleans(),
    ),
    st.builds(lambda found: r.Judge(tuple(found), "BER"), st.lists(founds, max_size=3)),
    st.builds(lambda line, count: r.StopGoods(((line, count),)), st.integers(1, 2), st.integers(1, 3)),
    st.builds(r.Credit, st.integers(0, 200)),
    st.builds(
        r.AgreeMoney,
        amounts,
        st.sampled_from([(), ((1, 10),), ((0, 3), (2, 4))]),
    ),
    st.builds(r.Pay, st.sampled_from(["P1", "P2"]), amounts),
    st.builds(r.Reorder, st.integers(8, 9), st.integers(-1, 90)),
)
OPEN = ReturnCase(
    7, CaseKind.RETURN, "requested", "open", 42, "web", "1", "EUR",
    (r.ReturnLine(1, 1, "A", 3), r.ReturnLine(2, 2, "B", 2)), deadline=AT,
)


def played(life: Sequence[r.Command]) -> tuple[list[ReturnCase], list[r.Event]]:
    events: list[r.Event] = list(r.decide(None, r.Request(OPEN), at=AT))
    states = [r.evolve(None, events[0])]
    for command in life:
        try:
            happened = r.decide(states[-1], command, at=AT)
        except OmsError:
            continue
        for event in happened:
            events.append(event)
            states.append(r.evolve(states[-1], event))
    return states, events


@given(st.lists(commands, max_size=25))
def test_a_case_is_what_its_history_says_and_survives_storing(life: list[r.Command]) -> None:
    states, events = played(life)
    assert fold(r.evolve, events) == states[-1]
    assert r.RETURNS.state.load("return", r.RETURNS.state.dump(states[-1])) == states[-1]
    for event in events:
        assert r.RETURNS.events.load(r.RETURNS.events.tag_of(event), r.RETURNS.events.dump(event)) == event


@given(st.lists(commands, max_size=25))
def test_counters_add_up_and_money_is_never_above_what_is_due_and_conceded(life: list[r.Command]) -> None:
    for case in played(life)[0]:
        for line in case.lines:
            assert line.expected + line.over == line.stopped + line.arrived + line.left
            assert line.arrived == line.pending + line.accepted + line.declined
        scanned = sum(found.quantity for scan in case.scans for found in scan.found)
        assert scanned == sum(line.arrived for line in case.lines)
        assert 0 <= case.paid_minor <= case.agreed_minor
        assert case.agreed_minor <= case.due_minor + case.conceded_minor


@given(st.lists(commands, max_size=15), commands)
def test_a_command_that_is_repeated_does_nothing_more(life: list[r.Command], command: r.Command) -> None:
    if isinstance(command, r.Credit | r.Judge):
        return
    case = played(life)[0][-1]
    try:
        happened = r.decide(case, command, at=AT)
    except OmsError:
        return
    for event in happened:
        case = r.evolve(case, event)
    assert r.decide(case, command, at=AT) == ()


RENAMED = {status: f"c{n}" for n, status in enumerate(r.CUSTODY_MACHINE.states)}
PAID = {status: f"m{n}" for n, status in enumerate(r.REFUND_MACHINE.states)}


@given(st.lists(commands, max_size=25))
def test_renaming_every_status_changes_nothing_but_names(life: list[r.Command]) -> None:
    custody, money = r.CUSTODY_MACHINE.renamed(RENAMED), r.REFUND_MACHINE.renamed(PAID)
    case = changed(OPEN, custody=RENAMED["requested"], money=PAID["open"])
    for command in life:
        try:
            for event in r.decide(case, command, at=AT, custody=custody, money=money):
                case = r.evolve(case, event)
        except OmsError:
            continue
    plain = played(life)[0][-1]
    assert changed(plain, custody=RENAMED[plain.custody], money=PAID[plain.money]) == case


def _bag(pairs: Sequence[tuple[str, int]]) -> dict[str, int]:
    sums: dict[str, int] = {}
    for sku, count in pairs:
        sums[sku] = sums.get(sku, 0) + count
    return sums


class Returns(RuleBasedStateMachine):
    """Plays returns of one order against a plain count of pieces and cents."""

    @initialize(
        shipped=st.integers(0, 4),
        quantity=st.integers(4, 5),
        price=st.integers(1, 999),
        kits=st.integers(1, 3),
    )
    def order_is_shipped_in_part(self, shipped: int, quantity: int, price: int, kits: int) -> None:
        plain = OrderLine(1, "C", quantity, quantity - shipped, shipped=shipped, list_minor=price)
        kit = OrderLine(2, "KIT", kits, 0, shipped=kits, list_minor=10 * price, components=KIT)
        terms = o.Terms("web", "1", AT, "EUR", Destination("DE"), buyer="b")
        charge = o.Charge("freight", 40)
        keys = counting(100)
        self.work = Workspace(AT, "amy", Rules(), lambda: next(keys))
        self.order = Order(1, "approved", terms, (plain, kit), (charge,))
        self.paid = self.order.total_minor
        self.with_buyer = {"C": shipped, "A": 2 * kits, "B": 2 * kits}
        self.unsent = quantity - shipped
        self.stock: dict[str, int] = {}
        self.scans = counting(1)
        self.know(self.order)

    def know(self, order: Order) -> None:
        self.work.orders[order.key] = Track(order, 1)

    def now(self) -> Order:
        order = self.work.orders[1].state
        assert order is not None
        return order

    def cases(self) -> list[ReturnCase]:
        return [track.state for track in self.work.returns.values() if track.state]

    def tell(self, key: int, command: r.Command) -> bool:
        """Give a command; return whether it went through."""
        try:
            with self.work.attempt():
                self.work.returned(key, command, "test")
                assert not missing(self.work)
                react(self.work)
        except (Refused, OmsError):
            return False
        return True

    @rule(kind=st.sampled_from(CaseKind), line=st.integers(1, 2), units=st.integers(1, 5))
    def open(self, kind: CaseKind, line: int, units: int) -> None:
        if len(self.cases()) > 6 or kind is CaseKind.BLIND:
            return
        try:
            lines_ = asked(self.now(), kind, {line: units})
        except Refused:
            return
        case = open_case(self.now(), self.work.new_key(), kind, lines_, Rules())
        assert self.tell(case.key, r.Request(case))

    @precondition(lambda self: self.cases())
    @rule(data=st.data(), bag=st.dictionaries(st.sampled_from("ABCZ"), st.integers(1, 3), min_size=1),
          sellable=st.booleans(), verdict=st.sampled_from(Verdict))
    def scan(self, data: st.DataObject, bag: dict[str, int], sellable: bool, verdict: Verdict) -> None:  # noqa: FBT001
        case = data.draw(st.sampled_from(self.cases()))
        to = r.Disposition.SELLABLE if sellable else r.Disposition.SCRAP
        found = tuple(
            Found(sku, count, line, verdict, disposition=to)
            for sku, line, count in owned(self.now(), bag, case.lines)
        )
        command = r.Receive(Scan(f"S{next(self.scans)}", "BER", found))
        if self.tell(case.key, command) and verdict is Verdict.ACCEPTED:
            self._came(found)
            assert self.tell(case.key, command)

    def _came(self, found: Sequence[Found]) -> None:
        for one in found:
            if one.line:
                self.with_buyer[one.sku] -= one.quantity
            mark = "" if one.disposition is r.Disposition.SELLABLE else DAMAGED
            sku = marked(Cell(one.sku, "BER"), mark).sku
            self.stock[sku] = self.stock.get(sku, 0) + one.quantity

    @precondition(lambda self: any(line.pending for case in self.cases() for line in case.lines))
    @rule(data=st.data(), accept=st.booleans())
    def judge(self, data: st.DataObject, accept: bool) -> None:  # noqa: FBT001
        waiting = [(case, line) for case in self.cases() for line in case.lines if line.pending]
        case, line = data.draw(st.sampled_from(waiting))
        verdict = Verdict.ACCEPTED if accept else Verdict.DECLINED
        found = (Found(line.sku, 1, line.line, verdict),)
        if self.tell(case.key, r.Judge(found, "BER")) and accept:
            self._came(found)

    @precondition(lambda self: self.cases())
    @rule(data=st.data(), total=st.one_of(st.none(), st.integers(0, 3_000)), ahead=st.booleans())
    def grant(self, data: st.DataObject, total: int | None, ahead: bool) -> None:  # noqa: FBT001
        case = data.draw(st.sampled_from(self.cases()))
        before = sum(line.cancelled for line in self.now().lines)
        try:
            with self.work.attempt():
                grant(self.work, case.key, total, ahead=ahead)
        except Refused:
            return
        self.unsent -= sum(line.cancelled for line in self.now().lines) - before

    @precondition(lambda self: self.cases())
    @rule(data=st.data(), command=st.sampled_from(
        [r.Authorise(), r.Reject(), r.Withdraw(), r.Close(), r.WaiveGoods(), r.DeclineMoney(), r.Pay("P")]))
    def say(self, data: st.DataObject, command: r.Command) -> None:
        self.tell(data.draw(st.sampled_from(self.cases())).key, command)

    @precondition(lambda self: any(case.kind is CaseKind.EXCHANGE for case in self.cases()))
    @rule(data=st.data(), price=st.integers(1, 2_000), early=st.booleans())
    def exchange(self, data: st.DataObject, price: int, early: bool) -> None:  # noqa: FBT001
        case = data.draw(st.sampled_from([one for one in self.cases() if one.kind is CaseKind.EXCHANGE]))
        with self.work.attempt():
            made = reorder(self.work, case.key, [o.AddLine("X", 1, price)], early=early)
            react(self.work)
        placed = self.work.orders[made].state
        assert placed is not None
        assert 0 <= placed.total_minor <= price

    @invariant()
    def pieces_are_where_the_plain_count_has_them(self) -> None:
        order = self.now()
        there = _bag([
            (sku, (line.shipped - line.returned) * each - dict(line.loose).get(sku, 0))
            for line in order.lines for sku, each in line.worth.per.items()
        ])
        assert there == self.with_buyer
        assert order.line(1).open + order.line(1).reserved == self.unsent
        assert _bag([(one.cell.sku, one.on_hand) for one in self.work.movements]) == self.stock

    @invariant()
    def money_granted_credited_and_kept_is_what_was_paid(self) -> None:
        order, cases = self.now(), self.cases()
        open_ = sum(case.due_minor - (case.agreed_minor - case.conceded_minor) for case in cases)
        assert order.kept_minor + sum(case.agreed_minor for case in cases) + open_ == self.paid
        assert sum(case.agreed_minor for case in cases) <= self.paid
        assert order.kept_minor >= 0

    @invariant()
    def what_cases_accepted_is_what_the_order_counts(self) -> None:
        lines_ = [one for case in self.cases() for one in case.lines]
        for line in self.now().lines:
            for sku, each in line.worth.per.items():
                mine = [one for one in lines_ if (one.line, one.sku) == (line.number, sku)]
                back = line.returned * each + dict(line.loose).get(sku, 0)
                assert sum(one.accepted for one in mine) == back
                assert sum(one.stopped for one in mine) == line.cancelled * each

    @invariant()
    def locks_are_those_of_cases_that_may_still_end_either_way(self) -> None:
        open_ = {case.number for case in self.cases() if case.custody in {"requested", "authorised", "underway",
                                                                          "receiving", "received"}}
        assert {hold.awaits for hold in self.now().holds} <= open_


TestReturns = Returns.TestCase
TestReturns.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)


def _first_piece(case: ReturnCase, _: Order) -> tuple[tuple[int, int], ...]:
    return ((1, 1),) if case.lines else ()


MUTANTS = {
    "money given back is forgotten when goods come": (OrderLine, "_conceded_along", lambda *_: 0),
    "scrap enters the stock that is sold": (returning, "shelf", lambda _, warehouse: warehouse),
    "goods are stopped that have left": (granting, "stoppable", _first_piece),
}


@pytest.mark.parametrize("name", MUTANTS)
def test_the_played_returns_catch_that(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    place, attribute, mutant = MUTANTS[name]
    monkeypatch.setattr(place, attribute, mutant)
    quick = settings(
        max_examples=2_000,
        stateful_step_count=30,
        deadline=None,
        phases=[Phase.generate],
        database=None,
        derandomize=True,
    )
    with pytest.raises((AssertionError, OmsError)):
        run_state_machine_as_test(Returns, settings=quick)
