"""Parcels that come back: whose they are, by everything that may stand on them, asked for once a batch."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from enum import Enum

from attrs import define, evolve, field, frozen

from omskit.core import UsageError, key_of
from omskit.engine.units import Shop, complete
from omskit.flow import Workspace, open_case, owned, react
from omskit.fulfillment import FULFILLMENTS
from omskit.orders import ORDERS, Order
from omskit.returns import (
    COMMANDS,
    RETURNS,
    CaseKind,
    Condition,
    Disposition,
    Found,
    Judge,
    Receive,
    Request,
    ReturnCase,
    Scan,
    Verdict,
)
from omskit.returns.machine import RECEIVE_PART, REGISTER
from omskit.storage import After, Op, Receipt, Unit, Where

#: Most keys in one page of a search.
CHUNK = 500


class MatchedBy(Enum):
    """How a parcel was known."""

    CASE = "case"
    WAYBILL = "waybill"
    ORIGINAL = "original"
    ORDER = "order"
    NOBODY = "nobody"


@frozen
class Parcel:
    """A parcel that came back, with what stands on it.

    Args:
        scan: The warehouse's id of the receipt; a repeat with the same id changes nothing.
        warehouse: Where it is.
        found: Its pieces. Their line of the order is found here; verdict, condition and disposition are kept.
        waybill: The number it came with.
        original: The number it was once sent with, where it comes back unopened.
        order: External id of the order, when there is a slip in it.
        channel: Channel of that id.
        case: Number of the case, when the slip names it.
        final: Whether no more will come.
    """

    scan: str
    warehouse: str
    found: tuple[Found, ...]
    waybill: str = ""
    original: str = ""
    order: str = ""
    channel: str = ""
    case: str = ""
    final: bool = False


@frozen
class Scanned:
    """What became of a parcel: the case that it was booked to, and how it was known."""

    case: str
    by: MatchedBy


@define
class Parcels:
    """Takes parcels in within a unit; cases and orders of the whole batch are searched for together."""

    shop: Shop
    unit: Unit
    work: Workspace
    _sent: dict[str, int] = field(factory=dict)

    def take(self, parcels: Sequence[Parcel]) -> list[Scanned]:
        """Book parcels and return where each went."""
        at = sorted({parcel.warehouse for parcel in parcels})
        seen: dict[tuple[str, str], Receipt] = {}
        for warehouse in at:
            ids = [parcel.scan for parcel in parcels if parcel.warehouse == warehouse]
            for id_, receipt in self.unit.inbox.seen(_source(warehouse), ids).items():
                seen[warehouse, id_] = receipt
        before = set(seen)
        self._load([parcel for parcel in parcels if (parcel.warehouse, parcel.scan) not in seen])
        done = [self._once(parcel, seen) for parcel in parcels]
        for warehouse in at:
            fresh = [one for where, one in seen.items() if where[0] == warehouse and where not in before]
            self.unit.inbox.record(_source(warehouse), fresh, at=self.work.at)
        return done

    def _once(self, parcel: Parcel, seen: dict[tuple[str, str], Receipt]) -> Scanned:
        where, digest = (parcel.warehouse, parcel.scan), _fingerprint(parcel)
        if (receipt := seen.get(where)) is not None:
            if receipt.fingerprint != digest:
                raise UsageError(
                    "scan_reused", f"scan {parcel.scan!r} came with other content before", scan=parcel.scan
                )
            number, by = json.loads(receipt.outcome)
            return Scanned(number, MatchedBy(by))
        done = self._one(parcel)
        seen[where] = Receipt(parcel.scan, digest, json.dumps([done.case, done.by.value]))
        return done

    def _load(self, parcels: Sequence[Parcel]) -> None:
        cases = {key_of(one.case, RETURNS.number) for one in parcels if one.case}
        numbers = tuple(sorted({name for one in parcels for name in (one.waybill, one.original) if name}))
        if numbers:
            cases |= set(self._find(RETURNS.tag, Where("return_lines.parcel", Op.IN, numbers)))
        orders = set(self._by_original(numbers)) if numbers else set()
        ids = tuple(sorted({one.order for one in parcels if one.order}))
        orders |= set(self._find(ORDERS.tag, Where("external_id", Op.IN, ids))) if ids else set()
        if orders:
            cases |= set(self._find(RETURNS.tag, Where("sale", Op.IN, tuple(sorted(orders)))))
            self.work.know_orders(self.unit.of(ORDERS).load(sorted(orders), lock=True))
        if cases:
            self.work.know_returns(self.unit.of(RETURNS).load(sorted(cases), lock=True))
        complete(self.unit, self.work)

    def _find(self, tag: str, where: Where) -> Iterator[int]:
        found = self.unit.of(RETURNS) if tag == RETURNS.tag else self.unit.of(ORDERS)
        after: After | None = None
        while keys := found.find(where, limit=CHUNK, after=after):
            yield from keys
            after = After(None, keys[-1])

    def _by_original(self, numbers: tuple[str, ...]) -> Iterator[int]:
        """Yield the orders of parcels that left with some waybills, and remember which is whose."""
        collection = self.unit.of(FULFILLMENTS)
        after: After | None = None
        while keys := collection.find(Where("parcels.waybill", Op.IN, numbers), limit=CHUNK, after=after):
            for stored in collection.load(keys).values():
                for parcel in (one for one in stored.state.parcels if one.left_at is not None):
                    order = stored.state.lines[parcel.lines[0][0] - 1].order
                    for label in parcel.former:
                        self._sent.setdefault(label.waybill, order)
                    self._sent[parcel.waybill] = order
                    yield order
            after = After(None, keys[-1])

    def _one(self, parcel: Parcel) -> Scanned:
        case, by = self._case(parcel)
        found = self._found(case, parcel.found)
        waybill = parcel.waybill or parcel.original
        scan = Scan(parcel.scan, parcel.warehouse, found, waybill, parcel.final)
        self.work.returned(case.key, Receive(scan), "scan")
        complete(self.unit, self.work)
        react(self.work)
        return Scanned(case.number, by)

    def _cases(self) -> list[ReturnCase]:
        return [track.state for track in self.work.returns.values() if track.state is not None]

    def _case(self, parcel: Parcel) -> tuple[ReturnCase, MatchedBy]:
        open_ = [case for case in self._cases() if self._admits(case)]
        cases = [case for case in open_ if case.order]
        if parcel.case:
            named = self.work.returns.get(key_of(parcel.case, RETURNS.number))
            if named is None or named.state is None:
                raise UsageError("unknown_number", f"there is no {parcel.case}", number=parcel.case)
            if self._admits(named.state):
                return named.state, MatchedBy.CASE
        if parcel.waybill:
            for case in open_:
                if parcel.waybill in case.waybills:
                    return case, MatchedBy.WAYBILL
        for name in (parcel.original, parcel.waybill):
            order = self._order(self._sent.get(name, 0))
            if name and order:
                return self._waiting(cases, order, parcel), MatchedBy.ORIGINAL
        order = self._by_id(parcel)
        if order:
            return self._waiting(cases, order, parcel), MatchedBy.ORDER
        return self._ownerless(parcel), MatchedBy.NOBODY

    def _admits(self, case: ReturnCase) -> bool:
        custody = self.shop.ruling.rules_of(case.process).custody
        return custody.allows(case.custody, RECEIVE_PART) and not case.final

    def _order(self, key: int) -> Order | None:
        track = self.work.orders.get(key)
        return track.state if track else None

    def _by_id(self, parcel: Parcel) -> Order | None:
        for track in self.work.orders.values():
            order = track.state
            if order is None or not parcel.order or order.terms.external_id != parcel.order:
                continue
            if parcel.channel in {"", order.terms.channel}:
                return order
        return None

    def _waiting(self, cases: Iterable[ReturnCase], order: Order, parcel: Parcel) -> ReturnCase:
        """Return the first case of an order that still waits for goods, or a blind one."""
        for case in cases:
            if case.order == order.key and not case.is_complete:
                return case
        rules = self.shop.ruling.rules_of(order.process)
        blind = open_case(order, self.work.new_key(), CaseKind.BLIND, (), rules)
        return self._opened(evolve(blind, warehouse=parcel.warehouse))

    def _ownerless(self, parcel: Parcel) -> ReturnCase:
        rules = self.shop.ruling.rules_of("")
        custody = rules.custody.next(rules.custody.initial, REGISTER)
        waybills = (parcel.waybill,) if parcel.waybill else ()
        case = ReturnCase(self.work.new_key(), CaseKind.BLIND, custody, rules.refunds.initial)
        return self._opened(evolve(case, warehouse=parcel.warehouse, waybills=waybills))

    def _opened(self, case: ReturnCase) -> ReturnCase:
        self.work.returned(case.key, Request(case), "scan")
        complete(self.unit, self.work)
        react(self.work)
        return case

    def _found(self, case: ReturnCase, found: Iterable[Found]) -> tuple[Found, ...]:
        """Give pieces to lines of the order; those of nobody wait for their owner without a verdict."""
        order = self._order(case.order)
        if order is None:
            return tuple(evolve(one, line=0, verdict=Verdict.PENDING) for one in found)
        pieces: dict[str, int] = {}
        for one in found:
            pieces[one.sku] = pieces.get(one.sku, 0) + one.quantity
        return tuple(_given(found, owned(order, pieces, case.lines)))


def _given(found: Iterable[Found], owners: Iterable[tuple[str, int, int]]) -> Iterator[Found]:
    """Hand pieces out to lines, in the order in which they were found."""
    left: dict[str, list[list[int]]] = {}
    for sku, line, count in owners:
        left.setdefault(sku, []).append([line, count])
    for one in found:
        wanted = one.quantity
        for place in left.get(one.sku, []):
            take = min(wanted, place[1])
            if take:
                place[1] -= take
                wanted -= take
                yield evolve(one, line=place[0], quantity=take)


def _source(warehouse: str) -> str:
    return f"returns:{warehouse}"


def _fingerprint(parcel: Parcel) -> str:
    scan = Scan(parcel.scan, parcel.warehouse, parcel.found, parcel.waybill, parcel.final)
    return hashlib.blake2b(COMMANDS.dump(Receive(scan)).encode(), digest_size=16).hexdigest()


def judged(case: ReturnCase, owners: Iterable[tuple[str, int, int]]) -> Iterator[Judge]:
    """Yield the verdicts that accept all pieces of an ownerless case: sound ones to be sold, others put aside."""
    left = list(owners)
    for scan in case.scans:
        found: list[Found] = []
        for one in _given(scan.found, left):
            sound = one.condition is Condition.SOUND
            to = Disposition.SELLABLE if sound else Disposition.QUARANTINE
            found.append(evolve(one, verdict=Verdict.ACCEPTED, disposition=to))
            left = _less(left, one)
        yield Judge(tuple(found), scan.warehouse)


def _less(owners: Iterable[tuple[str, int, int]], taken: Found) -> list[tuple[str, int, int]]:
    return [
        (sku, line, count - taken.quantity if (sku, line) == (taken.sku, taken.line) else count)
        for sku, line, count in owners
    ]
