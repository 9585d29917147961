"""Explaining a price: its trace as sentences for people."""

from __future__ import annotations

from collections.abc import Mapping

from omskit.core import UsageError, format_amount
from omskit.pricing.result import FREIGHT_LINE, PriceResult, Rejection, Step, StepKind
from omskit.pricing.wording import REASONS, STEPS


def explain(result: PriceResult, language: str = "en") -> tuple[str, ...]:
    """Return a price as sentences: each step, each promotion that did nothing and why, and the total.

    Raises:
        UsageError: ``unknown_language`` but for ``en`` and ``zh``.
    """
    if language not in STEPS:
        known = ", ".join(STEPS)
        raise UsageError("unknown_language", f"no words in {language!r}; there are: {known}", language=language)
    words: Mapping[StepKind | str, str] = STEPS[language]  # type: ignore[assignment]  # one table for both kinds
    said = [_step(step, result, words) for step in result.steps]
    said += [
        words["rejected"].format(promotion=one.promotion, reason=explain_rejection(one, result.currency, language))
        for one in result.rejected
    ]
    money = format_amount
    total, tax = money(result.total_minor, result.currency), money(result.tax_minor, result.currency)
    said.append(words["total"].format(total=total, currency=result.currency, tax=tax))
    return tuple(said)


def explain_rejection(rejection: Rejection, currency: str, language: str = "en") -> str:
    """Return why a promotion did nothing, as "threshold short by 12.00".

    Raises:
        UsageError: ``unknown_language`` but for ``en`` and ``zh``.
    """
    if language not in REASONS:
        known = ", ".join(REASONS)
        raise UsageError("unknown_language", f"no words in {language!r}; there are: {known}", language=language)
    return REASONS[language][rejection.reason].format(
        minor=format_amount(rejection.minor, currency), units=rejection.units, other=rejection.other
    )


def _step(step: Step, result: PriceResult, words: Mapping[StepKind | str, str]) -> str:
    def money(minor: int) -> str:
        return format_amount(minor, result.currency)

    gifts = ", ".join(
        words["gift"].format(quantity=one.quantity, sku=one.item.sku)
        for one in result.gifts
        if one.promotion == step.promotion
    )
    said = words[step.kind].format(
        promotion=step.promotion,
        currency=result.currency,
        delta=money(step.delta_minor),
        off=money(-step.delta_minor),
        base=money(step.base_minor),
        gifts=gifts,
    )
    if step.times > 1:
        said += words["times"].format(times=step.times)
    if step.capped:
        said += words["capped"]
    if step.kind is StepKind.DISCOUNT:
        parts = ", ".join(
            words["freight" if number == FREIGHT_LINE else "line"].format(number=number, minor=money(-minor))
            for number, minor in step.shares
        )
        said += words["shares"].format(shares=parts)
    if step.funding:
        borne = ", ".join(f"{who} {money(minor)}" for who, minor in step.funding)
        said += words["funding"].format(funding=borne)
    return said
