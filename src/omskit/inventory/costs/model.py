"""Cost cards: what happened to the cost of one SKU in one scope, step by step, with the pool it leads to.

A card is what a stock clerk's card was: it begins with the balance brought forward from the card before it, takes
a number of steps, and when it is full the next one begins. So no card grows without bound, however much is sold.
"""

from __future__ import annotations

from datetime import datetime
from enum import Enum

from attrs import frozen

from omskit.inventory.valuation import Costing, Pool


@frozen
class CostScope:
    """Warehouses whose stock is valued together: a company, a country.

    Args:
        code: Its name.
        currency: ISO 4217; what costs are counted in, in minor units.
        warehouses: Whose stock it is; a warehouse is in one scope at most.
        costing: How pieces leave a pool that begins; one that is there goes on as it began.
    """

    code: str
    currency: str
    warehouses: tuple[str, ...]
    costing: Costing = Costing.AVERAGE


class StepKind(Enum):
    """What happens to a pool.

    ``RECEIVED`` comes at the cost that was told for its document, or is estimated at the rate of the pool, until
    ``PRICED`` says what it was. ``FOUND`` comes at the rate of the pool. ``LOST``, ``SOLD`` and ``SENT`` leave at
    the pool's cost; what was ``SENT`` is ``CAME`` elsewhere at the same cost, and what was ``SOLD`` comes ``BACK``
    at the cost it left. ``REVALUED`` adds costs that come later, as freight, or takes off.
    """

    RECEIVED = "received"
    FOUND = "found"
    CAME = "came"
    BACK = "back"
    LOST = "lost"
    SOLD = "sold"
    SENT = "sent"
    PRICED = "priced"
    REVALUED = "revalued"


#: Steps by which pieces leave.
LEAVING = frozenset({StepKind.LOST, StepKind.SOLD, StepKind.SENT})
#: Steps that change the cost of pieces and move none.
COSTING_ONLY = frozenset({StepKind.PRICED, StepKind.REVALUED})


@frozen
class Step:
    """One thing that happened to a pool.

    Args:
        kind: What.
        at: When; never before the step before it.
        quantity: Pieces that moved, or that a cost is for.
        value_minor: What they cost, in minor units; of ``PRICED`` and ``REVALUED`` the difference.
        correction_minor: What of it belongs to pieces that had left already, to be added to the cost of goods
            sold: the pool has the rest.
        order: Key of the order it was sold to or comes back from.
        line: Line of the order.
        document: What it was booked by.
        estimated: Pieces of it at the rate of the pool, as nobody had said what they cost; of ``PRICED``, those
            whose cost is known now.
        estimated_minor: What those were estimated at.
    """

    kind: StepKind
    at: datetime
    quantity: int
    value_minor: int
    correction_minor: int = 0
    order: int = 0
    line: int = 0
    document: str = ""
    estimated: int = 0
    estimated_minor: int = 0


@frozen
class Bill:
    """What pieces of a document cost together; ``used`` of them have come in so far."""

    document: str
    quantity: int
    value_minor: int
    used: int = 0


@frozen
class Sums:
    """All that a pool took and gave, in minor units."""

    received: int = 0
    back: int = 0
    revalued: int = 0
    issued: int = 0
    corrections: int = 0

    @property
    def value_minor(self) -> int:
        """What has to be there: ``received + back + revalued - issued - corrections``."""
        return self.received + self.back + self.revalued - self.issued - self.corrections


@frozen
class Place:
    """Up to where the movements of one cell have been valued."""

    sku: str
    warehouse: str
    place: int


#: Steps on a card at most; then the next one begins.
FULL = 100


@frozen
class CostCard:
    """The cost of one SKU in one scope over a number of steps.

    Args:
        key: Its key in the storage.
        status: Of the machine of cards.
        sku: Of what.
        scope: Of whom.
        number: 1, 2, 3 ... of this SKU and scope.
        previous: Key of the card before it; 0 for the first.
        began: When; the first step of it is no earlier.
        opening: The pool brought forward.
        brought: The sums brought forward.
        pool: The pool after all steps.
        sums: The sums after all steps, from the first card on.
        bills: Costs that were told and that pieces are still to come for.
        places: Up to where movements have been valued.
        steps: What happened, first things first.
    """

    key: int
    status: str
    sku: str
    scope: str
    number: int
    previous: int
    began: datetime
    opening: Pool
    brought: Sums
    pool: Pool
    sums: Sums
    bills: tuple[Bill, ...] = ()
    places: tuple[Place, ...] = ()
    steps: tuple[Step, ...] = ()

    @property
    def last_at(self) -> datetime:
        """When its last step was; when it began, for one without steps."""
        return self.steps[-1].at if self.steps else self.began
