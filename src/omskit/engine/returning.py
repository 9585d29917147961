"""The return desk: cases for orders, parcels that come back, owners found later, goods sent in exchange."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

from attrs import evolve, frozen

from omskit import returns as r
from omskit.core import PayloadError, Refusal, Refused, UsageError, key_of, readable, to_ms
from omskit.engine.act import Act, Acting, Done, load
from omskit.engine.bulk import Call, dump_done, each, load_done
from omskit.engine.once import check_same, once
from omskit.engine.parcels import Parcel, Parcels, Scanned, judged
from omskit.engine.return_opening import Opening, digest
from omskit.engine.units import Shop, complete, save, silent
from omskit.flow import Workspace, asked, grant, open_case, owned, react, reorder, with_gifts
from omskit.orders import COMMANDS, ORDERS, AddLine, Amend, Order
from omskit.returns import RETURNS, ReturnCase
from omskit.storage import After, Op, Receipt, Unit, Where

#: Sources of the receipts under which openings and reorders with a key are remembered.
OPENINGS, REORDERS = "return opening", "return reorder"

A = TypeVar("A")
B = TypeVar("B")


@frozen
class CaseDifference:
    """A difference, with the number of the case that has it."""

    case: str
    difference: r.Difference


@frozen
class ReturnDesk:
    """Returns by hand; lists of things give one outcome each, and a refused one leaves the others alone."""

    shop: Shop
    batch: int = 500

    def open(self, opening: Opening, *, actor: str) -> str:
        """Open one case and return its number; see :meth:`open_many`.

        Raises:
            Refused: ``not_enough_sold``; ``not_allowed``.
            UsageError: ``unknown_number``; ``unknown_line``; ``bad_quantity``; ``key_reused``.
            PayloadError: ``bad_number``.
        """
        return self.shop.attempt(lambda unit, _lock: self._opened(unit, [opening], actor)[0])

    def open_many(self, openings: Sequence[Opening], *, actor: str) -> list[str | Refusal]:
        """Open cases: what has not left is locked, and warehouses that work on it are asked to stop."""
        return self._each(openings, actor, self._opened, lambda one: one.order)

    def scan(self, parcel: Parcel, *, actor: str) -> Scanned:
        """Take in one parcel; see :meth:`scan_many`.

        Raises:
            Refused: As :func:`omskit.returns.decide` says.
            UsageError: ``scan_reused``; ``bad_quantity``; ``bad_scan``.
        """
        return self.shop.attempt(lambda unit, _lock: self._scanned(unit, [parcel], actor)[0])

    def scan_many(self, parcels: Sequence[Parcel], *, actor: str) -> list[Scanned | Refusal]:
        """Take in parcels: each goes to the case or order it is of, or else into the register of ownerless ones.

        A parcel is known by its case's number, then by its own waybill, then by the waybill it was sent with,
        then by the order's external id. Where no case waits for it, a blind one is opened. A scan with an id
        that is known changes nothing.
        """
        return self._each(parcels, actor, self._scanned, lambda one: one.scan)

    def claim(self, case: str, order: str, *, actor: str, accept: bool = True) -> Done:
        """Give an ownerless parcel to an order; what it holds is accepted unless told otherwise.

        Sound pieces become sellable, others go to quarantine; stock moves here, once.

        Raises:
            Refused: ``not_allowed`` when it is not ownerless.
            UsageError: ``unknown_number``.
            PayloadError: ``bad_number``.
        """

        def do(unit: Unit, _lock: bool) -> Done:  # noqa: FBT001
            work = self.shop.workspace(unit, actor)
            key = load(unit, work, case)
            sold = _order(work, load(unit, work, order))
            found = _case(work, key)
            owners = owned(sold, {line.sku: line.arrived for line in found.lines})
            terms = sold.terms
            claim = r.Claim(sold.key, terms.channel, sold.channel_id, terms.currency, tuple(owners))
            before = found.order
            work.returned(key, claim, "claim")
            if accept and not before:
                for one in judged(found, owners):
                    work.returned(key, one, "claim")
            return self._done(unit, work, key)

        return self.shop.attempt(do)

    def agree(self, case: str, total_minor: int | None = None, *, actor: str, ahead: bool = False) -> Done:
        """Grant the money of a case; see :func:`omskit.flow.grant`.

        Raises:
            Refused: ``not_accepted``; ``refund_exceeds_paid``; ``nothing_due``; ``already_agreed``;
                ``no_order``; ``at_warehouse``.
            UsageError: ``unknown_number``.
            PayloadError: ``bad_number``.
        """
        return self.shop.attempt(self._agreeing(case, total_minor, actor, ahead=ahead))

    def agree_many(
        self,
        grants: Sequence[tuple[str, int | None]],
        *,
        actor: str,
        ahead: bool = False,
        key: str = "",
        progress: Callable[[int], object] = silent,
    ) -> list[Done | Refusal]:
        """Grant the money of many cases, as (case, total or None) pairs; see :meth:`agree`.

        Each is granted in a unit of its own; ``key`` and ``progress`` are as :meth:`omskit.engine.Oms.do_many` has
        them.
        """
        calls = (
            Call(case, [total_minor, ahead], self._agreeing(case, total_minor, actor, ahead=ahead))
            for case, total_minor in grants
        )
        return each(self.shop, "agree", calls, key, progress, dump=dump_done, load=load_done)

    def _agreeing(
        self, case: str, total_minor: int | None, actor: str, *, ahead: bool
    ) -> Callable[[Unit, bool], Done]:
        def do(unit: Unit, _lock: bool) -> Done:  # noqa: FBT001
            work = self.shop.workspace(unit, actor)
            key = load(unit, work, case)
            complete(unit, work)
            grant(work, key, total_minor, ahead=ahead)
            return self._done(unit, work, key)

        return do

    def reorder(
        self, case: str, goods: Sequence[AddLine], *, actor: str, early: bool = False, key: str = ""
    ) -> str:
        """Send goods in exchange, as a replacement or after a repair; return the number of the linked order.

        In an exchange, what the returned goods carry pays for the goods as far as it goes; the rest is collected,
        or stays to be granted. The other kinds cost nothing.

        Args:
            case: Number of the case; its kind decides about the price.
            goods: What to send.
            actor: Who sends it.
            early: Whether it may leave before the goods are back.
            key: Idempotency key: a repeat returns the order of the first time; empty for none.

        Raises:
            Refused: ``no_order``; ``not_allowed``.
            UsageError: ``bad_price`` for a price above zero of what costs nothing; ``unknown_number``;
                ``key_reused``.
            PayloadError: ``bad_number``.
        """

        def do(unit: Unit, _lock: bool) -> str:  # noqa: FBT001
            work = self.shop.workspace(unit, actor)
            about = load(unit, work, case)
            complete(unit, work)
            number = readable(ORDERS.number, reorder(work, about, goods, early=early))
            self._done(unit, work, about)
            return number

        asked = [case, COMMANDS.dump(Amend(tuple(goods))), early]
        return once(self.shop, REORDERS, key, asked, do)

    def expire(self, *, actor: str, limit: int = 1000) -> list[Done | Refusal]:
        """Let the cases expire whose goods have not come by their deadline, with one outcome each."""
        now = self.shop.now()
        statuses = self._custodies(r.EXPIRABLE)
        where = (Where("custody", Op.IN, statuses), Where("deadline", Op.LE, to_ms(now)))
        with self.shop.storage.begin(read=True) as unit:
            found = unit.of(RETURNS).load(unit.of(RETURNS).find(*where, limit=limit, by="deadline"))
        keys = [key for key, stored in found.items() if self._has(stored.state, r.EXPIRABLE)]
        acts = [Act(readable(RETURNS.number, key), r.Expire()) for key in keys]
        return Acting(self.shop).do_many(acts, actor, self.batch, silent)

    def expected(self, warehouse: str) -> Iterator[ReturnCase]:
        """Yield the cases whose goods are on their way, or may come, to a warehouse, in order of key."""
        statuses = self._custodies(r.AWAITS_GOODS)
        where = (Where("warehouse", Op.EQ, warehouse), Where("custody", Op.IN, statuses))
        waiting = (case for case in self._cases(*where) if self._has(case, r.AWAITS_GOODS))
        yield from (case for case in waiting if not case.is_complete)

    def differences(self, *where: Where) -> Iterator[CaseDifference]:
        """Yield what differs from what was expected, over the cases that match by ``RETURNS.columns``.

        Raises:
            UsageError: ``unknown_column``.
        """
        for case in self._cases(*where):
            custody = self.shop.ruling.rules_of(case.process).custody
            for one in r.differences(case, custody):
                yield CaseDifference(case.number, one)

    def _has(self, case: ReturnCase, trait: str) -> bool:
        return self.shop.ruling.rules_of(case.process).custody.has(case.custody, trait)

    def _custodies(self, trait: str) -> tuple[str, ...]:
        """Return the statuses that have a trait in some process."""
        rules = self.shop.ruling.all_rules()
        return tuple(sorted({status for one in rules for status in one.custody.with_trait(trait)}))

    def _cases(self, *where: Where) -> Iterator[ReturnCase]:
        after: After | None = None
        while True:
            with self.shop.storage.begin(read=True) as unit:
                keys = unit.of(RETURNS).find(*where, limit=self.batch, after=after)
                stored = unit.of(RETURNS).load(keys)
            if not keys:
                return
            yield from (stored[key].state for key in keys)
            after = After(None, keys[-1])

    def _each(
        self,
        asked: Sequence[A],
        actor: str,
        do: Callable[[Unit, Sequence[A], str], list[B]],
        subject: Callable[[A], str],
    ) -> list[B | Refusal]:
        """Do many things in one unit a batch; where one of a batch is refused, do them one by one."""
        outcomes: list[B | Refusal] = []
        for start in range(0, len(asked), self.batch):
            some = asked[start : start + self.batch]
            try:
                outcomes += self.shop.attempt(lambda unit, _lock, these=some: do(unit, these, actor))  # type: ignore[misc]
            except (Refused, PayloadError, UsageError) as error:
                if len(some) == 1:
                    outcomes.append(Refusal.of(subject(some[0]), error))
                else:
                    outcomes += [one for single in some for one in self._each([single], actor, do, subject)]
        return outcomes

    def _opened(self, unit: Unit, openings: Sequence[Opening], actor: str) -> list[str]:
        work = self.shop.workspace(unit, actor, keys=2 * len(openings))
        seen = unit.inbox.seen(OPENINGS, [one.key for one in openings if one.key])
        known = dict(seen)
        orders = {key_of(one.order, ORDERS.number) for one in openings}
        work.know_orders(unit.of(ORDERS).load(sorted(orders), lock=True))
        numbers: list[str] = []
        for one in openings:
            key = key_of(one.order, ORDERS.number)
            if key not in work.orders:
                raise UsageError("unknown_number", f"there is no {one.order}", number=one.order)
            if one.key in known:
                check_same(known[one.key], digest(one))
                numbers.append(json.loads(known[one.key].outcome))
                continue
            numbers.append(self._open(work, _order(work, key), one))
            if one.key:
                known[one.key] = Receipt(one.key, digest(one), json.dumps(numbers[-1]))
        complete(unit, work)
        react(work)
        fresh = [receipt for key, receipt in known.items() if key not in seen]
        unit.inbox.record(OPENINGS, fresh, at=work.at)
        save(unit, work, joined=self.shop.joined)
        return numbers

    def _open(self, work: Workspace, order: Order, one: Opening) -> str:
        left = {line.number: line.quantity - line.cancelled - line.returned for line in order.lines}
        units = one.units or {number: count for number, count in left.items() if count}
        lines = asked(order, one.kind, with_gifts(order, one.kind, units))
        case = evolve(
            open_case(order, work.new_key(), one.kind, lines, self.shop.ruling.rules_of(order.process)),
            reason=one.reason,
            liable=one.liable,
            warehouse=one.warehouse,
            asked_minor=one.asked_minor,
        )
        work.returned(case.key, r.Request(case), "return")
        if one.authorised:
            work.returned(case.key, r.Authorise(one.warehouse, one.deadline), "return")
        if one.waybill:
            work.returned(case.key, r.AnnounceWaybill(one.waybill), "return")
        return case.number

    def _scanned(self, unit: Unit, parcels: Sequence[Parcel], actor: str) -> list[Scanned]:
        work = self.shop.workspace(unit, actor, keys=2 * len(parcels))
        found = Parcels(self.shop, unit, work).take(parcels)
        save(unit, work, joined=self.shop.joined)
        return found

    def _done(self, unit: Unit, work: Workspace, key: int) -> Done:
        complete(unit, work)
        react(work)
        save(unit, work, joined=self.shop.joined)
        case = _case(work, key)
        return Done(case.number, f"{case.custody}/{case.money}")


def _case(work: Workspace, key: int) -> ReturnCase:
    case = work.returns[key].state
    assert case is not None  # noqa: S101 - it was loaded
    return case


def _order(work: Workspace, key: int) -> Order:
    order = work.orders[key].state
    assert order is not None  # noqa: S101 - it was loaded
    return order
