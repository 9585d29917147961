"""Laws of fulfillment: what holds whatever warehouses and couriers say, in whatever order."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from omskit import fulfillment as f
from omskit.core import Component, Destination, Limits, Load, OmsError, first_fit, fold
from omskit.fulfillment import FACTS, Fact, FulfillmentOrder, Parcel, WorkLine, decide, evolve, status_of
from omskit.fulfillment import tracking as tracking_module

AT = datetime(2026, 3, 2, 9, tzinfo=UTC)
LINES = (WorkLine(1, 10, 1, "A", 4, 4), WorkLine(2, 11, 1, "B", 3, 3))
SENT = FulfillmentOrder(7, "requested", "BER", Destination("DE"), LINES, "post")
STORE = FulfillmentOrder(7, "requested", "BER", Destination("DE"), LINES, pickup=f.Pickup())

units = st.tuples(st.integers(1, 2), st.integers(1, 3))
lines = st.lists(units, min_size=1, max_size=2, unique_by=lambda one: one[0]).map(lambda some: tuple(sorted(some)))
number = st.integers(1, 3)
waybill = st.sampled_from(["W1", "W2", "W3"])
facts = st.builds(Fact, st.sampled_from(FACTS), st.integers(0, 6).map(lambda hours: AT + timedelta(hours=hours)))
ship = st.builds(
    lambda at, code, inside, final, id_: f.Ship((Parcel(at, code, inside),), final, id_),
    number,
    waybill,
    lines,
    st.booleans(),
    st.sampled_from(["", "out-1", "out-2"]),
)
moves = st.one_of(
    st.sampled_from([f.Accept(), f.Recall(), f.ConfirmRecall(), f.DenyRecall(), f.Reject("x"), f.ExpirePickup()]),
    st.builds(f.RejectLines, lines, st.just("broken")),
    ship,
    st.builds(f.HandOver, waybill),
    st.builds(lambda at: f.Dispatch((at,)), number),
    st.builds(f.Unship, number, st.just("x"), st.booleans()),
    st.builds(f.Settle, number, st.booleans()),
    st.builds(lambda inside: f.Pack((inside,)), lines),
    st.builds(f.Unpack, number),
    st.builds(f.Weigh, number, st.integers(0, 2)),
    st.builds(f.GetWaybill, number, st.sampled_from([("post",), ("post", "swift")])),
    st.builds(f.ReceiveWaybill, number, st.integers(1, 2), waybill),
    st.builds(f.FailWaybill, number, st.integers(1, 2), st.just("x")),
    st.builds(f.VoidWaybill, number),
    st.builds(f.ConfirmVoid, number, st.integers(1, 2)),
    st.builds(f.RefuseVoid, number, st.integers(1, 2)),
    st.builds(lambda at, some: f.Track(at, tuple(some)), number, st.lists(facts, max_size=3)),
    st.builds(f.Intercept, number),
    st.builds(f.AcceptIntercept, number),
    st.builds(f.DenyIntercept, number),
    st.just(f.AwaitPickup("4711", AT + timedelta(days=1))),
    st.builds(f.Collect, st.sampled_from(["4711", "4712"])),
    st.builds(f.LiftHold, st.sampled_from(["no_waybill", "parcel_lost"]), number),
)
lives = st.lists(moves, max_size=20)
firsts = st.sampled_from([SENT, STORE])


def live(first: FulfillmentOrder, commands: list[Any]) -> tuple[FulfillmentOrder, list[Any]]:
    state: FulfillmentOrder = first
    events: list[Any] = [f.Opened(first)]
    for command in commands:
        try:
            made = decide(state, command, at=AT, actor="law")
        except OmsError:
            continue
        for event in made:
            events.append(event)
            state = evolve(state, event)
    return state, events


@given(firsts, lives)
def test_a_state_is_the_fold_of_its_stored_events(first: FulfillmentOrder, life: list[Any]) -> None:
    state, events = live(first, life)
    codec = f.FULFILLMENTS.events
    assert fold(evolve, [codec.load(codec.tag_of(one), codec.dump(one)) for one in events]) == state
    kind = f.FULFILLMENTS.state
    assert kind.load("fulfillment", kind.dump(state)) == state


#: Commands that ask for more each time, so that a repeat is another wish.
_MORE = (f.RejectLines, f.Pack, f.Collect)


@given(firsts, lives, moves)
def test_a_command_that_was_carried_out_is_nothing_when_it_comes_again(
    first: FulfillmentOrder, life: list[Any], command: Any
) -> None:
    assume(not isinstance(command, _MORE))
    state, _ = live(first, life)
    try:
        made = decide(state, command, at=AT)
    except OmsError:
        return
    after = fold(evolve, [f.Opened(state), *made])
    try:
        assert decide(after, command, at=AT) == ()
    except OmsError as error:
        assert error.code in {"not_allowed", "not_under_way"}  # noqa: PT017 - a repeat may be refused, never happen


@given(firsts, lives)
def test_every_unit_is_open_shipped_or_short_and_what_has_left_is_in_counted_parcels(
    first: FulfillmentOrder, life: list[Any]
) -> None:
    state, events = live(first, life)
    anyway = set()
    for one in events:
        if isinstance(one, f.ShippedAnyway):
            anyway |= {parcel.number for parcel in one.parcels}
        elif isinstance(one, f.Settled) and one.sold:
            anyway.discard(one.parcel)
    gone = [p for p in state.parcels if p.status not in {"packed", "undone"} and p.number not in anyway]
    for line in state.lines:
        assert line.open + line.shipped + line.short == line.quantity
        assert line.shipped == sum(count for p in gone for at, count in p.lines if at == line.number)
    boxes = [p for p in state.parcels if p.status == "packed"]
    for line in state.lines:
        assert sum(count for p in boxes for at, count in p.lines if at == line.number) <= line.quantity


@given(firsts, lives)
def test_a_parcel_has_one_label_that_holds_and_one_number_in_its_place(
    first: FulfillmentOrder, life: list[Any]
) -> None:
    state, _ = live(first, life)
    assert [parcel.number for parcel in state.parcels] == list(range(1, len(state.parcels) + 1))
    for parcel in state.parcels:
        assert sum(label.status in {"requested", "live"} for label in parcel.labels) <= 1
        live_ones = [label.waybill for label in parcel.labels if label.status == "live"]
        if live_ones and parcel.left_at is None:
            assert [parcel.waybill] == live_ones


@given(firsts, lives)
def test_recall_and_shipment_exactly_one_wins(first: FulfillmentOrder, life: list[Any]) -> None:
    _, events = live(first, life)
    finals = [
        one
        for one in events
        if isinstance(one, f.RecallConfirmed | f.Rejected | f.PickupExpired)
        or (isinstance(one, f.ParcelsShipped) and one.final)
    ]
    assert len(finals) <= 1


def _told(first: list[Fact], order: list[Fact], asked: bool) -> FulfillmentOrder:  # noqa: FBT001
    commands: list[Any] = [f.HandOver("W1"), *([f.Intercept(1)] if asked else [])]
    state, _ = live(SENT, [*commands, *(f.Track(1, (one,)) for one in (*first, *order))])
    return state


shuffled = st.lists(facts, max_size=7).flatmap(lambda some: st.tuples(st.just(some), st.permutations(some)))


@given(shuffled, st.booleans())
def test_facts_in_any_order_and_as_often_as_they_come_end_in_the_same_state(
    told: tuple[list[Fact], list[Fact]], asked: bool  # noqa: FBT001
) -> None:
    one, other = told
    assert _told([], one, asked).parcels == _told(other[:2], other, asked).parcels


@given(shuffled)
def test_facts_told_together_are_as_if_told_one_by_one(told: tuple[list[Fact], list[Fact]]) -> None:
    one, other = told
    together, _ = live(SENT, [f.HandOver("W1"), f.Track(1, tuple(other))])
    assert together.parcels == _told([], one, asked=False).parcels


def test_a_status_that_follows_what_was_heard_last_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    def last_heard(some: Any, machine: Any = f.PARCEL_MACHINE) -> str:
        kinds = [one.kind for one in some]
        return kinds[-1] if kinds and kinds[-1] in machine.states else "left"

    monkeypatch.setattr(tracking_module, "status_of", last_heard)
    check = settings(max_examples=300, database=None, suppress_health_check=list(HealthCheck))(
        given(shuffled, st.booleans())(
            test_facts_in_any_order_and_as_often_as_they_come_end_in_the_same_state.hypothesis.inner_test  # type: ignore[attr-defined]
        )
    )
    with pytest.raises(AssertionError):
        check()


@given(st.lists(facts, max_size=8), facts)
def test_progress_never_moves_a_parcel_back(some: list[Fact], one: Fact) -> None:
    way = ("left", "picked_up", "in_transit", "out_for_delivery")
    before = status_of(some)
    after = status_of([*some, one])
    if before in way and after in way:
        assert way.index(after) >= way.index(before)
    if before == "returned":
        assert after == "returned"


@given(st.lists(facts, max_size=8))
def test_an_interception_has_failed_or_recovered_and_never_both_ends(some: list[Fact]) -> None:
    parcel = _told([], some, asked=True).parcels[0]
    expected = {"returned": "recovered", "delivered": "failed", "lost": "failed", "refused": "returning"}
    assert parcel.interception == expected.get(parcel.status, parcel.interception)


parts = st.builds(Component, st.just("S"), st.just(1), st.integers(0, 900), st.integers(0, 900))
things = st.lists(st.tuples(st.integers(1, 5), parts), max_size=5)


@given(things, st.integers(1, 1000), st.integers(0, 1000), st.integers(0, 4))
def test_packing_keeps_every_unit_and_every_limit_that_can_be_kept(
    some: list[tuple[int, Component]], weight_g: int, volume_cm3: int, most: int
) -> None:
    work = [
        (WorkLine(at, 1, at, "S", count, count, parts=(part,)), count) for at, (count, part) in enumerate(some, 1)
    ]
    boxes = f.pack(work, f.Packing(Limits(weight_g, volume_cm3, most)))
    total: dict[int, int] = {}
    for box in boxes:
        count = sum(taken for _, taken in box)
        assert count
        for at, taken in box:
            total[at] = total.get(at, 0) + taken
        weight = sum(work[at - 1][0].parts[0].weight_g * taken for at, taken in box)
        volume = sum(work[at - 1][0].parts[0].volume_cm3 * taken for at, taken in box)
        assert count == 1 or (weight <= weight_g and volume <= (volume_cm3 or volume) and count <= (most or count))
    assert total == {line.number: count for line, count in work}


@given(st.lists(st.tuples(st.integers(1, 6), st.integers(0, 9)), max_size=6), st.integers(1, 20))
def test_first_fit_puts_each_unit_into_one_box(some: list[tuple[int, int]], limit: int) -> None:
    loads = [Load(count, each * count) for count, each in some]
    boxes = first_fit(loads, Limits(weight_g=limit))
    placed = [sum(count for box in boxes for at, count in box if at == position) for position in range(len(loads))]
    assert placed == [load.units for load in loads]


class Lives(RuleBasedStateMachine):
    """A warehouse and its couriers against a model of plain counters and dicts."""

    def __init__(self) -> None:
        super().__init__()
        self.state = SENT
        self.open = {1: 4, 2: 3}
        self.shipped = {1: 0, 2: 0}
        self.stopped = self.ended = False
        self.sent: dict[int, dict[int, int]] = {}
        self.scanned: dict[int, set[Fact]] = {}
        self.undone: set[int] = set()
        self.codes = 0

    def ask(self, command: Any) -> bool:
        """Carry out a command; return whether it was allowed. A refusal changes nothing."""
        before = self.state
        try:
            events = decide(self.state, command, at=AT, actor="model")
        except OmsError:
            assert self.state is before
            return False
        for event in events:
            self.state = evolve(self.state, event)
        return True

    @rule(inside=lines, final=st.booleans())
    def ship(self, inside: tuple[tuple[int, int], ...], *, final: bool) -> None:
        self.codes += 1
        number = len(self.sent) + 1
        fits = all(count <= self.open[at] for at, count in inside)
        allowed = self.ask(f.Ship((Parcel(number, f"W{self.codes}", inside),), final))
        if self.stopped:
            return
        assert allowed == (fits and not self.ended)
        if allowed:
            self.sent[number] = dict(inside)
            for at, count in inside:
                self.open[at] -= count
                self.shipped[at] += count
            self.ended = final or not any(self.open.values())
            if self.ended:
                self.open = {1: 0, 2: 0}

    @rule(inside=lines)
    def reject(self, inside: tuple[tuple[int, int], ...]) -> None:
        fits = all(count <= self.open[at] for at, count in inside)
        allowed = self.ask(f.RejectLines(inside, "broken"))
        assert allowed == (fits and not self.ended and not self.stopped)
        if allowed:
            for at, count in inside:
                self.open[at] -= count
            if not any(self.open.values()):
                self.ended, self.stopped = any(self.shipped.values()), not any(self.shipped.values())

    @rule()
    def stop(self) -> None:
        if self.ended or self.stopped:
            assert not self.ask(f.Recall()) or self.state.status in {"recalled", "recalling"}
            return
        self.ask(f.Recall())
        assert self.ask(f.ConfirmRecall())
        self.stopped, self.open = True, {1: 0, 2: 0}

    @rule(at=number)
    def unship(self, at: int) -> None:
        if at not in self.sent or self.state.status == "conflicted":
            return
        moved = any(one.kind != "exception" for one in self.scanned.get(at, ()))
        allowed = self.ask(f.Unship(at))
        assert allowed == (at in self.undone or not moved)
        if allowed and at not in self.undone:
            self.undone.add(at)
            for line, count in self.sent[at].items():
                self.shipped[line] -= count

    @rule(at=number, some=st.lists(facts, min_size=1, max_size=3))
    def scan(self, at: int, some: list[Fact]) -> None:
        if at in self.sent:
            assert self.ask(f.Track(at, tuple(some)))
            self.scanned.setdefault(at, set()).update(some)

    @invariant()
    def the_counters_agree(self) -> None:
        assert {line.number: line.open for line in self.state.lines} == self.open
        assert {line.number: line.shipped for line in self.state.lines} == self.shipped

    @invariant()
    def the_parcels_stand_where_their_stories_end(self) -> None:
        for at in self.sent:
            expected = "undone" if at in self.undone else status_of(self.scanned.get(at, ()))
            assert self.state.parcels[at - 1].status == expected
            assert set(self.state.parcels[at - 1].facts) == self.scanned.get(at, set())


def test_lives_of_fulfillment_orders_never_part_from_their_model() -> None:
    run_state_machine_as_test(Lives, settings=settings(max_examples=100, stateful_step_count=30))


@pytest.mark.long
def test_many_more_lives_never_part_from_their_model() -> None:
    run_state_machine_as_test(Lives, settings=settings(max_examples=2_000, stateful_step_count=60))
