"""Conditions: what keeps a promotion from applying, before anything of it is worked out."""

from __future__ import annotations

from collections.abc import Sequence

from omskit.pricing.basket import Basket, Context, Left
from omskit.pricing.codes import lies_in
from omskit.pricing.counter import Counter
from omskit.pricing.promotion import Base, Promotion, Rulebook
from omskit.pricing.result import Reason, Rejection, Use
from omskit.pricing.window import zone_of

#: No allowance has used anything of itself.
_UNTOUCHED = Left()


def unmet(promotion: Promotion, basket: Basket, context: Context) -> Rejection | None:
    """Return which fact about buyer, channel or moment is not as the promotion asks; None when all are."""
    conditions, zone = promotion.conditions, context.zone
    code, window, hours = promotion.code, conditions.window, conditions.hours
    begins = window.begins(zone)
    if begins is not None and context.at < begins:
        return Rejection(code, Reason.NOT_STARTED)
    if not window.has(context.at, zone):
        return Rejection(code, Reason.ENDED)
    checks = (
        (Reason.OTHER_HOURS, hours is None or hours.has(context.at, zone)),
        (Reason.OTHER_CURRENCY, promotion.currency in {"", basket.currency}),
        (Reason.OTHER_CHANNEL, not conditions.channels or context.channel in conditions.channels),
        (Reason.OTHER_REGION, not conditions.regions or lies_in(context.region, conditions.regions)),
        (Reason.OTHER_GROUP, not conditions.groups or not set(conditions.groups).isdisjoint(context.groups)),
        (Reason.NOT_NEW_CUSTOMER, not conditions.new_customer or context.new_customer),
        (Reason.NO_COUPON, not promotion.coupon or code in context.coupons.values()),
    )
    return next((Rejection(code, reason) for reason, holds in checks if not holds), None)


def short(promotion: Promotion, counter: Counter, qualifying: Sequence[int]) -> Rejection | None:
    """Return what the basket lacks of the promotion's thresholds; None when it lacks nothing."""
    conditions, code = promotion.conditions, promotion.code
    missing = next((sku for sku in conditions.all_of if not counter.at(sku)), None)
    if missing is not None:
        return Rejection(code, Reason.SKU_MISSING, other=missing)
    present = next((sku for sku in conditions.none_of if counter.at(sku)), None)
    if present is not None:
        return Rejection(code, Reason.SKU_PRESENT, other=present)
    return _outside(promotion, counter, qualifying)


def _outside(promotion: Promotion, counter: Counter, qualifying: Sequence[int]) -> Rejection | None:
    conditions, code = promotion.conditions, promotion.code
    least, below = conditions.least_minor, conditions.below_minor
    if least or below is not None:
        have = measured(promotion, counter, qualifying)
        if have < least:
            return Rejection(code, Reason.AMOUNT_SHORT, minor=least - have)
        if below is not None and have >= below:
            return Rejection(code, Reason.AMOUNT_OVER, minor=below)
    least, below = conditions.least_units, conditions.below_units
    if least or below is not None:
        have = counter.total(counter.units, qualifying)
        if have < least:
            return Rejection(code, Reason.UNITS_SHORT, units=least - have)
        if below is not None and have >= below:
            return Rejection(code, Reason.UNITS_OVER, units=below)
    return None


def measured(promotion: Promotion, counter: Counter, qualifying: Sequence[int]) -> int:
    """Return what the qualifying positions cost, as the promotion's thresholds count it."""
    amounts = counter.start if promotion.conditions.base is Base.INITIAL else counter.now
    return counter.total(amounts, qualifying)


def uses_of(promotion: Promotion, context: Context, currency: str) -> tuple[Use, ...]:
    """Return the allowances that applying a promotion takes from, with an amount of nothing yet."""
    budget, code = promotion.budget, promotion.code
    name = f"promotion:{code}"
    total = f"{name}/day:{context.at.astimezone(zone_of(context.zone)):%Y-%m-%d}" if budget.daily else name
    uses = []
    if budget.uses is not None or budget.minor is not None:
        uses.append(Use(total, 1, 0, budget.uses, budget.minor, currency))
    if budget.uses_per_buyer is not None:
        uses.append(Use(f"{name}/buyer:{context.buyer}", 1, 0, budget.uses_per_buyer, None, currency))
    if promotion.conditions.new_customer:
        uses.append(Use(f"new-customer/buyer:{context.buyer}", 1, 0, 1, None, currency))
    coupons = [coupon for coupon, of in context.coupons.items() if of == code]
    if promotion.coupon and coupons:
        coupon = min(coupons)
        uses.append(Use(f"coupon:{coupon}", 1, 0, None, None, currency))
    return tuple(uses)


def allowances_asked(rules: Rulebook, context: Context, currency: str) -> tuple[str, ...]:
    """Return the names of all allowances that a pricing may ask :attr:`Context.left` for, sorted.

    Load them by name and put what each has left into the context; those that nobody has opened are untouched.
    """
    return tuple(sorted({use.name for one in rules.promotions for use in uses_of(one, context, currency)}))


def spent(promotion: Promotion, context: Context, uses: Sequence[Use]) -> Rejection | None:
    """Return which allowance has no use left; None when all have."""
    code = promotion.code
    per_buyer = promotion.budget.uses_per_buyer is not None or promotion.conditions.new_customer
    if per_buyer and not context.buyer:
        return Rejection(code, Reason.BUYER_UNKNOWN)
    for use in uses:
        left = _left(context, use)
        if left.uses == 0 or left.minor == 0:
            return Rejection(code, Reason.BUDGET_EMPTY, other=use.name)
    return None


def budget_left(context: Context, uses: Sequence[Use]) -> tuple[int, str] | None:
    """Return the least amount that any allowance still gives, and its name; None for any amount."""
    lefts = [(_left(context, use).minor, use.name) for use in uses]
    return min(((minor, name) for minor, name in lefts if minor is not None), default=None)


def _left(context: Context, use: Use) -> Left:
    known = context.left.get(use.name, _UNTOUCHED)
    return Left(
        use.limit_uses if known.uses is None else max(0, known.uses),
        use.limit_minor if known.minor is None else max(0, known.minor),
    )
