"""The outbox and the inbox of the reference storage."""

from __future__ import annotations

from collections.abc import Collection as Items
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from attrs import define, evolve

from omskit.core import Duplicate, StorageError
from omskit.storage.memory_data import Data, Sent
from omskit.storage.port import Attempt, Delivery, Leased, Message, Receipt


@define
class MemoryOutbox:
    """Messages waiting to be sent."""

    data: Data

    def put(self, messages: Sequence[Message]) -> None:
        """Store messages."""
        self.data.writing()
        for message in messages:
            self.data.put(self.data.sent, message.id, Sent(message))

    def lease(self, at: datetime, *, limit: int, seconds: int, topics: Items[str] = ()) -> Sequence[Leased]:
        """Take what is due, one message a key."""
        self.data.writing()
        taken: list[Leased] = []
        blocked: set[str] = set()
        for number, sent in sorted(self.data.sent.items()):
            if sent.outcome is Delivery.DONE or sent.message.key in blocked:
                continue
            blocked.add(sent.message.key)
            free = sent.outcome in {None, Delivery.FAILED} and sent.message.due <= at
            if not free or (sent.until and sent.until > at) or (topics and sent.message.topic not in topics):
                continue
            if len(taken) == limit:
                break
            taken.append(Leased(sent.message, sent.attempts + 1))
            until = at + timedelta(seconds=seconds)
            self.data.put(self.data.sent, number, evolve(sent, attempts=sent.attempts + 1, until=until))
        return taken

    def settle(self, attempts: Sequence[Attempt]) -> None:
        """Record outcomes."""
        self.data.writing()
        for attempt in attempts:
            sent = self.data.sent.get(attempt.id)
            if sent is None or sent.outcome is Delivery.DONE:
                raise self.data.failure(
                    StorageError("unknown_message", f"no unfinished message {attempt.id}", id=attempt.id)
                )
            message = evolve(sent.message, due=attempt.due or sent.message.due)
            after = evolve(sent, message=message, outcome=attempt.outcome, until=None)
            self.data.put(self.data.sent, attempt.id, after)

    def resolve(self, id: int, outcome: Delivery) -> None:  # noqa: A002
        """Let a person decide."""
        self.data.writing()
        sent = self.data.sent.get(id)
        if sent is None or sent.outcome not in {Delivery.PARKED, Delivery.IN_DOUBT}:
            raise self.data.failure(
                StorageError("unknown_message", f"message {id} is neither parked nor in doubt", id=id)
            )
        self.data.put(self.data.sent, id, evolve(sent, outcome=outcome, until=None))

    def waiting(self) -> Mapping[Delivery | None, int]:
        """Count what is unfinished."""
        counts: dict[Delivery | None, int] = {}
        for sent in self.data.sent.values():
            if sent.outcome is not Delivery.DONE:
                counts[sent.outcome] = counts.get(sent.outcome, 0) + 1
        return counts


@define
class MemoryInbox:
    """What was received before."""

    data: Data

    def seen(self, source: str, ids: Items[str]) -> Mapping[str, Receipt]:
        """Return the receipts that are known."""
        return {i: self.data.receipts[source, i] for i in ids if (source, i) in self.data.receipts}

    def record(self, source: str, receipts: Sequence[Receipt], *, at: datetime) -> None:
        """Keep receipts of what is new."""
        self.data.writing()
        for receipt in receipts:
            if (source, receipt.id) in self.data.receipts:
                raise self.data.failure(
                    Duplicate(
                        "duplicate_receipt", f"{source} {receipt.id!r} is known", source=source, id=receipt.id
                    )
                )
            self.replace(source, [receipt], at=at)

    def replace(self, source: str, receipts: Sequence[Receipt], *, at: datetime) -> None:  # noqa: ARG002
        """Keep receipts in place of known ones."""
        self.data.writing()
        for receipt in receipts:
            self.data.put(self.data.receipts, (source, receipt.id), receipt)
