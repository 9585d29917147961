"""Merging: who may leave together, and the one reason why each of the others may not."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from attrs import evolve as changed
from hypothesis import given
from hypothesis import strategies as st

from omskit.core import Contact, Destination, Refused, UsageError, merge_identity
from omskit.orders import (
    ORDER_MACHINE,
    Apart,
    Approve,
    Assign,
    Consignment,
    Hold,
    Merge,
    MergePlan,
    MergePolicy,
    Order,
    OrderLine,
    Place,
    Release,
    Terms,
    Unmerge,
    decide,
    evolve,
    group,
)

AT = datetime(2026, 3, 2, 9, tzinfo=UTC)
POLICY = MergePolicy()
SECRET = b"sixteen bytes at least"


def order(key: int, *, status: str = "approved", holds: tuple[Hold, ...] = (), **terms: Any) -> Order:
    known: dict[str, Any] = {"buyer": "b1", "paid_at": AT, "merge_identity": "home", **terms}
    return Order(
        key,
        status,
        Terms(known.pop("channel", "web"), f"A-{key}", AT, "EUR", Destination("DE"), **known),
        (OrderLine(1, "SKU", 1, 1),),
        holds=holds,
    )


def planned(*orders: Order, policy: MergePolicy = POLICY) -> MergePlan:
    identities = {one.key: one.terms.merge_identity for one in orders}
    return group(orders, identities, policy, ORDER_MACHINE)


def test_orders_of_one_buyer_to_one_receiver_leave_together_the_one_paid_first_at_the_front() -> None:
    later = order(1, paid_at=AT + timedelta(hours=5))
    assert planned(later, order(2), order(3, merge_identity="office")) == MergePlan(
        ((2, 1),), {3: Apart.NO_SIBLING}
    )


@pytest.mark.parametrize(
    ("one", "why"),
    [
        pytest.param(order(1, status="received"), Apart.STATUS, id="before its approval"),
        pytest.param(order(1, holds=(Hold("fraud", AT, "amy"),)), Apart.HELD, id="held"),
        pytest.param(order(1, holds=(Hold("refund", AT, "amy", line=1),)), Apart.HELD, id="one line held"),
        pytest.param(order(1, paid_at=None), Apart.UNPAID, id="unpaid"),
        pytest.param(order(1, cod=True), Apart.COD, id="cn-8 COD and prepaid"),
        pytest.param(order(1, kind="pickup"), Apart.WHOLE_KIND, id="pickup"),
        pytest.param(order(1, marks=("dropship",)), Apart.MARKED, id="dropship"),
        pytest.param(order(1, memo="分开发"), Apart.MEMO, id="cn-7 a memo parks the order"),
        pytest.param(order(1, buyer=""), Apart.NO_BUYER, id="nameless"),
        pytest.param(order(1, merge_identity=""), Apart.NO_RECEIVER, id="cn-5 unknown receiver is never guessed"),
    ],
)
def test_an_order_leaves_by_itself_for_a_reason(one: Order, why: Apart) -> None:
    assert planned(one, order(2), order(3)) == MergePlan(((2, 3),), {1: why})


def test_what_a_warehouse_works_on_is_not_merged_any_more() -> None:
    busy = changed(order(1), consignments=(Consignment(1, "BER", ((1, 1),), fulfillment=7),))
    assert planned(busy, order(2)).apart == {1: Apart.AT_WAREHOUSE, 2: Apart.NO_SIBLING}


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(order(2, channel="shop"), id="another channel"),
        pytest.param(order(2, buyer="b2"), id="another buyer"),
        pytest.param(order(2, warehouse="BER"), id="another appointed warehouse"),
        pytest.param(order(2, courier="SF"), id="another appointed courier"),
        pytest.param(order(2, kind="presale"), id="presale and normal"),
    ],
)
def test_orders_that_differ_where_they_have_to_agree_leave_apart(other: Order) -> None:
    assert planned(order(1), other) == MergePlan((), {1: Apart.NO_SIBLING, 2: Apart.NO_SIBLING})


def test_a_policy_may_join_channels_buyers_strangers_presales_memos_and_collected_money() -> None:
    policy = MergePolicy(across_channels=True, across_buyers=True, strangers=True, mixing=True, memos=True)
    others = (order(2, channel="shop", buyer=""), order(3, kind="presale", memo="wrap"))
    assert planned(order(1), *others, policy=policy).groups == ((1, 2, 3),)
    cod = MergePolicy(cod=True)
    assert planned(order(1), order(2, cod=True), order(3, cod=True), policy=cod).groups == ((2, 3),)


def test_payments_too_far_apart_and_full_groups_cut_a_class() -> None:
    days = [order(n, paid_at=AT + timedelta(days=n)) for n in (0, 1, 3, 4, 9)]
    plan = planned(*days, policy=MergePolicy(window=timedelta(days=3)))
    assert plan == MergePlan(((0, 1, 3),), {4: Apart.TOO_FAR, 9: Apart.TOO_FAR})
    full = planned(*(order(n) for n in range(1, 6)), policy=MergePolicy(most=2))
    assert full == MergePlan(((1, 2), (3, 4)), {5: Apart.FULL})


def test_a_group_of_one_and_a_window_below_zero_are_refused() -> None:
    for wrong in ({"most": 1}, {"window": timedelta(-1)}):
        with pytest.raises(UsageError, match="bad_merge_policy"):
            MergePolicy(**wrong)


receivers = st.sampled_from(["home", "office", ""])
crowds = st.lists(
    st.tuples(receivers, st.sampled_from(["b1", "b2", ""]), st.integers(0, 9), st.booleans()), max_size=12
)


@given(crowds, st.integers(2, 4), st.randoms(use_true_random=False))
def test_every_order_is_in_one_group_or_apart_whatever_the_order_they_come_in(
    crowd: Sequence[tuple[str, str, int, bool]], most: int, shuffle: Any
) -> None:
    orders = [
        order(n, merge_identity=receiver, buyer=buyer, paid_at=AT + timedelta(days=day), cod=cod)
        for n, (receiver, buyer, day, cod) in enumerate(crowd, 1)
    ]
    policy = MergePolicy(most=most)
    plan = planned(*orders, policy=policy)
    merged = [key for keys in plan.groups for key in keys]
    assert sorted([*merged, *plan.apart]) == [one.key for one in orders]
    by_key = {one.key: one for one in orders}
    for keys in plan.groups:
        assert 2 <= len(keys) <= most
        assert len({(by_key[key].terms.merge_identity, by_key[key].terms.buyer) for key in keys}) == 1
    shuffle.shuffle(orders)
    assert planned(*orders, policy=policy) == plan


def approved() -> Order:
    terms = Terms("web", "A-1", AT, "EUR", Destination("DE"), buyer="b1")
    state: Order | None = None
    for command in (Place(1, terms, (OrderLine(1, "SKU", 2, 2),)), Approve()):
        for event in decide(state, command, at=AT):
            state = evolve(state, event)
    assert state is not None
    return state


def give(state: Order, *commands: Any) -> Order:
    for command in commands:
        for event in decide(state, command, at=AT):
            state = evolve(state, event)
    return state


def test_unmerge_after_merge_restores_the_order() -> None:
    before = approved()
    merged = give(before, Merge(7))
    assert merged.merged == 7
    assert give(merged, Unmerge()) == before


def test_merging_into_the_same_group_again_and_unmerging_a_single_one_happen_as_nothing() -> None:
    assert decide(give(approved(), Merge(7)), Merge(7), at=AT) == ()
    assert decide(approved(), Unmerge(), at=AT) == ()


def test_unmerging_gives_back_what_was_planned_for_the_group() -> None:
    planned_ = give(approved(), Merge(7), Assign((Consignment(1, "BER", ((1, 2),)),)))
    after = give(planned_, Unmerge("another address"))
    assert (after.status, after.consignments, after.lines[0].open, after.merged) == ("approved", (), 2, 0)


def test_a_group_that_a_warehouse_works_on_is_not_unmerged() -> None:
    busy = give(approved(), Merge(7), Assign((Consignment(1, "BER", ((1, 2),)),)), Release(((1, 70),)))
    with pytest.raises(Refused) as refused:
        decide(busy, Unmerge(), at=AT)
    assert (refused.value.code, refused.value.facts["fulfillments"]) == ("at_warehouse", (70,))


HOME = Contact("Zoë  Müller", "+49 (89) 123 456", ("Hauptstr. 5",), "München")


@pytest.mark.parametrize(
    "spelling",
    [
        Contact("ZOË MÜLLER", "+4989123456", ("HAUPTSTR 5",), "MÜNCHEN"),
        Contact("Zoë Müller", "+49-89-123456", ("Hauptstr.", "5"), "Mün chen"),
        Contact("\uff3aoë Müller", "+49\uff1889123456".replace("\uff18", ""), ("Hauptstr.\u30005",), "München"),
    ],
)
def test_spellings_of_one_receiver_have_one_identity(spelling: Contact) -> None:
    place = Destination("DE", "BY", "80331")
    assert merge_identity(spelling, place, secret=SECRET) == merge_identity(HOME, place, secret=SECRET)


@pytest.mark.parametrize(
    "other",
    [
        changed(HOME, name="Zoe Müller"),
        changed(HOME, phone="+49 89 123 457"),
        changed(HOME, lines=("Hauptstr. 6",)),
        changed(HOME, city="Augsburg"),
    ],
)
def test_another_receiver_has_another_identity(other: Contact) -> None:
    place = Destination("DE", "BY", "80331")
    assert merge_identity(other, place, secret=SECRET) != merge_identity(HOME, place, secret=SECRET)


def test_without_lines_or_anybody_s_name_nobody_can_tell() -> None:
    place = Destination("DE")
    assert merge_identity(Contact("Zoë"), place, secret=SECRET) == ""
    assert merge_identity(Contact(lines=("Hauptstr. 5",)), place, secret=SECRET) == ""


def test_a_short_secret_is_refused() -> None:
    with pytest.raises(UsageError, match="weak_secret"):
        merge_identity(HOME, Destination("DE"), secret=b"short")
