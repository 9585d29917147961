"""An embeddable order management core: orders from every channel, stock in many warehouses, never oversold.

>>> from omskit import Oms
>>> from omskit.flow import Process
>>> oms = Oms.open("memory:", channels=[], process=Process("nothing yet", ()))
>>> oms.verify().is_sound
True

Importing this loads no SQL driver; rooms such as ``omskit.orders`` and ``omskit.allocation`` work alone.
"""

from omskit.core import (
    ConcurrencyConflict,
    ContractError,
    Duplicate,
    OmsError,
    PayloadError,
    Refusal,
    Refused,
    StorageError,
    UsageError,
)
from omskit.engine import Oms, define_tables

__version__ = "0.1.0"

__all__ = [
    "ConcurrencyConflict",
    "ContractError",
    "Duplicate",
    "Oms",
    "OmsError",
    "PayloadError",
    "Refusal",
    "Refused",
    "StorageError",
    "UsageError",
    "__version__",
    "define_tables",
]
