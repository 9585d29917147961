"""Baskets and promotions for the tests of pricing, written short."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from omskit.pricing import (
    Basket,
    BasketLine,
    Context,
    PriceResult,
    Promotion,
    Reason,
    Rulebook,
    Scope,
    TaxRules,
    price,
)

AT = datetime(2026, 3, 2, 9, tzinfo=UTC)
HERE = Context(AT, "web")


def lines(*amounts: int, skus: str = "ABCDEFGHIJ", **more: Any) -> tuple[BasketLine, ...]:
    """Return a line of one unit for each amount, of the SKUs A, B, C ..."""
    return tuple(BasketLine(n, skus[n - 1], 1, minor, **more) for n, minor in enumerate(amounts, 1))


def priced(
    basket: Basket | Iterable[BasketLine],
    *promotions: Promotion,
    context: Context = HERE,
    tax: TaxRules | None = None,
    choices: Mapping[str, Any] | None = None,
) -> PriceResult:
    """Return the price of lines in CNY, or of a basket."""
    whole = basket if isinstance(basket, Basket) else Basket("CNY", tuple(basket))
    return price(whole, Rulebook(promotions, choices or {}), context, tax=tax or TaxRules())


def order(code: str, effect: Any, **more: Any) -> Promotion:
    """Return a promotion of order scope in CNY."""
    return Promotion(code, effect, Scope.ORDER, currency=more.pop("currency", "CNY"), **more)


def line(code: str, effect: Any, **more: Any) -> Promotion:
    """Return a promotion of line scope in CNY."""
    return Promotion(code, effect, Scope.LINE, currency=more.pop("currency", "CNY"), **more)


def shares(result: PriceResult) -> list[int]:
    """Return the discount of every line."""
    return [one.discount_minor for one in result.lines]


def paid(result: PriceResult) -> list[int]:
    """Return what every line costs after promotions."""
    return [one.net_of_discount_minor for one in result.lines]


def reasons(result: PriceResult) -> list[tuple[str, Reason]]:
    """Return every promotion that did nothing, with its reason."""
    return [(one.promotion, one.reason) for one in result.rejected]
