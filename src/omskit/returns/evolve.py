"""What an event makes of a return case; total, and without a machine."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, cast

from attrs import evolve as changed

from omskit.core import StorageError
from omskit.returns import events as e
from omskit.returns.lines import Found, ReturnLine, Verdict
from omskit.returns.model import ReturnCase


def evolve(case: ReturnCase | None, event: e.Event) -> ReturnCase:
    """Return the case as it stands after the event.

    Raises:
        StorageError: ``bad_history`` when a history does not start with its opening.
    """
    if isinstance(event, e.Requested):
        return event.case
    if case is None:
        raise StorageError("bad_history", f"{type(event).__name__} before the case was opened")
    return _EVOLVE[type(event)](case, event)


def with_found(lines: Iterable[ReturnLine], found: Iterable[Found]) -> tuple[ReturnLine, ...]:
    """Count what came, on the line of its SKU and order line; what has no line yet gets one at the end."""
    known = {(line.line, line.sku): line for line in lines}
    for one in found:
        where = (one.line, one.sku)
        line = known.get(where) or ReturnLine(len(known) + 1, one.line, one.sku)
        known[where] = _counted(line, one.verdict, one.quantity)
    return tuple(known.values())


def _counted(line: ReturnLine, verdict: Verdict, count: int) -> ReturnLine:
    name = verdict.value
    return changed(line, **{name: getattr(line, name) + count})


def added(
    pairs: Iterable[tuple[int, int]], more: Iterable[tuple[int, int]], sign: int = 1
) -> tuple[tuple[int, int], ...]:
    """Add amounts to amounts by line, sorted; what comes to nothing is left out."""
    sums = dict(pairs)
    for number, amount in more:
        sums[number] = sums.get(number, 0) + sign * amount
    return tuple((number, amount) for number, amount in sorted(sums.items()) if amount)


def _moved(case: ReturnCase, event: Any) -> ReturnCase:
    return changed(case, custody=event.custody)


def _revised(case: ReturnCase, event: e.Revised) -> ReturnCase:
    return changed(
        case,
        asked_minor=event.asked_minor,
        version=event.version,
        reason=event.reason,
        answer_by=event.answer_by,
    )


def _authorised(case: ReturnCase, event: e.Authorised) -> ReturnCase:
    return changed(
        case,
        custody=event.custody,
        warehouse=event.warehouse or case.warehouse,
        deadline=event.deadline or case.deadline,
    )


def _announced(case: ReturnCase, event: e.WaybillAnnounced) -> ReturnCase:
    return changed(case, custody=event.custody, waybills=(*case.waybills, event.waybill))


def _received(case: ReturnCase, event: e.Received) -> ReturnCase:
    return changed(
        case,
        custody=event.custody,
        lines=with_found(case.lines, event.scan.found),
        scans=(*case.scans, event.scan),
        final=case.final or event.scan.final,
    )


def _judged(case: ReturnCase, event: e.Judged) -> ReturnCase:
    lines = {(line.line, line.sku): line for line in case.lines}
    for one in event.found:
        line = lines[one.line, one.sku]
        lines[one.line, one.sku] = _counted(
            changed(line, pending=line.pending - one.quantity), one.verdict, one.quantity
        )
    return changed(case, lines=tuple(lines.values()))


def _claimed(case: ReturnCase, event: e.Claimed) -> ReturnCase:
    return changed(
        case,
        custody=event.custody,
        order=event.order,
        channel=event.channel,
        channel_id=event.channel_id,
        currency=event.currency,
        lines=event.lines,
    )


def _stopped(case: ReturnCase, event: e.GoodsStopped) -> ReturnCase:
    stopped = dict(event.lines)
    lines = (changed(line, stopped=line.stopped + stopped.get(line.number, 0)) for line in case.lines)
    return changed(case, custody=event.custody, lines=tuple(lines))


def _credited(case: ReturnCase, event: e.Credited) -> ReturnCase:
    return changed(
        case,
        due_minor=case.due_minor + event.amount_minor,
        tax_minor=case.tax_minor + event.tax_minor,
        discount_minor=case.discount_minor + event.discount_minor,
        conceded=added(case.conceded, event.returned, -1),
    )


def _agreed(case: ReturnCase, event: e.MoneyAgreed) -> ReturnCase:
    return changed(
        case,
        money=event.money,
        agreed_minor=case.agreed_minor + event.amount_minor,
        conceded=added(case.conceded, event.conceded),
    )


def _declined(case: ReturnCase, event: e.MoneyDeclined) -> ReturnCase:
    return changed(case, money=event.money)


def _paid(case: ReturnCase, event: e.Paid) -> ReturnCase:
    return changed(
        case,
        money=event.money,
        paid_minor=case.paid_minor + event.amount_minor,
        payments=(*case.payments, event.reference),
    )


def _reordered(case: ReturnCase, event: e.Reordered) -> ReturnCase:
    return changed(case, orders=(*case.orders, (event.order, event.credited_minor)))


def _dropped(case: ReturnCase, event: e.OrderDropped) -> ReturnCase:
    return changed(case, orders=tuple(one for one in case.orders if one[0] != event.order))


_EVOLVE = cast(
    "dict[type, Callable[[ReturnCase, Any], ReturnCase]]",  # each function takes the events of its own key
    {
        e.Revised: _revised,
        e.Authorised: _authorised,
        e.Rejected: _moved,
        e.Withdrawn: _moved,
        e.Expired: _moved,
        e.WaybillAnnounced: _announced,
        e.Received: _received,
        e.Judged: _judged,
        e.Claimed: _claimed,
        e.GoodsStopped: _stopped,
        e.GoodsWaived: _moved,
        e.Closed: _moved,
        e.Credited: _credited,
        e.MoneyAgreed: _agreed,
        e.MoneyDeclined: _declined,
        e.Paid: _paid,
        e.Reordered: _reordered,
        e.OrderDropped: _dropped,
    },
)
