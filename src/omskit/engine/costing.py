"""The cost desk: what goods cost is told here, and what stock is worth and what was sold cost is read here."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from datetime import datetime
from typing import Any

from attrs import frozen

from omskit.core import Cell, Stored, UsageError, aware, key_of, readable, to_ms
from omskit.engine.cost_feed import CostFeed, all_cards, asked_of, open_cards
from omskit.engine.keeping import By
from omskit.engine.keys import Keys
from omskit.engine.once import once
from omskit.engine.units import Shop, silent
from omskit.inventory import RECEIVED, Move, movement
from omskit.inventory.costs import (
    COMMANDS,
    COST_CARDS,
    CostCard,
    CostScope,
    Revalue,
    Step,
    StepKind,
    Tell,
    begun,
    decide,
    stepped,
)
from omskit.orders import ORDERS
from omskit.storage import Op, Unit, Where

#: Under which keys of calls are kept.
SOURCE = "costs"


@frozen
class Worth:
    """What lies there of one SKU in one scope, and what it cost, in minor units of the scope's currency."""

    sku: str
    scope: str
    currency: str
    quantity: int
    value_minor: int


@frozen
class LineCost:
    """What the pieces of one order line cost: those that left, and those of them that came back.

    A line that is a bundle has one of these for each SKU, and one that left from two scopes has two.
    """

    order: str
    line: int
    sku: str
    scope: str
    quantity: int
    cost_minor: int
    back: int
    back_minor: int


@frozen
class Turnover:
    """All steps of one kind in one scope over a period: pieces, their cost, and corrections of what had left."""

    scope: str
    kind: StepKind
    quantity: int
    value_minor: int
    correction_minor: int


@frozen
class Unpriced:
    """Pieces of a document that came in and of which nobody has said what they cost."""

    sku: str
    scope: str
    document: str
    quantity: int


@frozen
class CostDesk:
    """What stock costs, in pools by SKU and scope; fed from the ledger by :meth:`value`.

    Args:
        shop: The engine's parts.
        scopes: The scope by warehouse.
    """

    shop: Shop
    scopes: Mapping[str, CostScope]

    def value(self, limit: int = 100_000, *, progress: Callable[[int], object] = silent) -> int:
        """Value what has moved since the last call, about ``limit`` movements; return how many that were.

        Each movement is valued once, in the order in which it was booked, however often this is called and however
        it is broken off. 0 says that all is valued.
        """
        return CostFeed(self.shop, self.scopes).run(limit, progress)

    def receive(
        self,
        warehouse: str,
        goods: Mapping[str, tuple[int, int]],
        *,
        actor: str,
        document: str,
        reason: str = "",
        key: str = "",
    ) -> None:
        """Book goods that came in, as (pieces, what they cost together) by SKU; once for each key.

        Raises:
            UsageError: ``no_scope``; ``bad_quantity``; ``negative_cost``; ``key_reused``.
        """
        at, scope = self.shop.now(), self._scope(warehouse)
        moves = [
            Move(RECEIVED, Cell(sku, warehouse), count, document=document, reason=reason)
            for sku, (count, _) in goods.items()
        ]
        booked = [movement(move, at=at, actor=actor) for move in moves]

        def do(unit: Unit, _lock: bool) -> int:  # noqa: FBT001
            self._tell(unit, scope, document, goods, actor)
            if booked:
                unit.stock.post(booked)
            return 0

        asked = ["receive", warehouse, document, sorted(goods.items())]
        self._once(key, asked, do)

    def tell(
        self,
        warehouse: str,
        document: str,
        goods: Mapping[str, tuple[int, int]],
        *,
        actor: str,
        key: str = "",
    ) -> None:
        """Say what pieces of a document cost together, as (pieces, minor units) by SKU; before or after they came.

        What came in at an estimate is set right: the pieces that are there take their part of the difference, the
        rest is a correction of the cost of goods sold.

        Raises:
            UsageError: ``no_scope``; ``bad_quantity``; ``negative_cost``; ``key_reused``.
        """
        scope = self._scope(warehouse)

        def do(unit: Unit, _lock: bool) -> int:  # noqa: FBT001
            self._tell(unit, scope, document, goods, actor)
            return 0

        self._once(key, ["tell", warehouse, document, sorted(goods.items())], do)

    def add(
        self,
        warehouse: str,
        document: str,
        amounts: Mapping[str, int],
        *,
        actor: str,
        key: str = "",
    ) -> None:
        """Add costs to goods that came in with a document, as freight or duty, in minor units by SKU; or take off.

        The pieces that are there take their part, the rest is a correction of the cost of goods sold.

        Raises:
            Refused: ``nothing_to_revalue`` when nothing of a SKU has been valued with this document.
            UsageError: ``no_scope``; ``not_minor_units``, ``amount_out_of_range``; ``key_reused``.
        """
        scope = self._scope(warehouse)

        def do(unit: Unit, _lock: bool) -> int:  # noqa: FBT001
            came = _of_document(unit, scope, document, amounts)
            commands = {}
            for sku, by in amounts.items():
                pieces = sum(step.quantity for step in came.get(sku, ()) if step.kind is StepKind.RECEIVED)
                commands[sku] = Revalue(by, pieces, document)
            self._ask(unit, scope, commands, actor)
            return 0

        self._once(key, ["add", warehouse, document, sorted(amounts.items())], do)

    def revalue(self, warehouse: str, amounts: Mapping[str, int], *, actor: str, key: str = "") -> None:
        """Add to what lies in the scope of a warehouse, or write it down, in minor units by SKU.

        Raises:
            Refused: ``nothing_to_revalue``; ``below_zero_value``.
            UsageError: ``no_scope``; ``not_minor_units``, ``amount_out_of_range``; ``key_reused``.
        """
        scope = self._scope(warehouse)

        def do(unit: Unit, _lock: bool) -> int:  # noqa: FBT001
            self._ask(unit, scope, {sku: Revalue(by) for sku, by in amounts.items()}, actor)
            return 0

        self._once(key, ["revalue", scope.code, sorted(amounts.items())], do)

    def worth(self, at: datetime | None = None) -> Iterator[Worth]:
        """Yield what lies there and what it cost, by SKU and scope: now, or as it was valued at an instant.

        A movement that is not valued yet is in none of them.

        Raises:
            UsageError: ``naive_datetime``.
        """
        until = aware(at) if at else None
        where = [Where("began_ms", Op.LE, to_ms(until))] if until else []
        last: dict[tuple[str, str], tuple[int, int, int]] = {}
        for card in self._cards(*where):
            pool = card.pool
            if until is not None and card.last_at > until:
                pool = card.opening
                for step in card.steps:
                    if step.at <= until:
                        pool = stepped(pool, step)
            if card.number > last.get((card.sku, card.scope), (0, 0, 0))[0]:
                last[card.sku, card.scope] = card.number, pool.quantity, pool.value_minor
        currencies = self._currencies()
        for (sku, scope), (_, quantity, value) in sorted(last.items()):
            if quantity or value:
                yield Worth(sku, scope, currencies.get(scope, ""), quantity, value)

    def of_orders(self, *numbers: str) -> list[LineCost]:
        """Return what the pieces of orders cost, by line, SKU and scope; what is not valued yet is left out.

        Raises:
            PayloadError: ``bad_number``.
        """
        keys = {key_of(number, ORDERS.number) for number in numbers}
        if not keys:
            return []
        sums: dict[tuple[int, int, str, str], list[int]] = {}
        for card in self._cards(Where("cost_steps.order", Op.IN, tuple(sorted(keys)))):
            for step in card.steps:
                first = {StepKind.SOLD: 0, StepKind.BACK: 2}.get(step.kind)
                if step.order in keys and first is not None:
                    where = (step.order, step.line, card.sku, card.scope)
                    mine = sums.setdefault(where, [0, 0, 0, 0])
                    mine[first] += step.quantity
                    mine[first + 1] += step.value_minor
        return [LineCost(readable(ORDERS.number, where[0]), *where[1:], *sums[where]) for where in sorted(sums)]

    def turnover(self, since: datetime, until: datetime) -> list[Turnover]:
        """Return all that happened from one instant up to, and without, another, by scope and kind of step.

        What lies there at the end is what lay there at the beginning, and what came, less what left, less the
        corrections.

        Raises:
            UsageError: ``naive_datetime``.
        """
        first, end = aware(since), aware(until)
        sums: dict[tuple[str, str], list[int]] = {}
        where = (Where("ended_ms", Op.GE, to_ms(first)), Where("began_ms", Op.LE, to_ms(end)))
        for card in self._cards(*where):
            for step in card.steps:
                if first <= step.at < end:
                    mine = sums.setdefault((card.scope, step.kind.value), [0, 0, 0])
                    for at, part in enumerate((step.quantity, step.value_minor, step.correction_minor)):
                        mine[at] += part
        return [Turnover(scope, StepKind(kind), *sums[scope, kind]) for scope, kind in sorted(sums)]

    def unpriced(self) -> list[Unpriced]:
        """Return the documents with pieces that came in at an estimate, by SKU and scope."""
        left: dict[tuple[str, str, str], int] = {}
        for card in self._cards():
            for step in card.steps:
                sign = {StepKind.RECEIVED: 1, StepKind.PRICED: -1}.get(step.kind, 0)
                if sign and step.estimated:
                    where = (card.sku, card.scope, step.document)
                    left[where] = left.get(where, 0) + sign * step.estimated
        return [Unpriced(*where, count) for where, count in sorted(left.items()) if count]

    def steps(self, sku: str, scope: str) -> Iterator[Step]:
        """Yield all that happened to the cost of a SKU in a scope, first things first."""
        for card in self._cards(Where("sku", Op.EQ, sku), Where("scope", Op.EQ, scope)):
            yield from card.steps

    def _once(self, key: str, asked: Any, do: Callable[[Unit, bool], int]) -> None:
        once(self.shop, SOURCE, key, asked, do)

    def _cards(self, *where: Where) -> Iterator[CostCard]:
        with self.shop.storage.begin(read=True) as unit:
            yield from (stored.state for _, stored in all_cards(unit, *where))

    def _currencies(self) -> Mapping[str, str]:
        return {one.code: one.currency for one in self.scopes.values()}

    def _scope(self, warehouse: str) -> CostScope:
        if warehouse not in self.scopes:
            raise UsageError("no_scope", f"stock at {warehouse!r} is not valued", warehouse=warehouse)
        return self.scopes[warehouse]

    def _tell(
        self, unit: Unit, scope: CostScope, document: str, goods: Mapping[str, tuple[int, int]], actor: str
    ) -> None:
        came = _of_document(unit, scope, document, goods)
        commands = {}
        for sku, (count, value) in goods.items():
            signed = [
                (1 if step.kind is StepKind.RECEIVED else -1, step)
                for step in came.get(sku, ())
                if step.kind in {StepKind.RECEIVED, StepKind.PRICED}
            ]
            late = sum(sign * step.estimated for sign, step in signed)
            guessed = sum(sign * step.estimated_minor for sign, step in signed)
            commands[sku] = Tell(document, count, value, late, guessed)
        self._ask(unit, scope, commands, actor)

    def _ask(self, unit: Unit, scope: CostScope, commands: Mapping[str, Any], actor: str) -> None:
        """Carry out one command on the open card of each SKU; a card that is not there begins."""
        cards, at = open_cards(unit, commands, lock=True), self.shop.now()
        keys = Keys(unit, len(commands) or 1)
        changes = []
        for sku, command in sorted(commands.items()):
            stored: Stored[CostCard] | None = cards.get((sku, scope.code))
            card = stored.state if stored else begun(keys(), sku, scope, at)
            events = decide(card, command, at=at, actor=actor)
            if events:
                changes.append(asked_of(card, stored, events, By(at, actor, COMMANDS.tag_of(command))))
        if changes:
            unit.of(COST_CARDS).save(changes)


def _of_document(
    unit: Unit, scope: CostScope, document: str, skus: Collection[str]
) -> dict[str, list[Step]]:
    """Return the steps of a document in a scope by SKU."""
    found: dict[str, list[Step]] = {}
    where = (
        Where("cost_steps.document", Op.EQ, document),
        Where("scope", Op.EQ, scope.code),
        Where("sku", Op.IN, tuple(sorted(skus))),
    )
    for _, stored in all_cards(unit, *where):
        mine = found.setdefault(stored.state.sku, [])
        mine += [step for step in stored.state.steps if step.document == document]
    return found
