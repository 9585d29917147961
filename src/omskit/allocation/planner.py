"""The planner: serves demands in order of rank, each at the least total cost on what is left for it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from omskit.allocation.case import DEFAULT_BUDGET, Setting
from omskit.allocation.compiled import Compiled, compile_network
from omskit.allocation.decide import decide, decide_priced
from omskit.allocation.model import Demand, Supply
from omskit.allocation.network import Network
from omskit.allocation.opportunity import OpportunityCost
from omskit.allocation.outcome import Plan
from omskit.allocation.policy import Policy
from omskit.allocation.remaining import Ledger
from omskit.core import UsageError, aware


def plan(
    demands: Iterable[Demand],
    supply: Supply,
    network: Network | Compiled,
    policy: Policy,
    *,
    at: datetime,
    budget: int = DEFAULT_BUDGET,
    opportunity: OpportunityCost | None = None,
) -> Plan:
    """Return where each demand is sent from, and how.

    Demands are served by rank and then key, whatever order they are given in; what one takes is gone for the next.
    Each is served at the least cost that is possible on what is left for it: freight, fees, handling, lateness,
    split weights and unfilled weights. Equal costs fall to fewer units left out, then fewer parcels, then
    warehouses of better priority, then of lower code. The same input gives the same plan, to the byte.

    Args:
        demands: With different keys.
        supply: What can be promised; warehouses that the network does not know are passed over.
        network: Compile it once with :func:`omskit.allocation.compile_network` to plan many batches.
        policy: What counts.
        at: Now; aware. Decides which cut-offs have passed.
        budget: Most work for one demand; beyond it a decision is the best found, with a bound.
        opportunity: What scarce things are worth to expected demand. It moves plans to what is less wanted, and
            never leaves a unit out that could be sent; costs and bounds are those of the demands alone.

    Raises:
        UsageError: ``duplicate_demand``; ``naive_datetime``; ``bad_budget`` below 1.
    """
    at = aware(at)
    ordered = in_turn(demands, budget)
    compiled = network if isinstance(network, Compiled) else compile_network(network)
    ledger = Ledger(supply, compiled, () if opportunity is None else opportunity.carried)
    setting = Setting(compiled, compiled.days(at), policy, ledger.contracts)
    if opportunity is not None:
        prices = opportunity.prices(compiled, ledger.contracts)
        priced = [decide_priced(one, setting, ledger, at, budget, prices=prices) for one in ordered]
        return Plan(tuple(priced), missing=ledger.missing())
    made = tuple([decide(demand, setting, ledger, at, budget) for demand in ordered])
    return Plan(made, missing=ledger.missing())


def in_turn(demands: Iterable[Demand], budget: int) -> list[Demand]:
    """Return demands by rank and key.

    Raises:
        UsageError: ``duplicate_demand``; ``bad_budget`` below 1.
    """
    if budget < 1:
        raise UsageError("bad_budget", f"{budget} steps; at least 1", value=budget)
    ordered = sorted(demands, key=lambda one: (one.rank, one.key))
    if len({one.key for one in ordered}) < len(ordered):
        raise UsageError("duplicate_demand", "each demand has a key of its own")
    return ordered
