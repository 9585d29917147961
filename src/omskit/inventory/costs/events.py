"""What happens to a cost card."""

from __future__ import annotations

from attrs import frozen

from omskit.inventory.costs.model import Bill, CostCard, Place, Step


@frozen
class Begun:
    """A card begins, with what is brought forward."""

    card: CostCard


@frozen
class Stepped:
    """Steps were written, up to places in the ledger."""

    status: str
    steps: tuple[Step, ...]
    places: tuple[Place, ...] = ()


@frozen
class Told:
    """Somebody said what pieces cost that are still to come."""

    status: str
    bill: Bill


@frozen
class Full:
    """No more is written on it."""

    status: str


Event = Begun | Stepped | Told | Full
