"""Laws of pricing: what holds for any basket and any promotions."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st
from reference_pricer import reference

from omskit.pricing import (
    FREE,
    FREIGHT_LINE,
    RESULTS,
    Amount,
    Base,
    Basket,
    BasketLine,
    Budget,
    BundlePrice,
    BuyGet,
    Choice,
    Conditions,
    Context,
    EveryNth,
    FixedPrice,
    Gift,
    GiftItem,
    Ladder,
    Left,
    Percent,
    Pick,
    PriceResult,
    Promotion,
    Rulebook,
    Rung,
    Scope,
    Selector,
    TaxMode,
    TaxRounding,
    TaxRules,
    dump_promotion,
    explain,
    kept_basket,
    load_promotion,
    price,
    refund,
    replay,
)

SKUS = "ABCDE"
HERE = Context(
    datetime(2026, 3, 2, 9, tzinfo=UTC),
    "web",
    buyer="b1",
    left={"promotion:P3": Left(None, 700)},
    gift_stock={"G": 2},
)
TAX = TaxRules({"": Decimal("0.13"), "low": Decimal("0.09")})
LONG = settings(max_examples=100_000)

minor = st.one_of(st.integers(0, 50), st.integers(0, 30_000))
rates = st.integers(0, 100).map(lambda n: Decimal(n) / 100)
selectors = st.one_of(
    st.just(Selector()),
    st.sets(st.sampled_from(SKUS), min_size=1, max_size=3).map(Selector),
    st.just(Selector(categories={"cat"})),
)
rewards = st.one_of(rates.map(Percent), minor.map(Amount), minor.map(FixedPrice))
most = st.one_of(st.none(), st.integers(1, 3))
ladders = st.one_of(
    st.builds(lambda at, off: Ladder([Rung(at, off)], each=True), st.integers(1, 20_000), st.integers(1, 5_000)),
    st.builds(lambda at: Ladder([Rung(at, 100), Rung(at + 500, rate=Decimal("0.3"))]), st.integers(1, 20_000)),
    st.builds(lambda at: Ladder([Rung(at, rate=Decimal("0.25"))], in_units=True), st.integers(1, 5)),
)
nths = st.builds(
    lambda every, rewarded, reward, pick, top: EveryNth(every, min(rewarded, every - 1), reward, pick, top),
    st.integers(2, 4), st.integers(1, 3), rewards, st.sampled_from(Pick), most,
)
amounts = st.builds(Amount, minor, st.booleans())
line_effects = st.one_of(
    rates.map(Percent),
    amounts,
    minor.map(FixedPrice),
    nths,
    st.builds(BuyGet, st.integers(1, 3), selectors, st.integers(1, 2), rewards, most),
    ladders,
    st.builds(lambda m, top: BundlePrice((("A", 1), ("B", 2)), m, top), minor, most),
)
gifts = st.just(Gift(((GiftItem("G", 1, 300),), (GiftItem("H", 1, 200),))))
order_effects = st.one_of(rates.map(Percent), amounts, ladders, gifts)
shipping_effects = st.one_of(rates.map(Percent), minor.map(Amount), minor.map(FixedPrice), ladders)
fundings = st.sampled_from(
    [(), (("brand", 1),), (("brand", 60), ("platform", 40)), (("a", 1), ("b", 1), ("c", 1))]
)


def promotion_of(effect: st.SearchStrategy[Any], scope: Scope) -> st.SearchStrategy[Promotion]:
    return st.builds(
        Promotion,
        code=st.sampled_from([f"P{n}" for n in range(6)]),
        effect=effect,
        scope=st.just(scope),
        conditions=st.builds(
            Conditions, lines=selectors, least_minor=st.one_of(st.just(0), minor), least_units=st.integers(0, 3)
        ),
        target=st.one_of(st.none(), selectors),
        currency=st.just("CNY"),
        priority=st.integers(0, 2),
        stack=st.sampled_from(["", "", "s", "best"]),
        exclusive=st.sampled_from([False, False, True]),
        stop=st.sampled_from([False, False, False, True]),
        base=st.sampled_from(Base),
        most_minor=st.one_of(st.none(), minor),
        budget=st.sampled_from([Budget(), Budget(minor=1_000), Budget(minor=1_000, partial=True), Budget(uses=3)]),
        funding=fundings,
    )


promotions = st.one_of(
    promotion_of(line_effects, Scope.LINE),
    promotion_of(order_effects, Scope.ORDER),
    promotion_of(shipping_effects, Scope.SHIPPING),
)
rulebooks = st.lists(promotions, max_size=6, unique_by=lambda one: one.code).map(
    lambda some: Rulebook(some, {"best": Choice.BEST})
)
drawn_lines = st.builds(
    lambda sku, quantity, unit, floor, cat, tax: BasketLine(
        1, sku, quantity, unit * quantity, ("cat",) if cat else (), tax, floor
    ),
    st.sampled_from(SKUS), st.integers(1, 4), minor, st.sampled_from([0, 0, 5, 900]), st.booleans(),
    st.sampled_from(["", "low"]),
)
baskets = st.builds(
    lambda lines, freight: Basket("CNY", tuple(evolve(one, number=n) for n, one in enumerate(lines, 1)), freight),
    st.lists(drawn_lines, min_size=1, max_size=6),
    minor,
)
taxes = st.builds(
    TaxRules,
    st.just({"": Decimal("0.13"), "low": Decimal("0.09")}),
    st.sampled_from(TaxMode),
    st.sampled_from(TaxRounding),
)


def check(basket: Basket, rules: Rulebook, tax: TaxRules, seed: int) -> None:
    """Hold one price to every law."""
    result = price(basket, rules, HERE, tax=tax)
    check_bounds(basket, result)
    check_shares(rules, result)
    check_trace(result)
    turned = basket.lines[seed % len(basket.lines) :] + basket.lines[: seed % len(basket.lines)]
    again = price(evolve(basket, lines=turned[::-1]), rules, HERE, tax=tax)
    text = RESULTS.dump(result)
    assert RESULTS.dump(again) == text
    assert RESULTS.load("price", text) == result


def check_bounds(basket: Basket, result: PriceResult) -> None:
    floors = {line.number: line.floor_minor * line.quantity for line in basket.lines}
    for line in result.lines:
        assert 0 <= line.net_of_discount_minor <= line.list_minor
        assert line.net_of_discount_minor >= min(line.list_minor, floors[line.number])
        assert all(one.minor > 0 for one in line.discounts)
    assert 0 <= result.freight.net_of_discount_minor <= basket.freight_minor
    assert sum(part.minor for part in result.freight.parts) == result.freight.net_of_discount_minor


def check_shares(rules: Rulebook, result: PriceResult) -> None:
    known = {one.code: one for one in rules.promotions}
    taken: dict[str, int] = {}
    for one in [d for line in result.lines for d in line.discounts] + list(result.freight.discounts):
        taken[one.promotion] = taken.get(one.promotion, 0) + one.minor
        assert not one.funding or sum(part for _, part in one.funding) == one.minor
        assert bool(one.funding) == bool(known[one.promotion].funding)
    for step in result.steps:
        assert sum(part for _, part in step.shares) == step.delta_minor
        if step.promotion:
            assert taken.get(step.promotion, 0) == -step.delta_minor
            cap = known[step.promotion].most_minor
            assert cap is None or -step.delta_minor <= cap
    assert sum(taken.values()) == result.discount_minor == sum(result.funded().values())
    applied = [step.promotion for step in result.steps if step.promotion]
    assert sorted([*applied, *(one.promotion for one in result.rejected)]) == sorted(known)


def check_trace(result: PriceResult) -> None:
    replayed = replay(result.steps)
    assert replayed.total_minor == result.total_minor
    assert replayed.lines == {
        line.number: result.paid_minor_of(line) for line in result.lines if line.number in replayed.lines
    }
    assert replayed.freight_minor == result.paid_freight_minor
    for language in ("en", "zh"):
        assert len(explain(result, language)) == len(result.steps) + len(result.rejected) + 1


@given(baskets, rulebooks, taxes, st.integers(0, 5))
@settings(max_examples=300)
def test_shares_bounds_trace_funding_and_bytes_hold_for_any_basket(
    basket: Basket, rules: Rulebook, tax: TaxRules, seed: int
) -> None:
    check(basket, rules, tax, seed)


@pytest.mark.long
@given(baskets, rulebooks, taxes, st.integers(0, 5))
@LONG
def test_shares_bounds_trace_funding_and_bytes_hold_for_a_hundred_thousand_baskets(
    basket: Basket, rules: Rulebook, tax: TaxRules, seed: int
) -> None:
    check(basket, rules, tax, seed)


def split(basket: Basket, at: int) -> Basket:
    """Return the basket with one line in two; the numbers keep their order."""
    place = at % len(basket.lines)
    lines = [evolve(line, number=2 * line.number) for line in basket.lines]
    line = lines[place]
    if line.quantity == 1:
        return evolve(basket, lines=tuple(lines))
    unit = line.list_minor // line.quantity
    lines[place] = evolve(line, quantity=1, list_minor=unit)
    rest = evolve(line, number=line.number + 1, quantity=line.quantity - 1, list_minor=line.list_minor - unit)
    return evolve(basket, lines=(*lines, rest))


@given(baskets, rulebooks, st.integers(0, 5))
@settings(max_examples=200)
def test_splitting_a_line_changes_no_total_of_any_promotion(basket: Basket, rules: Rulebook, at: int) -> None:
    whole, parted = price(basket, rules, HERE, tax=TAX), price(split(basket, at), rules, HERE, tax=TAX)
    assert [(s.promotion, s.base_minor, s.delta_minor) for s in whole.steps] == [
        (s.promotion, s.base_minor, s.delta_minor) for s in parted.steps
    ]
    assert whole.total_minor == parted.total_minor
    assert whole.rejected == parted.rejected


@given(baskets, rulebooks)
@settings(max_examples=100)
def test_a_line_that_no_promotion_names_changes_no_other_line(basket: Basket, rules: Rulebook) -> None:
    named = Selector({*SKUS})
    only = Rulebook(
        [
            evolve(
                one,
                conditions=evolve(one.conditions, lines=named),
                target=named,
                effect=evolve(one.effect, of=named) if isinstance(one.effect, BuyGet) else one.effect,
            )
            for one in rules.promotions
            if one.scope is not Scope.SHIPPING
        ]
    )
    more = evolve(basket, lines=(*basket.lines, BasketLine(99, "Z", 3, 999)))
    with_more = price(more, only, HERE, tax=TAX).lines
    assert price(basket, only, HERE, tax=TAX).lines == with_more[:-1]
    assert with_more[-1].discount_minor == 0


plain_effects = st.one_of(
    rates.map(Percent),
    minor.map(Amount),
    st.builds(lambda at, off: Ladder([Rung(at, off)], each=True), st.integers(1, 20_000), st.integers(1, 5_000)),
    st.builds(lambda at: Ladder([Rung(at, 100), Rung(at + 500, rate=Decimal("0.3"))]), st.integers(1, 20_000)),
)
unit_effects = st.one_of(
    minor.map(FixedPrice),
    st.builds(lambda every, n: EveryNth(every, min(n, every - 1), FREE), st.integers(2, 4), st.integers(1, 3)),
)


def plain(effect: st.SearchStrategy[Any], scope: Scope) -> st.SearchStrategy[Promotion]:
    skus = st.sets(st.sampled_from(SKUS), max_size=3).map(Selector)
    return st.builds(
        Promotion,
        code=st.sampled_from([f"P{n}" for n in range(6)]),
        effect=effect,
        scope=st.just(scope),
        conditions=st.builds(Conditions, lines=skus, least_minor=st.one_of(st.just(0), minor)),
        currency=st.just("CNY"),
        priority=st.integers(0, 2),
        stack=st.sampled_from(["", "", "s"]),
        most_minor=st.one_of(st.none(), minor),
    )


plain_promotions = st.lists(
    st.one_of(
        plain(plain_effects, Scope.LINE), plain(unit_effects, Scope.LINE), plain(plain_effects, Scope.ORDER)
    ),
    max_size=4,
    unique_by=lambda one: one.code,
)
plain_lines = st.lists(st.tuples(st.integers(1, 4), minor), min_size=1, max_size=5).map(
    lambda some: tuple(BasketLine(n, SKUS[n - 1], q, q * unit) for n, (q, unit) in enumerate(some, 1))
)


@given(plain_lines, plain_promotions)
@settings(max_examples=400)
def test_a_pricer_written_another_way_agrees(lines: tuple[BasketLine, ...], some: list[Promotion]) -> None:
    result = price(Basket("CNY", lines), Rulebook(some), Context(HERE.at))
    assert [one.net_of_discount_minor for one in result.lines] == reference(lines, some)


@pytest.mark.long
@given(plain_lines, plain_promotions)
@settings(max_examples=20_000)
def test_a_pricer_written_another_way_agrees_on_twenty_thousand_baskets(
    lines: tuple[BasketLine, ...], some: list[Promotion]
) -> None:
    result = price(Basket("CNY", lines), Rulebook(some), Context(HERE.at))
    assert [one.net_of_discount_minor for one in result.lines] == reference(lines, some)


def returned(basket: Basket, rules: Rulebook, order: list[int], *, again: bool) -> tuple[PriceResult, int, int]:
    """Send everything back, unit by unit in a drawn order; return what was sold, what was refunded, its tax."""
    sold = price(basket, rules, HERE, tax=TAX)
    units = [line.number for line in basket.lines for _ in range(line.quantity)]
    units.sort(key=lambda number: (order[number % len(order)], number))
    gone, total, tax = None, 0, 0
    counts: dict[int, int] = {}
    for number in units:
        counts[number] = counts.get(number, 0) + 1
        kept = price(kept_basket(basket, counts), rules, HERE, tax=TAX) if again else None
        one = refund(sold, {number: 1}, gone=gone, kept=kept)
        assert one.goods_minor >= one.refund_minor >= 0
        gone, total, tax = one.gone, total + one.goods_minor, tax + sum(one.taxes.values())
        check_lines(sold, gone.refunded)
    return sold, total, tax


def check_lines(sold: PriceResult, refunded: Mapping[int, int]) -> None:
    for line in sold.lines:
        assert 0 <= refunded.get(line.number, 0) <= sold.paid_minor_of(line)


@given(baskets, rulebooks, st.lists(st.integers(0, 9), min_size=1, max_size=7), st.booleans())
@settings(max_examples=150)
def test_refunds_in_any_order_and_by_either_policy_add_up_to_what_was_paid(
    basket: Basket, rules: Rulebook, order: list[int], again: bool  # noqa: FBT001
) -> None:
    sold, total, tax = returned(basket, rules, order, again=again)
    goods = sum(sold.paid_minor_of(line) for line in sold.lines)
    assert (total, tax) == (goods, sum(line.tax_minor for line in sold.lines))


@given(promotions)
@settings(max_examples=100)
def test_a_promotion_survives_being_written_as_a_document(promotion: Promotion) -> None:
    assert load_promotion(dump_promotion(promotion)) == promotion


def test_the_freight_stands_under_a_number_that_no_line_has() -> None:
    assert FREIGHT_LINE == 0
