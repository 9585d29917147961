"""Steps before a review that look at prices: a channel's are held against ours, and gifts are added."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from decimal import Decimal

from attrs import evolve, field, frozen

from omskit.core import format_amount
from omskit.flow.budgets import left_of, load_allowances
from omskit.flow.buyers import HISTORIES
from omskit.flow.lists import load_prices
from omskit.flow.notify import AFTER_SALE
from omskit.flow.offers import Goods, load_products
from omskit.flow.process import Facts, Need, Step
from omskit.flow.repricing import gift_changes, last_price
from omskit.flow.selling import Pricing, bought, region_of, spend, take_gifts, unspend
from omskit.orders import (
    ORDERS,
    STRANGER,
    Amend,
    Command,
    KeepPrice,
    NoteGaps,
    Order,
    PriceGap,
    PutOnHold,
    Regroup,
)
from omskit.orders.machine import APPROVE
from omskit.pricing import (
    Basket,
    BasketLine,
    Context,
    Left,
    PriceResult,
    Quote,
    Reason,
    Use,
    Wanted,
    allowances_asked,
)
from omskit.storage import Unit

#: Hold of an order whose channel sold at prices that differ from ours by more than is tolerated.
PRICE_GAP = "price_gap"
#: Hold of an order that earned a gift which is out of stock.
GIFT_SHORT = "gift_short"


@frozen
class _Known:
    """What the steps know of a batch."""

    pricing: Pricing
    goods: Goods
    left: Mapping[str, Left]
    gifts: Mapping[str, int] | None
    uses: Mapping[int, tuple[Use, ...]] = field(factory=dict)
    strangers: frozenset[int] = frozenset()

    def context(self, order: Order) -> Context:
        """Return the facts about a channel's order that promotions ask for."""
        return context_of_order(order, self.pricing, new_customer=order.key in self.strangers)


def context_of_order(order: Order, pricing: Pricing, *, new_customer: bool = False) -> Context:
    """Return the facts about a channel's order that promotions ask for."""
    terms = order.terms
    region = region_of(terms.destination)
    return Context(terms.placed_at, terms.channel, pricing.zone, region, terms.buyer, new_customer=new_customer)


def _strangers(unit: Unit, pricing: Pricing, orders: Sequence[Order]) -> frozenset[int]:
    """Return the orders whose buyers had not bought in their channel before; none while nothing depends on it."""
    if not any(one.conditions.new_customer for one in pricing.rules.promotions):
        return frozenset()
    return frozenset(key for key, known in HISTORIES.ask(unit, orders, False).items() if known == STRANGER)


def _need(name: str, pricing: Pricing, channels: Collection[str], *, budgets: bool) -> Need[_Known]:
    def ask(unit: Unit, orders: Sequence[Order], lock: bool) -> _Known:  # noqa: FBT001
        mine = [order for order in orders if _is_meant(order, channels)]
        if not mine:
            return _Known(pricing, Goods({}), {}, None)
        lists = load_prices(unit, pricing)
        skus = {line.sku for order in mine for line in order.lines} | {*pricing.gift_skus}
        goods = Goods({code: one.state for code, one in load_products(unit, skus).items()})
        strangers = _strangers(unit, lists, mine)
        if not budgets:
            return _Known(lists, goods, {}, None, strangers=strangers)
        names = {
            name
            for order in mine
            for name in allowances_asked(lists.rules, context_of_order(order, lists), order.terms.currency)
        }
        at = max(order.terms.placed_at for order in mine)
        left = left_of(load_allowances(unit, names, lock=lock), at)
        return _Known(lists, goods, left, free_gifts(unit, lists), _held(unit, mine), strangers)

    return Need(name, ask)


def _held(unit: Unit, orders: Sequence[Order]) -> dict[int, tuple[Use, ...]]:
    """Return what orders whose gifts are looked at again hold of budgets for them."""
    keys = [order.key for order in orders if order.redeems]
    histories = unit.of(ORDERS).history(keys) if keys else {}
    return {key: last_price(entries)[0].price.uses for key, entries in histories.items()}


def free_gifts(unit: Unit, pricing: Pricing) -> dict[str, int] | None:
    """Return the free pieces of every gift, over all warehouses; None where gifts are never short."""
    if not pricing.gifts_in_stock or not pricing.gift_skus:
        return None
    free = dict.fromkeys(pricing.gift_skus, 0)
    for cell, level in unit.stock.levels(pricing.gift_skus).items():
        free[cell.sku] += max(0, level.available)
    return free


def _is_meant(order: Order, channels: Collection[str]) -> bool:
    sold_there = not (order.priced or order.part_of or order.terms.kind in AFTER_SALE)
    return sold_there and (not channels or order.terms.channel in channels)


def price_check_step(
    pricing: Pricing,
    *,
    tolerance_minor: int = 0,
    tolerance: Decimal = Decimal(0),
    channels: Collection[str] = (),
    trigger: str = APPROVE,
    name: str = "price check",
) -> Step:
    """Return the step that holds what a channel's buyers pay against our lists and promotions.

    The channel's prices stay. Lines that differ stand in the order's history; an order that is further from ours
    than is tolerated is held (``price_gap``). A line that no list has a price of stands in the history, and holds
    nothing.

    Args:
        pricing: What it would cost here.
        tolerance_minor: How far the order as a whole may be from ours.
        tolerance: Likewise, as a fraction of ours; the larger of the two counts.
        channels: Codes of the channels it looks at; empty for all.
        trigger: As that of the review behind it.
        name: Of the step.
    """
    need = _need(f"{name}: prices", pricing, channels, budgets=False)

    def run(orders: Sequence[Order], facts: Facts) -> Mapping[int, Sequence[Command]]:
        known = facts.of(need)
        found: dict[int, Sequence[Command]] = {}
        for order in orders:
            if _is_meant(order, channels):
                gaps, ours_minor = _gaps(order, known)
                most = max(tolerance_minor, int(tolerance * ours_minor))
                if commands := _noted(order, gaps, most):
                    found[order.key] = commands
        return found

    return Step(name, trigger, run, (need,))


def _gaps(order: Order, known: _Known) -> tuple[tuple[PriceGap, ...], int]:
    """Return the lines that differ, and what those with a price cost here."""
    pricing = known.pricing
    wanted = [Wanted(line.number, line.sku, line.quantity) for line in bought(order)]
    answers = pricing.book.quote(wanted, pricing.customer(order.terms))
    priced = [one for one, answer in zip(wanted, answers, strict=True) if isinstance(answer, Quote)]
    lines = pricing.lines(priced, pricing.customer(order.terms), known.goods)
    result = pricing.price(Basket(order.terms.currency, lines), known.context(order))
    ours = {line.number: result.paid_minor_of(line) for line in result.lines}
    gaps = tuple(
        PriceGap(line.number, line.paid_minor, ours.get(line.number))
        for line in bought(order)
        if ours.get(line.number) != line.paid_minor
    )
    return gaps, sum(ours.values())


def _noted(order: Order, gaps: tuple[PriceGap, ...], most_minor: int) -> list[Command]:
    commands: list[Command] = [NoteGaps(gaps)] if gaps != order.gaps else []
    total = sum(gap.gap_minor for gap in gaps)
    if abs(total) > most_minor and PRICE_GAP not in order.cleared:
        amount, currency = format_amount(total, order.terms.currency), order.terms.currency
        commands.append(PutOnHold(PRICE_GAP, f"the channel's prices are {amount} {currency} from ours"))
    return commands


def gift_step(
    pricing: Pricing,
    *,
    channels: Collection[str] = (),
    trigger: str = APPROVE,
    name: str = "gifts",
    hold_short: bool = False,
) -> Step:
    """Return the step that adds the gifts which our promotions give to a channel's orders; prices stay.

    Thresholds count what the channel's buyers pay. An order that gets a gift waits for the next run, so that
    sourcing knows of it. A gift has the group marker of the line that earned it, so that it never leaves alone;
    what it uses of a budget is held for the order. Put the step behind the price check and before the review.

    An order that its channel, a person or a reversal changes is looked at again: gifts come, go and change their
    number as what is left of it earns them, until a warehouse works on one. To look again after the review too,
    put the step in once more with the trigger of the sourcing, and of the release; each under its own name.

    Args:
        pricing: Its promotions that give something.
        channels: Codes of the channels it looks at; empty for all.
        trigger: As that of the step behind it.
        name: Of the step.
        hold_short: Whether an order whose gift is out of stock waits for a person (``gift_short``); otherwise it
            goes on without.
    """
    giving = pricing.giving
    need = _need(f"{name}: gifts", giving, channels, budgets=True)

    def run(orders: Sequence[Order], facts: Facts) -> Mapping[int, Sequence[Command]]:
        known = facts.of(need)
        left, stock = known.left, known.gifts
        found: dict[int, Sequence[Command]] = {}
        for order in orders:
            if not _is_due(order, channels):
                continue
            context = known.context(order)
            own = unspend(left, known.uses.get(order.key, ()))
            free = _with_own(stock, order)
            result = known.pricing.price(_paid(order, known.goods), evolve(context, left=own, gift_stock=free))
            if result.gifts or order.gifted:
                until = known.pricing.held_until(order.terms)
                kept = KeepPrice(result, context, gifts_only=True, until=until)
                found[order.key] = (*_given(order, result, known.goods), kept)
                left, stock = spend(own, result.uses), take_gifts(free, result)
            if hold_short and GIFT_SHORT not in order.cleared and (short := _short(result)):
                hold = PutOnHold(GIFT_SHORT, f"out of stock: {', '.join(short)}")
                found[order.key] = (*found.get(order.key, ()), hold)
        return found

    return Step(name, trigger, run, (need,), pauses=True)


def _short(result: PriceResult) -> tuple[str, ...]:
    return tuple(one.other for one in result.rejected if one.reason is Reason.GIFT_OUT_OF_STOCK)


def _is_due(order: Order, channels: Collection[str]) -> bool:
    """Whether an order's gifts have to be looked at: for the first time, or after a change of what earns them."""
    if not _is_meant(order, channels):
        return False
    at_work = {number for one in order.consignments if one.fulfillment for number, _ in one.lines}
    return not order.gifted or (order.gifts_stale and not any(order.line(one).gift for one in at_work))


def _with_own(stock: Mapping[str, int] | None, order: Order) -> Mapping[str, int] | None:
    """Return what is free of gifts for an order: pieces that are held for its own are free to it."""
    held = [line for line in order.lines if line.gift and line.reserved]
    if stock is None or not held:
        return stock
    free = dict(stock)
    for line in held:
        free[line.sku] = free.get(line.sku, 0) + line.reserved
    return free


def _paid(order: Order, goods: Goods) -> Basket:
    """Return what an order still stands for, at what its channel's buyer pays for it."""
    lines = tuple(
        BasketLine(line.number, line.sku, units, line.kept_minor, goods.categories(line.sku), group=line.group)
        for line in bought(order)
        if (units := line.quantity - line.cancelled - line.returned)
    )
    return Basket(order.terms.currency, lines)


def _given(order: Order, result: PriceResult, goods: Goods) -> tuple[Amend, ...]:
    groups = [
        Regroup(line.number, line.group)
        for line in result.lines
        if line.group and line.group != order.line(line.number).group
    ]
    changes = (*groups, *gift_changes(order, result, goods))
    return (Amend(changes, "gifts of our promotions"),) if changes else ()
