"""Acting by hand: commands on orders, fulfillment orders and return cases, repeatable under a key."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Collection, Mapping, Sequence
from functools import partial
from typing import Any

from attrs import evolve, frozen

from omskit import fulfillment as f
from omskit import orders as o
from omskit import returns as r
from omskit.core import Cell, Kind, OmsError, PayloadError, Refusal, Refused, UsageError, key_of
from omskit.engine.scarce import Left, short_cells
from omskit.engine.units import MAX_TRIES, Shop, complete, save
from omskit.flow import CANCEL_REQUESTED, Workspace, react
from omskit.flow.workspace import Track
from omskit.storage import Receipt, Unit

Command = o.Command | f.Command | r.Command

#: Source of the receipts under which commands with a key are remembered.
SOURCE = "command"


@frozen
class Done:
    """A command that was carried out.

    Args:
        number: Readable number of what it was for.
        status: Where that stands now; of a return case, custody and money with a slash between them.
    """

    number: str
    status: str


@frozen
class Act:
    """One command to carry out.

    Args:
        target: Readable number of an order, a fulfillment order or a return case.
        command: What to do.
        key: Idempotency key, unique among all commands; empty for none.
    """

    target: str
    command: Command
    key: str = ""


def kind_of(target: str) -> Kind[Any]:
    """Return the kind that a readable number names.

    Raises:
        UsageError: ``unknown_number``.
    """
    kinds: tuple[Kind[Any], ...] = (o.ORDERS, f.FULFILLMENTS, r.RETURNS)
    for kind in kinds:
        if target.startswith(f"{kind.number}-"):
            return kind
    raise UsageError(
        "unknown_number", f"{target!r} is no order (SO-), fulfillment order (FO-) or return case (RA-)"
    )


def load(unit: Unit, work: Workspace, target: str) -> int:
    """Load what a number names into the workspace, with the orders it serves, and return its key.

    Raises:
        PayloadError: ``bad_number``.
        UsageError: ``unknown_number`` when there is no such thing.
    """
    load_all(unit, work, [target])
    key = key_of(target, kind_of(target).number)
    if key not in _tracks(work, target):
        raise UsageError("unknown_number", f"there is no {target}", number=target)
    return key


def _tracks(work: Workspace, target: str) -> Mapping[int, Track[Any]]:
    kind = kind_of(target)
    if kind is o.ORDERS:
        return work.orders
    return work.fulfillments if kind is f.FULFILLMENTS else work.returns


def load_all(unit: Unit, work: Workspace, targets: Sequence[str]) -> None:
    """Load and lock all that the numbers name, and the orders that it is about, with a fixed number of queries.

    Orders are locked before the fulfillment orders and cases that are about them, everywhere and in order of key,
    so that nobody waits for somebody who waits for them: what is about an order is read once before it is locked.
    """
    keys: dict[str, set[int]] = {kind.tag: set() for kind in (o.ORDERS, f.FULFILLMENTS, r.RETURNS)}
    for target in targets:
        kind = kind_of(target)
        keys[kind.tag].add(key_of(target, kind.number))
    works, cases = sorted(keys[f.FULFILLMENTS.tag]), sorted(keys[r.RETURNS.tag])
    about = {key for one in unit.of(f.FULFILLMENTS).load(works).values() for key in one.state.orders}
    about |= {one.state.order for one in unit.of(r.RETURNS).load(cases).values() if one.state.order}
    if wanted := (keys[o.ORDERS.tag] | about) - work.orders.keys():
        work.know_orders(unit.of(o.ORDERS).load(sorted(wanted), lock=True))
    if works:
        work.know_fulfillments(unit.of(f.FULFILLMENTS).load(works, lock=True))
    if cases:
        work.know_returns(unit.of(r.RETURNS).load(cases, lock=True))


@frozen
class Acting:
    """Carries out commands by hand."""

    shop: Shop

    def do(self, act: Act, actor: str) -> Done:
        """Carry out one command, or give again the outcome that its key had.

        Raises:
            Refused: As the aggregate's ``decide`` says; with a key, the same refusal ever after.
            UsageError: ``unknown_number``; ``key_reused`` when the key came with another command before.
        """
        outcome = self.shop.attempt(lambda unit, _lock: self._within(unit, act, actor), plans=False)
        if isinstance(outcome, Refused):
            raise outcome
        return outcome

    def do_many(
        self, acts: Sequence[Act], actor: str, batch: int, progress: Callable[[int], object], key: str = ""
    ) -> list[Done | Refusal]:
        """Carry out many commands with one outcome each; a refused one leaves the others alone.

        Where stock does not suffice for all of a batch, it is carried out again with an eye on what is left: who
        comes first in the list is served first. With a key for the call, each command without one of its own
        has the call's and its place in the list: what an interrupted call had done is found again when it is
        made again.
        """
        outcomes: list[Done | Refusal] = []
        scarce: set[Cell] = set()
        for start in range(0, len(acts), batch):
            some = [_keyed(act, key, start + n) for n, act in enumerate(acts[start : start + batch], 1)]
            try:
                outcomes += self._served(some, actor, scarce)
            except Refused:
                if self.shop.joined:
                    raise
                outcomes += [self._alone(act, actor) for act in some]
            progress(len(outcomes))
        return outcomes

    def _served(self, acts: Sequence[Act], actor: str, scarce: set[Cell]) -> list[Done | Refusal]:
        """Carry out a batch, again while others take what it had counted on; what fell short becomes scarce."""
        for _ in range(MAX_TRIES):
            try:
                return self.shop.attempt(partial(self._batch, acts, actor, scarce), plans=False)
            except Refused as refusal:
                if self.shop.joined or refusal.code != "out_of_stock":
                    raise
                scarce |= short_cells(refusal)
        return self.shop.attempt(partial(self._batch, acts, actor, scarce), plans=False)

    def _alone(self, act: Act, actor: str) -> Done | Refusal:
        try:
            return self.do(act, actor)
        except (Refused, PayloadError, UsageError) as error:
            return Refusal.of(act.target, error)

    def cancel(self, target: str, actor: str, reason: str) -> Done:
        """Cancel what has not been shipped; see :meth:`cancelling`."""
        return self.shop.attempt(self.cancelling(target, actor, reason))

    def cancelling(self, target: str, actor: str, reason: str) -> Callable[[Unit, bool], Done]:
        """Return what cancels what has not been shipped, asking warehouses to stop where they work on it.

        An order that a warehouse works on is held (``cancel_requested``), and cancelled when the last of its
        warehouses confirms; one that ships first wins.
        """

        def do(unit: Unit, _lock: bool) -> Done:  # noqa: FBT001
            work = self.shop.workspace(unit, actor)
            key = load(unit, work, target)
            order = work.orders[key].state
            assert order is not None  # noqa: S101 - just loaded
            working = sorted({one.fulfillment for one in order.consignments if one.fulfillment})
            if not working:
                work.order(key, o.Cancel(reason=reason), "cancel")
            else:
                work.know_fulfillments(unit.of(f.FULFILLMENTS).load(working, lock=True))
                work.order(key, o.PutOnHold(CANCEL_REQUESTED, reason), "cancel")
                for one in working:
                    work.fulfillment(one, f.Recall(reason), "cancel")
            return self._finish(unit, work, target, key)

        return do

    def _within(self, unit: Unit, act: Act, actor: str) -> Done | Refused:
        if act.key and (receipt := unit.inbox.seen(SOURCE, [act.key]).get(act.key)):
            return _first_outcome(receipt, act)
        work = self.shop.workspace(unit, actor)
        outcome: Done | Refused
        try:
            key = load(unit, work, act.target)
            with work.attempt():
                _tell(unit, work, act, key)
            outcome = self._finish(unit, work, act.target, key)
        except Refused as refusal:
            if not act.key or refusal.code == "out_of_stock":
                raise
            outcome = refusal
        if act.key:
            unit.inbox.record(SOURCE, [_receipt(act, outcome)], at=work.at)
        return outcome

    def _finish(self, unit: Unit, work: Workspace, target: str, key: int) -> Done:
        complete(unit, work)
        react(work)
        save(unit, work, joined=self.shop.joined)
        return Done(target, _status(work, target, key))

    def _batch(
        self, acts: Sequence[Act], actor: str, scarce: Collection[Cell], unit: Unit, _lock: bool  # noqa: FBT001
    ) -> list[Done | Refusal]:
        work = self.shop.workspace(unit, actor, keys=2 * len(acts))
        seen = unit.inbox.seen(SOURCE, [act.key for act in acts if act.key])
        load_all(unit, work, [act.target for act in acts if act.key not in seen and _is_number(act.target)])
        outcomes: list[Done | Refusal] = []
        receipts: dict[str, Receipt] = dict(seen)
        left = Left.of(unit, scarce)
        for act in acts:
            outcome = self._one(unit, work, act, receipts, left)
            outcomes.append(Refusal.of(act.target, outcome) if isinstance(outcome, OmsError) else outcome)
        save(unit, work, joined=self.shop.joined)
        unit.inbox.record(SOURCE, [one for key, one in receipts.items() if key not in seen], at=work.at)
        return outcomes

    def _one(
        self, unit: Unit, work: Workspace, act: Act, receipts: dict[str, Receipt], left: Left
    ) -> Done | OmsError:
        if act.key in receipts:
            try:
                return _first_outcome(receipts[act.key], act)
            except UsageError as error:
                return error
        outcome: Done | Refused
        try:
            key = key_of(act.target, kind_of(act.target).number)
            if key not in _tracks(work, act.target):
                return UsageError("unknown_number", f"there is no {act.target}", number=act.target)
            with work.attempt():
                before = len(work.movements)
                _tell(unit, work, act, key)
                left.take(work.movements[before:])
            outcome = Done(act.target, _status(work, act.target, key))
        except (PayloadError, UsageError) as error:
            return error
        except Refused as refusal:
            if refusal.code == "out_of_stock":
                return refusal
            outcome = refusal
        if act.key:
            receipts[act.key] = _receipt(act, outcome)
        return outcome


def _keyed(act: Act, key: str, place: int) -> Act:
    return evolve(act, key=f"{key}/{place}") if key and not act.key else act


def _is_number(target: str) -> bool:
    try:
        key_of(target, kind_of(target).number)
    except (PayloadError, UsageError):
        return False
    return True


def _tell(unit: Unit, work: Workspace, act: Act, key: int) -> None:
    kind = kind_of(act.target)
    if kind is o.ORDERS:
        work.order(key, act.command, "command")  # type: ignore[arg-type]  # decide refuses foreign commands
    elif kind is f.FULFILLMENTS:
        work.fulfillment(key, act.command, "command")  # type: ignore[arg-type]
    else:
        work.returned(key, act.command, "command")  # type: ignore[arg-type]
    complete(unit, work)
    react(work)


def _status(work: Workspace, target: str, key: int) -> str:
    state = _tracks(work, target)[key].state
    assert state is not None  # noqa: S101 - a command was carried out on it
    return f"{state.custody}/{state.money}" if isinstance(state, r.ReturnCase) else str(state.status)


def _fingerprint(act: Act) -> str:
    codec = {o.ORDERS.tag: o.COMMANDS, f.FULFILLMENTS.tag: f.COMMANDS}.get(kind_of(act.target).tag, r.COMMANDS)
    text = f"{act.target} {codec.tag_of(act.command)} {codec.dump(act.command)}"
    return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()


def _receipt(act: Act, outcome: Done | Refused) -> Receipt:
    if isinstance(outcome, Done):
        document: dict[str, object] = {"number": outcome.number, "status": outcome.status}
    else:
        facts = json.loads(json.dumps(dict(outcome.facts), default=str))
        document = {"code": outcome.code, "message": outcome.message, "facts": facts}
    return Receipt(act.key, _fingerprint(act), json.dumps(document))


def _first_outcome(receipt: Receipt, act: Act) -> Done | Refused:
    if receipt.fingerprint != _fingerprint(act):
        raise UsageError("key_reused", f"key {act.key!r} came with another command before", key=act.key)
    document = json.loads(receipt.outcome)
    if "code" in document:
        return Refused(document["code"], document["message"], **document["facts"])
    return Done(document["number"], document["status"])
