"""What commands take from the counters of lines, and what becomes of an order when nothing is left to do."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from attrs import evolve as changed

from omskit.core import Machine, Refused, UsageError
from omskit.orders import commands as c
from omskit.orders import events as e
from omskit.orders import machine as m
from omskit.orders.evolve import evolve, of_fulfillment
from omskit.orders.lines import totals
from omskit.orders.model import Barred, Consignment, Order


def enough(order: Order, number: int, units: int, there: int, code: str) -> None:
    """Refuse to take more units of a line than are there, or none at all."""
    if units < 1:
        raise UsageError("bad_quantity", f"line {number}: {units} units; at least 1", line=number, value=units)
    if units > there:
        raise Refused(
            code,
            f"line {number} has {there} of the {units} units",
            order=order.key,
            line=number,
            wanted=units,
            there=there,
        )


def well_formed(order: Order, consignments: tuple[Consignment, ...]) -> None:
    """Refuse consignments that do not go on where the order's own end.

    Raises:
        UsageError: ``bad_consignment``.
    """
    for position, one in enumerate(consignments, order.planned + 1):
        numbers = {number for number, units in one.lines if units > 0}
        whole = one.lines and len(numbers) == len(one.lines)
        if one.number != position or one.fulfillment or not whole:
            raise UsageError(
                "bad_consignment",
                f"consignment {one.number} where {position} belongs, of {one.lines}: numbers go on, each line"
                " comes once with at least 1 unit, and nothing is released yet",
                order=order.key,
            )


def with_buyer(
    order: Order, lines: Iterable[tuple[int, int]], pieces: Iterable[tuple[int, str, int]]
) -> None:
    """Refuse to take back units or single pieces that the buyer does not have."""
    units = totals(lines)
    single: dict[int, dict[str, int]] = {}
    for number, sku, count in pieces:
        of_line = single.setdefault(number, {})
        of_line[sku] = of_line.get(sku, 0) + count
    for number in dict.fromkeys((*units, *single)):
        line = order.line(number)
        count, there = units.get(number, 0), line.shipped - line.returned
        if number in units:
            enough(order, number, count, there, "not_shipped")
        wanted, per, loose = single.get(number, {}), line.worth.per, dict(line.loose)
        line.worth.of_pieces(wanted.items())
        for sku, each in per.items():
            if wanted.get(sku, 0) or (loose and count):
                left = there * each - loose.get(sku, 0)
                enough(order, number, wanted.get(sku, 0) + count * each, left, "not_shipped")


def conceivable(order: Order, number: int, amount: int) -> None:
    """Refuse to give back more money of a line, or of the charges (0), than is kept; or to undo more than was."""
    line = order.line(number) if number else None
    kept = max(line.kept_minor if line else order.kept_charges_minor, 0)
    conceded = line.conceded_minor if line else order.conceded_minor
    if amount > kept:
        raise Refused(
            "refund_exceeds_paid",
            f"{amount} of {kept} minor units that are left of line {number} (0: the charges)",
            order=order.key,
            line=number,
            wanted=amount,
            left=kept,
        )
    if -amount > conceded:
        raise Refused(
            "not_conceded",
            f"{-amount} of {conceded} minor units that were given back of line {number}",
            order=order.key,
            line=number,
            wanted=-amount,
            there=conceded,
        )


def cancelled(order: Order, wanted: Mapping[int, int], machine: Machine, reason: str) -> e.Event:
    """Return the event of cancelling units by line: open ones first, then those that nobody works on yet."""
    open_: list[tuple[int, int]] = []
    held: list[tuple[int, int, int]] = []
    for number, units in wanted.items():
        line = order.line(number)
        enough(order, number, units, line.open + line.reserved, "not_open")
        if line.open:
            open_.append((number, min(units, line.open)))
        held += _from_pending(order, number, units - min(units, line.open))
    status = machine.next(order.status, m.CANCEL_PART)
    return settled(order, e.Cancelled(status, tuple(open_), tuple(held), reason), machine)


def _from_pending(order: Order, number: int, units: int) -> list[tuple[int, int, int]]:
    """Take units of a line out of consignments that are not released yet, the last planned first."""
    taken = []
    for one in reversed(order.consignments):
        there = sum(count for line, count in one.lines if line == number)
        if units and there and not one.fulfillment:
            taken.append((one.number, number, min(units, there)))
            units -= min(units, there)
    if units:
        working = tuple(sorted({one.fulfillment for one in order.consignments if one.fulfillment}))
        raise Refused(
            "at_warehouse",
            f"{units} units of line {number} are being worked on; cancel their fulfillment orders first",
            order=order.key,
            line=number,
            fulfillments=working,
        )
    return taken


def settled(order: Order, event: e.Shipped | e.Cancelled, machine: Machine) -> e.Event:
    """Let the status follow the counters: nothing left to do ends an order, nothing open ends its sourcing."""
    after = evolve(order, event)
    status = event.status
    if not after.has_open and not after.has_reserved:
        status = machine.next(status, m.COMPLETE if after.has_shipped else m.CANCEL)
    elif not after.has_open and machine.has(status, m.SOURCEABLE):
        status = machine.next(status, m.RESERVE)
        if all(one.fulfillment for one in after.consignments):
            status = machine.next(status, m.RELEASE)
    if isinstance(event, e.Shipped):
        return changed(event, status=status)
    return e.Cancelled(status, event.open, event.reserved, event.reason)


def unassigned(order: Order, command: c.Unassign, machine: Machine) -> tuple[e.Event, ...]:
    """Return the event of taking units back from a fulfillment order: all of them, or the ones that are named."""
    gone = order.at_fulfillment(command.fulfillment)
    if not gone:
        return ()
    units: tuple[tuple[int, int, int], ...] = ()
    cells = {(one.warehouse, number) for one in gone for number, _ in one.lines}
    if command.lines is not None:
        taken = of_fulfillment(order, command.fulfillment, command.lines)
        found = totals((number, count) for (_, number), count in taken.items())
        for number, count in totals(command.lines).items():
            enough(order, number, count, found.get(number, 0), "not_reserved")
        units = tuple((one, number, count) for (one, number), count in taken.items())
        warehouses = {one.number: one.warehouse for one in gone}
        cells = {(warehouses[one], number) for one, number in taken}
        gone = ()
    barred: tuple[Barred, ...] = ()
    if command.bar_until is not None:
        until = command.bar_until
        barred = tuple(Barred(warehouse, number, until) for warehouse, number in sorted(cells))
    status = machine.next(order.status, m.REOPEN)
    return (e.Unassigned(status, tuple(one.number for one in gone), command.reason, barred, units),)


def unshipped(order: Order, command: c.Unship, machine: Machine) -> tuple[e.Event, ...]:
    """Return the event of units that had not left: promised again where they lie, or open."""
    for number, units in totals(command.lines).items():
        line = order.line(number)
        enough(order, number, units, line.shipped - line.returned, "not_shipped")
    lines = tuple(sorted(totals(command.lines).items()))
    again = Consignment(order.planned + 1, command.warehouse, lines) if command.warehouse else None
    status = machine.next(order.status, m.UNSHIP if again else m.REOPEN)
    return (e.Unshipped(status, lines, again, command.waybill, command.reason),)
