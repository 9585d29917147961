"""What differs between a case and its goods; derived from counters and scans, and no status."""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum

from attrs import frozen

from omskit.core import Machine
from omskit.returns.lines import Condition
from omskit.returns.machine import AWAITS_GOODS, CUSTODY_MACHINE, WAIVED
from omskit.returns.model import ReturnCase


class Differing(Enum):
    """How goods differ from what was expected."""

    SHORT = "short"
    OVER = "over"
    WRONG = "wrong"
    DAMAGED = "damaged"


@frozen
class Difference:
    """Pieces of a case that are not as expected: fewer, more, of another SKU, or not sound."""

    how: Differing
    sku: str
    quantity: int
    line: int = 0


def differences(case: ReturnCase, machine: Machine = CUSTODY_MACHINE) -> tuple[Difference, ...]:
    """Return every difference of a case; what may still come is not short yet, and what was waived never is."""
    return tuple(_differences(case, machine))


def _differences(case: ReturnCase, machine: Machine) -> Iterator[Difference]:
    settled = bool(case.scans) and (case.final or not machine.has(case.custody, AWAITS_GOODS))
    for line in case.lines:
        if settled and line.left and not machine.has(case.custody, WAIVED):
            yield Difference(Differing.SHORT, line.sku, line.left, line.line)
        if line.over:
            how = Differing.OVER if line.line else Differing.WRONG
            yield Difference(how, line.sku, line.over, line.line)
    damaged: dict[tuple[str, int], int] = {}
    for scan in case.scans:
        for found in scan.found:
            if found.condition is not Condition.SOUND:
                where = (found.sku, found.line)
                damaged[where] = damaged.get(where, 0) + found.quantity
    for (sku, number), count in damaged.items():
        yield Difference(Differing.DAMAGED, sku, count, number)
