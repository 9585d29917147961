"""Refund requests of a channel: each opens a case once, and what is said of it later changes that case."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence

from attrs import define, field, frozen

from omskit.channels import Channel, RefundRequest, fingerprint
from omskit.core import PayloadError, Refusal, Refused, UsageError, key_of, readable
from omskit.engine.known import CHUNK, chunks, seen_of
from omskit.engine.units import Shop, complete, save
from omskit.flow import Workspace, case_of, follow, react
from omskit.orders import ORDERS, REPLACED, Order
from omskit.returns import RETURNS, Request, ReturnCase
from omskit.storage import After, Op, Receipt, Unit, Where


@define
class Taken:
    """What became of refund requests: cases opened or changed, repeats, refusals."""

    cases: list[str] = field(factory=list)
    repeated: int = 0
    refused: list[Refusal] = field(factory=list)


@frozen
class Refunds:
    """Takes refund requests of one channel, within a unit that the caller has opened."""

    shop: Shop
    channel: Channel

    def take(self, unit: Unit, documents: Sequence[RefundRequest]) -> Taken:
        """Open and change cases; a request that is refused leaves nothing behind, and may come again."""
        taken = Taken()
        source = f"channel:{self.channel.code}/refund"
        work = self.shop.workspace(unit, f"{self.channel.code}/refund", keys=2 * len(documents))
        known = self._known(unit, source, documents)
        first = dict(known)
        self._load(unit, work, documents, known)
        for document in documents:
            before = known.get(document.external_id)
            digest = fingerprint(document)
            if before is not None and (before[0] == digest or _is_older(document.version, before[2])):
                taken.repeated += 1
                continue
            try:
                with work.attempt():
                    number = self._one(unit, work, document, before[1] if before else "")
            except (Refused, UsageError, PayloadError) as error:
                taken.refused.append(Refusal.of(document.external_id, error))
                continue
            taken.cases += [number] if number not in taken.cases else []
            known[document.external_id] = (digest, number, document.version)
        self._record(unit, work, source, first, known)
        save(unit, work, joined=self.shop.joined)
        return taken

    def _one(self, unit: Unit, work: Workspace, document: RefundRequest, number: str) -> str:
        """Open a case, or take up the one of the number, and let it follow; return its number."""
        if number:
            key = key_of(number, RETURNS.number)
        else:
            case = self._case(work, document)
            key = case.key
            work.returned(key, Request(case), "refund")
            complete(unit, work)
            react(work)
        follow(work, key, document)
        return readable(RETURNS.number, key)

    def _case(self, work: Workspace, document: RefundRequest) -> ReturnCase:
        """Return the case of the first order that the request fits; a divided order's children stand for it."""
        found = [order for order in _states(work) if order.channel_id == document.order]
        standing = [order for order in found if not self._is_replaced(order)]
        refusal = Refused("no_order", f"no order {document.order!r}", order=document.order)
        for order in sorted(standing, key=lambda one: (one.terms.kind != "sale", one.key)):
            try:
                rules = self.shop.ruling.rules_of(order.process)
                return case_of(document, order, self.channel, work.new_key(), rules)
            except Refused as error:
                refusal = error
        raise refusal

    def _is_replaced(self, order: Order) -> bool:
        return self.shop.ruling.rules_of(order.process).orders.has(order.status, REPLACED)

    @staticmethod
    def _known(unit: Unit, source: str, documents: Sequence[RefundRequest]) -> dict[str, tuple[str, str, str]]:
        found: dict[str, tuple[str, str, str]] = {}
        for id_, receipt in seen_of(unit, source, documents).items():
            number, version = json.loads(receipt.outcome)
            found[id_] = (receipt.fingerprint, number, version)
        return found

    def _load(
        self, unit: Unit, work: Workspace, documents: Sequence[RefundRequest], known: Mapping[str, tuple[str, ...]]
    ) -> None:
        """Load the cases that are known, and the orders of the others with the children of divided ones."""
        numbers = {known[one.external_id][1] for one in documents if one.external_id in known}
        for chunk in chunks(sorted(key_of(number, RETURNS.number) for number in numbers)):
            work.know_returns(unit.of(RETURNS).load(chunk, lock=True))
        about = sorted({one.order for one in documents if one.external_id not in known})
        keys = [key for chunk in chunks(about) for key in self._orders(unit, chunk)]
        while keys:
            for part in chunks(keys):
                work.know_orders(unit.of(ORDERS).load(part, lock=True))
            replaced = [order for order in _states(work) if self._is_replaced(order)]
            keys = sorted({child for order in replaced for child in order.children} - work.orders.keys())
        complete(unit, work)

    def _orders(self, unit: Unit, ids: Sequence[str]) -> Iterator[int]:
        where = (Where("channel", Op.EQ, self.channel.code), Where("external_id", Op.IN, tuple(ids)))
        after: After | None = None
        while found := unit.of(ORDERS).find(*where, limit=CHUNK, after=after):
            yield from found
            after = After(None, found[-1])

    @staticmethod
    def _record(
        unit: Unit,
        work: Workspace,
        source: str,
        before: Mapping[str, tuple[str, str, str]],
        known: Mapping[str, tuple[str, str, str]],
    ) -> None:
        changed = {id_: one for id_, one in known.items() if before.get(id_) != one}
        receipts = {
            id_: Receipt(id_, digest, json.dumps([number, version]))
            for id_, (digest, number, version) in changed.items()
        }
        unit.inbox.record(source, [one for id_, one in receipts.items() if id_ not in before], at=work.at)
        unit.inbox.replace(source, [one for id_, one in receipts.items() if id_ in before], at=work.at)


def _is_older(version: str, known: str) -> bool:
    """Whether a channel's counter is behind the one that is known; what is no number is taken as it comes."""
    return version.isdecimal() and known.isdecimal() and int(version) < int(known)


def _states(work: Workspace) -> Iterable[Order]:
    return [track.state for track in work.orders.values() if track.state is not None]
