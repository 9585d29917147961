"""Movements of one SKU, in the order in which they were booked, become steps on its cost cards.

What moves within a scope (pieces that are spoiled, cleared, or carried from one warehouse to another) changes no
cost and makes no step. Announced pieces are not owned yet. Lots are a second view of the same pieces, and are
passed over.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from types import MappingProxyType

from attrs import define, field, frozen

from omskit.core import Cell, Movement, mark_of, marked, share_of_units
from omskit.inventory import machine as m
from omskit.inventory.costs.evolve import drawn
from omskit.inventory.costs.model import Bill, CostCard, CostScope, Step, StepKind
from omskit.inventory.costs.steps import stepped
from omskit.inventory.valuation import Pool, issue, put_back, receive, worth_of

#: Marks of the balances whose pieces are owned: what can be sold, and every bucket but what is announced.
OWNED = ("", *(bucket for bucket in m.BUCKETS if bucket != m.INBOUND))
#: What one piece of a kind of movement does to what is owned; a kind that nobody knows counts as it is booked.
_NET = MappingProxyType(
    {kind: sum(on_hand for mark, on_hand, _ in legs if mark != m.INBOUND) for kind, legs in m.LEGS.items()}
)
_RECEIVED = frozenset({m.RECEIVED, m.RECEIVED_TO_CHECK, m.RECEIVED_DAMAGED, m.ARRIVED, m.ARRIVED_DAMAGED})

#: A movement with its place in the ledger.
Placed = tuple[int, Movement]


def cells_of(sku: str, warehouses: Iterable[str]) -> list[Cell]:
    """Return every cell whose pieces are owned."""
    return [marked(Cell(sku, warehouse), mark) for warehouse in warehouses for mark in OWNED]


def owned(movement: Movement) -> int:
    """Return the pieces by which a movement changes what is owned."""
    if mark_of(movement.cell) not in OWNED or _NET.get(movement.kind, 1) == 0:
        return 0
    return movement.on_hand


def settled(moves: Sequence[Placed]) -> int:
    """Return how many movements from the first on leave nothing half done.

    A move within a scope is two movements, and so is what leaves for another warehouse; a page may end between
    them.
    """
    between, away, whole = 0, dict[tuple[str, str], int](), 0
    for count, (_, one) in enumerate(moves, 1):
        if mark_of(one.cell) in OWNED and _NET.get(one.kind, 1) == 0:
            between += one.on_hand
        if one.kind in {m.SENT_OVER, m.DISPATCHED}:
            where = (one.document, one.reason)
            away[where] = away.get(where, 0) + one.on_hand
        if not between and not any(away.values()):
            whole = count
    return whole


@frozen
class Sale:
    """Pieces that were sold to an order line and have not come back, with what they cost."""

    quantity: int = 0
    cost_minor: int = 0


@define
class Valuer:
    """Values the movements of one SKU.

    Args:
        cards: The open card by scope.
        scopes: The scope by warehouse.
        sales: By (currency, order, line): what is with buyers.
        steps: What was found, by scope.
    """

    cards: Mapping[str, CostCard]
    scopes: Mapping[str, CostScope]
    sales: dict[tuple[str, int, int], Sale]
    steps: dict[str, list[Step]] = field(factory=dict, init=False)
    _pools: dict[str, Pool] = field(factory=dict, init=False)
    _bills: dict[str, tuple[Bill, ...]] = field(factory=dict, init=False)
    _at: dict[str, datetime] = field(factory=dict, init=False)

    def __attrs_post_init__(self) -> None:
        for scope, card in self.cards.items():
            self._pools[scope], self._bills[scope], self._at[scope] = card.pool, card.bills, card.last_at
            self.steps[scope] = []

    def value(self, moves: Sequence[Placed]) -> None:
        """Write the steps of movements, in the order in which they were booked."""
        partners = _partners(moves)
        carried: dict[int, int] = {}
        for place, one in moves:
            count, scope = owned(one), self.scopes[one.cell.warehouse]
            if not count:
                continue
            partner = partners.get(place)
            if partner is None:
                self._enter(scope, one, count) if count > 0 else self._leave(scope, one, -count)
                continue
            other = self.scopes[partner[1].cell.warehouse]
            if other.code == scope.code:
                continue
            if count < 0:
                carried[partner[0]] = self._leave(scope, one, -count)
            elif other.currency == scope.currency:
                self._write(scope, StepKind.CAME, one, count, carried[place])
            else:
                self._receive(scope, one, count)

    def _leave(self, scope: CostScope, one: Movement, count: int) -> int:
        sold = one.kind == m.SHIPPED
        kind = StepKind.SOLD if sold else StepKind.SENT if one.kind == m.SENT_OVER else StepKind.LOST
        cost = issue(self._pools[scope.code], count)[1].cost_minor
        if sold and one.claim.order:
            known = self.sales.get((scope.currency, *one.claim), Sale())
            self.sales[scope.currency, *one.claim] = Sale(known.quantity + count, known.cost_minor + cost)
        self._write(scope, kind, one, count, cost)
        return cost

    def _enter(self, scope: CostScope, one: Movement, count: int) -> None:
        if one.kind in {m.RETURNED, m.UNSHIPPED} or (one.kind in _RECEIVED and one.claim.order):
            self._back(scope, one, count)
        elif one.kind in _RECEIVED or one.kind == m.DISPATCHED:
            self._receive(scope, one, count)
        else:
            self._write(scope, StepKind.FOUND, one, count, worth_of(self._pools[scope.code], count))

    def _receive(self, scope: CostScope, one: Movement, count: int) -> None:
        """Take in goods at what was told for their document, the rest of them at an estimate."""
        known = value = 0
        for bill in self._bills[scope.code]:
            if bill.document == one.document:
                taken = min(count - known, bill.quantity - bill.used)
                value += share_of_units(bill.value_minor, bill.quantity, before=bill.used, count=taken)
                known += taken
        guessed = worth_of(self._pools[scope.code], count - known)
        self._write(scope, StepKind.RECEIVED, one, count, value + guessed, (count - known, guessed))

    def _back(self, scope: CostScope, one: Movement, count: int) -> None:
        """Take back pieces at the cost they left; those that nobody knows of come at the rate of the pool."""
        where = (scope.currency, *one.claim)
        sale = self.sales.get(where, Sale()) if one.claim.order else Sale()
        known = min(count, sale.quantity)
        value = share_of_units(sale.cost_minor, sale.quantity, before=0, count=known) if known else 0
        self.sales[where] = Sale(sale.quantity - known, sale.cost_minor - value)
        guessed = worth_of(self._pools[scope.code], count - known)
        self._write(scope, StepKind.BACK, one, count, value + guessed, (count - known, guessed))

    def _write(  # noqa: PLR0917 - the parts of a step
        self,
        scope: CostScope,
        kind: StepKind,
        one: Movement,
        count: int,
        value: int,
        estimated: tuple[int, int] = (0, 0),
    ) -> None:
        code, pool, correction = scope.code, self._pools[scope.code], 0
        if kind is StepKind.BACK:
            _, correction = put_back(pool, count, value)
        elif one.on_hand > 0:
            _, correction = receive(pool, count, value)
        self._at[code] = at = max(self._at[code], one.at)
        step = Step(
            kind,
            at,
            count,
            value,
            correction,
            one.claim.order,
            one.claim.line,
            one.document,
            *estimated,
        )
        self._pools[code] = stepped(pool, step)
        self._bills[code] = drawn(self._bills[code], step)
        self.steps[code].append(step)


def _partners(moves: Sequence[Placed]) -> dict[int, Placed]:
    """Return, by place, the other half of each movement that leaves for, or comes from, another warehouse."""
    waiting: dict[tuple[str, str, int], list[Placed]] = {}
    partners: dict[int, Placed] = {}
    for place, one in moves:
        if one.kind == m.SENT_OVER:
            waiting.setdefault((one.document, one.reason, one.quantity), []).append((place, one))
        elif one.kind == m.DISPATCHED and (left := waiting.get((one.document, one.reason, one.quantity))):
            partners[place] = left.pop(0)
            partners[partners[place][0]] = (place, one)
    return partners
