"""The values and mechanisms that every room shares; knows no room above it."""

from omskit.core.address import Contact, Destination
from omskit.core.errors import (
    ConcurrencyConflict,
    ContractError,
    Duplicate,
    OmsError,
    PayloadError,
    Refused,
    StorageError,
    UsageError,
)
from omskit.core.goods import Component
from omskit.core.identity import merge_identity, strong
from omskit.core.ids import check_digit, key_of, readable
from omskit.core.instants import aware, each_ms, from_ms, plain_day, to_ms
from omskit.core.kind import Change, ColumnType, Entry, Kind, Repaired, Row, Rows, Stored, fold
from omskit.core.ledger import Cell, Claim, Level, Movement, Reservation
from omskit.core.machine import TERMINAL, Machine
from omskit.core.marks import SEPARATOR, mark_of, marked
from omskit.core.money import (
    MAX_AMOUNT_MINOR,
    SCALES,
    Money,
    checked_minor,
    format_amount,
    parse_amount,
    scale_of,
)
from omskit.core.outcomes import Refusal
from omskit.core.packing import Box, Limits, Load, first_fit
from omskit.core.phones import PhoneNumber, phone_number
from omskit.core.quantities import Quantities
from omskit.core.quick import quick
from omskit.core.serde import Codec, Upcaster, make_converter
from omskit.core.sharing import share, share_of_units

__all__ = [
    "MAX_AMOUNT_MINOR",
    "SCALES",
    "SEPARATOR",
    "TERMINAL",
    "Box",
    "Cell",
    "Change",
    "Claim",
    "Codec",
    "ColumnType",
    "Component",
    "ConcurrencyConflict",
    "Contact",
    "ContractError",
    "Destination",
    "Duplicate",
    "Entry",
    "Kind",
    "Level",
    "Limits",
    "Load",
    "Machine",
    "Money",
    "Movement",
    "OmsError",
    "PayloadError",
    "PhoneNumber",
    "Quantities",
    "Refusal",
    "Refused",
    "Repaired",
    "Reservation",
    "Row",
    "Rows",
    "StorageError",
    "Stored",
    "Upcaster",
    "UsageError",
    "aware",
    "check_digit",
    "checked_minor",
    "each_ms",
    "first_fit",
    "fold",
    "format_amount",
    "from_ms",
    "key_of",
    "make_converter",
    "mark_of",
    "marked",
    "merge_identity",
    "parse_amount",
    "phone_number",
    "plain_day",
    "quick",
    "readable",
    "scale_of",
    "share",
    "share_of_units",
    "strong",
    "to_ms",
]
