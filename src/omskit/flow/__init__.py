"""Flow: the steps and reactions that join the rooms; the only place that knows more than one of them."""

from omskit.flow.advance import Advance, advance, ask
from omskit.flow.again import LOOKED_AGAIN, Found, Looking, look_again
from omskit.flow.budgets import BUDGET_EXPIRED, Redeeming, Take, gives, left_of, load_allowances, redeem
from omskit.flow.choosing import Processes, as_processes
from omskit.flow.contracts import Contract
from omskit.flow.exchange import AWAITS_PAYMENT, AWAITS_RETURN, EXCHANGE_CREDIT, reorder
from omskit.flow.from_work import CANCEL_REQUESTED, SHORT_PICK
from omskit.flow.granting import asked, grant, open_case, with_gifts
from omskit.flow.holding import HELD_NOW, Claiming, Following, needed, open_pieces, soft_change
from omskit.flow.lists import load_prices
from omskit.flow.offering import Offering, Sellable, waiting_orders
from omskit.flow.offers import (
    Goods,
    load_listings,
    load_offers,
    load_products,
    mapped,
    offered,
    unexplained_items,
)
from omskit.flow.owners import owned, stoppable
from omskit.flow.past import asked_before, placed_before
from omskit.flow.process import DatedNeed, Facts, Need, Process, Step
from omskit.flow.processes import FINANCE, audited, direct, reviewed
from omskit.flow.react import PICKUP, Missing, missing, react
from omskit.flow.refunds import case_of, follow
from omskit.flow.reporting import reports
from omskit.flow.repricing import (
    changed_basket,
    gift_changes,
    gifts_of,
    last_price,
    refund_due,
    repriced,
    unsent_gifts,
)
from omskit.flow.resourcing import TOO_MANY_ATTEMPTS, Resourcing
from omskit.flow.returning import UNDER_REFUND
from omskit.flow.reversals import Candidates, Matched, commands_for, match
from omskit.flow.rules import Rules, Ruling
from omskit.flow.selling import (
    DRAFTS,
    FREIGHT,
    Draft,
    DraftLine,
    Pricing,
    basket_of,
    bought,
    context_of,
    placed,
    region_of,
    spend,
    take_gifts,
    unspend,
)
from omskit.flow.steps import (
    GIFT_SHORT,
    KEPT,
    LEVELS,
    PRICE_GAP,
    Headroom,
    free_gifts,
    gift_step,
    merge_step,
    price_check_step,
    release_step,
    review_step,
    source_step,
)
from omskit.flow.workspace import Allot, News, Track, Workspace

__all__ = [
    "AWAITS_PAYMENT",
    "AWAITS_RETURN",
    "BUDGET_EXPIRED",
    "CANCEL_REQUESTED",
    "DRAFTS",
    "EXCHANGE_CREDIT",
    "FINANCE",
    "FREIGHT",
    "GIFT_SHORT",
    "HELD_NOW",
    "KEPT",
    "LEVELS",
    "LOOKED_AGAIN",
    "PICKUP",
    "PRICE_GAP",
    "SHORT_PICK",
    "TOO_MANY_ATTEMPTS",
    "UNDER_REFUND",
    "Advance",
    "Allot",
    "Candidates",
    "Claiming",
    "Contract",
    "DatedNeed",
    "Draft",
    "DraftLine",
    "Facts",
    "Following",
    "Found",
    "Goods",
    "Headroom",
    "Looking",
    "Matched",
    "Missing",
    "Need",
    "News",
    "Offering",
    "Pricing",
    "Process",
    "Processes",
    "Redeeming",
    "Resourcing",
    "Rules",
    "Ruling",
    "Sellable",
    "Step",
    "Take",
    "Track",
    "Workspace",
    "advance",
    "as_processes",
    "ask",
    "asked",
    "asked_before",
    "audited",
    "basket_of",
    "bought",
    "case_of",
    "changed_basket",
    "commands_for",
    "context_of",
    "direct",
    "follow",
    "free_gifts",
    "gift_changes",
    "gift_step",
    "gifts_of",
    "gives",
    "grant",
    "last_price",
    "left_of",
    "load_allowances",
    "load_listings",
    "load_offers",
    "load_prices",
    "load_products",
    "look_again",
    "mapped",
    "match",
    "merge_step",
    "missing",
    "needed",
    "offered",
    "open_case",
    "open_pieces",
    "owned",
    "placed",
    "placed_before",
    "price_check_step",
    "react",
    "redeem",
    "refund_due",
    "region_of",
    "release_step",
    "reorder",
    "reports",
    "repriced",
    "review_step",
    "reviewed",
    "soft_change",
    "source_step",
    "spend",
    "stoppable",
    "take_gifts",
    "unexplained_items",
    "unsent_gifts",
    "unspend",
    "waiting_orders",
    "with_gifts",
]
