"""Totals: what each line pays, its tax, the freight and its tax, and the steps of the trace that say so."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from omskit.pricing.basket import Basket, BasketLine
from omskit.pricing.prices import TaxMode
from omskit.pricing.result import (
    FREIGHT_LINE,
    Discount,
    Freight,
    FreightPart,
    Given,
    PricedLine,
    PriceResult,
    Rejection,
    Step,
    StepKind,
    Use,
)
from omskit.pricing.tax import TaxRules

#: Discounts by line number, with an entry for the freight.
Shares = Mapping[int, Sequence[Discount]]


def settle(
    basket: Basket,
    tax: TaxRules,
    *,
    steps: Sequence[Step],
    rejected: Sequence[Rejection],
    gifts: Sequence[Given],
    shares: Shares,
    paid: Sequence[int],
    uses: Mapping[str, Use],
) -> PriceResult:
    """Return the result of a basket whose discounts are known, and what each line costs after them, by number."""
    lines = sorted(basket.lines, key=lambda line: line.number)
    discounts = {number: tuple(some) for number, some in shares.items()}
    goods = [(line.tax_class, minor) for line, minor in zip(lines, paid, strict=True)]
    freight_off = discounts[FREIGHT_LINE]
    freight_paid = basket.freight_minor - sum(one.minor for one in freight_off)
    parts = tax.freight_parts(freight_paid, goods)
    taxes = tax.taxes([*goods, *parts])
    leading = _leading(lines, gifts)
    priced = tuple(
        [
            PricedLine(
                line.number,
                line.sku,
                line.quantity,
                line.list_minor,
                discounts[line.number],
                tax_minor,
                line.tax_class,
                leading.get(line.number, line.group),
            )
            for line, tax_minor in zip(lines, taxes, strict=False)
        ]
    )
    freight_parts = tuple(
        [FreightPart(*part, minor) for part, minor in zip(parts, taxes[len(lines) :], strict=True)]
    )
    freight = Freight(basket.freight_minor, freight_off, freight_parts)
    return PriceResult(
        basket.currency,
        tax.mode,
        priced,
        freight,
        tuple(gifts),
        tuple([uses[name] for name in sorted(uses)]),
        _trace(basket, priced, freight, steps, tax.mode),
        tuple(rejected),
    )


def _leading(lines: Sequence[BasketLine], gifts: Sequence[Given]) -> dict[int, str]:
    """Return the group of each line that a gift follows first."""
    return {given.follows[0]: given.group for given in gifts} if lines else {}


def _trace(
    basket: Basket, lines: Sequence[PricedLine], freight: Freight, steps: Sequence[Step], mode: TaxMode
) -> tuple[Step, ...]:
    """Put the list prices before the steps, and the tax that comes on top after them."""
    listed = tuple([(line.number, line.list_minor) for line in lines if line.list_minor])
    total = sum(minor for _, minor in listed)
    trace = [Step(StepKind.LIST, delta_minor=total, after_minor=total, shares=listed)]
    sent = basket.freight_minor
    if sent:
        trace.append(Step(StepKind.FREIGHT, delta_minor=sent, after_minor=sent, shares=((FREIGHT_LINE, sent),)))
    trace += steps
    if mode is TaxMode.EXCLUDED:
        added = [(line.number, line.tax_minor) for line in lines if line.tax_minor]
        if freight.tax_minor:
            added.insert(0, (FREIGHT_LINE, freight.tax_minor))
        tax = sum(minor for _, minor in added)
        base = sum(line.net_of_discount_minor for line in lines) + freight.net_of_discount_minor
        trace.append(Step(StepKind.TAX, "", None, base, tax, base + tax, shares=tuple(added)))
    return tuple(trace)
