"""Verification: balances are what their movements say, states are what their histories say, promises add up."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from attrs import evolve, frozen

from omskit.channels import CONTACTS
from omskit.core import Cell, Entry, Kind, Reservation, Stored, fold, mark_of, readable
from omskit.engine.kinds import KINDS
from omskit.engine.looking import Drift, Looking, Page
from omskit.engine.lotproof import lot_drift, overpicked
from omskit.engine.verify_held import held as carts_hold
from omskit.engine.verify_inbound import inbound
from omskit.fulfillment import FULFILLMENTS
from omskit.inventory import pieces
from omskit.inventory.costs import CARD_MACHINE, COST_CARDS, WRITABLE, CostCard
from omskit.inventory.lots import LotRule
from omskit.inventory.soft import SOFTS
from omskit.orders import ORDERS, Order, Shipped
from omskit.pricing import ALLOWANCES, REDEMPTIONS, Allowance, Redemption
from omskit.pricing.redemptions import HOLDS, REDEMPTION_MACHINE
from omskit.returns import RETURNS, ReturnCase
from omskit.storage import Op, Unit, Where

#: No SKU is kept by lot.
NO_LOTS: Mapping[str, LotRule] = MappingProxyType({})


@frozen
class Verified:
    """What a verification looked at, and every difference it found.

    Args:
        checked: Aggregates by kind, for the kinds that there are any of.
        drift: Differences; empty when all agrees.
    """

    checked: Mapping[str, int]
    drift: tuple[Drift, ...] = ()

    @property
    def is_sound(self) -> bool:
        """Whether nothing differs."""
        return not self.drift


def verify(
    unit: Unit, progress: Callable[[int], object], lot_rules: Mapping[str, LotRule] = NO_LOTS
) -> Verified:
    """Check everything within one unit; ``progress`` hears how many aggregates are through.

    Args:
        unit: What is looked at.
        progress: Hears how many are through.
        lot_rules: The SKUs that are kept by lot.
    """
    found = checked_by(Looking(unit), progress)
    lots = (Drift(*one) for one in lot_drift(unit, lot_rules))
    return evolve(found, drift=(*found.drift, *lots))


def checked_by(look: Looking, progress: Callable[[int], object]) -> Verified:
    """Check everything that a look shows."""
    drift = [Drift(str(one.balance), one.found, one.expected) for one in look.imbalances()]
    drift += inbound(look)
    checked: dict[str, int] = {}
    held: dict[str, tuple[int, int]] = {}
    through = 0
    for kind in KINDS:
        checked[kind.tag] = 0
        for page in look.pages(kind):
            drift += _histories(kind, page)
            drift += _meanings(look, kind, page, held)
            checked[kind.tag] += len(page.keys)
            through += len(page.keys)
            progress(through)
    return Verified({tag: count for tag, count in checked.items() if count}, tuple(drift))


def _meanings(
    look: Looking, kind: Kind[Any], page: Page, held: dict[str, tuple[int, int]]
) -> Iterator[Drift]:
    """Hold what aggregates say against what others say."""
    if kind is ORDERS:
        yield from _promises(look, page.states)
        yield from _shipments(look, page.states, page.histories)
    elif kind is SOFTS:
        yield from carts_hold(look, page.states)
    elif kind is RETURNS:
        yield from _returned(look, page.states)
    elif kind is REDEMPTIONS:
        _hold(page.states, held)
    elif kind is ALLOWANCES:
        yield from _counted(page.states, held)
    elif kind is COST_CARDS:
        yield from _costs(look, page.states)


def _histories(kind: Kind[Any], page: Page) -> Iterator[Drift]:
    """Hold states against their histories; what a receiver says is in none, so of contacts only versions count."""
    for key in page.keys:
        stored, entries = page.states.get(key), page.histories.get(key)
        subject = f"{kind.tag} {readable(kind.number, key)}"
        if stored is None:
            yield Drift(f"{subject} cannot be read", 0, 1)
        if entries is None:
            yield Drift(f"{subject} has a history that cannot be read", 0, 1)
        if stored is None or entries is None:
            continue
        if len(entries) != stored.version:
            yield Drift(f"{subject} entries", len(entries), stored.version)
        elif kind is not CONTACTS and fold(kind.evolve, (entry.event for entry in entries)) != stored.state:
            yield Drift(f"{subject} is not what its history says", 0, 1)


def _promises(look: Looking, page: Mapping[int, Stored[Order]]) -> Iterator[Drift]:
    """Hold what consignments say against line counters, and both against the reservations in the book."""
    booked: dict[tuple[int, int, str, str], int] = {}
    reservations = look.reservations(tuple(page))
    yield from (Drift(*one) for one in overpicked(reservations))
    for one in reservations:
        if not mark_of(one.cell):
            booked[_place(one)] = booked.get(_place(one), 0) + one.quantity
    promised: dict[tuple[int, int, str, str], int] = {}
    for key, stored in page.items():
        order = stored.state
        units = dict.fromkeys((line.number for line in order.lines), 0)
        for one_consignment in order.consignments:
            for number, count in one_consignment.lines:
                units[number] += count
                line = order.lines[number - 1]
                for sku, needed in pieces(line.parts, count).items():
                    where = (key, number, sku, one_consignment.warehouse)
                    promised[where] = promised.get(where, 0) + needed
        for line in order.lines:
            if line.reserved != units[line.number]:
                subject = f"order {readable(ORDERS.number, key)} line {line.number} reserved"
                yield Drift(subject, line.reserved, units[line.number])
    for where in sorted(booked.keys() | promised.keys()):
        if booked.get(where, 0) != promised.get(where, 0):
            key, number, sku, warehouse = where
            subject = f"reservation {readable(ORDERS.number, key)}/{number} {sku}@{warehouse}"
            yield Drift(subject, booked.get(where, 0), promised.get(where, 0))


def _costs(look: Looking, page: Mapping[int, Stored[CostCard]]) -> Iterator[Drift]:
    """Hold pools against what they took and gave, cards against the ones before, and pieces against the ledger."""
    before = look.load(COST_CARDS, sorted({one.state.previous for one in page.values()} - {0}))
    for stored in page.values():
        card = stored.state
        subject = f"cost of {card.sku} in {card.scope}, card {card.number}"
        if card.pool.value_minor != card.sums.value_minor:
            yield Drift(subject, card.pool.value_minor, card.sums.value_minor)
        last = before.get(card.previous)
        if last and (last.state.pool, last.state.sums) != (card.opening, card.brought):
            yield Drift(f"{subject} brought forward", card.brought.value_minor, last.state.sums.value_minor)
    cards = [one.state for one in page.values() if CARD_MACHINE.has(one.state.status, WRITABLE)]
    places = {Cell(one.sku, one.warehouse): one.place for card in cards for one in card.places}
    there = {cell: level.on_hand for cell, level in look.levels({cell.sku for cell in places}).items()}
    for _, movement in look.trail(places):
        there[movement.cell] = there.get(movement.cell, 0) - movement.on_hand
    for card in cards:
        pieces_there = sum(there.get(Cell(one.sku, one.warehouse), 0) for one in card.places)
        if card.pool.quantity != pieces_there:
            yield Drift(f"pieces of {card.sku} in {card.scope}", card.pool.quantity, pieces_there)


def _hold(page: Mapping[int, Stored[Redemption]], held: dict[str, tuple[int, int]]) -> None:
    for stored in page.values():
        if REDEMPTION_MACHINE.has(stored.state.status, HOLDS):
            for use in stored.state.uses:
                uses, minor = held.get(use.name, (0, 0))
                held[use.name] = (uses + use.uses, minor + use.minor)


def _counted(page: Mapping[int, Stored[Allowance]], held: Mapping[str, tuple[int, int]]) -> Iterator[Drift]:
    """Hold what allowances count against what orders hold of them."""
    for stored in page.values():
        one = stored.state
        uses, minor = held.get(one.name, (0, 0))
        if one.uses != uses:
            yield Drift(f"allowance {one.name} uses", one.uses, uses)
        if one.minor != minor:
            yield Drift(f"allowance {one.name} minor", one.minor, minor)


def _returned(look: Looking, page: Mapping[int, Stored[ReturnCase]]) -> Iterator[Drift]:
    """Hold what all cases of an order have accepted or stopped against what it counts as returned or cancelled.

    An order is looked at with its first case.
    """
    keys = sorted({one.state.order for one in page.values()} - {0})
    orders = look.load(ORDERS, keys)
    first: dict[int, int] = {}
    sums: dict[tuple[int, int, str], tuple[int, int]] = {}
    for case in _cases_of(look, keys):
        first[case.order] = min(first.get(case.order, case.key), case.key)
        for line in case.lines:
            if line.line:
                where = (case.order, line.line, line.sku)
                accepted, stopped = sums.get(where, (0, 0))
                sums[where] = (accepted + line.accepted, stopped + line.stopped)
    for (key, number, sku), (accepted, stopped) in sorted(sums.items()):
        if key not in orders or first[key] not in page or not (accepted or stopped):
            continue
        sold = orders[key].state.line(number)
        each = sold.worth.per.get(sku, 0)
        back = sold.returned * each + dict(sold.loose).get(sku, 0)
        for word, found, most in (("accepted", accepted, back), ("stopped", stopped, sold.cancelled * each)):
            if found > most:
                yield Drift(f"returns of {readable(ORDERS.number, key)} line {number} {sku} {word}", found, most)


def _cases_of(look: Looking, orders: Sequence[int]) -> Iterator[ReturnCase]:
    """Yield the cases of some orders, page by page."""
    for keys in look.find(RETURNS, Where("sale", Op.IN, tuple(orders))) if orders else ():
        yield from (stored.state for stored in look.load(RETURNS, keys).values())


def _shipments(
    look: Looking, page: Mapping[int, Stored[Order]], histories: Mapping[int, Sequence[Entry]]
) -> Iterator[Drift]:
    """Hold the shipped units of order lines against those of the fulfillment orders that shipped them."""
    events = (entry.event for entries in histories.values() for entry in entries)
    works = {event.fulfillment for event in events if isinstance(event, Shipped)}
    counted: dict[tuple[int, int], int] = {}
    for stored in look.load(FULFILLMENTS, sorted(works)).values():
        for line in stored.state.lines:
            where = (line.order, line.line)
            counted[where] = counted.get(where, 0) + line.shipped
    for key, stored_order in page.items():
        for line_of_order in stored_order.state.lines:
            expected = counted.get((key, line_of_order.number), 0)
            if line_of_order.shipped != expected:
                subject = f"order {readable(ORDERS.number, key)} line {line_of_order.number} shipped"
                yield Drift(subject, line_of_order.shipped, expected)


def _place(one: Reservation) -> tuple[int, int, str, str]:
    return one.claim.order, one.claim.line, one.cell.sku, one.cell.warehouse
