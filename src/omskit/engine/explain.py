"""Explanations: the history of an order, a fulfillment order or a return case as text that a person reads."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from omskit import fulfillment as f
from omskit import orders as o
from omskit import returns as r
from omskit.core import Entry, Repaired, format_amount, readable
from omskit.pricing import explain as explain_price


def explain(entries: Sequence[Entry]) -> Iterator[str]:
    """Yield one line for each entry: when, who, what, and why."""
    for entry in entries:
        who = entry.actor if entry.actor == entry.cause else f"{entry.actor}/{entry.cause}"
        yield f"{entry.at:%Y-%m-%d %H:%M} {who}: {_TEXT[type(entry.event)](entry.event)}"


def _units(pairs: Sequence[tuple[int, int]]) -> str:
    return ", ".join(f"{units} of line {number}" for number, units in pairs)


def _number(fulfillment: int) -> str:
    return readable(f.FULFILLMENTS.number, fulfillment)


def _order(key: int) -> str:
    return readable(o.ORDERS.number, key)


def _because(reason: str) -> str:
    return f", because {reason}" if reason else ""


def _placed(event: o.OrderPlaced) -> str:
    order = event.order
    total = format_amount(order.total_minor, order.terms.currency)
    return (
        f"placed as {order.terms.channel} {order.terms.external_id}: {len(order.lines)} lines,"
        f" {total} {order.terms.currency} to {order.terms.destination.country}, {order.status}"
    )


def _by(event: o.Approved | o.Advanced) -> str:
    rule = f" by rule {event.rule}" if event.rule else ""
    return rule + (f", with an alert: {', '.join(event.alerts)}" if event.alerts else "")


def _amended(event: o.Amended) -> str:
    lines = ", ".join(f"line {line.number}: {line.quantity} of {line.sku}" for line in event.lines)
    terms = "other terms" if event.terms else ""
    charges = "other charges" if event.charges is not None else ""
    what = "; ".join(part for part in (lines, terms, charges) if part) or "nothing else"
    proposal = f" as proposed in {event.proposal}" if event.proposal else ""
    return f"amended{proposal}: {what}{_because(event.reason)} -> {event.status}"


def _priced(event: o.Priced) -> str:
    return f"priced: {'; '.join(explain_price(event.price))}"


def _gaps(event: o.GapsNoted) -> str:
    said = [
        f"line {gap.line} {gap.theirs_minor} where ours is"
        f" {'unknown' if gap.ours_minor is None else gap.ours_minor}"
        for gap in event.gaps
    ]
    return f"the channel's prices in minor units: {', '.join(said) or 'as ours'}"


def _refunded(event: o.Refunded) -> str:
    gifts = [f"{gift.charged} {gift.sku} charged {gift.charge_minor}" for gift in event.gifts if gift.charged]
    how = "priced again" if event.again else "by frozen shares"
    return "; ".join([f"{event.refund_minor} minor units go back for {_units(event.units)}, {how}", *gifts])


def _assigned(event: o.Assigned) -> str:
    chosen = [
        f"{one.warehouse} sends {_units(one.lines)}"
        f"{f' by {one.courier} {one.service}'.rstrip() if one.courier else ''}"
        f"{f', to arrive on {one.arrive_on}' if one.arrive_on else ''}"
        for one in event.consignments
    ]
    left = [f"line {number} stays open: {code}" for number, code in event.reasons]
    return "; ".join([*(chosen or ["no warehouse found"]), *left, *event.why]) + f" -> {event.status}"


def _released(event: o.Released) -> str:
    numbers = ", ".join(_number(key) for _, key in event.fulfillments)
    return f"released as {numbers} -> {event.status}"


def _cancelled(event: o.Cancelled) -> str:
    units = [*event.open, *((number, count) for _, number, count in event.reserved)]
    return f"cancelled {_units(units)}{_because(event.reason)} -> {event.status}"


def _parcels(event: f.ParcelsShipped) -> str:
    waybills = ", ".join(parcel.waybill for parcel in event.parcels) or "nothing"
    return f"shipped {waybills}{' as the last' if event.final else ''} -> {event.status}"


def _back(event: o.TakenBack) -> str:
    pieces = [f"{count} {sku} of line {number}" for number, sku, count in event.pieces]
    return ", ".join([*filter(None, [_units(event.lines)]), *pieces])


def _found(found: Sequence[r.Found]) -> str:
    texts = (
        f"{one.quantity} {one.sku} {one.condition.value}, {one.verdict.value}"
        f"{f' for {one.disposition.value}' if one.verdict is r.Verdict.ACCEPTED else ''}"
        for one in found
    )
    return "; ".join(texts) or "nothing"


def _repaired(event: Repaired) -> str:
    changes = "; ".join(f"{path} was {found}, is {written}" for path, found, written in event.changes)
    return f"repaired by {event.plan}: {changes}"


def _case(event: r.Requested) -> str:
    case = event.case
    whose = f"for {_order(case.order)}" if case.order else "for nobody known"
    goods = ", ".join(f"{line.expected} {line.sku}" for line in case.lines if line.expected)
    return f"{case.kind.value} {whose}: {goods or 'no goods'}{_because(case.reason)}, {case.custody}"


def _agreed(event: r.MoneyAgreed) -> str:
    ahead = sum(amount for _, amount in event.conceded)
    return f"{event.amount_minor} granted{f', {ahead} of it without goods' if ahead else ''} -> {event.money}"


def _unassigned(event: o.Unassigned) -> str:
    what = f" {_units([(number, count) for _, number, count in event.units])}" if event.units else ""
    return f"taken back from the warehouse{what}{_because(event.reason)} -> {event.status}"


def _tracked(event: f.Tracked) -> str:
    facts = ", ".join(fact.kind for fact in event.facts)
    stopping = f", interception {event.interception}" if event.interception else ""
    return f"parcel {event.parcel}: {facts} -> {event.status}{stopping}"


def _packed(event: f.Packed) -> str:
    return "packed " + "; ".join(f"parcel {one.number} with {_units(one.lines)}" for one in event.parcels)


def _void(event: f.WaybillVoiding) -> str:
    return f"parcel {event.parcel}: label {event.label} to be taken back{_because(event.reason)}"


def _got(event: f.WaybillReceived) -> str:
    return f"parcel {event.parcel}: waybill {event.waybill} -> {event.status}"


def _no_label(event: f.WaybillFailed | f.VoidRefused) -> str:
    return f"parcel {event.parcel}: label {event.label} {event.status}{_because(event.reason)}"


def _intercepted(event: f.Intercepted) -> str:
    return f"parcel {event.parcel}: interception {event.interception}{_because(event.reason)}"


def _held(event: f.WorkHeld) -> str:
    about = f" about parcel {event.hold.parcel}" if event.hold.parcel else ""
    return f"held for {event.hold.code}{about}{_because(event.hold.reason)}"


_TEXT: dict[type, Callable[[Any], str]] = {
    Repaired: _repaired,
    o.OrderPlaced: _placed,
    o.Approved: lambda e: f"approved{_by(e)} -> {e.status}",
    o.Advanced: lambda e: f"{e.trigger}{_by(e)} -> {e.status}",
    o.HoldPlaced: lambda e: f"held for {e.hold.code}{_because(e.hold.reason)}",
    o.HoldReleased: lambda e: f"hold {e.code} lifted",
    o.Merged: lambda e: f"leaves together with the group of {_order(e.group)}",
    o.Unmerged: lambda e: f"leaves by itself again{_because(e.reason)} -> {e.status}",
    o.LinesSetApart: lambda e: f"lines that leave apart: {', '.join(map(str, e.lines)) or 'none'}",
    o.Proposed: lambda e: f"change {e.proposal.id} proposed{_because(e.proposal.reason)}",
    o.Discarded: lambda e: f"change {e.id} discarded{_because(e.reason)}",
    o.Amended: _amended,
    o.Priced: _priced,
    o.GapsNoted: _gaps,
    o.Refunded: _refunded,
    o.Divided: lambda e: f"divided into {', '.join(map(_order, e.children))} -> {e.status}",
    o.Rejoined: lambda e: f"joined again -> {e.status}",
    o.Dissolved: lambda e: f"ended in favour of the order that it came from -> {e.status}",
    o.Assigned: _assigned,
    o.Released: _released,
    o.Shipped: lambda e: f"{_number(e.fulfillment)} shipped {_units(e.lines)} -> {e.status}",
    o.Unassigned: _unassigned,
    o.Unshipped: lambda e: f"{_units(e.lines)} had not left{_because(e.reason)} -> {e.status}",
    o.Cancelled: _cancelled,
    o.TakenBack: lambda e: f"{_back(e)} came back{_because(e.reason)} -> {e.status}",
    f.Opened: lambda e: f"{e.fulfillment.warehouse} is asked to send {len(e.fulfillment.lines)} lines",
    f.Accepted: lambda e: f"accepted -> {e.status}",
    f.Rejected: lambda e: f"rejected{_because(e.reason)} -> {e.status}",
    f.ParcelsShipped: _parcels,
    f.Recalled: lambda e: f"asked to stop{_because(e.reason)} -> {e.status}",
    f.RecallConfirmed: lambda e: f"stopped -> {e.status}",
    f.RecallDenied: lambda e: f"too late to stop -> {e.status}",
    o.Conceded: lambda e: f"{sum(amount for _, amount in e.amounts)} given back{_because(e.reason)}",
    r.Requested: _case,
    r.Revised: lambda e: f"asked for {e.asked_minor} by now{_because(e.reason)}",
    r.Authorised: lambda e: f"may come back{f' to {e.warehouse}' if e.warehouse else ''} -> {e.custody}",
    r.Rejected: lambda e: f"may not come back{_because(e.reason)} -> {e.custody}",
    r.Withdrawn: lambda e: f"given up by the buyer{_because(e.reason)} -> {e.custody}",
    r.Expired: lambda e: f"did not come in time -> {e.custody}",
    r.WaybillAnnounced: lambda e: f"on its way as {e.waybill} -> {e.custody}",
    r.Received: lambda e: f"scanned at {e.scan.warehouse}: {_found(e.scan.found)} -> {e.custody}",
    r.Judged: lambda e: f"judged: {_found(e.found)}",
    r.Claimed: lambda e: f"found to be of {_order(e.order)} -> {e.custody}",
    r.GoodsStopped: lambda e: f"stopped before it left: {_units(e.lines)} -> {e.custody}",
    r.GoodsWaived: lambda e: f"stays with the buyer{_because(e.reason)} -> {e.custody}",
    r.Closed: lambda e: f"closed{_because(e.reason)} -> {e.custody}",
    r.Credited: lambda e: f"goods carry {e.amount_minor}",
    r.MoneyAgreed: _agreed,
    r.MoneyDeclined: lambda e: f"no money{_because(e.reason)} -> {e.money}",
    r.Paid: lambda e: f"{e.amount_minor} paid as {e.reference} -> {e.money}",
    r.Reordered: lambda e: f"{_order(e.order)} is sent in exchange, {e.credited_minor} of it credited",
    r.OrderDropped: lambda e: f"{_order(e.order)} is not sent in exchange",
    f.LinesRejected: lambda e: f"rejected {_units(e.lines)}{_because(e.reason)} -> {e.status}",
    f.ShippedAnyway: lambda e: f"{', '.join(one.waybill for one in e.parcels)} left all the same -> {e.status}",
    f.Settled: lambda e: (
        f"parcel {e.parcel} {'is sent to its orders' if e.sold else 'is written off'}{_because(e.reason)}"
    ),
    f.Unshipped: lambda e: f"parcel {e.parcel} had not left{_because(e.reason)}",
    f.Packed: _packed,
    f.Unpacked: lambda e: f"parcel {e.parcel} unpacked",
    f.Weighed: lambda e: f"parcel {e.parcel} weighs {e.weight_g} g",
    f.WaybillRequested: lambda e: f"parcel {e.parcel}: {e.label.courier} is asked for a waybill",
    f.WaybillReceived: _got,
    f.WaybillFailed: _no_label,
    f.WaybillVoiding: _void,
    f.WaybillVoided: lambda e: f"parcel {e.parcel}: label {e.label} taken back",
    f.VoidRefused: _no_label,
    f.Tracked: _tracked,
    f.ReturnExpected: lambda e: f"parcel {e.parcel} comes back: {e.reason}",
    f.ReturnCalledOff: lambda e: f"parcel {e.parcel} does not come back after all",
    f.Intercepted: _intercepted,
    f.PickupReady: lambda e: f"ready to be collected until {e.until:%Y-%m-%d %H:%M} -> {e.status}",
    f.PickupDenied: lambda e: f"a wrong code was shown, the {e.attempts}. one",
    f.PickupExpired: lambda e: f"nobody came in time -> {e.status}",
    f.WorkHeld: _held,
    f.WorkHoldLifted: lambda e: f"hold {e.code} lifted",
}
