"""Boxes and their hand-over: packing, weighing, confirmations in parts, and what had not left after all."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Sequence

from attrs import evolve as changed

from omskit.core import Component, Refused, UsageError
from omskit.fulfillment import commands as c
from omskit.fulfillment import events as e
from omskit.fulfillment import machine as m
from omskit.fulfillment.asking import SHIPPED_AFTER_STOP, Ask, Events, held, lifted
from omskit.fulfillment.evolve import SOLD, WRITTEN_OFF, packed
from omskit.fulfillment.labels import voiding
from omskit.fulfillment.model import FulfillmentOrder
from omskit.fulfillment.parcels import Parcel
from omskit.fulfillment.tracking import status_of


def boxes(state: FulfillmentOrder, ask: Ask) -> list[Parcel]:
    """Return the parcels that are packed and have not left."""
    return [parcel for parcel in state.parcels if ask.parcels.has(parcel.status, m.PACKED)]


def pack(state: FulfillmentOrder, command: c.Pack, ask: Ask) -> Events:
    """Put open units into boxes."""
    ask.machine.next(state.status, m.SHIP_PART)
    inside = packed(boxes(state, ask))
    made = []
    for number, lines in enumerate(command.boxes, len(state.parcels) + 1):
        if not lines or min(units for _, units in lines) < 1:
            raise UsageError("bad_parcel", f"parcel {number} has units of 1 or more", parcel=number)
        made.append(Parcel(number, "", lines, state.courier, status=ask.parcels.initial))
    for number, units in packed(made).items():
        _enough(state, number, units, state.line(number).open - inside.get(number, 0))
    return (e.Packed(tuple(made)),) if made else ()


def unpack(state: FulfillmentOrder, command: c.Unpack, ask: Ask) -> Events:
    """Empty a box that has not left."""
    parcel = state.parcel(command.parcel)
    if parcel.status in ask.parcels.reached_by(m.UNPACK):
        return ()
    return _unpacked(parcel, "unpacked", ask)


def _unpacked(parcel: Parcel, reason: str, ask: Ask) -> Events:
    status = ask.parcels.next(parcel.status, m.UNPACK)
    return (e.Unpacked(parcel.number, status), *voiding(parcel, reason))


def left_over(state: FulfillmentOrder, ask: Ask, reason: str, gone: Container[int] = ()) -> Iterator[e.Event]:
    """Yield the events of emptying every box but those that are gone: no more work will be done."""
    for parcel in boxes(state, ask) if state.parcels else ():
        if parcel.number not in gone:
            yield from _unpacked(parcel, reason, ask)


def weigh(state: FulfillmentOrder, command: c.Weigh, _ask: Ask) -> Events:
    """Note what a parcel weighs and measures."""
    parcel = state.parcel(command.parcel)
    sizes = (command.weight_g, command.length_mm, command.width_mm, command.height_mm)
    if min(sizes) < 0:
        raise UsageError("bad_size", f"parcel {parcel.number}: {sizes} are from 0", parcel=parcel.number)
    if sizes == (parcel.weight_g, parcel.length_mm, parcel.width_mm, parcel.height_mm):
        return ()
    return (e.Weighed(parcel.number, *sizes),)


def hand_over(state: FulfillmentOrder, command: c.HandOver, ask: Ask) -> Events:
    """Let all that is open leave in one parcel."""
    if any(parcel.waybill == command.waybill and _has_left(parcel, ask) for parcel in state.parcels):
        return ()
    stopped = _is_stopped(state, ask)
    open_ = ((line.number, line.short if stopped else line.open) for line in state.lines)
    lines = tuple((number, units) for number, units in open_ if units)
    number = len(state.parcels) + 1
    parcel = Parcel(number, command.waybill, lines, command.courier, command.weight_g)
    if not stopped:
        ask.machine.next(state.status, m.SHIP)
    return ship(state, c.Ship((parcel,)), ask)


def dispatch(state: FulfillmentOrder, command: c.Dispatch, ask: Ask) -> Events:
    """Let packed parcels leave with the waybills that they have."""
    if command.id and command.id in state.confirmed:
        return ()
    wanted = [state.parcel(number) for number in dict.fromkeys(command.parcels)]
    leaving = [parcel for parcel in wanted if not _has_left(parcel, ask)]
    if wanted and not leaving:
        return ()
    plain = tuple(changed(parcel, labels=(), facts=(), interception="") for parcel in leaving)
    return ship(state, c.Ship(plain, command.final, command.id), ask)


def _has_left(parcel: Parcel, ask: Ask) -> bool:
    """Whether it was handed over; one that had not left after all may still do so, under the same waybill."""
    undone = parcel.status in ask.parcels.reached_by(m.UNSHIP)
    return not ask.parcels.has(parcel.status, m.PACKED) and not undone


def _is_stopped(state: FulfillmentOrder, ask: Ask) -> bool:
    return not ask.machine.allows(state.status, m.SHIP) and ask.machine.allows(state.status, m.CONFLICT)


def ship(state: FulfillmentOrder, command: c.Ship, ask: Ask) -> Events:
    """Take a confirmation: each id, and each waybill, counts once."""
    if command.id and command.id in state.confirmed:
        return ()
    if state.pickup is not None:
        raise Refused("pickup_only", "a buyer collects it; no courier carries it", fulfillment=state.key)
    if _is_known(state, command.parcels, ask):
        return ()
    parcels = tuple(_numbered(state, command.parcels, ask))
    units = packed(parcels)
    stopped = _is_stopped(state, ask)
    if not stopped and not ask.machine.allows(state.status, m.SHIP_PART):
        ask.machine.next(state.status, m.SHIP)
    known = _uncounted(state) if stopped else {}
    for number, count in units.items():
        line = state.line(number)
        _enough(state, number, count, line.short - known.get(number, 0) if stopped else line.open)
    if stopped:
        return _anyway(state, parcels, command.id, ask)
    for number, _ in command.short:
        state.line(number)
    final = command.final or all(line.open == units.get(line.number, 0) for line in state.lines)
    status = ask.machine.next(state.status, m.SHIP if final else m.SHIP_PART)
    shipped = e.ParcelsShipped(status, parcels, final, command.id, command.short, command.bar_until)
    if not final or not state.parcels:
        return (shipped,)
    gone = {parcel.number for parcel in parcels}
    return (shipped, *left_over(state, ask, "not needed", gone))


def _anyway(state: FulfillmentOrder, parcels: Sequence[Parcel], id_: str, ask: Ask) -> Events:
    """Keep the fact that parcels left although the work was stopped, for a person to settle."""
    if not parcels:
        ask.machine.next(state.status, m.SHIP)
    status = ask.machine.next(state.status, m.CONFLICT)
    waybills = ", ".join(parcel.waybill for parcel in parcels)
    reason = f"{waybills} left after the work was {state.status}"
    return (e.ShippedAnyway(status, tuple(parcels), id_), *held(state, ask, SHIPPED_AFTER_STOP, reason))


def _uncounted(state: FulfillmentOrder) -> dict[int, int]:
    """Return units by work line in parcels that left after the stop and that no line counts."""
    numbers = {number for number, word in state.anyway if word != SOLD}
    return packed(parcel for parcel in state.parcels if parcel.number in numbers)


def _is_known(state: FulfillmentOrder, parcels: Sequence[Parcel], ask: Ask) -> bool:
    """Whether all parcels have left before; refuse a waybill under which something else left."""
    if not state.parcels:
        return False
    known = {parcel.waybill: parcel.lines for parcel in state.parcels if _has_left(parcel, ask) and parcel.waybill}
    again = [parcel for parcel in parcels if parcel.waybill in known]
    if again and len(again) == len(parcels) and all(known[one.waybill] == one.lines for one in again):
        return True
    if again:
        waybill = again[0].waybill
        raise Refused("waybill_known", f"{waybill} has left before, with other units", waybill=waybill)
    return False


def _numbered(state: FulfillmentOrder, parcels: Iterable[Parcel], ask: Ask) -> Iterator[Parcel]:
    """Yield parcels as they leave: those of a packed box under its number, others under the next ones."""
    ready = {parcel.number: parcel for parcel in boxes(state, ask)} if state.parcels else {}
    by_waybill = {parcel.waybill: parcel for parcel in ready.values() if parcel.waybill}
    seen: set[str] = set()
    follows = len(state.parcels) + 1
    start = ask.parcels.next(ask.parcels.initial, m.SHIP)
    for parcel in parcels:
        box = by_waybill.get(parcel.waybill) or ready.get(parcel.number)
        named = box is not None and box.waybill in {"", parcel.waybill}
        number = box.number if box is not None and named else parcel.number
        if not (named or number == follows) or not parcel.waybill or not parcel.lines or parcel.waybill in seen:
            raise UsageError(
                "bad_parcel",
                f"parcel {parcel.number}, {parcel.waybill!r} where {follows} belongs, with lines and a waybill",
                parcel=parcel.number,
            )
        _check_lots(state, parcel)
        seen.add(parcel.waybill)
        if box is None or not named:
            follows += 1
        status = status_of(box.facts, ask.parcels) if box is not None and box.facts else start
        yield _leaving(parcel, number, status, ask)


def _check_lots(state: FulfillmentOrder, parcel: Parcel) -> None:
    """Refuse lots of what is not in a parcel, and of more pieces than are in it."""
    if not parcel.lots:
        return
    inside: dict[tuple[int, str], int] = {}
    for number, units in parcel.lines:
        line = state.line(number)
        for part in line.parts or (Component(line.sku),):
            where = (number, part.sku)
            inside[where] = inside.get(where, 0) + part.per * units
    for one in parcel.lots:
        where = (one.line, one.sku)
        inside[where] = inside.get(where, 0) - one.pieces
        if inside[where] < 0:
            message = f"parcel {parcel.number}: more pieces of lots of {one.sku} than are in it"
            raise Refused("bad_lots", message, problems=((one.lot, "too_many"),))


def _leaving(parcel: Parcel, number: int, status: str, ask: Ask) -> Parcel:
    return Parcel(
        number,
        parcel.waybill,
        parcel.lines,
        parcel.courier,
        parcel.weight_g,
        parcel.length_mm,
        parcel.width_mm,
        parcel.height_mm,
        parcel.left_at or ask.at,
        status,
        lots=parcel.lots,
    )


def _enough(state: FulfillmentOrder, number: int, units: int, there: int) -> None:
    if units > there:
        raise Refused(
            "too_many_units",
            f"{units} of {there} open units of line {number}",
            fulfillment=state.key,
            line=number,
        )


def unship(state: FulfillmentOrder, command: c.Unship, ask: Ask) -> Events:
    """Undo the hand-over of a parcel that no courier has scanned; its label is taken back."""
    parcel = state.parcel(command.parcel)
    if parcel.status in ask.parcels.reached_by(m.UNSHIP):
        return ()
    decided = dict(state.anyway).get(parcel.number)
    if decided == WRITTEN_OFF:
        raise Refused("not_counted", f"parcel {parcel.number} was written off", parcel=parcel.number)
    status = ask.parcels.next(parcel.status, m.UNSHIP)
    lines = parcel.lines if decided != "" else ()
    undone = e.Unshipped(parcel.number, status, lines, command.reason, command.in_stock)
    return (undone, *_all_decided(state, parcel.number), *voiding(parcel, command.reason))


def settle(state: FulfillmentOrder, command: c.Settle, _ask: Ask) -> Events:
    """Take a person's word on a parcel that left although the work had been stopped."""
    parcel = state.parcel(command.parcel)
    word = SOLD if command.sold else WRITTEN_OFF
    decided = dict(state.anyway).get(parcel.number)
    if decided == word:
        return ()
    if decided != "":
        message = f"parcel {parcel.number} is {decided or 'counted by its lines'}: there is nothing to decide"
        raise Refused("nothing_to_settle", message, parcel=parcel.number)
    settled = e.Settled(parcel.number, parcel.lines, command.sold, command.reason)
    return (settled, *_all_decided(state, parcel.number))


def _all_decided(state: FulfillmentOrder, parcel: int) -> Events:
    """Lift the hold when nothing is left to decide but one parcel."""
    waiting = {number for number, word in state.anyway if not word}
    return lifted(state, (SHIPPED_AFTER_STOP,), 0) if waiting == {parcel} else ()
