"""The tables of the SQL storage, defined on the host's metadata so that its migrations see them.

Nothing here has a foreign key: every row is written by one writer in the same transaction as the row it belongs
to, nothing is ever deleted but a level that becomes shards and shards that are empty, and the database would look
each parent up once a row.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any

from attrs import field, frozen
from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Connection,
    Index,
    Integer,
    MetaData,
    Sequence,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from omskit.core import ColumnType, Kind, Rows

#: 64 bits on both; SQLite's strict tables know them as INTEGER.
WHOLE = BigInteger().with_variant(Integer(), "sqlite")
#: Ordered by code point on both, as Python orders text.
WORDS = Text().with_variant(Text(collation="C"), "postgresql")

_TYPES: Mapping[ColumnType, Any] = {ColumnType.INT: WHOLE, ColumnType.TEXT: WORDS}


def _whole(name: str) -> Column[int]:
    return Column(name, WHOLE, nullable=False)


def _words(name: str) -> Column[str]:
    return Column(name, WORDS, nullable=False)


def _key(name: str) -> Column[int]:
    return Column(name, WHOLE, primary_key=True, autoincrement=False)


def _part(name: str) -> Column[str]:
    return Column(name, WORDS, primary_key=True)


def unique_name(table: str, names: Iterable[str]) -> str:
    """Return the name of the constraint that keeps columns unique together."""
    return f"uq_{table}_{'_'.join(names)}"


@frozen
class KindTables:
    """The table of one kind and, if it has one, the table of its parts."""

    main: Table
    rows: Table | None


def _fixed(kinds: Mapping[str, KindTables]) -> Mapping[str, KindTables]:
    return MappingProxyType(dict(kinds))


@frozen
class Tables:
    """All tables of one installation, by what they hold.

    Args:
        kinds: By the kind's tag.
        entries: The history of everything: append only.
        levels: The balance of every cell, but of those that have shards.
        hot: The SKUs whose cells have shards, and how many.
        shards: The parts of the balances of hot cells; a cell's balance is their sum.
        reservations: What is reserved for each order line in each cell; zero when it was used up.
        movements: The stock ledger: append only.
        outbox: Messages to send.
        inbox: Receipts.
        counter: The key counter of SQLite; PostgreSQL counts with ``sequence`` instead.
        sequence: The key counter of PostgreSQL; not bound to transactions.
    """

    kinds: Mapping[str, KindTables] = field(converter=_fixed)
    entries: Table
    levels: Table
    hot: Table
    shards: Table
    reservations: Table
    movements: Table
    outbox: Table
    inbox: Table
    counter: Table
    sequence: Sequence

    def create(self, connection: Connection) -> None:
        """Make what is missing on a connection; SQLite has no sequences, PostgreSQL needs no counter."""
        for kind in self.kinds.values():
            kind.main.create(connection, checkfirst=True)
            if kind.rows is not None:
                kind.rows.create(connection, checkfirst=True)
        stock = (self.levels, self.hot, self.shards, self.reservations, self.movements)
        for table in (self.entries, *stock, self.outbox, self.inbox):
            table.create(connection, checkfirst=True)
        if connection.dialect.supports_sequences:
            self.sequence.create(connection, checkfirst=True)
        else:
            self.counter.create(connection, checkfirst=True)


@frozen
class _Maker:
    """Makes tables with one prefix in one schema."""

    metadata: MetaData
    prefix: str
    schema: str | None

    def table(self, name: str, *parts: Any, rowid: bool = True) -> Table:
        return Table(
            self.prefix + name,
            self.metadata,
            *parts,
            schema=self.schema,
            sqlite_strict=True,
            sqlite_with_rowid=rowid,
        )

    def index(self, table: Table, *columns: str, **options: Any) -> None:
        Index(f"ix_{table.name}_{'_'.join(columns)}", *(table.c[name] for name in columns), **options)

    def kind(self, kind: Kind[Any]) -> KindTables:
        main = self.table(
            kind.tag,
            _key("key"),
            _whole("version"),
            _words("document"),
            *(Column(name, _TYPES[type_]) for name, type_ in kind.columns),
            *(
                UniqueConstraint(*names, name=unique_name(self.prefix + kind.tag, names)) for names in kind.unique
            ),
        )
        if kind.queue:
            self.index(main, *kind.queue, "key")
        for names in kind.lookups:
            self.index(main, *((names,) if isinstance(names, str) else names))
        return KindTables(main, self.rows(kind.rows) if kind.rows else None)

    def rows(self, rows: Rows[Any]) -> Table:
        table = self.table(
            rows.name,
            _key("owner"),
            _key("position"),
            *(Column(name, _TYPES[type_]) for name, type_ in rows.columns),
            *(
                CheckConstraint(check, name=f"ck_{self.prefix}{rows.name}_{number}")
                for number, check in enumerate(rows.checks)
            ),
            rowid=False,
        )
        for name in rows.indexes:
            self.index(table, name)
        return table

    def entries(self) -> Table:
        return self.table(
            "entries",
            _part("kind"),
            _key("stream"),
            _key("sequence"),
            _whole("at_ms"),
            _words("actor"),
            _words("cause"),
            _words("tag"),
            _words("body"),
            rowid=False,
        )

    def levels(self) -> Table:
        return self.table(
            "levels",
            _part("sku"),
            _part("warehouse"),
            _whole("on_hand"),
            _whole("reserved"),
            CheckConstraint("0 <= reserved AND reserved <= on_hand", name=f"ck_{self.prefix}levels"),
            rowid=False,
        )

    def hot(self) -> Table:
        return self.table("hot", _part("sku"), _whole("shards"), rowid=False)

    def shards(self) -> Table:
        return self.table(
            "shards",
            _part("sku"),
            _part("warehouse"),
            _key("shard"),
            _whole("on_hand"),
            _whole("reserved"),
            CheckConstraint("0 <= reserved AND reserved <= on_hand", name=f"ck_{self.prefix}shards"),
            rowid=False,
        )

    def reservations(self) -> Table:
        return self.table(
            "reservations",
            _key("order"),
            _key("line"),
            _part("sku"),
            _part("warehouse"),
            _whole("quantity"),
            CheckConstraint("quantity >= 0", name=f"ck_{self.prefix}reservations"),
            rowid=False,
        )

    def movements(self) -> Table:
        table = self.table(
            "movements",
            Column("id", WHOLE, primary_key=True, autoincrement=True),
            _words("kind"),
            _words("sku"),
            _words("warehouse"),
            _whole("quantity"),
            _whole("on_hand"),
            _whole("reserved"),
            _whole("order"),
            _whole("line"),
            _words("document"),
            _words("reason"),
            _words("actor"),
            _whole("at_ms"),
        )
        self.index(table, "sku", "warehouse", "id")
        return table

    def outbox(self) -> Table:
        table = self.table(
            "outbox",
            _key("id"),
            _words("topic"),
            _words("key"),
            _words("tag"),
            _words("body"),
            _whole("due_ms"),
            _whole("attempts"),
            _whole("until_ms"),
            _words("outcome"),
            _words("note"),
        )
        unfinished = text("outcome <> 'done'")
        self.index(table, "key", "id", sqlite_where=unfinished, postgresql_where=unfinished)
        self.index(table, "id", sqlite_where=unfinished, postgresql_where=unfinished)
        return table

    def inbox(self) -> Table:
        return self.table(
            "inbox",
            _part("source"),
            _part("id"),
            _words("fingerprint"),
            _words("outcome"),
            _whole("at_ms"),
            rowid=False,
        )


def define_tables(
    metadata: MetaData, kinds: Iterable[Kind[Any]], *, prefix: str = "oms_", schema: str | None = None
) -> Tables:
    """Define every table of the storage on a host's metadata.

    Args:
        metadata: What the host's migrations look at; nothing is created here.
        kinds: The aggregates to keep; each gets a table named by its tag.
        prefix: Comes before every name.
        schema: The database schema; None for the connection's default.
    """
    make = _Maker(metadata, prefix, schema)
    return Tables(
        kinds={kind.tag: make.kind(kind) for kind in kinds},
        entries=make.entries(),
        levels=make.levels(),
        hot=make.hot(),
        shards=make.shards(),
        reservations=make.reservations(),
        movements=make.movements(),
        outbox=make.outbox(),
        inbox=make.inbox(),
        counter=make.table("counter", _key("id"), _whole("last")),
        sequence=Sequence(f"{prefix}keys", start=1, data_type=BigInteger(), schema=schema, metadata=metadata),
    )
