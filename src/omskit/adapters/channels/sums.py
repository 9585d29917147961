"""Sums as channels tell them: rounded once, and what stands for a whole order laid on its lines."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal

from attrs import evolve

from omskit.channels import ChannelLine, Discount, Funder
from omskit.core import MAX_AMOUNT_MINOR, PayloadError, scale_of, share


def rounded(value: Decimal, currency: str, path: str) -> int:
    """Return an amount with more digits than its currency in minor units, rounded half up.

    Raises:
        PayloadError: ``amount_out_of_range`` beyond 10^15 minor units.
    """
    minor = value.scaleb(scale_of(currency)).quantize(Decimal(1), ROUND_HALF_UP)
    if abs(minor) > MAX_AMOUNT_MINOR:
        raise PayloadError("amount_out_of_range", f"beyond 10^15 minor units @ {path}", path=path)
    return int(minor)


def discounted(
    lines: Sequence[ChannelLine], amount_minor: int, funder: Funder | None = None, title: str = ""
) -> list[ChannelLine]:
    """Return the lines less a discount of their order, shared by what is left of each.

    An amount that is none, below zero or beyond what is left changes nothing: it stays a gap for the identity
    check.

    Args:
        lines: As they were told.
        amount_minor: The discount.
        funder: Who bears it; None where the order tells its discounts beside its lines.
        title: What it is called.
    """
    left = [line.list_minor - line.discount_minor for line in lines]
    if not 0 < amount_minor <= sum(left) or min(left) < 0:
        return list(lines)
    return [
        evolve(
            line,
            discount_minor=line.discount_minor + part,
            discounts=(*line.discounts, Discount(part, funder, title=title))
            if part and funder
            else line.discounts,
        )
        for line, part in zip(lines, share(amount_minor, left), strict=True)
    ]


def taxed(lines: Sequence[ChannelLine], tax_minor: int, *, included: bool = False) -> list[ChannelLine]:
    """Return lines that tell no tax with that of their order, shared by price: within prices or on top of them."""
    weights = [max(line.list_minor, 0) for line in lines]
    if tax_minor <= 0 or not any(weights):
        return list(lines)
    return [
        evolve(line, tax_minor=part, list_minor=line.list_minor + (0 if included else part))
        for line, part in zip(lines, share(tax_minor, weights), strict=True)
    ]
