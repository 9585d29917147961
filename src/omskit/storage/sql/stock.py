"""The stock book in SQL: movements are added up per cell and booked by guarded updates in cell order."""

from __future__ import annotations

from collections.abc import Collection as Items
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from heapq import merge
from typing import Any

from attrs import define, frozen
from sqlalchemy import BigInteger, Dialect, Select, Table, bindparam, select, tuple_, union_all
from sqlalchemy.sql.selectable import CompoundSelect

from omskit.core import Cell, Claim, Level, Movement, Reservation, from_ms, to_ms
from omskit.storage.balances import Balance, Imbalance, Measure, imbalances, mending
from omskit.storage.sql.booking import CLAIM
from omskit.storage.sql.bulk import Given, encoded, given, members
from omskit.storage.sql.drifting import drifted, drifted_claims
from omskit.storage.sql.hot import CELL, Hints, HotCells
from omskit.storage.sql.hot_statements import summed
from omskit.storage.sql.ledger import last_movements, movements_since, trail_of
from omskit.storage.sql.posting import PostingStatements, add, post, posting_statements
from omskit.storage.sql.tables import WHOLE, WORDS, Tables
from omskit.storage.sql.wire import AnyRow, Wire

#: Cells read at a time when all are read.
_PAGE = 1_000
#: Makes a named tuple from a tuple, without a call of its own ``__new__``.
_new = tuple.__new__


@frozen(eq=False)
class StockStatements:
    """Every statement of the stock book, made once for a dialect."""

    levels: CompoundSelect[Any]
    pages: tuple[Select[Any], Select[Any]]
    reserved: Select[Any]
    posting: PostingStatements
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
    levels, shards, reservations = tables.levels, tables.shards, tables.reservations
    every, posting = select(*levels.c), posting_statements(dialect, tables)
    cells = posting.given_cells.rows
    given_places = given(dialect, tables.movements, ("sku", "warehouse"), after=BigInteger())
    claims = select(*(reservations.c[name] for name in CLAIM))
    return StockStatements(
        levels=union_all(
            every.where(levels.c.sku.in_(members(dialect, WORDS))),
            summed(shards).where(shards.c.sku.in_(members(dialect, WORDS))),
        ).order_by("sku", "warehouse"),
        pages=(_page(every, levels), _page(summed(shards), shards)),
        reserved=claims.where(
            reservations.c.order.in_(members(dialect, WHOLE)), reservations.c.quantity > 0
        ).order_by(*(reservations.c[name] for name in CLAIM[:4])),
        posting=posting,
        last=last_movements(tables),
        since=movements_since(tables),
        trail=trail_of(dialect, tables, given_places.rows),
        given_places=given_places,
        drifted=drifted(tables),
        drifted_claims=drifted_claims(tables),
        drifted_of=drifted(tables, cells),
        drifted_claims_of=drifted_claims(tables, cells),
    )


def _page(rows: Select[Any], table: Table) -> Select[Any]:
    """Return the rows of at most a page of cells, behind one."""
    cell = (table.c.sku, table.c.warehouse)
    behind = tuple_(*cell) > tuple_(bindparam("sku"), bindparam("warehouse"))
    return rows.where(behind).order_by(*cell).limit(_PAGE)


@define
class SqlStockBook:
    """The stock book, within one unit.

    Args:
        statements: Of the dialect.
        wire: Of the unit.
        hints: What this process has seen of hot cells.
    """

    statements: StockStatements
    wire: Wire
    hints: Hints

    def levels(self, skus: Items[str], *, lock: bool = False) -> Mapping[Cell, Level]:
        """Return the level of every known cell of the SKUs, locked in cell order if asked."""
        if lock:
            self.wire.writing()
        if not skus:
            return {}
        keys = encoded(set(skus))
        if not (lock and self.wire.locks_rows):
            return _by_cell(self.wire.rows(self.statements.levels, keys=keys))
        return _by_cell(list(self._hot_cells().locked(keys)))

    def all_levels(self) -> Iterator[tuple[Cell, Level]]:
        """Yield every cell in order, a page at a time."""
        return _leveled(merge(*map(self._paged, self.statements.pages), key=CELL))

    def _paged(self, statement: Select[Any]) -> Iterator[AnyRow]:
        after = ("", "")
        while page := self.wire.rows(statement, sku=after[0], warehouse=after[1]):
            yield from page
            after = CELL(page[-1])

    def _hot_cells(self) -> HotCells:
        return HotCells(self.statements.posting.hot, self.wire, self.hints)

    def heat(self, numbers: Mapping[str, int]) -> None:
        """Let the pieces of SKUs lie in so many shards in each warehouse; see :meth:`SqlStorage.heat`."""
        self._hot_cells().heat(numbers)

    def reservations(self, orders: Items[int]) -> Sequence[Reservation]:
        """Return what is still reserved for the orders, in order of claim and cell."""
        if not orders:
            return ()
        rows = self.wire.rows(self.statements.reserved, keys=encoded(set(orders)))
        return [Reservation(Claim(order, line), Cell(sku, house), left) for order, line, sku, house, left in rows]

    def post(self, movements: Sequence[Movement]) -> None:
        """Book all movements, or none."""
        self.wire.writing()
        post(self.wire, self.statements.posting, movements, self.hints)

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
        posting = self.statements.posting
        cells = sorted({one.balance.cell for one in drift})
        claims = {(one.balance.claim, one.balance.cell) for one in drift if one.balance.claim.order}
        posting.take.apply(self.wire, [(*claim, *cell, 0) for claim, cell in sorted(claims)])
        self._hot_cells().locked(encoded({cell.sku for cell in cells}))
        bound = posting.given_cells.bound(cells)
        now = self._drift(self.statements.drifted_of, self.statements.drifted_claims_of, **bound)
        add(self.wire, posting, *mending(drift, now), self.hints)

    def _drift(self, levels: Select[Any], claims: Select[Any], **bound: str) -> Sequence[Imbalance]:
        found: list[Imbalance] = []
        for sku, warehouse, *totals in self.wire.rows(levels, **bound):
            on_hand, on_hand_sum, reserved, reserved_sum = map(int, totals)
            found += imbalances(Cell(sku, warehouse), (on_hand, reserved), (on_hand_sum, reserved_sum))
        for order, line, sku, warehouse, quantity, total in self.wire.rows(claims, **bound):
            balance = Balance(Measure.RESERVATION, Cell(sku, warehouse), Claim(order, line))
            found.append(Imbalance(balance, int(quantity), int(total)))
        return found


def _by_cell(rows: Sequence[Any]) -> dict[Cell, Level]:
    """Return levels by cell; as a rule each has one row, and nothing has to be added up."""
    found = {
        _new(Cell, (sku, warehouse)): _new(Level, (on_hand, held)) for sku, warehouse, on_hand, held in rows
    }
    return found if len(found) == len(rows) else dict(_leveled(rows))


def _leveled(rows: Iterable[Any]) -> Iterator[tuple[Cell, Level]]:
    """Yield the level of each cell, of which the parts come one behind the other."""
    now, have, held = None, 0, 0
    for sku, warehouse, on_hand, reserved in rows:
        cell = Cell(sku, warehouse)
        if cell == now:
            have, held = have + on_hand, held + reserved
            continue
        if now is not None:
            yield now, Level(have, held)
        now, have, held = cell, on_hand, reserved
    if now is not None:
        yield now, Level(have, held)


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
