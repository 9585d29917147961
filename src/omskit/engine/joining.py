"""Working inside a transaction of the host."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext

from attrs import frozen
from sqlalchemy import Connection

from omskit.core import UsageError
from omskit.storage import Capabilities, Storage, Unit
from omskit.storage.sql import SqlStorage


@frozen
class JoinedStorage:
    """A storage whose units are all one: the transaction that the host has opened."""

    unit: Unit
    capabilities: Capabilities

    @classmethod
    @contextmanager
    def on(cls, storage: Storage, connection: Connection) -> Iterator[JoinedStorage]:
        """Yield a storage over the host's transaction.

        Raises:
            UsageError: ``not_joinable`` for a storage without transactions of SQLAlchemy.
        """
        if not isinstance(storage, SqlStorage):
            raise UsageError("not_joinable", f"{type(storage).__name__} has no transactions of SQLAlchemy")
        with storage.joined(connection) as unit:
            yield cls(unit, storage.capabilities)

    def begin(self, *, read: bool = False) -> AbstractContextManager[Unit]:  # noqa: ARG002 - the host began it
        """Return the one unit there is; its end is the host's."""
        return nullcontext(self.unit)
