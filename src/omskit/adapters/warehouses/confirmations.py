"""Reports of one piece of work put together: each counts once, and after the final one there is no more."""

from __future__ import annotations

from attrs import field, frozen

from omskit.adapters.warehouses.work import Confirmed
from omskit.core import Quantities, Refused


@frozen
class Confirmations:
    """What a warehouse has confirmed of one piece of work so far.

    Args:
        keys: Ids of the reports that counted.
        done: Pieces by SKU, over all reports.
        final: Whether the last one has come.
    """

    keys: frozenset[str] = frozenset()
    done: Quantities = field(factory=Quantities)
    final: bool = False


def take(before: Confirmations, report: Confirmed, planned: Quantities | None = None) -> Confirmations:
    """Return the state after a report; one that came before changes nothing.

    Reports that are not final are increments: what they tell is added.

    Args:
        before: The state so far.
        report: What the warehouse says.
        planned: What was asked for; more than that is refused.

    Raises:
        Refused: ``already_final`` for another report after the final one; ``too_many_units``.
    """
    if report.key in before.keys:
        return before
    if before.final:
        raise Refused("already_final", f"{report.code} is finished; {report.key!r} comes after it", key=report.key)
    done = before.done + Quantities((line.item, line.quantity) for line in report.lines)
    over = {item: count for item, count in done.items() if planned is not None and count > planned[item]}
    if over:
        raise Refused("too_many_units", f"{report.code} was not asked for {over}", over=over)
    return Confirmations(before.keys | {report.key}, done, report.final)
