"""What decisions need to know of a host's process: its machines, its policies, and which order goes by which."""

from __future__ import annotations

from typing import Protocol

from attrs import field, frozen

from omskit.core import Machine
from omskit.flow.resourcing import Resourcing
from omskit.fulfillment import FULFILLMENT_MACHINE, PARCEL_MACHINE
from omskit.orders import GRADING, ORDER_MACHINE, Grading, Place
from omskit.returns import CUSTODY_MACHINE, REFUND_MACHINE


class Ruling(Protocol):
    """Says which rules hold for what; a single :class:`Rules` says the same of everything."""

    def rules_of(self, process: str) -> Rules:
        """Return the rules of a process by its id; those of the default for an empty one."""
        ...

    def choose(self, place: Place) -> str:
        """Return the id of the process that an order is to go by."""
        ...

    def all_rules(self) -> tuple[Rules, ...]:
        """Return the rules of every process."""
        ...


@frozen
class Rules:
    """The parts of a host's process that decisions need.

    Args:
        orders: The life of an order.
        fulfillments: The life of a fulfillment order.
        grading: Ranks new orders.
        parcels: The life of a parcel.
        resourcing: What becomes of units that a warehouse does not send.
    """

    orders: Machine = ORDER_MACHINE
    fulfillments: Machine = FULFILLMENT_MACHINE
    grading: Grading = GRADING
    custody: Machine = CUSTODY_MACHINE
    refunds: Machine = REFUND_MACHINE
    parcels: Machine = PARCEL_MACHINE
    resourcing: Resourcing = field(factory=Resourcing)

    def rules_of(self, process: str) -> Rules:  # noqa: ARG002 - the same for every process
        """Return these rules."""
        return self

    def choose(self, place: Place) -> str:  # noqa: ARG002
        """Return no process in particular."""
        return ""

    def all_rules(self) -> tuple[Rules, ...]:
        """Return these rules."""
        return (self,)
