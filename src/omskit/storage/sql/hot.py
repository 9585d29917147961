"""Hot cells: their pieces lie in shards, so that many connections can take some at the same moment.

What a cell has is the sum of its shards. Whoever needs some takes them from any one shard that has enough and that
nobody else holds, and so waits for nobody. Only where there is none is the whole cell looked at: if the sum is too
small it refuses, and otherwise it locks all shards in order and lays the pieces out anew. So it never refuses
while the sum is enough, and no shard ever has less than is reserved in it.

Locks are taken on levels, in order of the cell, and then cell by cell. Taking what nobody holds never waits;
whoever has to wait, waits at the first shard of the cell, and goes on from there in order of the shard. PostgreSQL
also locks a shard that had enough when it began to look and has not by the time it is locked: where a cell may run
short, a look in vain is undone before anybody waits, so that nobody waits with a shard in his hands.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from heapq import merge
from operator import itemgetter
from typing import Any

from attrs import define, field

from omskit.core import Cell, Level
from omskit.storage.spreading import MAX_SHARDS
from omskit.storage.sql.booking import NOTHING, Booking, Records
from omskit.storage.sql.bulk import encoded
from omskit.storage.sql.hot_statements import COLD, HotStatements
from omskit.storage.sql.wire import AnyRow, Wire

#: SKU and warehouse of a row.
CELL = itemgetter(0, 1)

#: With so many pieces left in a shard, no look at its cell is in vain but by an odd chance.
PLENTY = 32

#: On hand and reserved.
Pair = tuple[int, int]
#: What a refusal says of a cell: SKU, warehouse, needed, available.
Shortage = tuple[str, str, int, int]
#: What was added to a shard: its key, on hand, reserved.
_Moved = tuple[str, str, int, int, int]


def shortage(cell: Cell, now: Level, on_hand: int, reserved: int) -> Shortage | None:
    """Return what is short in a cell for an effect; None when it has enough."""
    then = Level(now.on_hand + on_hand, now.reserved + reserved)
    if then.reserved >= 0 and then.available >= 0:
        return None
    return cell.sku, cell.warehouse, reserved - on_hand, now.available


def laid_out(level: Pair, shards: int) -> list[Pair]:
    """Return on hand and reserved of each shard, as evenly as whole pieces allow."""
    on_hand, reserved = level
    free = _shared(on_hand - reserved, shards)
    return [(more + held, held) for more, held in zip(free, _shared(reserved, shards)[::-1], strict=True)]


def _shared(pieces: int, shards: int) -> list[int]:
    each, rest = divmod(pieces, shards)
    return [each + (at < rest) for at in range(shards)]


def _sum(parts: Iterable[Pair]) -> Pair:
    listed = list(parts)
    return sum(on_hand for on_hand, _ in listed), sum(reserved for _, reserved in listed)


@define
class Hints:
    """What this process has seen of hot cells. It says where to look first, and may be wrong.

    Args:
        hot: SKUs that were seen to be hot.
        plenty: Cells whose shard had at least :data:`PLENTY` pieces left when it was last taken from.
    """

    hot: set[str] = field(factory=set)
    plenty: set[Cell] = field(factory=set)


@define
class HotCells:
    """The hot cells, within one unit.

    Args:
        statements: Of the dialect.
        wire: Of the unit.
        hints: Of the process.
        moved: What was added to which shard, to be taken back after a refusal.
        made: Cells that got their shards.
        kept: Whether records were kept.
        strays: Cells without shards, with what was to be added to them.
    """

    statements: HotStatements
    wire: Wire
    hints: Hints
    moved: list[_Moved] = field(factory=list, init=False)
    made: list[Cell] = field(factory=list, init=False)
    kept: bool = field(default=False, init=False)
    strays: dict[Cell, Pair] = field(factory=dict, init=False)

    def book(self, cell: Cell, effect: Pair, records: Records) -> Shortage | None:
        """Add to a cell, or return what is short; records are kept with what goes to a single shard.

        A level beside shards is left by whoever received into the cell while it became hot; it goes into them.
        """
        if self._grab(cell, effect, records):
            return None
        while (parts := self._look(cell)).keys() - {COLD}:
            if lacking := shortage(cell, Level(*_sum(parts.values())), *effect):
                return lacking
            if any(_has(part, effect) for part in parts.values()) and self._wait(cell, effect, records):
                return None
            if COLD in parts:
                self._fold(cell)
            if self._lay_out(cell, effect):
                return None
        self.hints.hot.discard(cell.sku)
        self.strays[cell] = effect
        return None

    def _grab(self, cell: Cell, effect: Pair, records: Records) -> bool:
        """Take from any one shard that has enough and that nobody holds; hold no shard where there is none."""
        if cell in self.hints.plenty or not self.wire.locks_rows:
            return self._take(self.statements.take, cell, effect, records)
        with self.wire.attempt() as look:
            taken = self._take(self.statements.take, cell, effect, records)
            if not taken:
                look.rollback()
        return taken

    def _wait(self, cell: Cell, effect: Pair, records: Records) -> bool:
        """Wait for the first shard, and take from it if it has enough by then.

        Others have laid out the pieces anew meanwhile, so that those who waited need not do it once more.
        """
        for *_, shard, on_hand, reserved in self.wire.rows(self.statements.first, **_at(cell)):
            if _has((on_hand, reserved), effect):
                return self._take(self.statements.put, cell, effect, records, to_shard=shard)
        return False

    def _take(self, statement: Booking, cell: Cell, effect: Pair, records: Records, **at: int) -> bool:
        on_hand, reserved = effect
        values = {**_at(cell), **at, "more_on_hand": on_hand, "more_reserved": reserved}
        for shard, left in statement.apply(self.wire, values, 1, records):
            self.moved.append((*cell, shard, on_hand, reserved))
            self.kept = self.kept or records is not NOTHING
            (self.hints.plenty.add if left >= PLENTY else self.hints.plenty.discard)(cell)
            return True
        self.hints.plenty.discard(cell)
        return False

    def _look(self, cell: Cell) -> dict[int, Pair]:
        """Return the parts of a cell as they stand at one moment, without a lock."""
        rows = self.wire.rows(self.statements.look, **_at(cell))
        return {shard: (on_hand, reserved) for shard, on_hand, reserved in rows}

    def lacking(self, cell: Cell, effect: Pair) -> Shortage | None:
        """Return what is short in a cell for an effect, if anything is."""
        return shortage(cell, Level(*_sum(self._look(cell).values())), *effect)

    def _fold(self, cell: Cell) -> None:
        for row in self.wire.rows(self.statements.fold, **_at(cell)):
            self.statements.shift.apply(self.wire, [(*cell, 0, *row)])

    def _lay_out(self, cell: Cell, effect: Pair, shards: int = MAX_SHARDS) -> bool:
        """Lock all shards in order and lay out in the first ones what there is after an effect, if it is enough.

        Shards that were made while the locks were awaited are not among them, nor is what lies in those.
        """
        rows = self.wire.rows(self.statements.lock, **_at(cell))
        before = [(on_hand, reserved) for *_, on_hand, reserved in rows]
        level = _sum([*before, effect])
        if not 0 <= level[1] <= level[0]:
            return False
        used = sum(shard < shards for _, _, shard, *_ in rows)
        after = [*laid_out(level, used), *[(0, 0)] * (len(rows) - used)]
        changed: list[_Moved] = [
            (*row[:3], now[0] - was[0], now[1] - was[1])
            for row, was, now in zip(rows, before, after, strict=True)
            if now != was
        ]
        self.statements.shift.apply(self.wire, changed)
        self.moved += changed
        return True

    def take_back(self) -> None:
        """Take back all that was added; the shards are still locked, so it cannot fail."""
        back: dict[tuple[str, str, int], Pair] = {}
        for sku, warehouse, shard, on_hand, reserved in self.moved:
            key = (sku, warehouse, shard)
            back[key] = _sum([back.get(key, (0, 0)), (-on_hand, -reserved)])
        self.statements.shift.apply(self.wire, [(*shard, *pair) for shard, pair in back.items()])
        for cell in self.made:
            if not any(map(any, self._look(cell).values())):
                self.wire.run(self.statements.drop, {**_at(cell), "least": 0})

    def make(self, cell: Cell, level: Pair, shards: int) -> None:
        """Make the shards of a cell that has none, and add to those that somebody else has made meanwhile."""
        rows = [(*cell, shard, *part) for shard, part in enumerate(laid_out(level, shards))]
        self.statements.make.write(self.wire, rows)
        self.moved += rows
        self.made.append(cell)
        self.hints.hot.add(cell.sku)

    def numbers(self, skus: Iterable[str]) -> dict[str, int]:
        """Return how many shards the cells of hot SKUs have."""
        return dict(self.wire.rows(self.statements.numbers, keys=encoded(skus)))

    def locked(self, skus: str) -> Iterable[AnyRow]:
        """Lock the levels, and then the shards, of SKUs given as JSON; return them by cell, as rows of levels.

        Shards that were made while the locks were awaited are seen, and locked, by looking again.
        """
        cold = self.wire.rows(self.statements.cold_locked, keys=skus)
        hot = self.wire.rows(self.statements.hot_locked, keys=skus)
        if hot:
            hot = self.wire.rows(self.statements.hot_locked, keys=skus)
        return merge(cold, hot, key=CELL)

    def heat(self, numbers: Mapping[str, int]) -> None:
        """Let the cells of SKUs have so many shards, and note it for those that they come to later.

        It is noted first: whoever heats the same SKU waits there. Others who book meanwhile wait at the levels and
        first shards of these cells. Only shards that are empty are dropped, and levels that went into shards.
        """
        cold = {sku for (sku,) in self.wire.rows(self.statements.cold, keys=encoded(numbers))}
        known = self.numbers(numbers)
        fresh = {sku: count for sku, count in numbers.items() if sku in cold or known.get(sku) != count}
        if not fresh:
            return
        self.statements.note.write(self.wire, list(fresh.items()))
        for cell in dict.fromkeys(Cell(*CELL(row)) for row in self.locked(encoded(fresh))):
            shards = fresh[cell.sku]
            self.make(cell, (0, 0), shards)
            self._fold(cell)
            self._lay_out(cell, (0, 0), shards)
            self.wire.run(self.statements.drop, {**_at(cell), "least": shards})


def _at(cell: Cell) -> dict[str, Any]:
    """Return the parameters that say which cell a statement is about."""
    return {"of_sku": cell.sku, "of_warehouse": cell.warehouse}


def _has(part: Pair, effect: Pair) -> bool:
    on_hand, reserved = _sum((part, effect))
    return 0 <= reserved <= on_hand
