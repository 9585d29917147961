"""The outbox in SQL: messages leave in order per key, each in one pair of hands at a time."""

from __future__ import annotations

from collections.abc import Collection as Items
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from attrs import define, frozen
from sqlalchemy import Dialect, Select, Table, Update, bindparam, func, select, update

from omskit.core import StorageError, each_ms, from_ms, to_ms
from omskit.storage.port import Attempt, Delivery, Leased, Message
from omskit.storage.sql.bulk import Feed, Guarded, encoded, given, insertion, members
from omskit.storage.sql.tables import WHOLE, WORDS, Tables
from omskit.storage.sql.wire import AnyRow, Wire

_MESSAGE = ("id", "topic", "key", "tag", "body", "due_ms")
_ATTEMPT = ("id", "outcome", "due_ms", "note")
#: What stands in the outcome column before the first outcome.
_NONE = ""


@frozen(eq=False)
class OutboxStatements:
    """Every statement of the outbox, made once for a dialect."""

    put: Feed
    free: Select[Any]
    of_topics: Select[Any]
    take: Update
    settle: Guarded
    resolve: Update
    waiting: Select[Any]


def outbox_statements(dialect: Dialect, tables: Tables) -> OutboxStatements:
    """Make the statements of the outbox."""
    box = tables.outbox
    earlier = box.alias("earlier")
    held_back = (
        select(earlier.c.id)
        .where(earlier.c.key == box.c.key, earlier.c.id < box.c.id, earlier.c.outcome != Delivery.DONE.value)
        .exists()
    )
    at = bindparam("at_ms", type_=WHOLE)
    free = (
        select(*(box.c[name] for name in _MESSAGE), box.c.attempts)
        .where(box.c.outcome != Delivery.DONE.value)
        .where(box.c.outcome.in_((_NONE, Delivery.FAILED.value)), box.c.due_ms <= at, box.c.until_ms <= at)
        .where(~held_back)
        .order_by(box.c.id)
        .limit(bindparam("count", type_=WHOLE))
        .with_for_update(skip_locked=True)
    )
    return OutboxStatements(
        put=insertion(dialect, box, (*_MESSAGE, "attempts", "until_ms", "outcome", "note")),
        free=free,
        of_topics=free.where(box.c.topic.in_(members(dialect, WORDS, "topics"))),
        take=update(box)
        .where(box.c.id.in_(members(dialect, WHOLE)))
        .values(attempts=box.c.attempts + 1, until_ms=bindparam("new_until_ms", type_=WHOLE)),
        settle=_settlement(dialect, box),
        resolve=update(box)
        .where(
            box.c.id == bindparam("given"),
            box.c.outcome.in_((Delivery.PARKED.value, Delivery.IN_DOUBT.value)),
        )
        .values(outcome=bindparam("decided"), until_ms=0),
        waiting=select(box.c.outcome, func.count())
        .where(box.c.outcome != Delivery.DONE.value)
        .group_by(box.c.outcome),
    )


def _settlement(dialect: Dialect, box: Table) -> Guarded:
    rows = given(dialect, box, _ATTEMPT)
    new = rows.rows.c
    statement = (
        update(box)
        .where(box.c.id == new.id, box.c.outcome != Delivery.DONE.value)
        .values(
            outcome=new.outcome,
            due_ms=func.coalesce(new.due_ms, box.c.due_ms),
            note=new.note,
            until_ms=0,
        )
        .returning(box.c.id)
    )
    return Guarded(statement, rows)


@define
class SqlOutbox:
    """The outbox, within one unit."""

    statements: OutboxStatements
    wire: Wire

    def put(self, messages: Sequence[Message]) -> None:
        """Store messages with the unit."""
        self.wire.writing()
        due = each_ms([message.due for message in messages])
        self.statements.put.write(
            self.wire,
            [
                (one.id, one.topic, one.key, one.tag, one.body, due_ms, 0, 0, _NONE, "")
                for one, due_ms in zip(messages, due, strict=True)
            ],
        )

    def lease(self, at: datetime, *, limit: int, seconds: int, topics: Items[str] = ()) -> Sequence[Leased]:
        """Take messages that are due; those that another unit takes at the same moment are passed over."""
        self.wire.writing()
        known: dict[str, Any] = {"at_ms": to_ms(at), "count": limit}
        if topics:
            rows = self.wire.rows(self.statements.of_topics, topics=encoded(set(topics)), **known)
        else:
            rows = self.wire.rows(self.statements.free, **known)
        if rows:
            until = to_ms(at + timedelta(seconds=seconds))
            self.wire.run(self.statements.take, {"keys": encoded(row.id for row in rows), "new_until_ms": until})
        return [Leased(_message(row), row.attempts + 1) for row in rows]

    def settle(self, attempts: Sequence[Attempt]) -> None:
        """Record outcomes.

        Raises:
            StorageError: ``unknown_message``.
        """
        self.wire.writing()
        known = self.statements.settle.apply(
            self.wire,
            [(one.id, one.outcome.value, to_ms(one.due) if one.due else None, one.note) for one in attempts],
        )
        for one in attempts:
            if (one.id,) not in known:
                raise self.wire.failure(
                    StorageError("unknown_message", f"no unfinished message {one.id}", id=one.id)
                )

    def resolve(self, id: int, outcome: Delivery) -> None:  # noqa: A002
        """Let a person decide on a parked or doubtful message.

        Raises:
            StorageError: ``unknown_message``.
        """
        self.wire.writing()
        if not self.wire.run(self.statements.resolve, {"given": id, "decided": outcome.value}):
            raise self.wire.failure(
                StorageError("unknown_message", f"message {id} is neither parked nor in doubt", id=id)
            )

    def waiting(self) -> Mapping[Delivery | None, int]:
        """Count unfinished messages by last outcome."""
        rows = self.wire.rows(self.statements.waiting)
        return {Delivery(outcome) if outcome else None: count for outcome, count in rows}


def _message(row: AnyRow) -> Message:
    return Message(row.id, row.topic, row.key, row.tag, row.body, from_ms(row.due_ms))
