"""What was received before: receipts by the sender's ids, in as few questions as the database allows."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import TypeVar

from attrs import frozen

from omskit.channels import ChannelOrder, RefundRequest, Reversal
from omskit.core import quick, to_ms
from omskit.storage import Receipt, Unit

#: Most keys in one condition of a search.
CHUNK = 500

D = TypeVar("D", ChannelOrder, Reversal, RefundRequest)
K = TypeVar("K", int, str)


@quick
@frozen
class Known:
    """What is known of a document that was received: its content, the order it became, when it was changed."""

    digest: str
    number: str
    changed_ms: int = 0

    @classmethod
    def of(cls, document: ChannelOrder, digest: str, number: str) -> Known:
        """Return what is known of a document that became an order."""
        return cls(digest, number, to_ms(document.changed_at) if document.changed_at else 0)

    @classmethod
    def read(cls, receipt: Receipt) -> Known:
        """Return what a receipt says."""
        number, changed_ms = json.loads(receipt.outcome)
        return cls(receipt.fingerprint, number, changed_ms)

    def receipt(self, id_: str) -> Receipt:
        """Return the receipt that says it."""
        return Receipt(id_, self.digest, f'["{self.number}", {self.changed_ms}]')

    def is_newer_than(self, document: ChannelOrder) -> bool:
        """Whether a document is an older state of the order; one without a time is taken as it comes."""
        return document.changed_at is not None and to_ms(document.changed_at) < self.changed_ms


def seen_of(unit: Unit, source: str, documents: Sequence[D]) -> Mapping[str, Receipt]:
    """Return the receipts of documents that were received before, by their ids."""
    found: dict[str, Receipt] = {}
    for chunk in chunks([document.external_id for document in documents]):
        found |= unit.inbox.seen(source, chunk)
    return found


def chunks(keys: Sequence[K]) -> Iterator[Sequence[K]]:
    """Yield keys in parts that one condition of a search can hold."""
    return (keys[start : start + CHUNK] for start in range(0, len(keys), CHUNK))
