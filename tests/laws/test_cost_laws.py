"""Laws of cost: nothing is lost or made, whatever moves, and however the ledger is fed to the cards."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shop import AT, shop

from omskit.core import Cell, Claim, Refused
from omskit.engine import Oms, cost_feed
from omskit.inventory import Move, movements
from omskit.inventory.costs import CostScope, Step
from omskit.inventory.valuation import Costing
from omskit.storage import MemoryStorage

SKUS, HOUSES = ("A", "B"), ("BER", "PAR", "LON")

#: One thing that happens: (what, SKU, warehouse, pieces, cost or order).
Deed = tuple[str, str, str, int, int]

#: What there is at first, so that most of what follows can happen.
STOCKED: list[Deed] = [("buy", "A", "BER", 9, 900), ("buy", "A", "LON", 9, 701), ("buy", "B", "BER", 9, 402)]

DEEDS = st.lists(
    st.tuples(
        st.sampled_from(("buy", "buy", "unpriced", "find", "lose", *("sell", "return") * 3, "carry", "spoil")),
        st.sampled_from(("A", "A", "A", "B")),
        st.sampled_from(HOUSES),
        st.integers(1, 5),
        st.integers(0, 400),
    ),
    min_size=5,
    max_size=40,
).map(lambda deeds: [*STOCKED, *deeds])


def opened(costing: Costing) -> Oms:
    scopes = [CostScope("EU", "EUR", ("BER", "PAR"), costing), CostScope("UK", "EUR", ("LON",), costing)]
    return shop(MemoryStorage(), valued=scopes)


def moves_of(deed: Deed, number: int) -> list[Move]:
    what, sku, house, count, amount = deed
    cell, claim, document = Cell(sku, house), Claim(1 + amount % 2, 1), f"D{number}"
    if what == "carry":
        other = Cell(sku, HOUSES[(HOUSES.index(house) + 1) % 3])
        out = Move("transferred_out", cell, count, document=document)
        return [out, Move("dispatched", other, count, document=document)]
    if what == "sell":
        return [Move("reserved", cell, count, claim), Move("shipped", cell, count, claim)]
    kinds = {"find": "found", "lose": "lost", "return": "returned", "spoil": "spoiled", "unpriced": "received"}
    return [Move(kinds[what], cell, count, claim if what == "return" else Claim(), document=document)]


def done(oms: Oms, deeds: Sequence[Deed], *, feed_every: int) -> None:
    for number, deed in enumerate(deeds, 1):
        what, sku, house, count, amount = deed
        if what == "buy":
            oms.costs.receive(house, {sku: (count, amount)}, actor="amy", document=f"D{number}")
        else:
            made = [one for move in moves_of(deed, number) for one in movements(move, at=AT, actor="amy")]
            try:
                with oms.storage.begin() as unit:
                    unit.stock.post(made)
            except Refused:
                continue
        if feed_every and number % feed_every == 0:
            oms.costs.value(3)
    while oms.costs.value():
        pass


def steps(oms: Oms) -> dict[tuple[str, str], list[Step]]:
    return {(sku, scope): list(oms.costs.steps(sku, scope)) for sku in SKUS for scope in ("EU", "UK")}


def pools(oms: Oms) -> list[Any]:
    return list(oms.costs.worth())


@settings(max_examples=60, deadline=None)
@given(DEEDS, st.sampled_from(Costing), st.integers(0, 4), st.integers(1, 6), st.integers(1, 4))
def test_cards_come_to_the_same_however_the_ledger_is_fed(
    deeds: list[Deed], costing: Costing, feed_every: int, page: int, full: int
) -> None:
    whole = opened(costing)
    done(whole, deeds, feed_every=0)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(cost_feed, "MOVES", page)
        patch.setattr(import_module("omskit.inventory.costs.decide"), "FULL", full)
        parts = opened(costing)
        done(parts, deeds, feed_every=feed_every)
    assert steps(parts) == steps(whole)
    assert pools(parts) == pools(whole)
    assert parts.verify().drift == whole.verify().drift == ()


@settings(max_examples=60, deadline=None)
@given(DEEDS, st.sampled_from(Costing), st.integers(0, 300))
def test_what_came_less_what_left_is_what_is_there(deeds: list[Deed], costing: Costing, told: int) -> None:
    oms = opened(costing)
    done(oms, deeds, feed_every=2)
    for one in oms.costs.unpriced():
        house = "LON" if one.scope == "UK" else "BER"
        oms.costs.tell(house, one.document, {one.sku: (one.quantity, told)}, actor="amy")
    assert oms.costs.unpriced() == []
    for (sku, scope), found in steps(oms).items():
        came = sum(one.value_minor for one in found if one.kind.value not in {"sold", "lost", "sent"})
        left = sum(one.value_minor for one in found if one.kind.value in {"sold", "lost", "sent"})
        corrected = sum(one.correction_minor for one in found)
        there = sum(one.value_minor for one in oms.costs.worth() if (one.sku, one.scope) == (sku, scope))
        assert came - left - corrected == there
    assert oms.verify().drift == ()


@settings(max_examples=40, deadline=None)
@given(DEEDS, st.sampled_from(Costing))
def test_a_scope_that_is_emptied_is_worth_exactly_nothing(deeds: list[Deed], costing: Costing) -> None:
    oms = opened(costing)
    done(oms, deeds, feed_every=3)
    for cell, level in oms.stock.levels(SKUS).items():
        if level.available:
            oms.stock.adjust(cell.warehouse, {cell.sku: -level.available}, actor="amy", reason="cleared")
    for sku in SKUS:
        for house in HOUSES:
            for bucket, count in oms.stockroom.buckets(sku, house).items():
                kind = {"damaged": "scrapped", "in_transit": "lost_underway"}[bucket]
                oms.stockroom.move(kind, house, {sku: count}, actor="amy")
    oms.costs.value()
    assert pools(oms) == []
    assert oms.verify().drift == ()
