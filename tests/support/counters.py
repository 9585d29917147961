"""A shop that sells by phone: prices, promotions with budgets and a gift, over the shop of the engine's tests."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from shop import AT, WEB, Clock, process

from omskit.core import Destination
from omskit.engine import Oms
from omskit.flow import Draft, DraftLine, Pricing
from omskit.orders import Terms
from omskit.pricing import (
    Allowance,
    Amount,
    Budget,
    Conditions,
    Gift,
    GiftItem,
    Ladder,
    Percent,
    PriceBook,
    PriceEntry,
    PriceList,
    Promotion,
    Rulebook,
    Rung,
    Scope,
    TaxRules,
)
from omskit.storage import Storage

LIST = PriceList("base", "EUR", [PriceEntry.of("A", 1000), PriceEntry.of("B", 500)])
TENTH = Promotion("TENTH", Percent(Decimal("0.1")), Scope.LINE)
OVER = Promotion("OVER", Ladder((Rung(3000, off_minor=600),)), Scope.ORDER, currency="EUR")
HOT = Promotion("HOT", Amount(100), Scope.LINE, currency="EUR", budget=Budget(uses=3))
FIRST = Promotion("FIRST", Amount(150), Scope.LINE, Conditions(new_customer=True), currency="EUR")
COUPON = Promotion("WELCOME", Amount(200), Scope.ORDER, currency="EUR", coupon=True)
STRAP = Gift(((GiftItem("STRAP", 1, 300),), (GiftItem("BAG", 1, 200),)))
GIFT = Promotion("GWP", STRAP, Scope.ORDER, Conditions(least_minor=2000), currency="EUR", budget=Budget(uses=2))
TAX = TaxRules({"": Decimal("0.19")})


def pricing(*promotions: Promotion, **more: Any) -> Pricing:
    return Pricing(PriceBook([LIST]), Rulebook(promotions), TAX, **more)


def phone(storage: Storage, *promotions: Promotion, clock: Clock | None = None, **more: Any) -> Oms:
    """Open a shop that sells by phone."""
    steps = more.pop("process", process())
    return Oms(storage, [WEB], steps, clock=clock or Clock(), pricing=pricing(*promotions), **more)


def draft(id_: str, *lines: tuple[str, int], at: datetime = AT, paid: bool = False, **more: Any) -> Draft:
    buyer, paid_at = more.pop("buyer", "b1"), at if paid else None
    terms = Terms("phone", id_, at, "EUR", Destination("DE"), buyer=buyer, paid_at=paid_at)
    return Draft(terms, tuple(DraftLine(sku, count) for sku, count in lines), **more)


def coupon(code: str, **more: Any) -> Allowance:
    return Allowance(0, "", f"coupon:{code}", "WELCOME", limit_uses=1, **more)
