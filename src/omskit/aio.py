"""The same engine for async hosts: every call runs as SQLAlchemy's ``run_sync`` does, over an async driver.

Nothing is written twice: :class:`AsyncOms` gives an :class:`omskit.engine.Oms` a storage over the async engine's
synchronous face, and runs its methods where that face may wait without blocking the event loop.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from typing import Any, Self, TypeVar

from attrs import frozen
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine
from sqlalchemy.util import await_only, greenlet_spawn

from omskit.channels import Channel
from omskit.core import Refusal
from omskit.engine import KINDS, Act, Command, Done, Oms, Received, Relayed, Request, Run, Sender, Verified
from omskit.flow import Process, Processes
from omskit.orders import Order
from omskit.storage import Delivery
from omskit.storage.spreading import checked_shards
from omskit.storage.sql import SqlStorage, open_async_engine

__all__ = ["AsyncOms", "AsyncSender"]

T = TypeVar("T")

#: Sends one request without blocking the event loop, and says what became of it.
AsyncSender = Callable[[Request], Awaitable[Delivery]]


@frozen
class AsyncOms:
    """An order management system whose calls are awaited.

    Args:
        engine: SQLAlchemy's async engine, as :func:`omskit.storage.sql.open_async_engine` prepares it.
        oms: The same system over the engine's synchronous face; its methods run through :meth:`call`.
    """

    engine: AsyncEngine
    oms: Oms

    @classmethod
    async def open(
        cls,
        url: str,
        *,
        channels: Iterable[Channel] = (),
        process: Process | Processes,
        hot: Mapping[str, int] | None = None,
        **options: Any,
    ) -> Self:
        """Open a database by an async URL, make the tables that are missing, and return the system over it.

        Args:
            url: ``sqlite+aiosqlite:///shop.db``, ``postgresql+psycopg://...``.
            channels: Where orders come from.
            process: How orders go.
            hot: Shards by SKU; see :meth:`omskit.engine.Oms.open`.
            options: Further arguments of :class:`omskit.engine.Oms`.
        """
        numbers = checked_shards(hot or {})
        engine = open_async_engine(url)
        storage = SqlStorage(engine.sync_engine, KINDS)
        system = cls(engine, Oms(storage, channels, process, **options))
        await system.call(lambda _: storage.create())
        await system.call(lambda _: storage.heat(numbers))
        return system

    async def call(self, do: Callable[[Oms], T]) -> T:
        """Run anything on the synchronous system where it may wait for the database.

        What it does opens its own connections, so that none is held here meanwhile: calls that held one and
        waited for another would use the pool up between them.
        """
        return await greenlet_spawn(do, self.oms)

    async def within(self, connection: AsyncConnection, do: Callable[[Oms], T]) -> T:
        """Run anything inside the host's transaction; see :meth:`omskit.engine.Oms.joined`."""

        def inside(sync: Any) -> T:
            with self.oms.joined(sync) as oms:
                return do(oms)

        return await connection.run_sync(inside)

    async def receive(self, channel: str, *payloads: bytes) -> Received:
        """Take payloads of a channel; see :meth:`omskit.engine.Oms.receive`."""
        return await self.call(lambda oms: oms.receive(channel, *payloads))

    async def run(self, limit: int = 1000) -> Run:
        """Let waiting orders go on; see :meth:`omskit.engine.Oms.run`."""
        return await self.call(lambda oms: oms.run(limit))

    async def do(self, target: str, command: Command, *, actor: str, key: str = "") -> Done:
        """Carry out one command; see :meth:`omskit.engine.Oms.do`."""
        return await self.call(lambda oms: oms.do(target, command, actor=actor, key=key))

    async def do_many(self, acts: Sequence[Act], *, actor: str, key: str = "") -> list[Done | Refusal]:
        """Carry out many commands; see :meth:`omskit.engine.Oms.do_many`."""
        return await self.call(lambda oms: oms.do_many(acts, actor=actor, key=key))

    async def cancel(self, order: str, *, actor: str, reason: str = "") -> Done:
        """Cancel what has not been shipped; see :meth:`omskit.engine.Oms.cancel`."""
        return await self.call(lambda oms: oms.cancel(order, actor=actor, reason=reason))

    async def order(self, number: str) -> Order:
        """Return an order as it stands; see :meth:`omskit.engine.Oms.order`."""
        return await self.call(lambda oms: oms.order(number))

    async def explain(self, number: str) -> str:
        """Return a history as text; see :meth:`omskit.engine.Oms.explain`."""
        return await self.call(lambda oms: oms.explain(number))

    async def relay(self, send: Sender | AsyncSender, limit: int = 100) -> Relayed:
        """Hand waiting requests to a sender, which may be async; see :meth:`omskit.engine.Oms.relay`."""

        def sender(request: Request) -> Delivery:
            outcome = send(request)
            return await_only(outcome) if isinstance(outcome, Awaitable) else outcome

        return await self.call(lambda oms: oms.relay(sender, limit))

    async def verify(self) -> Verified:
        """Prove that everything adds up; see :meth:`omskit.engine.Oms.verify`."""
        return await self.call(lambda oms: oms.verify())

    async def close(self) -> None:
        """Give the connections back."""
        await self.engine.dispose()
