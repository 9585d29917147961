"""A storage over plain dicts: a unit works on a copy of them, which takes their place if it ends well.

It has at most 120 lines of code and passes the whole kit. Levels and reservations are not kept at all: they are
the sums of the movements, so that nothing can drift. One unit is open at a time; it is its own stock book, outbox
and inbox.
"""

from collections import Counter, abc
from contextlib import contextmanager
from threading import Lock, get_ident
from typing import Any

from omskit import core
from omskit.storage import Attempt, Capabilities, Delivery, Leased, Op, Where, claims_of, effects_of, mending

_HOLDS: dict[Op, Any] = {Op.EQ: lambda have, want: have == want, Op.IN: lambda have, want: have in want}
_HOLDS |= {Op.LE: lambda have, want: None is not have <= want, Op.GE: lambda have, want: None is not have >= want}


class _Collection:
    def __init__(self, unit: "_Unit", kind: core.Kind[Any]) -> None:
        self.rows, self.must, self.kind, self.states = unit.rows, unit.must, kind, unit.rows(kind.tag)

    def load(self, keys: Any, *, lock: bool = False) -> dict[int, Any]:
        self.rows(self.kind.tag, write=lock)
        return {key: self.states[key] for key in keys if key in self.states}

    def save(self, changes: Any) -> None:
        known = {key: one.version for key, one in self.load([one.key for one in changes], lock=True).items()}
        if twice := [key for key, times in Counter(one.key for one in changes).items() if times > 1]:
            raise core.UsageError("key_twice", f"{twice[0]} is changed twice in one save", key=twice[0])
        fresh = all(one.before or one.key not in known for one in changes)
        self.must(fresh, core.Duplicate("duplicate_key", "the key is taken", columns=("key",)))
        stale = tuple(one.key for one in changes if known.get(one.key, 0) != one.before)
        self.must(not stale, core.ConcurrencyConflict("stale_version", "others were faster", keys=stale))
        for one in changes:
            self.states[one.key] = core.Stored(one.state, one.after)
            self.rows("entries")[self.kind.tag, one.key] = (*self.history([one.key])[one.key], *one.entries)
        for names in self.kind.unique:
            rows = Counter(tuple(self.kind.column(n)(one.state) for n in names) for one in self.states.values())
            free = all(times == 1 or None in row for row, times in rows.items())
            self.must(free, core.Duplicate("duplicate_key", f"{names} is taken", columns=names))

    def find(self, *where: Where, limit: int, by: str | None = None, after: Any = None) -> list[int]:
        found = {key: (self.kind.column(by)(one.state) if by else 0, key) for key, one in self.states.items()}
        for of, one in [(self.kind.column(one.column), one) for one in where]:
            found = {k: at for k, at in found.items() if _HOLDS[one.op](of(self.states[k].state), one.value)}
        return [at[1] for at in sorted(found.values()) if not after or at > (after.value or 0, after.key)][:limit]

    def claim(self, *where: Where, **page: Any) -> dict[int, Any]:
        return self.load(self.find(*where, **page), lock=True)

    def history(self, keys: Any) -> dict[int, Any]:
        return {key: self.rows("entries").get((self.kind.tag, key), ()) for key in keys}

    def count(self, *where: Where) -> int:
        return len(self.find(*where, limit=len(self.states)))


class _Unit:
    def __init__(self, tables: dict[str, dict[Any, Any]], *, read: bool) -> None:
        self.tables, self.broken, self.read = {name: dict(rows) for name, rows in tables.items()}, False, read
        self.stock, self.outbox, self.inbox, self.drift = self, self, self, tuple[()]
        self.of, self.mend = lambda kind: _Collection(self, kind), lambda d: mending(d, self.rows("", write=True))

    def rows(self, name: str, *, write: bool = False) -> dict[Any, Any]:
        self.must(not write or not self.read, core.UsageError("reading_unit", "the unit only looks"))
        return self.tables.setdefault(name, {})

    def must(self, holds: object, error: core.OmsError) -> None:
        self.broken |= not holds and isinstance(error, core.StorageError)
        if not holds:
            raise error

    def keys(self, count: int) -> range:
        last = self.rows("counter", write=True)[0] = self.rows("counter").get(0, 0) + count
        return range(last - count + 1, last + 1)

    def all_levels(self, *, lock: bool = False) -> abc.Iterator[tuple[core.Cell, core.Level]]:
        return ((at, core.Level(*two)) for at, two in effects_of(self.rows("moved", write=lock).values()).items())

    def levels(self, skus: Any, *, lock: bool = False) -> dict[core.Cell, core.Level]:
        return {cell: level for cell, level in self.all_levels(lock=lock) if cell.sku in skus}

    def reservations(self, orders: Any) -> list[core.Reservation]:
        left = [core.Reservation(*at, left) for at, left in sorted(claims_of(self.rows("moved").values()).items())]
        return [one for one in left if one.claim.order in orders]

    def post(self, movements: Any) -> None:
        moved, now, none = self.rows("moved", write=True), dict(self.all_levels()), core.Level()
        self.must(min([0, *claims_of([*moved.values(), *movements]).values()]) == 0, core.Refused("not_reserved"))
        needs = [(cell, now.get(cell, none), more) for cell, more in effects_of(movements).items()]
        short = [one for one in needs if not 0 <= one[1].reserved + one[2][1] <= one[1].on_hand + one[2][0]]
        cells = tuple((at.sku, at.warehouse, out - in_, have.available) for at, have, (in_, out) in short)
        self.must(not cells, core.Refused("out_of_stock", "less is there than is needed", cells=cells))
        moved.update(enumerate(movements, len(moved) + 1))

    def movements(self, cell: core.Cell, *, limit: int) -> list[core.Movement]:
        return [one for one in self.rows("moved").values() if one.cell == cell][::-1][:limit]

    def since(self, warehouse: str, at: Any) -> list[core.Movement]:
        return [one for one in self.rows("moved").values() if one.cell.warehouse == warehouse and one.at > at]

    def trail(self, after: Any, *, limit: int) -> list[Any]:
        return [(at, one) for at, one in self.rows("moved").items() if at > after.get(one.cell, at)][:limit]

    def put(self, messages: Any) -> None:
        self.rows("sent", write=True).update((one.id, (one, 0, one.due, None)) for one in messages)

    def lease(self, at: Any, *, limit: int, seconds: int, topics: Any = ()) -> list[Leased]:
        sent, until = self.rows("sent", write=True), core.from_ms(core.to_ms(at) + 1000 * seconds)
        heads = sorted({sent[id_][0].key: id_ for id_ in sorted(sent, reverse=True)}.values())
        free = [id_ for id_ in heads if sent[id_][2] <= at and sent[id_][3] in {None, Delivery.FAILED}]
        taken = [id_ for id_ in free if not topics or sent[id_][0].topic in topics][:limit]
        sent |= {id_: (sent[id_][0], sent[id_][1] + 1, until, sent[id_][3]) for id_ in taken}
        return [Leased(*sent[id_][:2]) for id_ in taken]

    def settle(self, attempts: Any, *, known: Any = (None, *Delivery)) -> None:
        sent = self.rows("sent", write=True)
        for one in attempts:
            message, attempt, _, last = sent.pop(one.id, (None, 0, None, "gone"))
            self.must(last in known, core.StorageError("unknown_message", f"{one.id} does not wait for that"))
            if one.outcome is not Delivery.DONE:
                sent[one.id] = message, attempt, one.due or message.due, one.outcome

    def resolve(self, id: int, outcome: Delivery) -> None:  # noqa: A002
        self.settle([Attempt(id, outcome)], known={Delivery.PARKED, Delivery.IN_DOUBT})

    def waiting(self) -> Counter[Delivery | None]:
        return Counter(outcome for *_, outcome in self.rows("sent").values())

    def seen(self, source: str, ids: Any) -> dict[str, Any]:
        return {id_: self.rows("seen")[source, id_] for id_ in ids if (source, id_) in self.rows("seen")}

    def record(self, source: str, receipts: Any, *, at: Any) -> None:
        fresh = {one.id for one in receipts if not self.seen(source, [one.id])}
        self.must(len(fresh) == len(receipts), core.Duplicate("duplicate_receipt", f"{source}: an id is known"))
        self.replace(source, receipts, at=at)

    def replace(self, source: str, receipts: Any, *, at: Any) -> None:  # noqa: ARG002
        self.rows("seen", write=True).update(((source, one.id), one) for one in receipts)


class DictStorage:
    """A storage in plain dicts of this process; units queue up."""

    capabilities = Capabilities(durable=False, concurrent_units=False, shared=False)

    def __init__(self) -> None:
        self._tables, self._lock, self._owner = dict[str, dict[Any, Any]](), Lock(), 0

    @contextmanager
    def begin(self, *, read: bool = False) -> abc.Iterator[Any]:
        """Open a unit; another thread waits until this one ends."""
        if self._owner == get_ident():
            raise core.UsageError("nested_unit", "a unit is open in this thread")
        with self._lock:
            self._owner, unit = get_ident(), _Unit(self._tables, read=read)
            try:
                yield unit
                unit.must(not unit.broken, core.StorageError("unit_broken", "begin another unit"))
                self._tables = unit.tables
            finally:
                self._owner = 0
