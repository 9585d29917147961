"""Booking movements in SQL: guarded updates in cell order, of levels first and then, cell by cell, of shards."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from attrs import define, field, frozen
from sqlalchemy import Delete, Dialect, bindparam, delete, literal, select, tuple_, union_all
from sqlalchemy.sql.selectable import CompoundSelect

from omskit.core import Cell, Claim, Level, Movement, Refused, each_ms
from omskit.storage.sql.booking import CLAIM, NOTHING, Booking, Recording, Records, bears, booking, recording
from omskit.storage.sql.bulk import Each, Feed, Given, Guarded, Values, addition, each, given, upsertion
from omskit.storage.sql.hot import Hints, HotCells, Pair, Shortage, shortage
from omskit.storage.sql.hot_statements import HotStatements, hot_statements, summed
from omskit.storage.sql.tables import Tables
from omskit.storage.sql.wire import Wire
from omskit.storage.sums import claims_of, effects_of

LEVEL = ("sku", "warehouse", "on_hand", "reserved")
#: From so many levels on, they are added to one by one where that is quicker, in the hope that all can take it.
MANY = 2


@frozen(eq=False)
class PostingStatements:
    """Every statement of booking, made once for a dialect.

    ``book`` is ``add`` with the records of the booking; ``each``, where there is one, is ``add`` for many levels.
    """

    take: Guarded
    each: Each | None
    book: Booking
    add: Guarded
    cells: CompoundSelect[Any]
    given_cells: Given
    new_levels: Feed
    drop: Delete
    records: Recording
    hot: HotStatements


def posting_statements(dialect: Dialect, tables: Tables) -> PostingStatements:
    """Make the statements of booking."""
    given_cells = given(dialect, tables.levels, LEVEL[:2])
    add = addition(dialect, tables.levels, LEVEL, bears)
    return PostingStatements(
        take=addition(
            dialect, tables.reservations, CLAIM, lambda have, more: (have.quantity + more.quantity >= 0,)
        ),
        each=each(dialect, tables.levels, LEVEL, bears),
        book=booking(dialect, tables, add.statement),
        add=add,
        cells=_cells(given_cells, tables),
        given_cells=given_cells,
        new_levels=upsertion(dialect, tables.levels, LEVEL, adding=True),
        drop=delete(tables.levels).where(
            tables.levels.c.sku == bindparam("of_sku"),
            tables.levels.c.warehouse == bindparam("of_warehouse"),
            tables.levels.c.on_hand == 0,
            tables.levels.c.reserved == 0,
        ),
        records=recording(dialect, tables),
        hot=hot_statements(dialect, tables),
    )


def _cells(cells: Given, tables: Tables) -> CompoundSelect[Any]:
    """Return the levels of given cells, locked, and behind them the sums of those that have shards."""
    levels, shards, wanted = tables.levels, tables.shards, cells.rows
    locked = (
        select(*levels.c)
        .join_from(wanted, levels, (levels.c.sku == wanted.c.sku) & (levels.c.warehouse == wanted.c.warehouse))
        .order_by(levels.c.sku, levels.c.warehouse)
        .with_for_update(of=levels)
        .cte("locked")
    )
    known = tuple_(shards.c.sku, shards.c.warehouse).in_(select(wanted.c.sku, wanted.c.warehouse))
    return union_all(
        select(*locked.c, literal(0).label("hot")), summed(shards).add_columns(literal(1)).where(known)
    )


def post(wire: Wire, statements: PostingStatements, movements: Sequence[Movement], hints: Hints) -> None:
    """Book all movements, or none; see :func:`add`."""
    add(wire, statements, effects_of(movements), claims_of(movements), hints, _logged(movements))


def add(  # noqa: PLR0917
    wire: Wire,
    statements: PostingStatements,
    effects: Mapping[Cell, Pair],
    claims: Mapping[tuple[Claim, Cell], int],
    hints: Hints,
    lines: Sequence[Values] = (),
) -> None:
    """Add to levels and reservations, or to none of them; levels are locked last, for the shortest time.

    Args:
        wire: Of the unit.
        statements: Of the dialect.
        effects: What to add to on hand and reserved, by cell.
        claims: What to add to reservations, by claim and cell.
        hints: What this process has seen of hot cells; more is added to it.
        lines: Rows of the ledger, to be kept with what is added.

    Raises:
        Refused: ``not_reserved``, ``out_of_stock``; the unit is as it was.
    """
    rows = sorted([(*claim, *cell, effect) for (claim, cell), effect in claims.items()])
    taken = [row for row in rows if row[-1] < 0]
    _take(wire, statements, taken)
    records = Records([row for row in rows if row[-1] > 0], lines)
    posting = _Posting(statements, wire, HotCells(statements.hot, wire, hints), records)
    if short := posting.book(effects):
        posting.take_back()
        statements.take.apply(wire, _inverse(taken, 4))
        raise Refused("out_of_stock", "less is there than the movements need", cells=tuple(sorted(short)))


def _take(wire: Wire, statements: PostingStatements, taken: Sequence[tuple[int, int, str, str, int]]) -> None:
    could = statements.take.apply(wire, taken)
    if len(could) == len(taken):
        return
    statements.take.apply(wire, _inverse([row for row in taken if row[:4] in could], 4))
    order, line, sku, warehouse, _ = next(row for row in taken if row[:4] not in could)
    raise Refused(
        "not_reserved", "the claim has less reserved", claim=Claim(order, line), cell=Cell(sku, warehouse)
    )


@define
class _Posting:
    """One booking on its way.

    Args:
        statements: Of the dialect.
        wire: Of the unit.
        hot: The hot cells.
        records: What the last step keeps, if it goes through at once.
        booked: What was added to which level.
        made: Cells that nobody knew, and that got their level.
        fresh: Cells that nobody knew, and that get so many shards.
        kept: Whether the records are kept.
    """

    statements: PostingStatements
    wire: Wire
    hot: HotCells
    records: Records
    booked: list[Values] = field(factory=list)
    made: list[Cell] = field(factory=list)
    fresh: dict[Cell, int] = field(factory=dict)
    kept: bool = False

    def book(self, effects: Mapping[Cell, Pair]) -> list[Shortage]:
        """Add to levels and to shards, and return what is short; then all is to be taken back."""
        known, short = self.hot.hints.hot, list[Shortage]()
        spread = {cell: effect for cell, effect in effects.items() if cell.sku in known} if known else {}
        left = dict(effects)
        for cell in spread:
            del left[cell]
        while (left or spread) and not short:
            short += self._levels(left, spread)
            short += self._shards(left, spread, look=bool(short))
        if not (self.kept or short):
            self.statements.records.write(self.wire, self.records)
        return short

    def take_back(self) -> None:
        """Take back what was booked; its rows are still locked, so it cannot fail."""
        self.statements.add.apply(self.wire, _inverse(self.booked, 2))
        for cell in self.made:
            self.wire.run(self.statements.drop, {"of_sku": cell.sku, "of_warehouse": cell.warehouse})
        self.hot.take_back()

    def _levels(self, left: dict[Cell, Pair], spread: dict[Cell, Pair]) -> list[Shortage]:
        """Add to the levels that can take it; what is left over is hot, new, came up meanwhile, or is short."""
        while left:
            rows: list[Values] = [(*cell, *effect) for cell, effect in left.items()]
            self._add(left, rows, NOTHING if spread else self.records)
            if not left:
                break
            there = self._there(left, spread)
            if short := [
                lacking
                for cell, effect in left.items()
                if (lacking := shortage(cell, there.get(cell, Level()), *effect))
            ]:
                return short
            if unknown := [cell for cell in left if cell not in there]:
                self._new(unknown, left, spread)
        return []

    def _add(self, left: dict[Cell, Pair], rows: list[Values], records: Records) -> None:
        one_by_one = self.statements.each
        if one_by_one is not None and len(rows) >= MANY and one_by_one.add(self.wire, rows):
            self.booked += rows
            left.clear()
            return
        bound = self.statements.add.given.bound(rows)
        could = self.statements.book.apply(self.wire, bound, len(rows), records)
        if len(could) == len(rows):
            self.kept, self.booked = records is self.records, self.booked + rows
            left.clear()
            return
        self.kept = False
        self.booked += [(*cell, *left.pop(cell)) for cell in {Cell(*row) for row in could}]

    def _there(self, left: dict[Cell, Pair], spread: dict[Cell, Pair]) -> dict[Cell, Level]:
        """Return the levels of cells, locked; those that have shards go over to the others."""
        there = dict[Cell, Level]()
        for sku, warehouse, on_hand, reserved, hot in self.wire.rows(
            self.statements.cells, **self.statements.given_cells.bound(list(left))
        ):
            cell = Cell(sku, warehouse)
            if hot:
                spread[cell] = left.pop(cell)
                self.hot.hints.hot.add(sku)
            else:
                there[cell] = Level(on_hand, reserved)
        return there

    def _new(self, unknown: list[Cell], left: dict[Cell, Pair], spread: dict[Cell, Pair]) -> None:
        """Make levels for cells that nobody knows; those of hot SKUs go over to the others, and get shards."""
        numbers = self.hot.numbers({cell.sku for cell in unknown})
        self.fresh |= {cell: numbers[cell.sku] for cell in unknown if cell.sku in numbers}
        self.made += [cell for cell in unknown if cell not in self.fresh]
        spread |= {cell: left.pop(cell) for cell in unknown if cell in self.fresh}
        rows: list[Values] = [(*cell, *left.pop(cell)) for cell in unknown if cell in left]
        self.statements.new_levels.write(self.wire, rows)
        self.booked += rows

    def _shards(self, left: dict[Cell, Pair], spread: dict[Cell, Pair], *, look: bool) -> list[Shortage]:
        """Add to hot cells one by one, or only look at what is short in them; those without shards are not hot."""
        short = list[Shortage]()
        for cell in sorted(spread):
            effect, found = spread.pop(cell), None
            if look or short:
                found = self.hot.lacking(cell, effect)
            elif cell in self.fresh:
                self.hot.make(cell, effect, self.fresh[cell])
            else:
                found = self.hot.book(cell, effect, NOTHING if spread or left else self.records)
            if found:
                short.append(found)
        self.kept = self.kept or self.hot.kept
        left |= self.hot.strays
        self.hot.strays.clear()
        return short


def _inverse(rows: Sequence[tuple[Any, ...]], keys: int) -> list[Values]:
    """Return the rows that take an addition back."""
    return [(*row[:keys], *(-effect for effect in row[keys:])) for row in rows]


def _logged(movements: Sequence[Movement]) -> list[Values]:
    return [
        (
            one.kind,
            *one.cell,
            one.quantity,
            one.on_hand,
            one.reserved,
            *one.claim,
            one.document,
            one.reason,
            one.actor,
            at_ms,
        )
        for one, at_ms in zip(movements, each_ms([one.at for one in movements]), strict=True)
    ]
