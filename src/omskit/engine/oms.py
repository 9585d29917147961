"""The facade: one object that a backend opens, gives payloads to, and lets run."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Self, TypeVar

from attrs import evolve, frozen

from omskit import orders as o
from omskit.channels import Channel
from omskit.core import Refusal
from omskit.engine.act import Act, Acting, Command, Done
from omskit.engine.asking import Asking
from omskit.engine.bulk import Call, dump_done, each, load_done
from omskit.engine.contacts import ContactDesk
from omskit.engine.dividing import Dividing
from omskit.engine.mapping import channel_of
from omskit.engine.opening import open_storage
from omskit.engine.receive import Received, Receiving
from omskit.engine.rehearse import Rehearsal, rehearse
from omskit.engine.relay import Relay, Relayed, Sender
from omskit.engine.runner import Run, Runner
from omskit.engine.units import silent
from omskit.flow import Process, Processes
from omskit.storage import Where

if TYPE_CHECKING:
    from sqlalchemy import Connection

S = TypeVar("S")


@frozen
class Oms(Asking):
    """An order management system over one storage.

    A value without hidden state: several may work on the same storage, in threads and processes.
    What it is made of is said in :class:`omskit.engine.Desks`.
    """

    @classmethod
    def open(
        cls,
        url: str,
        *,
        channels: Iterable[Channel] = (),
        process: Process | Processes,
        hot: Mapping[str, int] | None = None,
        **options: Any,
    ) -> Self:
        """Open a database, make the tables that are missing, and return the system over it.

        Args:
            url: As SQLAlchemy takes it: ``sqlite:///shop.db``, ``postgresql+psycopg://...``; ``memory:`` keeps
                everything in this process.
            channels: Where orders come from.
            process: How orders go.
            hot: SKUs that many want at the same moment, and how many shards their pieces shall lie in; see
                :meth:`omskit.storage.sql.SqlStorage.heat`. Others stay as they are.
            options: Further arguments of the class.

        Raises:
            UsageError: ``bad_shards``.
            StorageError: ``database_error`` and others when the database cannot be used.
        """
        return cls(open_storage(url, hot), channels, process, **options)

    def receive(self, channel: str, *payloads: bytes, progress: Callable[[int], object] = silent) -> Received:
        """Take payloads of a channel: orders are placed once each, reversals find the orders they are about.

        Refund requests among them open return cases, and later words on them change those.

        Raises:
            UsageError: ``unknown_channel``.
        """
        known, catalog = channel_of(self.channels, channel), self.schema is not None
        receiving = Receiving(
            self._shop, known, self.buffer, self.batch, catalog, self.privacy, self.offering is not None
        )
        return receiving.receive(payloads, progress)

    def receive_refunds(
        self, channel: str, *payloads: bytes, progress: Callable[[int], object] = silent
    ) -> Received:
        """Take payloads of a channel that its ``read_refunds`` reads: refund requests open and follow cases.

        Raises:
            UsageError: ``unknown_channel``; ``not_supported``.
        """
        known = channel_of(self.channels, channel)
        reader = evolve(known, read=known.read_refunds)
        return Receiving(self._shop, reader, self.buffer, self.batch).receive(payloads, progress)

    def run(self, limit: int = 1000, *, progress: Callable[[int], object] = silent) -> Run:
        """Let up to ``limit`` waiting orders go as far as the process takes them, the most urgent first.

        Raises:
            ContractError: ``foreign_order`` when a step of the host breaks its promise.
        """
        return Runner(self._shop, self.processes, self.batch).run(limit, progress)

    def do(self, target: str, command: Command, *, actor: str, key: str = "") -> Done:
        """Carry out one command on an order (``SO-...``), fulfillment order (``FO-...``) or case (``RA-...``).

        With an idempotency key a repeat returns the first outcome, and a refused key stays refused, except where
        stock was short: that leaves the key unused, so that the same call works when goods have come.

        Raises:
            Refused: As ``decide`` of :mod:`omskit.orders`, ``fulfillment`` and ``returns`` says.
            UsageError: ``unknown_number``; ``key_reused`` when the key came with another command.
            PayloadError: ``bad_number``.
        """
        return Acting(self._shop).do(Act(target, command, key), actor)

    def do_many(
        self,
        acts: Sequence[Act],
        *,
        actor: str,
        key: str = "",
        progress: Callable[[int], object] = silent,
    ) -> list[Done | Refusal]:
        """Carry out many commands, with one outcome each; see :meth:`do`.

        Args:
            acts: What to do, in this order.
            actor: Who does it.
            key: Idempotency key of the call: made again with the same list, a call that was interrupted goes on
                where it stopped, and what it had done comes with its first outcome. Another command in the same
                place is refused as ``key_reused``. What was refused for want of stock is tried again.
            progress: Hears how many are through, after each unit; what was heard is kept.
        """
        return Acting(self._shop).do_many(acts, actor, self.batch, progress, key)

    def cancel(self, order: str, *, actor: str, reason: str = "") -> Done:
        """Cancel what has not been shipped; warehouses that work on it are asked to stop first.

        Raises:
            Refused: ``not_allowed`` when the order cannot be cancelled any more.
            UsageError: ``unknown_number``.
        """
        return Acting(self._shop).cancel(order, actor, reason)

    def cancel_many(
        self,
        orders: Sequence[str],
        *,
        actor: str,
        reason: str = "",
        key: str = "",
        progress: Callable[[int], object] = silent,
    ) -> list[Done | Refusal]:
        """Cancel many orders, each in a unit of its own, with one outcome each; see :meth:`cancel`.

        ``key`` and ``progress`` are as :meth:`do_many` has them.
        """
        acting = Acting(self._shop)
        calls = (Call(one, reason, acting.cancelling(one, actor, reason)) for one in orders)
        return each(self._shop, "cancel", calls, key, progress, dump=dump_done, load=load_done)

    def divide(self, order: str, parts: o.Parts, *, actor: str) -> tuple[str, ...]:
        """Divide an approved order into children with money of their own, and return their numbers.

        Args:
            order: Its number; all of its units are open.
            parts: Units by line number of each child; together they have every unit once.
            actor: Who divides it.

        Raises:
            Refused: ``in_work``; ``order_held``; ``not_allowed``.
            UsageError: ``bad_parts``; ``unknown_line``; ``unknown_number``.
            PayloadError: ``bad_number``.
        """
        return Dividing(self._shop).divide(order, parts, actor)

    def divide_many(
        self,
        divisions: Sequence[tuple[str, o.Parts]],
        *,
        actor: str,
        key: str = "",
        progress: Callable[[int], object] = silent,
    ) -> list[tuple[str, ...] | Refusal]:
        """Divide many orders, each in a unit of its own, with the children's numbers or a refusal for each.

        See :meth:`divide`; ``key`` and ``progress`` are as :meth:`do_many` has them.
        """
        dividing = Dividing(self._shop)
        calls = (
            Call(order, [sorted(part.items()) for part in parts], dividing.dividing(order, parts, actor))
            for order, parts in divisions
        )
        return each(self._shop, "divide", calls, key, progress, load=lambda text: tuple(json.loads(text)))

    def rejoin(self, order: str, *, actor: str) -> None:
        """Join the children of a divided order again, as long as nobody has worked on any of them.

        Raises:
            Refused: ``in_work``; ``not_allowed`` when a child was changed, or the order was not divided.
            UsageError: ``unknown_number``.
            PayloadError: ``bad_number``.
        """
        Dividing(self._shop).rejoin(order, actor)

    def relay(
        self, send: Sender, limit: int = 100, *, topics: Sequence[str] = (), settle_every: int = 1
    ) -> Relayed:
        """Hand waiting requests to the host's sender; see :class:`omskit.engine.Relay` for the promises.

        Raises:
            ContractError: ``bad_outcome`` when the sender answers something else than a ``Delivery``.
        """
        return Relay(self._shop, privacy=self.privacy).relay(send, limit, topics, settle_every)

    def erase_contact(self, number: str, *, actor: str, reason: str = "") -> None:
        """Erase the receiver of an order for good: what its channel says of him later is not kept either.

        The order and its history stay as they are, since they never held it. Doing it again changes nothing.

        Raises:
            UsageError: ``unknown_number``.
            PayloadError: ``bad_number``.
        """
        ContactDesk(self._shop, self.privacy).erase(number, actor, reason)

    def rehearse(self, process: Process, *where: Where, limit: int = 500) -> Rehearsal:
        """Say what a process would do with recorded orders, from their placement on; nothing is written.

        The orders are those that match, the first ones by key; ``ORDERS.columns`` can be searched.

        Raises:
            UsageError: ``unknown_column``.
        """
        return rehearse(self._shop, process, where, limit)

    @contextmanager
    def joined(self, connection: Connection) -> Iterator[Self]:
        """Yield the same system inside a transaction of the host: no savepoint, no commit, no rollback.

        Everything done through it is kept if and only if the host commits. Conflicts are passed on, since only
        the host can do its transaction again.

        Raises:
            UsageError: ``not_joinable`` when the storage has no transactions of SQLAlchemy.
        """
        from omskit.engine.joining import JoinedStorage  # noqa: PLC0415 - loads SQLAlchemy

        with JoinedStorage.on(self.storage, connection) as storage:
            yield evolve(self, storage=storage, channels=tuple(self.channels.values()), joined=True)
