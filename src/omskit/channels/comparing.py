"""Comparing what a channel says now with the order that it said before: the differences become changes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from omskit.orders import (
    AddLine,
    Change,
    MapLine,
    Order,
    OrderLine,
    Place,
    PutOnHold,
    Readdress,
    ReleaseHold,
    RemoveLine,
    Reprice,
    SetDeadlines,
    SetMemo,
    SetPaid,
    SetQuantity,
    WishCourier,
)

_Name = tuple[object, ...]


def differences(order: Order, said: Place) -> tuple[Change, ...]:
    """Return the changes that make an order what its channel says now; none when it is that already.

    Lines are the same when the channel's id of them is, and where it gives none when they stand at the same place
    with the same SKU. A channel that goes on saying what was once ordered does not bring back what was cancelled
    since.

    Args:
        order: The order as it stands.
        said: The command that would place it anew, from :func:`omskit.channels.normalise`.
    """
    changes: list[Change] = []
    known = {_name(line): line for line in order.lines}
    told = {_name(line): line for line in said.lines}
    unexplained = {line.number: line for line in order.lines if line.item and not line.external_id}
    for name, line in told.items():
        before = known.get(name) or (None if line.external_id else unexplained.get(line.number))
        if before is not None:
            known.pop(_name(before), None)
        changes += (_added(line),) if before is None else _changed(before, line)
    changes += _gone(known)
    changes += _terms(order, said)
    return tuple(changes)


def _name(line: OrderLine) -> _Name:
    return (line.external_id,) if line.external_id else (line.number, line.sku)


def _added(line: OrderLine) -> Change:
    return AddLine(
        line.sku,
        line.quantity,
        line.list_minor,
        line.discount_minor,
        line.tax_minor,
        line.components,
        line.external_id,
        line.title,
        line.group,
        line.item,
    )


def _changed(before: OrderLine, line: OrderLine) -> Iterable[Change]:
    """Return what is different about a line; fewer units keep the price at which the others were sold."""
    if before.item and not line.item:
        yield MapLine(before.number, line.sku, line.components)
    kept = before.quantity - before.cancelled
    if line.quantity not in {kept, before.quantity}:
        yield SetQuantity(before.number, line.quantity)
    if line.quantity < kept:
        return
    money = (line.list_minor, line.discount_minor, line.tax_minor)
    if not before.cancelled and money != (before.list_minor, before.discount_minor, before.tax_minor):
        yield Reprice(before.number, *money)


def _gone(untold: Mapping[_Name, OrderLine]) -> Iterable[Change]:
    for line in untold.values():
        if line.open + line.reserved and not line.gift:
            yield RemoveLine(line.number)


def _terms(order: Order, said: Place) -> Iterable[Change]:
    before, now = order.terms, said.terms
    if (before.destination, before.merge_identity) != (now.destination, now.merge_identity):
        yield Readdress(now.destination, now.merge_identity)
    if before.courier != now.courier:
        yield WishCourier(now.courier)
    if before.memo != now.memo:
        yield SetMemo(now.memo)
    if before.paid_at != now.paid_at:
        yield SetPaid(now.paid_at)
    if (before.ship_by, before.arrive_by) != (now.ship_by, now.arrive_by):
        yield SetDeadlines(now.ship_by, now.arrive_by)


def hold_changes(order: Order, said: Place) -> tuple[PutOnHold | ReleaseHold, ...]:
    """Return what puts the holds that a channel sees now, and lifts those that it saw before and no longer sees.

    A hold that a person has lifted is not put again.
    """
    channel = said.terms.channel
    now = {(hold.code, hold.line): hold for hold in said.holds}
    there = {(hold.code, hold.line) for hold in order.holds}
    seen = {(hold.code, hold.line): None for hold in order.holds if hold.actor == channel}
    put = (
        PutOnHold(hold.code, hold.reason, hold.line)
        for where, hold in now.items()
        if where not in there and hold.code not in order.cleared
    )
    lift = (ReleaseHold(*where) for where in seen if where not in now)
    return (*put, *lift)
