"""What a plan says: parcels, what stays without a warehouse and why, what it costs and how sure that is."""

from __future__ import annotations

from datetime import date, datetime
from enum import Enum

from attrs import field, frozen

from omskit.allocation.carried import Commitment
from omskit.allocation.case import Stock
from omskit.allocation.compiled import Compiled
from omskit.allocation.contracts import Contracts
from omskit.allocation.model import Demand
from omskit.allocation.policy import Policy
from omskit.core import UsageError, quick


class Reason(Enum):
    """Why units stay without a warehouse; the first that holds, from top to bottom."""

    OTHER_CURRENCY = "other_currency"
    NO_WAREHOUSE = "no_warehouse"
    BARRED = "barred"
    NO_COVERAGE = "no_coverage"
    NO_COD = "no_cod"
    NO_COURIER = "no_courier"
    NO_CAPABILITY = "no_capability"
    TOO_HEAVY = "too_heavy"
    BLACKOUT = "blackout"
    CAPACITY_FULL = "capacity_full"
    QUOTA_FULL = "quota_full"
    NO_STOCK = "no_stock"
    KEPT_TOGETHER = "kept_together"
    SHIP_COMPLETE = "ship_complete"
    PARCEL_LIMIT = "parcel_limit"
    TOO_DEAR = "too_dear"


class Rule(Enum):
    """What decided an order's plan.

    ``ONE_PARCEL``: the cheapest single parcel, and no split and no remainder can cost less. ``SEARCH``: the
    cheapest of all ways to share the units out. ``BEST_FOUND``: the work limit ended the search; the bound says
    how far the best can be. ``NOTHING``: nothing can be sent, or nothing is worth it. ``TOGETHER``: the plan of
    all demands together; alone it could have cost less. ``OPPORTUNITY``: it leaves to expected demand what is
    worth more there; alone it could have cost less. ``CHOSEN``: a chain of choosers, whatever it costs.
    """

    ONE_PARCEL = "one_parcel"
    SEARCH = "search"
    BEST_FOUND = "best_found"
    NOTHING = "nothing"
    TOGETHER = "together"
    OPPORTUNITY = "opportunity"
    CHOSEN = "chosen"


@frozen
class Unfilled:
    """Units of a line that stay without a warehouse."""

    line: int
    quantity: int
    reason: Reason


@quick
@frozen
class PlannedParcel:
    """One parcel of a plan.

    Args:
        warehouse: Where it is packed.
        service: Code of the courier's service.
        courier: Who carries it.
        units: (line number, units) pairs, in order of line.
        weight_g: What its goods weigh.
        freight_minor: What the courier asks, without fees.
        cost_minor: What it adds to the order: freight, fee, handling, lateness, less the credit.
        ship_on: Day of hand-over, in the warehouse's calendar.
        arrive_on: Day of delivery, in the courier's calendar.
        credit_minor: What it saves of the prices of commitments that would miss it.
    """

    warehouse: str
    service: str
    courier: str
    units: tuple[tuple[int, int], ...]
    weight_g: int
    freight_minor: int
    cost_minor: int
    ship_on: date
    arrive_on: date
    credit_minor: int = 0


@quick
@frozen(eq=False)
class Asked:
    """The question behind a decision, as it stood at its turn; see :func:`omskit.allocation.explain`.

    Args:
        demand: What was asked for.
        stock: What it could be planned on, less what earlier demands took.
        network: Where from.
        policy: What counted.
        at: When.
        budget: Most work for the search.
        contracts: What couriers took at most and should have at least; None for neither.
    """

    demand: Demand
    stock: Stock
    network: Compiled
    policy: Policy
    at: datetime
    budget: int
    contracts: Contracts | None = None


@quick
@frozen
class Decision:
    """What becomes of one demand.

    Args:
        key: The demand's key.
        parcels: In order of warehouse priority.
        unfilled: In order of line; every unit is in a parcel or here.
        cost_minor: Parcels, split weight and unfilled weight.
        bound_minor: No plan for this demand, on what was left at its turn, costs less.
        rule: What decided.
        asked: The question, for explanations; no part of equality or repr.
        before_minor: What the parcels in force would cost; None when there are none, or they are no longer
            possible.
    """

    key: int
    parcels: tuple[PlannedParcel, ...]
    unfilled: tuple[Unfilled, ...]
    cost_minor: int
    bound_minor: int
    rule: Rule
    asked: Asked = field(eq=False, repr=False)
    before_minor: int | None = None

    @property
    def exact(self) -> bool:
        """Whether no plan costs less."""
        return self.cost_minor == self.bound_minor

    @property
    def gap_minor(self) -> int:
        """How much cheaper the best plan can be at most."""
        return self.cost_minor - self.bound_minor


@frozen
class Plan:
    """Decisions for all demands, in the order in which they were served.

    Args:
        decisions: One for each demand.
        bound_minor: No plan of all demands costs less; None where they were not planned together.
        missing: The commitments that are not fulfilled by it, with how many parcels are missing.
    """

    decisions: tuple[Decision, ...]
    bound_minor: int | None = None
    missing: tuple[Commitment, ...] = ()

    @property
    def cost_minor(self) -> int:
        """What all decisions cost together, less the credits for commitments."""
        return sum(decision.cost_minor for decision in self.decisions)

    @property
    def missing_minor(self) -> int:
        """What missing parcels of commitments cost."""
        return sum(one.at_least * one.short_minor for one in self.missing)

    @property
    def gap_minor(self) -> int | None:
        """How much cheaper the best plan can be at most; None where that is not known."""
        return None if self.bound_minor is None else self.cost_minor - self.bound_minor

    def of(self, key: int) -> Decision:
        """Return the decision for a demand.

        Raises:
            UsageError: ``unknown_demand``.
        """
        for decision in self.decisions:
            if decision.key == key:
                return decision
        raise UsageError("unknown_demand", f"the plan decides nothing for {key}", key=key)
