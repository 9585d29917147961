"""Opening cases for orders, and granting their money: what is asked becomes lines, what is granted is spread."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from omskit import returns as r
from omskit.core import Refused, UsageError, share
from omskit.flow.owners import stoppable
from omskit.flow.react import react
from omskit.flow.rules import Rules
from omskit.flow.workspace import Workspace
from omskit.orders import Order
from omskit.returns import CaseKind, ReturnCase, ReturnLine


def asked(order: Order, kind: CaseKind, units: Mapping[int, int]) -> tuple[ReturnLine, ...]:
    """Return the lines of a case for units of an order's lines, a line for each piece of a bundle.

    Of a kind that asks nothing back, nothing is expected; of money for goods that have left, neither.

    Raises:
        Refused: ``not_enough_sold`` for more units than the order still stands for.
        UsageError: ``unknown_line``; ``bad_quantity``.
    """
    lines: list[ReturnLine] = []
    for number, count in sorted(units.items()):
        line = order.line(number)
        if count < 1:
            raise UsageError("bad_quantity", f"{count} units of line {number}; at least 1", line=number)
        there = line.quantity - line.cancelled - line.returned
        if count > there:
            raise Refused(
                "not_enough_sold", f"{count} units of line {number}; {there} are left", line=number, there=there
            )
        back = _expected(kind, count, line.open + line.reserved)
        for sku, each in line.worth.per.items():
            lines.append(ReturnLine(len(lines) + 1, number, sku, expected=back * each))
    return tuple(lines)


def with_gifts(order: Order, kind: CaseKind, units: Mapping[int, int]) -> Mapping[int, int]:
    """Return units of lines, and of the gifts that have no paid line of their group beside them any more.

    A gift is a line without price in a group with priced ones. It goes along when all that the order still stands
    for of those is asked back.
    """
    if kind in r.KEEPING:
        return units
    left = {line.number: line.quantity - line.cancelled - line.returned for line in order.lines}
    staying = [line for line in order.lines if line.list_minor and left[line.number] > units.get(line.number, 0)]
    touched = {order.line(number).group for number in units} - {"", *(line.group for line in staying)}
    gifts = [line.number for line in order.lines if line.group in touched and not line.list_minor]
    return {**{number: left[number] for number in gifts if left[number]}, **units}


def _expected(kind: CaseKind, count: int, here: int) -> int:
    if kind in {CaseKind.REPLACEMENT, CaseKind.PRICE}:
        return 0
    return min(count, here) if kind is CaseKind.REFUND else count


def open_case(order: Order, key: int, kind: CaseKind, lines: Iterable[ReturnLine], rules: Rules) -> ReturnCase:
    """Return a case of an order as it opens; what else is known of it the caller adds."""
    return ReturnCase(
        key,
        kind,
        rules.custody.initial,
        rules.refunds.initial,
        order.key,
        order.terms.channel,
        order.channel_id,
        order.terms.currency,
        tuple(lines),
        process=order.process,
    )


def grant(
    work: Workspace, key: int, total_minor: int | None = None, *, ahead: bool = False, heard: bool = False
) -> None:
    """Grant the money of a case: stop what has not left, then take what accepted goods carry, then concede.

    What is conceded is spread over the case's lines of the order by what they keep, and then taken from the
    charges.

    Args:
        work: A batch with the case and its order.
        key: Of the case.
        total_minor: All that is granted then. None grants what accepted goods carry, or what was asked where no
            goods are to come back.
        ahead: Whether money may go before goods that are still to come.
        heard: Whether the channel has decided so itself.

    Raises:
        Refused: ``not_accepted`` for money ahead of goods; ``refund_exceeds_paid``; ``nothing_due``; and as
            :func:`omskit.returns.decide` says.
    """
    case, order = _loaded(work, key)
    if stopped := stoppable(case, order):
        work.returned(key, r.StopGoods(stopped), "refund")
        react(work)
        case, order = _loaded(work, key)
    keeps = case.kind in {CaseKind.REFUND, CaseKind.PRICE} and case.is_complete
    if total_minor is None and keeps and case.asked_minor > case.agreed_minor + case.open_minor:
        total_minor = case.asked_minor
    beyond = 0 if total_minor is None else total_minor - case.agreed_minor - case.open_minor
    conceded: tuple[tuple[int, int], ...] = ()
    if beyond > 0:
        if not (keeps or ahead):
            raise Refused(
                "not_accepted",
                f"{total_minor} granted; accepted goods carry {case.agreed_minor + case.open_minor}",
                case=key,
                wanted=total_minor,
                open=case.open_minor,
            )
        conceded = _spread(case, order, beyond)
    work.returned(key, r.AgreeMoney(total_minor, conceded, heard), "refund")
    react(work)


def _loaded(work: Workspace, key: int) -> tuple[ReturnCase, Order]:
    case = work.returns[key].state
    assert case is not None  # noqa: S101 - the caller has loaded it
    track = work.orders.get(case.order)
    if track is None or track.state is None:
        raise Refused("no_order", "nobody knows whose these goods are", case=key)
    return case, track.state


def _spread(case: ReturnCase, order: Order, amount: int) -> tuple[tuple[int, int], ...]:
    numbers = sorted({line.line for line in case.lines if line.line})
    kept = [order.line(number).kept_minor for number in numbers]
    from_lines = min(amount, sum(kept))
    left = from_lines + max(0, order.kept_charges_minor) if amount > from_lines else amount
    if amount > left:
        said = f"{amount} of {left} minor units that are left of lines and charges"
        raise Refused("refund_exceeds_paid", said, order=order.key, case=case.key, wanted=amount, left=left)
    parts = share(from_lines, kept) if from_lines else [0] * len(kept)
    pairs = [*zip(numbers, parts, strict=True), (0, amount - from_lines)]
    return tuple(sorted((number, part) for number, part in pairs if part))

