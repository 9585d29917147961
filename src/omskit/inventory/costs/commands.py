"""What can be asked of a cost card."""

from __future__ import annotations

from attrs import frozen

from omskit.inventory.costs.model import CostCard, Place, Step


@frozen
class Begin:
    """Begin a card."""

    card: CostCard


@frozen
class Write:
    """Write steps that movements led to, up to places in the ledger."""

    steps: tuple[Step, ...]
    places: tuple[Place, ...]


@frozen
class Tell:
    """Say what pieces of a document cost together, before or after they came.

    Args:
        document: What they are booked by.
        quantity: Pieces.
        value_minor: What they cost together.
        estimated: Pieces of the document that came in at an estimate and have no price yet.
        estimated_minor: What those were estimated at.
    """

    document: str
    quantity: int
    value_minor: int
    estimated: int = 0
    estimated_minor: int = 0


@frozen
class Revalue:
    """Add costs to pieces that came in, as freight, or take off.

    Args:
        by_minor: How much, of either sign.
        quantity: Pieces that it is for; None for all that are there.
        document: What they were booked by.
    """

    by_minor: int
    quantity: int | None = None
    document: str = ""


Command = Begin | Write | Tell | Revalue
