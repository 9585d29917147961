"""The storage port and its reference in memory; the SQL storage is ``omskit.storage.sql``."""

from omskit.storage.balances import Balance, Imbalance, Measure, imbalances, mending
from omskit.storage.memory import MemoryStorage
from omskit.storage.port import (
    After,
    Attempt,
    Capabilities,
    Collection,
    Delivery,
    Inbox,
    Leased,
    Message,
    Op,
    Outbox,
    Receipt,
    StockBook,
    Storage,
    Unit,
    Where,
)
from omskit.storage.sums import claims_of, effects_of

__all__ = [
    "After",
    "Attempt",
    "Balance",
    "Capabilities",
    "Collection",
    "Delivery",
    "Imbalance",
    "Inbox",
    "Leased",
    "Measure",
    "MemoryStorage",
    "Message",
    "Op",
    "Outbox",
    "Receipt",
    "StockBook",
    "Storage",
    "Unit",
    "Where",
    "claims_of",
    "effects_of",
    "imbalances",
    "mending",
]
