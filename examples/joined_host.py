"""A host with tables and transactions of its own: its cart and omskit's order are kept together, or neither is.

Run it: ``python examples/joined_host.py [shop.db]``. It needs nothing but omskit, and writes one SQLite file.
"""

from __future__ import annotations

import json

from output_file import new_file
from sqlalchemy import Column, Connection, Engine, Integer, MetaData, Table, Text, func, select
from sync_host import PROCESS
from web_shop import CHANNEL

from omskit import Oms, define_tables
from omskit.engine import KINDS
from omskit.storage.sql import SqlStorage, open_engine

METADATA = MetaData()
CARTS = Table(
    "carts",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("customer", Text, nullable=False),
    Column("order", Text, unique=True),
)
TABLES = define_tables(METADATA, prefix="oms_")


class PaymentError(Exception):
    """The customer's bank said no."""


def check_out(connection: Connection, oms: Oms, customer: str, *, paid: bool) -> str:
    """Book a cart and place its order, both within the transaction of the connection."""
    order = {
        "id": f"cart-{customer}",
        "at": "2026-03-02T08:15:00Z",
        "customer": customer,
        "ship_to": {"country": "DE"},
        "lines": [{"sku": "MUG", "quantity": 1, "price": "9.90"}],
    }
    with oms.joined(connection) as inside:
        (number,) = inside.receive("shop", json.dumps([order]).encode()).placed
        inside.run()
    connection.execute(CARTS.insert().values(customer=customer, order=number))
    if not paid:
        raise PaymentError
    return number


def tell(engine: Engine, oms: Oms) -> None:
    """Say what is kept."""
    with engine.connect() as connection:
        carts = connection.execute(select(func.count()).select_from(CARTS)).scalar()
    reserved = sum(level.reserved for level in oms.stock.levels(["MUG"]).values())
    orders = [order.status for order in oms.orders()]
    print(f"  kept: {carts} carts, {len(orders)} orders {orders}, {reserved} mugs reserved")


def main() -> None:
    """Tell the story."""
    path = new_file("shop.db")
    engine = open_engine(f"sqlite:///{path}")
    METADATA.create_all(engine)  # a host's migrations do this
    oms = Oms(SqlStorage(engine, KINDS, TABLES), [CHANNEL], PROCESS)
    oms.stock.receive("BERLIN", {"MUG": 10}, actor="amy")

    print("Amy checks out, and pays:")
    with engine.begin() as connection:
        check_out(connection, oms, "amy", paid=True)
    tell(engine, oms)

    print("Bob checks out, and his bank says no after the order was placed and released:")
    try:
        with engine.begin() as connection:
            check_out(connection, oms, "bob", paid=False)
    except PaymentError:
        tell(engine, oms)

    print(f"verify(): {len(oms.verify().drift)} differences.")
    oms.close()
    print(f"Written: {path}, with the tables {', '.join(sorted(METADATA.tables))}")


if __name__ == "__main__":
    main()
