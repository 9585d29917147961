"""The stock book in SQL: movements are added up per cell and booked by guarded updates in cell order."""

from __future__ import annotations

from collections.abc import Collection as Items
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from attrs import define, frozen
from sqlalchemy import (
    BigInteger,
    Dialect,
    Select,
    bindparam,
    select,
    tuple_,
)

from omskit.core import Cell, Claim, Level, Movement, Refused, Reservation, from_ms, to_ms
from omskit.storage.balances import Balance, Imbalance, Measure, imbalances, mending
from omskit.storage.sql.bulk import (
    Feed,
    Given,
    Guarded,
    Values,
    addition,
    encoded,
    given,
    insertion,
    members,
    upsertion,
)
from omskit.storage.sql.drifting import drifted, drifted_claims
from omskit.storage.sql.ledger import MOVEMENT, last_movements, movements_since, trail_of
from omskit.storage.sql.tables import WHOLE, WORDS, Tables
from omskit.storage.sql.wire import AnyRow, Wire
from omskit.storage.sums import claims_of, effects_of

_LEVEL = ("sku", "warehouse", "on_hand", "reserved")
_CLAIM = ("order", "line", "sku", "warehouse", "quantity")
#: Cells read at a time when all are read.
_PAGE = 1_000


@frozen(eq=False)
class StockStatements:
    """Every statement of the stock book, made once for a dialect."""

    tables: Tables
    levels: Select[Any]
    cells: Select[Any]
    given_cells: Given
    reserved: Select[Any]
    post_levels: Guarded
    new_levels: Feed
    take: Guarded
    give: Feed
    log: Feed
    page: Select[Any]
    last: Select[Any]
    since: Select[Any]
    trail: Select[Any]
    given_places: Given
    drifted: Select[Any]
    drifted_claims: Select[Any]
    drifted_of: Select[Any]
    drifted_claims_of: Select[Any]


def stock_statements(dialect: Dialect, tables: Tables) -> StockStatements:
    """Make the statements of the stock book."""
    levels, reservations = tables.levels, tables.reservations
    every = select(*(levels.c[name] for name in _LEVEL)).order_by(levels.c.sku, levels.c.warehouse)
    given_cells = given(dialect, levels, ("sku", "warehouse"))
    cells = given_cells.rows
    given_places = given(dialect, tables.movements, ("sku", "warehouse"), after=BigInteger())
    claims = select(*(reservations.c[name] for name in _CLAIM))
    return StockStatements(
        tables=tables,
        levels=every.where(levels.c.sku.in_(members(dialect, WORDS))),
        cells=every.join_from(
            cells, levels, (levels.c.sku == cells.c.sku) & (levels.c.warehouse == cells.c.warehouse)
        ).with_for_update(of=levels),
        given_cells=given_cells,
        reserved=claims.where(
            reservations.c.order.in_(members(dialect, WHOLE)), reservations.c.quantity > 0
        ).order_by(*(reservations.c[name] for name in _CLAIM[:4])),
        post_levels=addition(
            dialect,
            levels,
            _LEVEL,
            lambda have, more: (
                have.reserved + more.reserved >= 0,
                have.on_hand + more.on_hand >= have.reserved + more.reserved,
            ),
        ),
        new_levels=upsertion(dialect, levels, _LEVEL, adding=True),
        take=addition(dialect, reservations, _CLAIM, lambda have, more: (have.quantity + more.quantity >= 0,)),
        give=upsertion(dialect, reservations, _CLAIM, adding=True),
        log=insertion(dialect, tables.movements, MOVEMENT),
        page=every.where(
            tuple_(levels.c.sku, levels.c.warehouse) > tuple_(bindparam("sku"), bindparam("warehouse"))
        ).limit(_PAGE),
        last=last_movements(tables),
        since=movements_since(tables),
        trail=trail_of(dialect, tables, given_places.rows),
        given_places=given_places,
        drifted=drifted(tables),
        drifted_claims=drifted_claims(tables),
        drifted_of=drifted(tables, cells),
        drifted_claims_of=drifted_claims(tables, cells),
    )


@define
class SqlStockBook:
    """The stock book, within one unit."""

    statements: StockStatements
    wire: Wire

    def levels(self, skus: Items[str], *, lock: bool = False) -> Mapping[Cell, Level]:
        """Return the level of every known cell of the SKUs, locked in cell order if asked."""
        statement = self.statements.levels
        if lock:
            self.wire.writing()
            statement = statement.with_for_update()
        return dict(_leveled(self.wire.rows(statement, keys=encoded(set(skus))))) if skus else {}

    def all_levels(self) -> Iterator[tuple[Cell, Level]]:
        """Yield every cell in order, a page at a time."""
        after = ("", "")
        while page := self.wire.rows(self.statements.page, sku=after[0], warehouse=after[1]):
            yield from _leveled(page)
            after = (page[-1].sku, page[-1].warehouse)

    def reservations(self, orders: Items[int]) -> Sequence[Reservation]:
        """Return what is still reserved for the orders, in order of claim and cell."""
        if not orders:
            return ()
        rows = self.wire.rows(self.statements.reserved, keys=encoded(set(orders)))
        return [Reservation(Claim(order, line), Cell(sku, house), left) for order, line, sku, house, left in rows]

    def post(self, movements: Sequence[Movement]) -> None:
        """Book all movements, or none."""
        self.wire.writing()
        self._add(effects_of(movements), claims_of(movements))
        self.statements.log.write(self.wire, [_logged(movement) for movement in movements])

    def _add(self, effects: Mapping[Cell, tuple[int, int]], claims: Mapping[tuple[Claim, Cell], int]) -> None:
        """Add to levels and reservations, or to none of them; levels are locked last, for the shortest time."""
        rows = [(*_flat(claim, cell), effect) for (claim, cell), effect in sorted(claims.items())]
        taken = [row for row in rows if row[-1] < 0]
        self._take(taken)
        try:
            self._book(effects)
        except Refused:
            self.statements.take.apply(self.wire, _inverse(taken, 4))
            raise
        self.statements.give.write(self.wire, [row for row in rows if row[-1] > 0])

    def _take(self, taken: Sequence[tuple[int, int, str, str, int]]) -> None:
        could = self.statements.take.apply(self.wire, taken)
        if len(could) == len(taken):
            return
        self.statements.take.apply(self.wire, _inverse([row for row in taken if row[:4] in could], 4))
        order, line, sku, warehouse, _ = next(row for row in taken if row[:4] not in could)
        raise Refused(
            "not_reserved", "the claim has less reserved", claim=Claim(order, line), cell=Cell(sku, warehouse)
        )

    def _book(self, effects: Mapping[Cell, tuple[int, int]]) -> None:
        """Add to the levels that can take it; what is left over is new, came up meanwhile, or is short."""
        left, booked = dict(effects), []
        while left:
            rows: list[Values] = [(cell.sku, cell.warehouse, *effect) for cell, effect in left.items()]
            could = self.statements.post_levels.apply(self.wire, rows)
            booked += [row for row in rows if row[:2] in could]
            left = {cell: effect for cell, effect in left.items() if (cell.sku, cell.warehouse) not in could}
            if not left:
                return
            there = self._there(left)
            short = [_shortage(cell, there.get(cell, Level()), *effect) for cell, effect in left.items()]
            if cells := tuple([row for row in short if row]):
                self.statements.post_levels.apply(self.wire, _inverse(booked, 2))
                raise Refused("out_of_stock", "less is there than the movements need", cells=cells)
            unknown = [cell for cell in left if cell not in there]
            made: list[Values] = [(cell.sku, cell.warehouse, *left.pop(cell)) for cell in unknown]
            self.statements.new_levels.write(self.wire, made)

    def _there(self, cells: Items[Cell]) -> Mapping[Cell, Level]:
        bound = self.statements.given_cells.bound(list(cells))
        return dict(_leveled(self.wire.rows(self.statements.cells, **bound)))

    def movements(self, cell: Cell, *, limit: int) -> Sequence[Movement]:
        """Return the last ``limit`` movements of a cell, newest first."""
        rows = self.wire.rows(self.statements.last, sku=cell.sku, warehouse=cell.warehouse, count=limit)
        return [_movement(row) for row in rows]

    def since(self, warehouse: str, at: datetime) -> Sequence[Movement]:
        """Return the movements at a warehouse that happened after an instant, as booked."""
        rows = self.wire.rows(self.statements.since, warehouse=warehouse, at_ms=to_ms(at))
        return [_movement(row) for row in rows]

    def trail(self, after: Mapping[Cell, int], *, limit: int) -> Sequence[tuple[int, Movement]]:
        """Return movements of some cells in the order in which they were booked, each with its place."""
        if not after:
            return ()
        bound = self.statements.given_places.bound([(*cell, place) for cell, place in after.items()])
        rows = self.wire.rows(self.statements.trail, count=limit, **bound)
        return [(row[0], _movement(row[1:])) for row in rows]

    def drift(self) -> Sequence[Imbalance]:
        """Compare levels and reservations with the sums of the movements."""
        return self._drift(self.statements.drifted, self.statements.drifted_claims)

    def mend(self, drift: Sequence[Imbalance]) -> None:
        """Set balances to what their movements come to, all or none.

        The rows are locked first, in the order of :meth:`post`; adding nothing to one locks it.
        """
        self.wire.writing()
        if not drift:
            return
        cells = sorted({one.balance.cell for one in drift})
        claims = {(one.balance.claim, one.balance.cell) for one in drift if one.balance.claim.order}
        self.statements.take.apply(self.wire, [(*_flat(*where), 0) for where in sorted(claims)])
        self._there(cells)
        bound = self.statements.given_cells.bound(cells)
        now = self._drift(self.statements.drifted_of, self.statements.drifted_claims_of, **bound)
        self._add(*mending(drift, now))

    def _drift(self, levels: Select[Any], claims: Select[Any], **bound: str) -> Sequence[Imbalance]:
        found: list[Imbalance] = []
        for sku, warehouse, *totals in self.wire.rows(levels, **bound):
            on_hand, on_hand_sum, reserved, reserved_sum = map(int, totals)
            found += imbalances(Cell(sku, warehouse), (on_hand, reserved), (on_hand_sum, reserved_sum))
        for order, line, sku, warehouse, quantity, total in self.wire.rows(claims, **bound):
            balance = Balance(Measure.RESERVATION, Cell(sku, warehouse), Claim(order, line))
            found.append(Imbalance(balance, int(quantity), int(total)))
        return found


def _leveled(rows: Iterable[AnyRow]) -> Iterator[tuple[Cell, Level]]:
    for sku, warehouse, on_hand, reserved in rows:
        yield Cell(sku, warehouse), Level(on_hand, reserved)


def _shortage(cell: Cell, now: Level, on_hand: int, reserved: int) -> tuple[str, str, int, int] | None:
    then = Level(now.on_hand + on_hand, now.reserved + reserved)
    if then.reserved >= 0 and then.available >= 0:
        return None
    return cell.sku, cell.warehouse, reserved - on_hand, now.available


def _flat(claim: Claim, cell: Cell) -> tuple[int, int, str, str]:
    return claim.order, claim.line, cell.sku, cell.warehouse


def _inverse(rows: Sequence[tuple[Any, ...]], keys: int) -> list[Values]:
    """Return the rows that take an addition back; the rows are still locked, so it cannot fail."""
    return [(*row[:keys], *(-effect for effect in row[keys:])) for row in rows]


def _logged(movement: Movement) -> Values:
    return (
        movement.kind,
        movement.cell.sku,
        movement.cell.warehouse,
        movement.quantity,
        movement.on_hand,
        movement.reserved,
        movement.claim.order,
        movement.claim.line,
        movement.document,
        movement.reason,
        movement.actor,
        to_ms(movement.at),
    )


def _movement(row: Sequence[Any]) -> Movement:
    kind, sku, warehouse, quantity, on_hand, reserved, order, line, document, reason, actor, at_ms = row
    return Movement(
        kind,
        Cell(sku, warehouse),
        quantity,
        on_hand,
        reserved,
        from_ms(at_ms),
        actor,
        Claim(order, line),
        document,
        reason,
    )
