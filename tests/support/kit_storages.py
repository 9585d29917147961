"""The storages that the kit is run on: SQLite and PostgreSQL, opened as often as a test wants."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from attrs import define, field
from sqlalchemy import Engine, and_, insert, select, update

from omskit.core import Level
from omskit.storage import Balance, Measure, Storage
from omskit.storage.sql import SqlStorage, open_engine
from omskit.storage.sql.hot import laid_out
from omskit.testing import KIT_KINDS


@define
class SqlOpener:
    """Opens the storage of one URL; travels to other processes without what it has opened in this one."""

    url: str
    make: Callable[..., SqlStorage] = SqlStorage
    hot: Mapping[str, int] = field(factory=dict)
    opened: list[Engine] = field(factory=list, eq=False)

    def __call__(self) -> SqlStorage:
        if not self.opened:
            self.opened.append(open_engine(self.url))
            storage = self.make(self.opened[0], KIT_KINDS)
            storage.create()
            storage.heat(self.hot)
        return self.make(self.opened[0], KIT_KINDS)

    def __reduce__(self) -> tuple[object, ...]:
        return partial(SqlOpener, self.url, self.make, self.hot), ()

    def close(self) -> None:
        """Close all connections of this process."""
        while self.opened:
            self.opened.pop().dispose()


def damage_memory(storage: Storage, balance: Balance, number: int) -> None:
    """Set one balance of the reference, past all rules."""
    data, cell = storage._data, balance.cell  # type: ignore[attr-defined]
    if balance.measure is Measure.RESERVATION:
        data.reserved[balance.claim, cell] = number
    else:
        data.levels[cell] = data.levels.get(cell, Level())._replace(**{balance.measure.value: number})


def damage_sql(storage: Storage, balance: Balance, number: int) -> None:
    """Set one balance in the tables, as somebody with a console would."""
    assert isinstance(storage, SqlStorage)
    claimed, cell = balance.measure is Measure.RESERVATION, balance.cell
    table = storage.tables.reservations if claimed else storage.tables.levels
    key: dict[str, int | str] = {"sku": cell.sku, "warehouse": cell.warehouse}
    if claimed:
        key |= {"order": balance.claim.order, "line": balance.claim.line}
    name, rest = ("quantity", {}) if claimed else (balance.measure.value, {"on_hand": 0, "reserved": 0})
    with storage.engine.begin() as connection:
        where = and_(*(table.c[one] == value for one, value in key.items()))
        if not connection.execute(update(table).where(where).values({name: number})).rowcount:
            connection.execute(insert(table).values({**key, **rest, name: number}))


def damage_hot(storage: Storage, balance: Balance, number: int) -> None:
    """Set one balance of a cell that may have shards: its sum becomes the number, laid out anew."""
    assert isinstance(storage, SqlStorage)
    table, cell = storage.tables.shards, balance.cell
    here = (table.c.sku == cell.sku) & (table.c.warehouse == cell.warehouse)
    with storage.engine.begin() as connection:
        parts = connection.execute(select(table).where(here).order_by(table.c.shard)).all()
        total = {name: sum(getattr(part, name) for part in parts) for name in ("on_hand", "reserved")}
        total[balance.measure.value] = number
        after = laid_out((total["on_hand"], total["reserved"]), len(parts)) if parts else []
        for part, (on_hand, reserved) in zip(parts, after, strict=True):
            its = here & (table.c.shard == part.shard)
            connection.execute(update(table).where(its).values(on_hand=on_hand, reserved=reserved))
    if not parts or balance.measure is Measure.RESERVATION:
        damage_sql(storage, balance, number)


def wiped(storage: SqlStorage) -> SqlStorage:
    """Return the storage with all its tables empty, as if it had just been made."""
    tables = list(storage.tables.entries.metadata.sorted_tables)
    with storage.engine.begin() as connection:
        if connection.dialect.name == "sqlite":
            for table in tables:
                connection.execute(table.delete())
        else:
            names = [table.name for table in tables if table is not storage.tables.counter]
            connection.exec_driver_sql(";".join(f"DELETE FROM {name}" for name in names))
    return storage
