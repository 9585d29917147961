"""A channel order that comes again with other content becomes explicit changes to the order."""

from datetime import UTC, datetime

import pytest
from attrs import evolve as changed

from omskit.channels import differences
from omskit.core import Destination
from omskit.orders import (
    AddLine,
    Amend,
    Change,
    Order,
    OrderLine,
    Place,
    Readdress,
    RemoveLine,
    Reprice,
    SetMemo,
    SetQuantity,
    Terms,
    WishCourier,
    decide,
    evolve,
)

AT = datetime(2026, 3, 2, 9, tzinfo=UTC)
TERMS = Terms("web", "A-1", AT, "EUR", Destination("DE"), buyer="b1")
CUP = OrderLine(1, "CUP", 4, 4, list_minor=4000, external_id="L1")
MUG = OrderLine(2, "MUG", 3, 3, list_minor=900, external_id="L2")
SAID = Place(1, TERMS, (CUP, MUG))


def placed(said: Place = SAID) -> Order:
    (event,) = decide(None, said, at=AT)
    return evolve(None, event)


def again(*lines: OrderLine, terms: Terms = TERMS) -> Place:
    return Place(1, terms, lines)


@pytest.mark.parametrize(
    ("said", "changes"),
    [
        pytest.param(SAID, (), id="nothing"),
        pytest.param(again(changed(MUG, number=1), changed(CUP, number=2)), (), id="the same lines, turned round"),
        pytest.param(again(changed(CUP, quantity=1, open=1), MUG), (SetQuantity(1, 1),), id="edge-20-shrinks"),
        pytest.param(again(CUP), (RemoveLine(2),), id="edge-20-vanishes"),
        pytest.param(
            again(changed(CUP, quantity=6, open=6, list_minor=6000), MUG),
            (SetQuantity(1, 6), Reprice(1, 6000)),
            id="a line grows",
        ),
        pytest.param(again(CUP, changed(MUG, list_minor=800)), (Reprice(2, 800),), id="another price"),
        pytest.param(
            again(CUP, MUG, OrderLine(3, "PEN", 1, 1, list_minor=50, external_id="L3")),
            (AddLine("PEN", 1, 50, external_id="L3"),),
            id="a line comes on top",
        ),
        pytest.param(
            again(CUP, MUG, terms=changed(TERMS, destination=Destination("AT"), courier="GLS", memo="ring twice")),
            (Readdress(Destination("AT")), WishCourier("GLS"), SetMemo("ring twice")),
            id="other terms",
        ),
    ],
)
def test_what_is_different_becomes_a_change(said: Place, changes: tuple[Change, ...]) -> None:
    assert differences(placed(), said) == changes


def test_carrying_out_the_differences_makes_the_order_what_the_channel_says() -> None:
    said = again(changed(CUP, quantity=6, open=6, list_minor=6000), terms=changed(TERMS, memo="ring twice"))
    order = placed()
    for event in decide(order, Amend(differences(order, said)), at=AT):
        order = evolve(order, event)
    assert differences(order, said) == ()


def test_lines_without_the_channel_s_id_are_told_by_place_and_sku() -> None:
    bare = [changed(line, external_id="") for line in (CUP, MUG)]
    order = placed(again(*bare))
    assert differences(order, again(*bare)) == ()
    swapped = [changed(bare[1], number=1), changed(bare[0], number=2)]
    assert differences(order, again(*swapped)) == (
        AddLine("MUG", 3, 900),
        AddLine("CUP", 4, 4000),
        RemoveLine(1),
        RemoveLine(2),
    )


def test_units_that_were_cancelled_do_not_come_back_because_the_channel_says_the_same_again() -> None:
    order = placed()
    for event in decide(order, Amend((SetQuantity(1, 1),)), at=AT):
        order = evolve(order, event)
    assert differences(order, again(changed(CUP, quantity=1, open=1, list_minor=1000), MUG)) == ()
    assert differences(order, SAID) == ()
    assert differences(order, again(changed(CUP, quantity=2, open=2), MUG)) == (SetQuantity(1, 2),)
