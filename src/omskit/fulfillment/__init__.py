"""Fulfillment: work given to one warehouse, from request to hand-over."""

from omskit.fulfillment.commands import (
    Accept,
    Command,
    ConfirmRecall,
    DenyRecall,
    HandOver,
    Open,
    Recall,
    Reject,
    Ship,
)
from omskit.fulfillment.decide import decide
from omskit.fulfillment.events import (
    Accepted,
    Event,
    Opened,
    ParcelsShipped,
    RecallConfirmed,
    RecallDenied,
    Recalled,
    Rejected,
)
from omskit.fulfillment.evolve import evolve
from omskit.fulfillment.kind import COMMANDS, FULFILLMENTS
from omskit.fulfillment.machine import FULFILLMENT_MACHINE, WORKING
from omskit.fulfillment.model import FulfillmentOrder, Parcel, WorkLine

__all__ = [
    "COMMANDS",
    "FULFILLMENTS",
    "FULFILLMENT_MACHINE",
    "WORKING",
    "Accept",
    "Accepted",
    "Command",
    "ConfirmRecall",
    "DenyRecall",
    "Event",
    "FulfillmentOrder",
    "HandOver",
    "Open",
    "Opened",
    "Parcel",
    "ParcelsShipped",
    "Recall",
    "RecallConfirmed",
    "RecallDenied",
    "Recalled",
    "Reject",
    "Rejected",
    "Ship",
    "WorkLine",
    "decide",
    "evolve",
]
