"""Telling channels of lines once: with the first parcel of a line, or when nothing of it is left to send."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from omskit.channels import Package, Reporting, SentLine, ShipmentNotice, ShipmentWithdrawn
from omskit.orders import Order, Sent, Unshipped


def reports(policy: Reporting, before: Order, after: Order, fresh: tuple[Sent, ...]) -> list[ShipmentNotice]:
    """Return the notices that follow from what happened to an order, one for each parcel that stands for lines.

    Lines that the channel knows as one, by their external id, are told of as one.

    Args:
        policy: Which of its parcels a line is told with; not ``EACH``.
        before: The order before it happened.
        after: The order now.
        fresh: The parcels that have left with it.
    """
    told: dict[str, list[SentLine]] = {}
    more: dict[str, dict[str, Package]] = {}
    couriers = {one.waybill: one.courier for one in after.sent}
    for numbers in _known_as_one(after):
        first = policy is Reporting.FIRST
        due = _begun(before, after, numbers) if first else _became_whole(before, after, numbers)
        waybills = [one.waybill for one in (fresh if first else after.sent) if _holds(one, numbers)]
        if not due or not waybills:
            continue
        waybill = waybills[0] if first else waybills[-1]
        told.setdefault(waybill, []).append(_sent_line(after, numbers, whole=first))
        if policy is Reporting.ALL:
            others = {one: Package(one, couriers[one]) for one in waybills if one != waybill}
            more.setdefault(waybill, {}).update(others)
    channel, id_ = after.terms.channel, after.channel_id
    return [
        ShipmentNotice(
            channel, id_, waybill, couriers[waybill], tuple(lines), tuple(more.get(waybill, {}).values())
        )
        for waybill, lines in told.items()
    ]


def withdrawn(
    policy: Reporting | None, before: Order, event: Unshipped
) -> ShipmentWithdrawn | None:
    """Return what a channel is told of a parcel that had not left; None where it has not heard of that parcel.

    Args:
        policy: Which of its parcels a line is told with; None for a channel that hears of every parcel.
        before: The order before the parcel was taken back.
        event: What was taken back.
    """
    lines = []
    for numbers in _known_as_one(before):
        units = sum(count for number, count in event.lines if number in numbers)
        if not units:
            continue
        if policy is None:
            first = before.line(numbers[0])
            lines.append(SentLine(first.external_id, first.sku, units))
        elif _told_with(policy, before, numbers, event.waybill):
            lines.append(_sent_line(before, numbers, whole=policy is Reporting.FIRST))
    if not lines:
        return None
    channel, id_ = before.terms.channel, before.channel_id
    return ShipmentWithdrawn(channel, id_, event.waybill, tuple(lines), event.reason)


def _told_with(policy: Reporting, order: Order, numbers: tuple[int, ...], waybill: str) -> bool:
    """Whether a channel has heard of a line with a parcel, by its policy."""
    waybills = [one.waybill for one in order.sent if _holds(one, numbers)]
    if waybill not in waybills:
        return False
    if policy is Reporting.FIRST:
        return waybills[0] == waybill
    whole = not _to_send(order, numbers)
    return whole and (policy is Reporting.ALL or waybills[-1] == waybill)


def _known_as_one(order: Order) -> Iterator[tuple[int, ...]]:
    groups: dict[str, list[int]] = {}
    for line in order.lines:
        groups.setdefault(line.external_id or f"\0{line.number}", []).append(line.number)
    for numbers in groups.values():
        yield tuple(numbers)


def _holds(sent: Sent, numbers: tuple[int, ...]) -> bool:
    return any(number in numbers for number, _ in sent.lines)


def _shipped(order: Order, numbers: tuple[int, ...]) -> int:
    return sum(line.shipped for line in order.lines if line.number in numbers)


def _to_send(order: Order, numbers: tuple[int, ...]) -> int:
    return sum(line.open + line.reserved for line in order.lines if line.number in numbers)


def _begun(before: Order, after: Order, numbers: tuple[int, ...]) -> bool:
    return not _shipped(before, numbers) and bool(_shipped(after, numbers))


def _became_whole(before: Order, after: Order, numbers: tuple[int, ...]) -> bool:
    left = _to_send(before, numbers)
    return bool(left) and not _to_send(after, numbers) and bool(_shipped(after, numbers))


def _sent_line(order: Order, numbers: tuple[int, ...], *, whole: bool) -> SentLine:
    lines: Mapping[int, int] = {
        number: order.line(number).quantity - order.line(number).cancelled if whole else order.line(number).shipped
        for number in numbers
    }
    first = order.line(numbers[0])
    return SentLine(first.external_id, first.sku, sum(lines.values()))
