"""Broken storages: each breaks one promise of a storage.

Each is the reference in memory with one method replaced.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from copy import deepcopy
from threading import Barrier, BrokenBarrierError, current_thread, main_thread
from typing import Any

from attrs import define, evolve

from omskit.core import Cell, Change, Claim, ConcurrencyConflict, Duplicate, Level, Movement, Refused
from omskit.storage import (
    After,
    Attempt,
    Delivery,
    Imbalance,
    Leased,
    MemoryStorage,
    Op,
    Receipt,
    Where,
    claims_of,
    effects_of,
    mending,
)
from omskit.storage import memory as m
from omskit.storage import memory_messages as messages
from omskit.storage.memory_data import Data
from omskit.testing.storage.tickets import AT


class _Changed(MemoryStorage):
    """The reference, with other parts."""

    unit: type[Any] = m._Unit

    @contextmanager
    def begin(self, *, read: bool = False) -> Iterator[Any]:
        with super().begin(read=read):
            yield self.unit(self._data)


def with_collection(cls: type[Any]) -> type[MemoryStorage]:
    class Unit(m._Unit):
        def of(self, kind: Any) -> Any:
            return cls(kind, self.data)

    return _with_unit(Unit)


def with_part(name: str, cls: type[Any]) -> type[MemoryStorage]:
    return _with_unit(type("Unit", (m._Unit,), {name: property(lambda unit: cls(unit.data))}))


def _with_unit(unit_type: type[Any]) -> type[MemoryStorage]:
    return type("Mutant", (_Changed,), {"unit": unit_type})


# Collections.


class LosesTheVersionCheck(m._Collection[Any]):
    def save(self, changes: Sequence[Change[Any]]) -> None:
        known = self._states
        blind: list[Any] = [
            _Blind(one.key, known[one.key].version, one.state, one.entries, one.after)
            if one.key in known and one.before
            else one
            for one in changes
        ]
        super().save(blind)


@define
class _Blind:
    """A change that claims to come from whatever version is stored."""

    key: int
    before: int
    state: Any
    entries: Any
    after: int


class NamesAllKeysAsStale(m._Collection[Any]):
    def save(self, changes: Sequence[Change[Any]]) -> None:
        try:
            super().save(changes)
        except ConcurrencyConflict as error:
            raise ConcurrencyConflict(error.code, keys=tuple(one.key for one in changes)) from None


class OverwritesTakenKeys(m._Collection[Any]):
    def save(self, changes: Sequence[Change[Any]]) -> None:
        for one in changes:
            if not one.before and one.key in self._states:
                self.data.drop(self._states, one.key)
        super().save(changes)


class TakesColumnsOneByOne(m._Collection[Any]):
    """Holds the serial unique by itself, not together with the bench."""

    def _index(self, change: Change[Any]) -> None:
        serials = {getattr(stored.state, "serial", None): key for key, stored in self._states.items()}
        serial = getattr(change.state, "serial", None)
        if serial is not None and serials.get(serial, change.key) != change.key:
            raise self.data.failure(Duplicate("duplicate_key", columns=("bench", "serial")))


class TakesNothingForAValue(m._Collection[Any]):
    def _index(self, change: Change[Any]) -> None:
        others = [stored.state for key, stored in self._states.items() if key != change.key]
        bare = [one for one in others if getattr(one, "serial", "") is None]
        if bare and getattr(change.state, "serial", "") is None:
            raise self.data.failure(Duplicate("duplicate_key", columns=("bench", "serial")))
        super()._index(change)


class NeverFreesUniqueColumns(m._Collection[Any]):
    def _index(self, change: Change[Any]) -> None:
        taken = dict(self.data.unique.get((self.kind.tag, ("bench", "serial")), {}))
        super()._index(change)
        for value, key in taken.items():
            self.data.unique[self.kind.tag, ("bench", "serial")].setdefault(value, key)


class TakesAKeyTwiceInASave(m._Collection[Any]):
    def save(self, changes: Sequence[Change[Any]]) -> None:
        super().save(list({one.key: one for one in changes}.values()))


class ForgetsOlderEntries(m._Collection[Any]):
    def save(self, changes: Sequence[Change[Any]]) -> None:
        super().save(changes)
        for one in changes:
            self.data.put(self.data.entries[self.kind.tag], one.key, list(one.entries))


class LeavesOutEmptyHistories(m._Collection[Any]):
    def history(self, keys: Any) -> Any:
        return {key: entries for key, entries in super().history(keys).items() if entries}


class IgnoresTheLimit(m._Collection[Any]):
    def find(self, *where: Where, limit: int, by: str | None = None, after: After | None = None) -> Sequence[int]:
        return super().find(*where, limit=10**9, by=by, after=after)


class PagesWithGaps(m._Collection[Any]):
    """Continues after the sort value, and forgets those that share it."""

    def find(self, *where: Where, limit: int, by: str | None = None, after: After | None = None) -> Sequence[int]:
        if after and by and after.value is not None:
            after = After(after.value, 2**63)
        return super().find(*where, limit=limit, by=by, after=after)


class PagesOverlap(m._Collection[Any]):
    def find(self, *where: Where, limit: int, by: str | None = None, after: After | None = None) -> Sequence[int]:
        if after and not by:
            after = After(after.value, after.key - 1)
        return super().find(*where, limit=limit, by=by, after=after)


class IgnoresTheSortColumn(m._Collection[Any]):
    def find(self, *where: Where, limit: int, by: str | None = None, after: After | None = None) -> Sequence[int]:
        return super().find(*where, limit=limit, after=after)


class FindsInNoOrder(m._Collection[Any]):
    def _matching(self, where: tuple[Where, ...], by: str | None) -> list[tuple[int, int]]:
        found = super()._matching(where, by)
        return found if by else found[::-1]


class NothingIsLessThanAll(m._Collection[Any]):
    """Lets None fulfill a condition, as a sort with nulls first would."""

    def _matching(self, where: tuple[Where, ...], by: str | None) -> list[tuple[int, int]]:
        found = dict.fromkeys(super()._matching(where, by))
        for one in where:
            of = self.kind.column(one.column)
            if one.op is Op.LE:
                found |= {(0, key): None for key, stored in self._states.items() if of(stored.state) is None}
        return sorted(found)


class TakesAnEmptyListForNoCondition(m._Collection[Any]):
    def _matching(self, where: tuple[Where, ...], by: str | None) -> list[tuple[int, int]]:
        return super()._matching(tuple(one for one in where if one.value != ()), by)


class ClaimsWhatDoesNotMatch(m._Collection[Any]):
    def claim(self, *where: Where, limit: int, by: str | None = None, after: After | None = None) -> Any:
        return super().claim(limit=limit, by=by, after=after)


class CountsAPage(m._Collection[Any]):
    def count(self, *where: Where) -> int:
        return min(super().count(*where), 2)


# The stock book.


class ChecksLinesOneByOne(m._StockBook):
    def _levels_after(self, movements: Sequence[Movement]) -> dict[Cell, Level]:
        if sum(one.on_hand for one in movements) <= 0:
            for one in movements:
                super()._levels_after([one])
        return {
            cell: Level(self._now(cell).on_hand + more[0], self._now(cell).reserved + more[1])
            for cell, more in effects_of(movements).items()
        } if sum(one.on_hand for one in movements) <= 0 else super()._levels_after(movements)

    def _now(self, cell: Cell) -> Level:
        return self.data.levels.get(cell, Level())


class BooksWhatItCan(m._StockBook):
    """Books the cells that have enough, and then refuses."""

    def _levels_after(self, movements: Sequence[Movement]) -> dict[Cell, Level]:
        try:
            return super()._levels_after(movements)
        except Refused as refusal:
            short = {Cell(sku, house) for sku, house, *_ in refusal.facts["cells"]}  # type: ignore[attr-defined]
            for cell, level in super()._levels_after([one for one in movements if one.cell not in short]).items():
                self.data.put(self.data.levels, cell, level)
            raise


class KeepsReservationsOfARefusal(m._StockBook):
    """Takes the reservations first, and forgets to give them back."""

    def post(self, movements: Sequence[Movement]) -> None:
        try:
            super().post(movements)
        except Refused as refusal:
            if refusal.code == "out_of_stock":
                for where, effect in claims_of(movements).items():
                    if effect < 0:
                        self.data.put(self.data.reserved, where, self.data.reserved[where] + effect)
            raise


class BreaksTheUnitByARefusal(m._StockBook):
    def post(self, movements: Sequence[Movement]) -> None:
        try:
            super().post(movements)
        except Refused:
            self.data.broken = True
            raise


class TakesWhatOthersReserved(m._StockBook):
    def post(self, movements: Sequence[Movement]) -> None:
        reserved = self.data.reserved
        claims = claims_of(movements).items()
        lacking = {where: -effect for where, effect in claims if reserved.get(where, 0) + effect < 0}
        before = {where: reserved.get(where, 0) for where in lacking}
        for where, needed in lacking.items():
            self.data.put(reserved, where, needed)
        try:
            super().post(movements)
        except Refused:
            for where, left in before.items():
                self.data.put(reserved, where, left)
            raise


class NamesTheFirstShortCellOnly(m._StockBook):
    def post(self, movements: Sequence[Movement]) -> None:
        try:
            super().post(movements)
        except Refused as refusal:
            if refusal.code == "out_of_stock":
                raise Refused(refusal.code, cells=refusal.facts["cells"][:1]) from None  # type: ignore[index]
            raise


class OldestMovementsFirst(m._StockBook):
    def movements(self, cell: Cell, *, limit: int) -> Sequence[Movement]:
        return super().movements(cell, limit=10**9)[::-1][:limit]


class LosesMovementsOfNoOrder(m._StockBook):
    """Does not log what is for no order."""

    def post(self, movements: Sequence[Movement]) -> None:
        super().post(movements)
        for number, one in list(self.data.movements.items()):
            if one.kind == "moved" and not one.claim.order and one.on_hand < 0:
                self.data.put(self.data.movements, number, evolve(one, on_hand=0))


class TrailsFromThePlaceItself(m._StockBook):
    def trail(self, after: Mapping[Cell, int], *, limit: int) -> Sequence[tuple[int, Movement]]:
        return super().trail({cell: place - 1 for cell, place in after.items()}, limit=limit)


class TrailsCellByCell(m._StockBook):
    def trail(self, after: Mapping[Cell, int], *, limit: int) -> Sequence[tuple[int, Movement]]:
        return sorted(super().trail(after, limit=10**9), key=lambda one: (one[1].cell, one[0]))[:limit]


class TrailsFromTheLeastPlace(m._StockBook):
    """Keeps one place for all cells."""

    def trail(self, after: Mapping[Cell, int], *, limit: int) -> Sequence[tuple[int, Movement]]:
        return super().trail(dict.fromkeys(after, min(after.values(), default=0)), limit=limit)


class TrailsWithoutALimit(m._StockBook):
    def trail(self, after: Mapping[Cell, int], *, limit: int) -> Sequence[tuple[int, Movement]]:
        return super().trail(after, limit=10**9)


class MendsWhatNobodyFound(m._StockBook):
    """Sets balances to whatever it is told."""

    def mend(self, drift: Sequence[Imbalance]) -> None:
        self.data.writing()
        effects, claims = mending(drift, drift)
        self._write(self._adding(effects), claims)


class MendsWhatIsLeftOfIt(m._StockBook):
    """Leaves out what is no longer as it was found, and says nothing."""

    def mend(self, drift: Sequence[Imbalance]) -> None:
        self.data.writing()
        super().mend([one for one in drift if one in self.drift()])


class MendsLevelsOnly(m._StockBook):
    def mend(self, drift: Sequence[Imbalance]) -> None:
        self.data.writing()
        effects, _ = mending(drift, self.drift())
        self._write(self._adding(effects), {})


class MendsByMoving(m._StockBook):
    """Takes a balance for wrong as goods that are to be moved: level and sum change together."""

    def mend(self, drift: Sequence[Imbalance]) -> None:
        self.data.writing()
        effects, claims = mending(drift, self.drift())
        moves = [(cell, Claim(), *effect) for cell, effect in effects.items()]
        moves += [(cell, claim, 0, effect) for (claim, cell), effect in claims.items()]
        self.post([Movement("mended", cell, 1, one, other, AT, "kit", claim) for cell, claim, one, other in moves])


class MendsPastTheRules(m._StockBook):
    """Writes what movements come to even where no level may be that."""

    def mend(self, drift: Sequence[Imbalance]) -> None:
        self.data.writing()
        effects, claims = mending(drift, self.drift())
        now = {cell: self.data.levels.get(cell, Level()) for cell in effects}
        after = {cell: Level(now[cell].on_hand + a, now[cell].reserved + b) for cell, (a, b) in effects.items()}
        self._write(after, claims)


class MendsAllThatItSees(m._StockBook):
    """Mends the whole book, whatever is asked."""

    def mend(self, drift: Sequence[Imbalance]) -> None:
        super().mend(drift)
        super().mend(self.drift())


# The outbox.


class SendsPastAParkedMessage(messages.MemoryOutbox):
    def lease(self, at: Any, *, limit: int, seconds: int, topics: Any = ()) -> Sequence[Leased]:
        hidden = {
            number: sent
            for number, sent in self.data.sent.items()
            if sent.outcome in {Delivery.PARKED, Delivery.IN_DOUBT}
        }
        for number in hidden:
            del self.data.sent[number]
        try:
            return super().lease(at, limit=limit, seconds=seconds, topics=topics)
        finally:
            self.data.sent.update(hidden)


class TriesDoubtfulMessagesAgain(messages.MemoryOutbox):
    def settle(self, attempts: Sequence[Attempt]) -> None:
        doubt = Delivery.IN_DOUBT
        super().settle([evolve(one, outcome=Delivery.FAILED) if one.outcome is doubt else one for one in attempts])


class ForgetsTheLease(messages.MemoryOutbox):
    def lease(self, at: Any, *, limit: int, seconds: int, topics: Any = ()) -> Sequence[Leased]:
        return super().lease(at, limit=limit, seconds=0, topics=topics)


class LeasesForEver(messages.MemoryOutbox):
    def lease(self, at: Any, *, limit: int, seconds: int, topics: Any = ()) -> Sequence[Leased]:
        return super().lease(at, limit=limit, seconds=10**9, topics=topics)


class IgnoresTopics(messages.MemoryOutbox):
    def lease(self, at: Any, *, limit: int, seconds: int, topics: Any = ()) -> Sequence[Leased]:
        return super().lease(at, limit=limit, seconds=seconds)


class SettlesWhatIsNotThere(messages.MemoryOutbox):
    def settle(self, attempts: Sequence[Attempt]) -> None:
        super().settle([one for one in attempts if one.id in self.data.sent])


class ResolvesAnything(messages.MemoryOutbox):
    def resolve(self, id: int, outcome: Delivery) -> None:  # noqa: A002
        self.data.writing()
        if id in self.data.sent:
            self.data.put(self.data.sent, id, evolve(self.data.sent[id], outcome=outcome, until=None))


# The inbox.


class OverwritesReceipts(messages.MemoryInbox):
    def record(self, source: str, receipts: Sequence[Receipt], *, at: Any) -> None:
        self.replace(source, receipts, at=at)


class KeepsReceiptsOfBrokenUnits(messages.MemoryInbox):
    def replace(self, source: str, receipts: Sequence[Receipt], *, at: Any) -> None:
        self.data.writing()
        self.data.receipts.update({(source, one.id): one for one in receipts})


class MixesSources(messages.MemoryInbox):
    def record(self, source: str, receipts: Sequence[Receipt], *, at: Any) -> None:
        super().record("", receipts, at=at)

    def replace(self, source: str, receipts: Sequence[Receipt], *, at: Any) -> None:
        super().replace("", receipts, at=at)

    def seen(self, source: str, ids: Any) -> Any:
        return super().seen("", ids)


# Units.


class HandsOutKeysAgain(m._Unit):
    """Gives back the last key when asked anew."""

    def keys(self, count: int) -> Sequence[int]:
        keys = super().keys(count)
        if count:
            self.data.counter["key"] -= 1
        return keys


class WritesWhileReading(m._Unit):
    def keys(self, count: int) -> Sequence[int]:
        self.data.reading = False
        return super().keys(count)


class KeepsWhatWasRolledBack(MemoryStorage):
    @contextmanager
    def begin(self, *, read: bool = False) -> Iterator[Any]:
        with super().begin(read=read) as unit:
            try:
                yield unit
            except BaseException:
                self._data.undo.clear()
                raise


class KeepsBrokenUnits(MemoryStorage):
    @contextmanager
    def begin(self, *, read: bool = False) -> Iterator[Any]:
        with super().begin(read=read) as unit:
            yield unit
            self._data.broken = False


class KeepsHalf(MemoryStorage):
    """Keeps states when the unit ends badly, and takes back the rest."""

    @contextmanager
    def begin(self, *, read: bool = False) -> Iterator[Any]:
        tables: dict[Any, Any] = {}
        try:
            with super().begin(read=read) as unit:
                try:
                    yield unit
                except BaseException:
                    tables = deepcopy(self._data.states)
                    raise
        except BaseException:
            self._data.states.update(tables)
            raise


class LetsUnitsNest(MemoryStorage):
    @contextmanager
    def begin(self, *, read: bool = False) -> Iterator[Any]:
        if self._data.open and self._lock._is_owned():
            yield m._Unit(self._data)
            return
        with super().begin(read=read) as unit:
            yield unit


class SeesOthersAtWork(MemoryStorage):
    """Lets several units into the same data at once, as without a lock."""

    @contextmanager
    def begin(self, *, read: bool = False) -> Iterator[Any]:
        if self._data.open and not self._lock._is_owned():
            yield m._Unit(self._data)
            return
        with super().begin(read=read) as unit:
            yield unit


class DecidesOnASnapshot(MemoryStorage):
    """Works on a copy without any lock: the last unit that ends wins.

    Units of ten threads are made to overlap, so that nothing is left to chance.
    """

    def __init__(self) -> None:
        super().__init__()
        self.together = Barrier(10)

    @contextmanager
    def begin(self, *, read: bool = False) -> Iterator[Any]:
        mine: Data = deepcopy(self._data)
        with mine.unit(read=read):
            if current_thread() is not main_thread():
                self._meet()
            yield m._Unit(mine)
        if not read:
            self._data = mine

    def _meet(self) -> None:
        try:
            self.together.wait(0.3)
        except BrokenBarrierError:
            return


#: Every broken storage by name.
MUTANTS: dict[str, Callable[[], MemoryStorage]] = {
    **{
        cls.__name__: with_collection(cls)
        for cls in (
            LosesTheVersionCheck,
            NamesAllKeysAsStale,
            OverwritesTakenKeys,
            TakesColumnsOneByOne,
            TakesNothingForAValue,
            NeverFreesUniqueColumns,
            TakesAKeyTwiceInASave,
            ForgetsOlderEntries,
            LeavesOutEmptyHistories,
            IgnoresTheLimit,
            PagesWithGaps,
            PagesOverlap,
            IgnoresTheSortColumn,
            FindsInNoOrder,
            NothingIsLessThanAll,
            TakesAnEmptyListForNoCondition,
            ClaimsWhatDoesNotMatch,
            CountsAPage,
        )
    },
    **{
        cls.__name__: with_part("stock", cls)
        for cls in (
            ChecksLinesOneByOne,
            BooksWhatItCan,
            KeepsReservationsOfARefusal,
            BreaksTheUnitByARefusal,
            TakesWhatOthersReserved,
            NamesTheFirstShortCellOnly,
            OldestMovementsFirst,
            LosesMovementsOfNoOrder,
            TrailsFromThePlaceItself,
            TrailsCellByCell,
            TrailsFromTheLeastPlace,
            TrailsWithoutALimit,
            MendsWhatNobodyFound,
            MendsWhatIsLeftOfIt,
            MendsLevelsOnly,
            MendsByMoving,
            MendsPastTheRules,
            MendsAllThatItSees,
        )
    },
    **{
        cls.__name__: with_part("outbox", cls)
        for cls in (
            SendsPastAParkedMessage,
            TriesDoubtfulMessagesAgain,
            ForgetsTheLease,
            LeasesForEver,
            IgnoresTopics,
            SettlesWhatIsNotThere,
            ResolvesAnything,
        )
    },
    **{
        cls.__name__: with_part("inbox", cls)
        for cls in (OverwritesReceipts, KeepsReceiptsOfBrokenUnits, MixesSources)
    },
    **{cls.__name__: _with_unit(cls) for cls in (HandsOutKeysAgain, WritesWhileReading)},
    **{
        cls.__name__: cls
        for cls in (
            KeepsWhatWasRolledBack,
            KeepsBrokenUnits,
            KeepsHalf,
            LetsUnitsNest,
            SeesOthersAtWork,
            DecidesOnASnapshot,
        )
    },
}
