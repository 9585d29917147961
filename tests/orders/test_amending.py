"""Amending a placed order: proposed, previewed, confirmed or discarded; together or not at all."""

from datetime import UTC, datetime
from typing import Any

import pytest
from attrs import evolve as changed
from hypothesis import given
from hypothesis import strategies as st

from omskit.core import Destination, OmsError, Refused, UsageError
from omskit.orders import (
    AddLine,
    Amend,
    Amended,
    Approve,
    Assign,
    Cancel,
    Change,
    Changes,
    Charge,
    Command,
    Confirm,
    Consignment,
    Discard,
    Merge,
    Order,
    OrderLine,
    Place,
    Proposal,
    Propose,
    Readdress,
    Release,
    RemoveLine,
    Reprice,
    SetCharge,
    SetMemo,
    SetQuantity,
    Ship,
    TakeBack,
    Terms,
    WishCourier,
    decide,
    evolve,
    preview,
)

AT = datetime(2026, 3, 2, 9, tzinfo=UTC)
TERMS = Terms("web", "A-1", AT, "EUR", Destination("DE"), buyer="b1")
LINES = (
    OrderLine(1, "CUP", 4, 4, list_minor=4000, discount_minor=400, tax_minor=576),
    OrderLine(2, "MUG", 3, 3, list_minor=1000),
)
FO = 77


def give(order: Order | None, *commands: Command) -> Order:
    for command in commands:
        for event in decide(order, command, at=AT, actor="amy"):
            order = evolve(order, event)
    assert order is not None
    return order


def refusal(order: Order, *changes: Change) -> OmsError:
    with pytest.raises(OmsError) as error:
        decide(order, Amend(changes), at=AT)
    return error.value


PLACED = give(None, Place(1, TERMS, LINES))
APPROVED = give(PLACED, Approve("all"))
RESERVED = give(APPROVED, Assign((Consignment(1, "BER", ((1, 4), (2, 3)), "DHL", "std"),)))
RELEASED = give(RESERVED, Release(((1, FO),)))
PART_SHIPPED = give(RELEASED, Ship(FO, ((1, 2),)))


def test_fewer_units_are_cancelled_the_open_ones_first_and_what_is_reserved_is_given_back() -> None:
    after = give(RESERVED, Amend((SetQuantity(1, 3),)))
    assert (after.line(1).reserved, after.line(1).cancelled) == (3, 1)
    assert after.consignments[0].lines == ((1, 3), (2, 3))
    # 36.00 for four cups: the first unit that goes carries 9.00
    assert RESERVED.kept_minor - after.kept_minor == 900


def test_more_units_come_at_the_price_of_those_there_are_and_are_sourced_again() -> None:
    after = give(RESERVED, Amend((SetQuantity(1, 5),)))
    line = after.line(1)
    assert (line.quantity, line.open, line.reserved) == (5, 1, 4)
    assert (line.list_minor, line.discount_minor, line.tax_minor) == (5000, 500, 720)
    assert (after.status, after.consignments) == ("approved", RESERVED.consignments)


def test_more_units_at_a_price_that_does_not_divide_need_their_own() -> None:
    error = refusal(APPROVED, SetQuantity(2, 4))
    assert (error.code, error.facts["line"]) == ("uneven_price", 2)
    after = give(APPROVED, Amend((SetQuantity(2, 4), Reprice(2, 1333))))
    assert (after.line(2).quantity, after.line(2).list_minor) == (4, 1333)


def test_a_line_that_is_added_continues_the_numbers_and_is_open() -> None:
    after = give(RESERVED, Amend((AddLine("PEN", 2, 300, 50, external_id="L9"), AddLine("INK", 1))))
    assert [(line.number, line.sku, line.open) for line in after.lines[2:]] == [(3, "PEN", 2), (4, "INK", 1)]
    assert after.total_minor - RESERVED.total_minor == 250
    assert after.status == "approved"


def test_a_line_that_is_removed_is_cancelled_but_for_what_has_left() -> None:
    after = give(APPROVED, Amend((RemoveLine(2),)))
    assert (after.line(2).cancelled, after.line(2).open) == (3, 0)
    assert decide(after, Amend((RemoveLine(2),)), at=AT) == ()


def test_exchanging_the_only_line_for_another_does_not_end_the_order() -> None:
    one = give(None, Place(1, TERMS, LINES[:1]), Approve())
    after = give(one, Amend((RemoveLine(1), AddLine("MUG", 1))))
    assert (after.status, after.lines[0].cancelled, after.lines[1].open) == ("approved", 4, 1)


def test_edge_9_other_money_on_a_partly_shipped_order_moves_no_stock() -> None:
    after = give(PART_SHIPPED, Amend((Reprice(1, 3600, 0),)))
    before = [(line.open, line.reserved, line.shipped) for line in PART_SHIPPED.lines]
    assert [(line.open, line.reserved, line.shipped) for line in after.lines] == before
    assert (after.consignments, after.status, after.line(1).paid_minor) == (
        PART_SHIPPED.consignments,
        PART_SHIPPED.status,
        3600,
    )


def test_edge_9_a_change_set_that_fails_leaves_everything_as_it_was() -> None:
    proposed = give(PART_SHIPPED, Propose(Proposal("p1", (SetMemo("hurry"), SetQuantity(1, 1)))))
    with pytest.raises(Refused, match="units_gone"):
        decide(proposed, Confirm("p1"), at=AT)
    assert preview(proposed, proposed.proposals[0].changes).after == proposed


@pytest.mark.parametrize(
    ("order", "changes", "code"),
    [
        (PART_SHIPPED, (SetQuantity(1, 1),), "units_gone"),
        (APPROVED, (SetQuantity(1, -1),), "units_gone"),
        (RELEASED, (SetQuantity(1, 3),), "at_warehouse"),
        (RELEASED, (Readdress(Destination("AT")),), "at_warehouse"),
        (RELEASED, (WishCourier("GLS"),), "at_warehouse"),
        (give(APPROVED, Cancel(((2, 1),))), (Reprice(2, 500),), "line_settled"),
        (give(APPROVED, Cancel(((2, 1),))), (SetQuantity(2, 4),), "line_settled"),
        (APPROVED, (AddLine("PEN", 0),), "bad_line"),
        (APPROVED, (AddLine("PEN", 1, 100, 101),), "bad_line"),
        (APPROVED, (Reprice(1, 100, 101),), "bad_line"),
        (give(APPROVED, Cancel()), (SetMemo("too late"),), "not_allowed"),
        (APPROVED, (SetQuantity(9, 1),), "unknown_line"),
        (APPROVED, (), "empty_changes"),
    ],
)
def test_what_cannot_be_changed_says_why(order: Order, changes: Changes, code: str) -> None:
    assert refusal(order, *changes).code == code


def test_another_address_takes_back_the_plan_leaves_the_group_and_is_reviewed_again() -> None:
    merged = give(APPROVED, Merge(5), Assign((Consignment(1, "BER", ((1, 4), (2, 3))),)))
    after = give(merged, Amend((Readdress(Destination("AT"), "elsewhere"),), "the buyer moved"))
    assert (after.status, after.merged, after.consignments, after.has_open) == ("received", 0, (), True)
    assert (after.terms.destination, after.terms.merge_identity) == (Destination("AT"), "elsewhere")


def test_the_same_address_changes_nothing() -> None:
    assert decide(RESERVED, Amend((Readdress(Destination("DE")),)), at=AT) == ()


def test_another_courier_is_planned_again_the_same_one_is_not() -> None:
    assert give(RESERVED, Amend((WishCourier("GLS"),))).consignments == ()
    assert give(RESERVED, Amend((WishCourier("DHL"),))).consignments == RESERVED.consignments
    assert give(RESERVED, Amend((WishCourier("DHL"),))).terms.courier == "DHL"


def test_a_proposal_is_kept_and_confirming_it_does_what_amending_does() -> None:
    changes = (SetQuantity(1, 3), SetMemo("three"))
    proposed = give(RESERVED, Propose(Proposal("p1", changes, "asked by phone")))
    assert proposed.proposals == (Proposal("p1", changes, "asked by phone"),)
    assert give(proposed, Confirm("p1")) == give(RESERVED, Amend(changes))


def test_discarding_a_proposal_restores_the_order() -> None:
    proposed = give(RESERVED, Propose(Proposal("p1", (RemoveLine(1),))))
    assert give(proposed, Discard("p1")) == RESERVED


def test_confirming_what_has_come_true_by_itself_ends_the_proposal() -> None:
    proposed = give(RESERVED, Propose(Proposal("p1", (SetMemo(""),))))
    assert decide(proposed, Confirm("p1"), at=AT) == (Amended("reserved", proposal="p1"),)
    assert give(proposed, Confirm("p1")) == RESERVED


def test_an_id_is_proposed_once_and_only_what_is_proposed_is_confirmed() -> None:
    proposed = give(RESERVED, Propose(Proposal("p1", (SetMemo("a"),))))
    assert decide(proposed, Propose(Proposal("p1", (SetMemo("a"),))), at=AT) == ()
    with pytest.raises(UsageError, match="bad_proposal"):
        decide(proposed, Propose(Proposal("p1", (SetMemo("b"),))), at=AT)
    with pytest.raises(Refused, match="no_proposal"):
        decide(proposed, Confirm("p2"), at=AT)
    with pytest.raises(Refused, match="no_proposal"):
        decide(give(proposed, Confirm("p1")), Confirm("p1"), at=AT)


def test_a_preview_says_what_money_and_stock_would_do() -> None:
    seen = preview(RESERVED, (SetQuantity(1, 3), AddLine("PEN", 2, 300)))
    assert (seen.money_minor, seen.units, seen.released, seen.refusal) == (
        -600,
        ((1, -1), (3, 2)),
        (("BER", 1, 1),),
        None,
    )
    refused = preview(RELEASED, (SetQuantity(1, 3),))
    assert refused.refusal is not None
    assert (refused.after, refused.refusal.code) == (RELEASED, "at_warehouse")


moves: st.SearchStrategy[Command] = st.one_of(
    st.just(Approve()),
    st.just(Assign((Consignment(1, "BER", ((1, 2),)),))),
    st.just(Assign((Consignment(1, "BER", ((1, 4), (2, 3))),))),
    st.just(Release(((1, FO),))),
    st.builds(lambda n: Ship(FO, ((1, n),)), st.integers(1, 2)),
    st.builds(lambda n: Cancel(((1, n),)), st.integers(1, 2)),
    st.just(TakeBack(((1, 1),))),
)
changes: st.SearchStrategy[Change] = st.one_of(
    st.builds(SetQuantity, st.integers(1, 2), st.integers(0, 6)),
    st.builds(RemoveLine, st.integers(1, 2)),
    st.builds(AddLine, st.just("PEN"), st.integers(1, 3), st.integers(100, 200), st.integers(0, 100)),
    st.builds(Reprice, st.integers(1, 2), st.integers(100, 900), st.integers(0, 100)),
    st.builds(Readdress, st.sampled_from([Destination("DE"), Destination("AT")])),
    st.builds(WishCourier, st.sampled_from(["", "DHL"])),
    st.builds(SetMemo, st.sampled_from(["", "memo"])),
)


@given(st.lists(moves, max_size=5), st.lists(changes, min_size=1, max_size=3).map(tuple))
def test_a_change_set_does_what_its_preview_says_and_loses_no_unit(told: list[Command], wanted: Changes) -> None:
    order = PLACED
    for command in told:
        try:
            order = give(order, command)
        except OmsError:
            continue
    seen = preview(order, wanted)
    if seen.refusal is not None:
        assert refusal(order, *wanted).code == seen.refusal.code
        assert seen.after == order
        return
    after = give(order, Amend(wanted))
    assert after == seen.after
    assert after.kept_minor - order.kept_minor == seen.money_minor
    held = {line.number: 0 for line in after.lines}
    for one in after.consignments:
        for number, units in one.lines:
            held[number] += units
    for line in after.lines:
        assert line.reserved == held[line.number]
    for before in order.lines:
        now: Any = after.line(before.number)
        assert (now.shipped, now.returned) == (before.shipped, before.returned)
        assert now.cancelled >= before.cancelled


def test_charges_of_a_code_come_to_an_amount_and_keep_their_place() -> None:
    order = changed(PLACED, charges=(Charge("freight", 490), Charge("fee", 100), Charge("freight", 10)))
    (event,) = decide(order, Amend((SetCharge("freight", 900, "heavier"), SetCharge("tip", 50))), at=AT)
    assert isinstance(event, Amended)
    assert event.charges == (Charge("freight", 900, "heavier"), Charge("fee", 100), Charge("tip", 50))
    after = evolve(order, event)
    assert after.total_minor == order.total_minor + 450
    assert decide(after, Amend((SetCharge("freight", 900, "heavier"),)), at=AT) == ()
    (gone,) = decide(after, Amend((SetCharge("fee", 0),)), at=AT)
    assert [one.code for one in evolve(after, gone).charges] == ["freight", "tip"]


def test_charges_do_not_come_to_less_than_was_given_back_of_them() -> None:
    order = changed(PLACED, charges=(Charge("freight", 490),), conceded_minor=200)
    with pytest.raises(Refused) as error:
        decide(order, Amend((SetCharge("freight", 199),)), at=AT)
    assert error.value.code == "charges_settled"
