"""The inbox in SQL: a receipt per source and id."""

from __future__ import annotations

from collections.abc import Collection as Items
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from attrs import define, frozen
from sqlalchemy import Dialect, Select, bindparam, select

from omskit.core import Duplicate, to_ms
from omskit.storage.port import Receipt
from omskit.storage.sql.bulk import Feed, Values, encoded, insertion, members, upsertion
from omskit.storage.sql.tables import WORDS, Tables
from omskit.storage.sql.wire import Wire

_RECEIPT = ("source", "id", "fingerprint", "outcome", "at_ms")


@frozen(eq=False)
class InboxStatements:
    """Every statement of the inbox, made once for a dialect."""

    seen: Select[Any]
    record: Feed
    replace: Feed


def inbox_statements(dialect: Dialect, tables: Tables) -> InboxStatements:
    """Make the statements of the inbox."""
    box = tables.inbox
    return InboxStatements(
        seen=select(box.c.id, box.c.fingerprint, box.c.outcome).where(
            box.c.source == bindparam("source", type_=WORDS), box.c.id.in_(members(dialect, WORDS, "ids"))
        ),
        record=insertion(dialect, box, _RECEIPT),
        replace=upsertion(dialect, box, _RECEIPT),
    )


@define
class SqlInbox:
    """The inbox, within one unit."""

    statements: InboxStatements
    wire: Wire

    def seen(self, source: str, ids: Items[str]) -> Mapping[str, Receipt]:
        """Return the receipts of the ids that were received before."""
        if not ids:
            return {}
        rows = self.wire.rows(self.statements.seen, source=source, ids=encoded(set(ids)))
        return {row.id: Receipt(row.id, row.fingerprint, row.outcome) for row in rows}

    def record(self, source: str, receipts: Sequence[Receipt], *, at: datetime) -> None:
        """Keep receipts with the unit.

        Raises:
            Duplicate: ``duplicate_receipt``.
        """
        self.wire.writing()
        try:
            self.statements.record.write(self.wire, _flat(source, receipts, at))
        except Duplicate as error:
            raise Duplicate("duplicate_receipt", f"{source}: an id is known already", source=source) from error

    def replace(self, source: str, receipts: Sequence[Receipt], *, at: datetime) -> None:
        """Keep receipts in place of the ones known under the same ids; of one id the last."""
        self.wire.writing()
        last = {receipt.id: receipt for receipt in receipts}
        self.statements.replace.write(self.wire, _flat(source, tuple(last.values()), at))


def _flat(source: str, receipts: Sequence[Receipt], at: datetime) -> list[Values]:
    at_ms = to_ms(at)
    return [(source, receipt.id, receipt.fingerprint, receipt.outcome, at_ms) for receipt in receipts]
