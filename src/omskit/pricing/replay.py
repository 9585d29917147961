"""Replaying a trace: the total again from the steps alone, and every step held against the ones before it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from attrs import frozen

from omskit.core import UsageError
from omskit.pricing.promotion import Scope
from omskit.pricing.result import FREIGHT_LINE, Step, StepKind


@frozen
class Replayed:
    """What the steps of a trace add up to.

    Args:
        lines: What is paid for each line, by number.
        freight_minor: What is paid for sending.
    """

    lines: Mapping[int, int]
    freight_minor: int

    @property
    def total_minor(self) -> int:
        """What the buyer pays."""
        return sum(self.lines.values()) + self.freight_minor


def replay(steps: Iterable[Step]) -> Replayed:
    """Return what a trace comes to.

    Raises:
        UsageError: ``broken_trace`` when a step's shares or funding do not add up, its base is not what the steps
            before came to, a line does not exist, or an amount falls below zero.
    """
    amounts: dict[int, int] = {}
    freight = 0
    for place, step in enumerate(steps, 1):
        _check(step, place, sum(amounts.values()), freight)
        for number, minor in step.shares:
            if number == FREIGHT_LINE:
                freight += minor
            elif step.kind is StepKind.LIST:
                amounts[number] = minor
            elif number in amounts:
                amounts[number] += minor
            else:
                raise _broken(place, f"it lowers line {number}, which has no list price")
            if min(freight, amounts.get(number, 0)) < 0:
                raise _broken(place, f"it leaves line {number} below zero")
    return Replayed(amounts, freight)


def _check(step: Step, place: int, goods: int, freight: int) -> None:
    delta = sum(minor for _, minor in step.shares)
    if delta != step.delta_minor or step.base_minor + step.delta_minor != step.after_minor:
        raise _broken(place, f"shares of {delta}, {step.base_minor} + {step.delta_minor} = {step.after_minor}")
    if step.funding and sum(minor for _, minor in step.funding) != -step.delta_minor:
        raise _broken(place, "its payers do not bear its discount")
    if step.kind is StepKind.DISCOUNT:
        there = freight if step.scope is Scope.SHIPPING else goods
        if step.base_minor > there or (step.scope is Scope.SHIPPING and step.base_minor != there):
            raise _broken(place, f"it begins with {step.base_minor} where {there} is")
    if step.kind is StepKind.TAX and step.base_minor != goods + freight:
        raise _broken(place, f"it begins with {step.base_minor} where {goods + freight} is")


def _broken(place: int, what: str) -> UsageError:
    return UsageError("broken_trace", f"step {place}: {what}", step=place)
