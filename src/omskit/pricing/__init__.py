"""Pricing: price lists, promotions, totals and refunds; every price explains itself.

:func:`price` is a pure function of a basket, a rulebook and the facts about buyer, channel and moment. What it
needs of budgets and coupons stands in its result, to be held at a :class:`Till` while the order is placed. The
three aggregates of the room have packages of their own: ``changes`` (scheduled prices), ``allowances`` (budgets
and coupons) and ``redemptions`` (what an order holds of them).
"""

from omskit.pricing.allowances import ALLOWANCES, Allowance
from omskit.pricing.basket import Basket, BasketLine, Context, Left
from omskit.pricing.book import Customer, PriceBook, Quote, Wanted
from omskit.pricing.changes import PRICE_CHANGES, PriceChange, changed_list
from omskit.pricing.conditions import allowances_asked
from omskit.pricing.documents import dump_promotion, load_promotion
from omskit.pricing.effects import (
    EVERYTHING,
    FREE,
    Amount,
    BundlePrice,
    BuyGet,
    Effect,
    EveryNth,
    FixedPrice,
    Gift,
    GiftItem,
    Ladder,
    Percent,
    Pick,
    Reward,
    Rung,
    Selector,
    for_price_of,
)
from omskit.pricing.exchange import Exchange
from omskit.pricing.explain import explain, explain_rejection
from omskit.pricing.guards import Breach, PriceDifference, PriceGuard, Violation, price_differences
from omskit.pricing.price import POLICY, UNTAXED, price
from omskit.pricing.prices import PriceEntry, PriceList, TaxMode, TierMode
from omskit.pricing.promotion import Base, Budget, Choice, Conditions, Promotion, Rulebook, Scope
from omskit.pricing.proposals import Policy
from omskit.pricing.redemptions import REDEMPTIONS, Redemption
from omskit.pricing.refunds import GiftDue, Gone, Refund, kept_basket, refund
from omskit.pricing.replay import Replayed, replay
from omskit.pricing.result import (
    FREIGHT_LINE,
    RESULTS,
    Discount,
    Freight,
    FreightPart,
    Given,
    PricedLine,
    PriceResult,
    Reason,
    Rejection,
    Step,
    StepKind,
    Use,
)
from omskit.pricing.rounding import Rounding
from omskit.pricing.tax import TaxRounding, TaxRules
from omskit.pricing.till import Till
from omskit.pricing.window import Hours, Window

__all__ = [
    "ALLOWANCES",
    "EVERYTHING",
    "FREE",
    "FREIGHT_LINE",
    "POLICY",
    "PRICE_CHANGES",
    "REDEMPTIONS",
    "RESULTS",
    "UNTAXED",
    "Allowance",
    "Amount",
    "Base",
    "Basket",
    "BasketLine",
    "Breach",
    "Budget",
    "BundlePrice",
    "BuyGet",
    "Choice",
    "Conditions",
    "Context",
    "Customer",
    "Discount",
    "Effect",
    "EveryNth",
    "Exchange",
    "FixedPrice",
    "Freight",
    "FreightPart",
    "Gift",
    "GiftDue",
    "GiftItem",
    "Given",
    "Gone",
    "Hours",
    "Ladder",
    "Left",
    "Percent",
    "Pick",
    "Policy",
    "PriceBook",
    "PriceChange",
    "PriceDifference",
    "PriceEntry",
    "PriceGuard",
    "PriceList",
    "PriceResult",
    "PricedLine",
    "Promotion",
    "Quote",
    "Reason",
    "Redemption",
    "Refund",
    "Rejection",
    "Replayed",
    "Reward",
    "Rounding",
    "Rulebook",
    "Rung",
    "Scope",
    "Selector",
    "Step",
    "StepKind",
    "TaxMode",
    "TaxRounding",
    "TaxRules",
    "TierMode",
    "Till",
    "Use",
    "Violation",
    "Wanted",
    "Window",
    "allowances_asked",
    "changed_list",
    "dump_promotion",
    "explain",
    "explain_rejection",
    "for_price_of",
    "kept_basket",
    "load_promotion",
    "price",
    "price_differences",
    "refund",
    "replay",
]
