"""Receiving: payloads of a channel become orders, once each, and what it takes back finds its orders."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from functools import partial
from itertools import islice

from attrs import define, field, frozen

from omskit.channels import (
    Channel,
    ChannelOrder,
    Privacy,
    Receiver,
    RefundRequest,
    Reversal,
    differences,
    fingerprint,
    hold_changes,
    normalise,
)
from omskit.core import PayloadError, Refusal, Refused, UsageError, key_of, readable
from omskit.engine.contacts import ContactDesk
from omskit.engine.known import CHUNK, Known, chunks, seen_of
from omskit.engine.offering import note_sales
from omskit.engine.refunds import Refunds
from omskit.engine.units import Shop, save
from omskit.flow import Matched, Workspace, commands_for, load_offers, match, react
from omskit.orders import ORDERS, REPLACED, Amend, Order, PutOnHold
from omskit.storage import After, Op, Receipt, Unit, Where

#: Hold of an order that its channel has changed in a way that cannot be followed any more.
CHANGED = "changed_by_channel"


@frozen
class Received:
    """What became of payloads.

    Args:
        placed: Numbers of the orders that were placed, in order of receipt.
        repeated: How many documents were known with the same content, or are older than what is known.
        matched: Lines of reversals with the order lines they take units back from.
        refused: What could not be read, placed or matched; the rest went on.
        amended: Numbers of the orders that were changed.
        cases: Numbers of the return cases that were opened or changed.
    """

    placed: tuple[str, ...] = ()
    repeated: int = 0
    matched: tuple[Matched, ...] = ()
    refused: tuple[Refusal, ...] = ()
    amended: tuple[str, ...] = ()
    cases: tuple[str, ...] = ()


@define
class _Tally:
    placed: list[str] = field(factory=list)
    amended: list[str] = field(factory=list)
    repeated: int = 0
    matched: list[Matched] = field(factory=list)
    refused: list[Refusal] = field(factory=list)
    cases: list[str] = field(factory=list)

    def add(self, other: _Tally) -> None:
        self.placed += other.placed
        self.amended += other.amended
        self.repeated += other.repeated
        self.matched += other.matched
        self.refused += other.refused
        self.cases += other.cases


@frozen
class Receiving:
    """Receives for one channel.

    Args:
        shop: The engine's parts.
        channel: Where payloads come from.
        buffer: How long a new order waits before its review.
        batch: Documents in one unit.
        catalog: Whether items are looked up in the catalog.
        privacy: How receivers are kept.
        offered: Whether what the channel sells is taken off the numbers that it shows.
    """

    shop: Shop
    channel: Channel
    buffer: timedelta
    batch: int
    catalog: bool = False
    privacy: Privacy = field(default=Privacy())
    offered: bool = False

    def receive(self, payloads: Iterable[bytes], progress: Callable[[int], object]) -> Received:
        """Receive payloads; ``progress`` hears how many documents are through, after each unit."""
        tally, through = _Tally(), 0
        documents = (document for payload in payloads for document in self._read(payload))
        while some := list(islice(documents, self.batch)):
            tally.refused += [one for one in some if isinstance(one, Refusal)]
            if orders := [one for one in some if isinstance(one, ChannelOrder)]:
                tally.add(self.shop.attempt(partial(self._orders, orders)))
            if reversals := [one for one in some if isinstance(one, Reversal)]:
                tally.add(self.shop.attempt(partial(self._reversals, reversals)))
            if refunds := [one for one in some if isinstance(one, RefundRequest)]:
                tally.add(self.shop.attempt(partial(self._refunds, refunds)))
            through += len(some)
            progress(through)
        return Received(
            tuple(tally.placed),
            tally.repeated,
            tuple(tally.matched),
            tuple(tally.refused),
            tuple(tally.amended),
            tuple(tally.cases),
        )

    def _read(self, payload: bytes) -> Iterator[ChannelOrder | Reversal | RefundRequest | Refusal]:
        try:
            yield from self.channel.read(payload)
        except PayloadError as error:
            yield Refusal.of(self.channel.code, error)

    def _refunds(self, documents: Sequence[RefundRequest], unit: Unit, _lock: bool) -> _Tally:  # noqa: FBT001
        taken = Refunds(self.shop, self.channel).take(unit, documents)
        return _Tally(repeated=taken.repeated, refused=taken.refused, cases=taken.cases)

    def _orders(self, documents: Sequence[ChannelOrder], unit: Unit, _lock: bool) -> _Tally:  # noqa: FBT001
        tally = _Tally()
        documents = [self.privacy.identified(document) for document in documents]
        source = f"channel:{self.channel.code}/order"
        work = self.shop.workspace(unit, self.channel.code, keys=len(documents))
        channel = self._offering(unit, documents)
        known = {id_: Known.read(one) for id_, one in seen_of(unit, source, documents).items()}
        fresh: dict[str, Receipt] = {}
        newer: dict[str, Receipt] = {}
        digests = [fingerprint(self.privacy.bare(document)) for document in documents]
        there = {key_of(one.number, ORDERS.number) for one in known.values()}
        receivers: dict[int, Receiver] = {}
        sold: list[tuple[str, int, datetime]] = []
        self._load_changed(unit, work, zip(documents, digests, strict=True), known)
        for document, digest in zip(documents, digests, strict=True):
            before = known.get(document.external_id)
            if before is None:
                key = self._place(work, channel, document, tally)
                if key:
                    known[document.external_id] = made = Known.of(document, digest, tally.placed[-1])
                    receivers[key] = document.receiver
                    if self.offered:
                        sold += [(line.item, line.quantity, document.placed_at) for line in document.lines]
                    fresh[document.external_id] = made.receipt(document.external_id)
            elif before.digest == digest or before.is_newer_than(document):
                tally.repeated += 1
            else:
                self._change(work, channel, document, before.number, tally)
                receivers[key_of(before.number, ORDERS.number)] = document.receiver
                known[document.external_id] = made = Known.of(document, digest, before.number)
                place = fresh if document.external_id in fresh else newer
                place[document.external_id] = made.receipt(document.external_id)
        react(work)
        unit.inbox.record(source, tuple(fresh.values()), at=work.at)
        unit.inbox.replace(source, tuple(newer.values()), at=work.at)
        contacts = ContactDesk(self.shop, self.privacy)
        contacts.keep(unit, receivers, sorted(there & receivers.keys()), self.channel.code)
        if sold:
            note_sales(unit, self.channel.code, sold, work.at)
        save(unit, work, joined=self.shop.joined)
        return tally

    def _load_changed(
        self,
        unit: Unit,
        work: Workspace,
        documents: Iterable[tuple[ChannelOrder, str]],
        known: Mapping[str, Known],
    ) -> None:
        """Load the orders of documents that come with other content than before."""
        pairs = ((known.get(document.external_id), digest) for document, digest in documents)
        changed = {one.number for one, digest in pairs if one is not None and one.digest != digest}
        keys = sorted(key_of(number, ORDERS.number) for number in changed)
        for chunk in chunks(keys):
            work.know_orders(unit.of(ORDERS).load(chunk, lock=True))

    def _offering(self, unit: Unit, documents: Sequence[ChannelOrder]) -> Channel:
        """Return the channel as it is to be read now: what the catalog says of its items is asked for once."""
        if not self.catalog:
            return self.channel
        return load_offers(unit, self.channel, {line.item for one in documents for line in one.lines})

    def _place(self, work: Workspace, channel: Channel, document: ChannelOrder, tally: _Tally) -> int:
        """Place an order; return its key, 0 when it was refused."""
        key = work.new_key()
        try:
            place = normalise(channel, document, key=key, at=work.at, buffer=self.buffer)
            work.order(key, place, "receive")
        except (Refused, UsageError) as error:
            tally.refused.append(Refusal.of(document.external_id, error))
            return 0
        tally.placed.append(readable(ORDERS.number, key))
        return key

    def _change(
        self, work: Workspace, channel: Channel, document: ChannelOrder, number: str, tally: _Tally
    ) -> None:
        """Make an order what its channel says now; what cannot be changed any more holds it for a person."""
        key = key_of(number, ORDERS.number)
        order = work.orders[key].state
        assert order is not None  # noqa: S101 - it was loaded, or placed just before
        try:
            said = normalise(channel, document, key=key, at=work.at)
            with work.attempt():
                if changes := differences(order, said):
                    work.order(key, Amend(changes, f"{self.channel.code} says so"), "receive")
                for command in hold_changes(order, said):
                    work.order(key, command, "receive")
        except (Refused, UsageError) as error:
            tally.refused.append(Refusal.of(document.external_id, error))
            with suppress(Refused):
                work.order(key, PutOnHold(CHANGED, f"{error.code}: {error.message}"), "receive")
        else:
            tally.amended.append(number)

    def _reversals(self, documents: Sequence[Reversal], unit: Unit, _lock: bool) -> _Tally:  # noqa: FBT001
        tally = _Tally()
        source = f"channel:{self.channel.code}/reversal"
        work = self.shop.workspace(unit, self.channel.code)
        fresh = list(_fresh(unit, source, documents, tally))
        wanted = [document for document, _ in fresh]
        keys = list(_candidates(unit, self.channel.code, wanted))
        orders = self._standing(unit, work, keys)
        channel = self.channel
        if self.catalog:
            channel = load_offers(unit, channel, {line.item for one in wanted for line in one.lines})
        matched, refused = match(channel, wanted, orders)
        tally.refused += refused
        tally.matched += self._take_back(work, matched, tally)
        outcomes = _outcomes(tally.matched)
        known = ((one.external_id, digest, outcomes.get(one.external_id, [])) for one, digest in fresh)
        receipts = [Receipt(id_, digest, json.dumps(outcome)) for id_, digest, outcome in known]
        unit.inbox.record(source, receipts, at=work.at)
        save(unit, work, joined=self.shop.joined)
        return tally

    def _standing(self, unit: Unit, work: Workspace, keys: Sequence[int]) -> list[Order]:
        """Load orders, and in place of those that others stand for those others."""
        found: list[Order] = []
        while keys:
            for chunk in chunks(keys):
                work.know_orders(unit.of(ORDERS).load(chunk, lock=True))
            states = [state for key in keys if key in work.orders and (state := work.orders[key].state)]
            machines = self.shop.ruling
            gone = [one for one in states if machines.rules_of(one.process).orders.has(one.status, REPLACED)]
            found += [one for one in states if one not in gone]
            keys = sorted({child for one in gone for child in one.children} - work.orders.keys())
        return found

    def _take_back(self, work: Workspace, matched: Sequence[Matched], tally: _Tally) -> list[Matched]:
        """Cancel or take back what was matched, order by order; return what came through."""
        by_reversal: dict[tuple[int, str], list[Matched]] = {}
        for one in matched:
            by_reversal.setdefault((one.order, one.reversal), []).append(one)
        through: list[Matched] = []
        for (key, reversal), lines in by_reversal.items():
            order = work.orders[key].state
            assert order is not None  # noqa: S101 - matched among the loaded
            try:
                with work.attempt():
                    self._give(work, order, lines, reversal)
            except Refused as refusal:
                tally.refused.append(Refusal.of(reversal, refusal))
            else:
                through += lines
        return through

    def _give(self, work: Workspace, order: Order, lines: Sequence[Matched], reversal: str) -> None:
        units: dict[int, int] = {}
        for one in lines:
            units[one.line] = units.get(one.line, 0) + one.quantity
        for command in commands_for(order, units, warehouse=self.channel.returns_to, reason=reversal):
            work.order(order.key, command, "reversal")
        react(work)


def _fresh(
    unit: Unit, source: str, documents: Sequence[Reversal], tally: _Tally
) -> Iterator[tuple[Reversal, str]]:
    """Yield what was not received before; count repeats, refuse what comes with other content."""
    seen = {id_: one.fingerprint for id_, one in seen_of(unit, source, documents).items()}
    for document in documents:
        digest = fingerprint(document)
        known = seen.get(document.external_id)
        if known is None:
            seen[document.external_id] = digest
            yield document, digest
        elif known == digest:
            tally.repeated += 1
        else:
            message = "it was received before with other content"
            tally.refused.append(Refusal(document.external_id, "changed_content", message))


def _candidates(unit: Unit, channel: str, reversals: Sequence[Reversal]) -> Iterator[int]:
    """Yield the keys of all orders that the reversals may be about."""
    here = Where("channel", Op.EQ, channel)
    buyers = sorted({one.buyer for one in reversals if one.buyer and not one.order})
    orders = sorted({one.order for one in reversals if one.order})
    for column, values in (("buyer", buyers), ("external_id", orders)):
        for chunk in chunks(values):
            yield from _pages(unit, here, Where(column, Op.IN, tuple(chunk)))


def _pages(unit: Unit, *where: Where) -> Iterator[int]:
    after: After | None = None
    while keys := unit.of(ORDERS).find(*where, limit=CHUNK, after=after):
        yield from keys
        after = After(None, keys[-1])


def _outcomes(matched: Iterable[Matched]) -> Mapping[str, list[str]]:
    numbers: dict[str, list[str]] = {}
    for one in matched:
        numbers.setdefault(one.reversal, []).append(f"{readable(ORDERS.number, one.order)}/{one.line}")
    return numbers
