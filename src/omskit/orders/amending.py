"""Amending: what a change set does to an order, as events that happen together or not at all."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, cast

from attrs import define, evolve, field, frozen

from omskit.core import Machine, Refused, UsageError
from omskit.orders import changes as ch
from omskit.orders import events as e
from omskit.orders import machine as m
from omskit.orders.counting import cancelled
from omskit.orders.evolve import evolve as apply
from omskit.orders.lines import Charge, OrderLine
from omskit.orders.model import Order


@define
class _Work:
    """An order while changes are applied to it.

    Args:
        order: As the changes so far left it, but for its lines.
        lines: Lines with other money or more units, by number; a line that is added continues the numbers.
        fewer: Units to cancel, by line number.
        charges: As they are to be from now on.
        elsewhere: Whether what was planned has to be planned again.
        moved: Whether it goes to another receiver.
    """

    order: Order
    lines: dict[int, OrderLine] = field(factory=dict)
    fewer: dict[int, int] = field(factory=dict)
    charges: tuple[Charge, ...] = ()
    elsewhere: bool = False
    moved: bool = False

    def line(self, number: int) -> OrderLine:
        return self.lines.get(number) or self.order.line(number)


def amended(
    order: Order, changes: ch.Changes, machine: Machine, *, reason: str = "", proposal: str = ""
) -> tuple[e.Event, ...]:
    """Return the events of a change set; none when everything is like that already.

    First goes what was planned under other terms, then come the terms and lines as they are to be from now on, and
    the units to cancel come last.

    Raises:
        Refused: ``not_allowed`` by the machine; ``at_warehouse`` when a warehouse works on what is to change;
            ``units_gone`` for fewer units than have left; ``uneven_price`` for more units at a price that does not
            divide; ``line_settled`` for other money on a line with cancelled or returned units; ``bad_line`` for a
            line without units or with a discount above its price; ``charges_settled`` for charges below what was
            given back of them.
        UsageError: ``unknown_line``; ``empty_changes``.
    """
    if not changes:
        raise UsageError("empty_changes", "a change set has at least one change", order=order.key)
    machine.next(order.status, m.AMEND)
    work = _Work(order)
    events: list[e.Event] = []
    for change in changes:
        if type(change) in _TERMS:
            _TERMS[type(change)](work, change)
    terms = work.order.terms
    if work.elsewhere:
        events += _plan_again(order, machine, reason, moved=work.moved)
    work.order, work.charges = fold_onto(order, events), order.charges
    for change in sorted(changes, key=lambda one: type(one) is not ch.Reprice):
        if type(change) in _LINES:
            _LINES[type(change)](work, change)
    lines = tuple(line for number, line in sorted(work.lines.items()) if _differs(work.order, number, line))
    charges = None if work.charges == order.charges else work.charges
    if lines or terms != order.terms or proposal or charges is not None:
        status = _status(work, machine, lines)
        agreed = terms if terms != order.terms else None
        events.append(e.Amended(status, lines, agreed, proposal, reason, charges))
    if work.fewer:
        events.append(cancelled(fold_onto(order, events), work.fewer, machine, reason))
    return tuple(events)


def fold_onto(order: Order, events: Iterable[e.Event]) -> Order:
    """Return an order as it stands after further events."""
    for event in events:
        order = apply(order, event)
    return order


def _differs(order: Order, number: int, line: OrderLine) -> bool:
    return number > len(order.lines) or order.line(number) != line


def _status(work: _Work, machine: Machine, lines: tuple[OrderLine, ...]) -> str:
    """Let the status follow: another receiver is reviewed again, more open units are sourced again."""
    status = machine.next(work.order.status, m.AMEND)
    if work.moved and machine.allows(status, m.REVIEW_AGAIN):
        return machine.next(status, m.REVIEW_AGAIN)
    opened = any(line.open for line in lines)
    waits = machine.has(status, m.SOURCEABLE) or machine.has(status, m.EDITABLE)
    return machine.next(status, m.REOPEN) if opened and not waits else status


def _plan_again(order: Order, machine: Machine, reason: str, *, moved: bool) -> list[e.Event]:
    """Take back what was planned under other terms."""
    if working := tuple(sorted({one.fulfillment for one in order.consignments if one.fulfillment})):
        raise Refused(
            "at_warehouse",
            "a warehouse works on the order; cancel its fulfillment orders first",
            order=order.key,
            fulfillments=working,
        )
    numbers = tuple(one.number for one in order.consignments)
    if order.merged and moved:
        return [e.Unmerged(machine.next(order.status, m.UNMERGE), numbers, reason)]
    if numbers:
        return [e.Unassigned(machine.next(order.status, m.REOPEN), numbers, reason)]
    return []


def _set_quantity(work: _Work, change: ch.SetQuantity) -> None:
    line = work.line(change.line)
    kept = line.quantity - line.cancelled
    if change.quantity < line.shipped or change.quantity < 0:
        raise Refused(
            "units_gone",
            f"line {line.number}: {change.quantity} units, but {line.shipped} have left",
            order=work.order.key,
            line=line.number,
            wanted=change.quantity,
            shipped=line.shipped,
        )
    if change.quantity < kept:
        work.fewer[line.number] = kept - change.quantity
    elif change.quantity > kept:
        work.lines[line.number] = _grown(work, line, change.quantity - kept)


def _grown(work: _Work, line: OrderLine, units: int) -> OrderLine:
    _unsettled(work.order, line)
    quantity = line.quantity + units
    money = {"list_minor": line.list_minor, "discount_minor": line.discount_minor, "tax_minor": line.tax_minor}
    if line.number not in work.lines:
        if any(amount * quantity % line.quantity for amount in money.values()):
            raise Refused(
                "uneven_price",
                f"line {line.number}: {line.list_minor} for {line.quantity} units does not tell the price of"
                f" {quantity}; give the line's money in a Reprice",
                order=work.order.key,
                line=line.number,
            )
        money = {name: amount * quantity // line.quantity for name, amount in money.items()}
    return evolve(line, quantity=quantity, open=line.open + units, **money)  # type: ignore[arg-type]  # all are ints


def _unsettled(order: Order, line: OrderLine) -> None:
    if line.cancelled or line.returned or line.loose or line.conceded_minor:
        raise Refused(
            "line_settled",
            f"line {line.number} has {line.cancelled} units cancelled and {line.returned} returned at its price,"
            f" or {line.conceded_minor} given back of it",
            order=order.key,
            line=line.number,
        )


def _remove_line(work: _Work, change: ch.RemoveLine) -> None:
    line = work.line(change.line)
    if line.open + line.reserved:
        work.fewer[line.number] = line.open + line.reserved


def _reprice(work: _Work, change: ch.Reprice) -> None:
    line = work.line(change.line)
    _unsettled(work.order, line)
    _sound(work.order, change.line, 1, change.list_minor, change.discount_minor)
    work.lines[line.number] = evolve(
        line, list_minor=change.list_minor, discount_minor=change.discount_minor, tax_minor=change.tax_minor
    )


def _sound(order: Order, number: int, quantity: int, list_minor: int, discount_minor: int) -> None:
    if quantity < 1 or not 0 <= discount_minor <= max(list_minor, 0):
        raise Refused(
            "bad_line",
            f"line {number}: {quantity} units for {list_minor} less {discount_minor}; from 1 unit, with a discount"
            " from 0 up to the price",
            order=order.key,
            line=number,
        )


def _add_line(work: _Work, change: ch.AddLine) -> None:
    number = max((len(work.order.lines), *work.lines)) + 1
    _sound(work.order, number, change.quantity, change.list_minor, change.discount_minor)
    work.lines[number] = OrderLine(
        number,
        change.sku,
        change.quantity,
        change.quantity,
        list_minor=change.list_minor,
        discount_minor=change.discount_minor,
        tax_minor=change.tax_minor,
        components=change.components,
        external_id=change.external_id,
        title=change.title,
        group=change.group,
        item=change.item,
        gift=change.gift,
    )


def _map_line(work: _Work, change: ch.MapLine) -> None:
    line = work.line(change.line)
    if line.reserved or line.shipped:
        raise Refused(
            "in_work",
            f"line {line.number}: {line.reserved} units are held by warehouses and {line.shipped} have left",
            order=work.order.key,
            line=line.number,
        )
    work.lines[line.number] = evolve(line, sku=change.code, components=change.components, item="")


def _regroup(work: _Work, change: ch.Regroup) -> None:
    line = work.line(change.line)
    work.lines[line.number] = evolve(line, group=change.leaves_with)


def _set_charge(work: _Work, change: ch.SetCharge) -> None:
    others = [one for one in work.charges if one.code != change.code]
    if change.amount_minor:
        at = next((n for n, one in enumerate(work.charges) if one.code == change.code), len(others))
        others.insert(at, Charge(change.code, change.amount_minor, change.label))
    total, conceded = sum(one.amount_minor for one in others), work.order.conceded_minor
    if conceded and total < conceded:
        said = f"charges of {total}, but {conceded} were given back of them"
        raise Refused("charges_settled", said, order=work.order.key, charge=change.code, conceded=conceded)
    work.charges = tuple(others)


def _terms(work: _Work, **terms: object) -> bool:
    """Change what was agreed; say whether it was different."""
    before = work.order.terms
    after = evolve(before, **terms)  # type: ignore[arg-type]  # the names and types are those of the callers below
    work.order = evolve(work.order, terms=after)
    return after != before


def _readdress(work: _Work, change: ch.Readdress) -> None:
    if _terms(work, destination=change.destination, merge_identity=change.merge_identity):
        work.elsewhere = work.moved = True


def _wish_courier(work: _Work, change: ch.WishCourier) -> None:
    planned = {one.courier for one in work.order.consignments}
    if _terms(work, courier=change.courier) and change.courier and planned - {change.courier}:
        work.elsewhere = True


def _set_memo(work: _Work, change: ch.SetMemo) -> None:
    _terms(work, memo=change.memo)


def _set_paid(work: _Work, change: ch.SetPaid) -> None:
    _terms(work, paid_at=change.at)


def _set_deadlines(work: _Work, change: ch.SetDeadlines) -> None:
    _terms(work, ship_by=change.ship_by, arrive_by=change.arrive_by)


_TERMS = cast(
    "dict[type, Callable[[_Work, Any], None]]",  # each function takes the changes of its own key
    {
        ch.Readdress: _readdress,
        ch.WishCourier: _wish_courier,
        ch.SetMemo: _set_memo,
        ch.SetPaid: _set_paid,
        ch.SetDeadlines: _set_deadlines,
    },
)
_LINES = cast(
    "dict[type, Callable[[_Work, Any], None]]",
    {
        ch.Reprice: _reprice,
        ch.SetCharge: _set_charge,
        ch.SetQuantity: _set_quantity,
        ch.RemoveLine: _remove_line,
        ch.AddLine: _add_line,
        ch.MapLine: _map_line,
        ch.Regroup: _regroup,
    },
)


@frozen
class Preview:
    """What a change set would do, without doing it.

    Args:
        after: The order as it would be; as it is when the change set is refused.
        money_minor: What it would be worth more (above zero, to collect) or less (below, to refund).
        units: (line number, more or fewer units) of each line that would change.
        released: (warehouse, line number, units) that warehouses would no longer hold for it.
        refusal: Why it cannot be done; None when it can.
    """

    after: Order
    money_minor: int = 0
    units: tuple[tuple[int, int], ...] = ()
    released: tuple[tuple[str, int, int], ...] = ()
    refusal: Refused | None = None


def preview(order: Order, changes: ch.Changes, machine: Machine = m.ORDER_MACHINE) -> Preview:
    """Return what a change set would do to an order.

    Raises:
        UsageError: ``unknown_line``; ``empty_changes``.
    """
    try:
        after = fold_onto(order, amended(order, changes, machine))
    except Refused as refusal:
        return Preview(order, refusal=refusal)
    kept = {line.number: line.quantity - line.cancelled for line in order.lines}
    units = ((line.number, line.quantity - line.cancelled - kept.get(line.number, 0)) for line in after.lines)
    before, left = _held(order), _held(after)
    released = ((*where, count - left.get(where, 0)) for where, count in sorted(before.items()))
    return Preview(
        after,
        after.kept_minor - order.kept_minor,
        tuple((number, more) for number, more in units if more),
        tuple(one for one in released if one[2]),
    )


def _held(order: Order) -> dict[tuple[str, int], int]:
    found: dict[tuple[str, int], int] = {}
    for one in order.consignments:
        for number, units in one.lines:
            found[one.warehouse, number] = found.get((one.warehouse, number), 0) + units
    return found
