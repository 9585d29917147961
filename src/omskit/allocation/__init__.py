"""Allocation: which warehouse sends what by which courier, at the least total cost, and why."""

from omskit.allocation.batch import moved, plan_batch
from omskit.allocation.blackouts import Blackout
from omskit.allocation.calendar import WorkingDays
from omskit.allocation.carried import Carried, Commitment
from omskit.allocation.case import DEFAULT_BUDGET
from omskit.allocation.chart import chart
from omskit.allocation.choosers import Chooser, plan_by_choosers
from omskit.allocation.compiled import Compiled, compile_network
from omskit.allocation.dating import Promised, promise
from omskit.allocation.differences import Difference, difference
from omskit.allocation.explain import Binding, Considered, Verdict, binding, considered, explain
from omskit.allocation.kinds import expected_from
from omskit.allocation.model import Demand, DemandLine, Kept, Supply
from omskit.allocation.network import Network, Warehouse
from omskit.allocation.opportunity import Expected, OpportunityCost, opportunity_cost
from omskit.allocation.outcome import Decision, Plan, PlannedParcel, Reason, Rule, Unfilled
from omskit.allocation.planner import plan
from omskit.allocation.policy import Policy
from omskit.allocation.rates import Insurance, Lane, RateCard, Service
from omskit.allocation.rules import About, Finding, SourceRule, lint_coverage, lint_rules, ruled
from omskit.allocation.shares import commitments_by_share, quotas_by_share
from omskit.allocation.shelf import Delivery
from omskit.allocation.simulate import Outcome, Planner, compare
from omskit.allocation.wording import Language

__all__ = [
    "DEFAULT_BUDGET",
    "About",
    "Binding",
    "Blackout",
    "Carried",
    "Chooser",
    "Commitment",
    "Compiled",
    "Considered",
    "Decision",
    "Delivery",
    "Demand",
    "DemandLine",
    "Difference",
    "Expected",
    "Finding",
    "Insurance",
    "Kept",
    "Lane",
    "Language",
    "Network",
    "OpportunityCost",
    "Outcome",
    "Plan",
    "PlannedParcel",
    "Planner",
    "Policy",
    "Promised",
    "RateCard",
    "Reason",
    "Rule",
    "Service",
    "SourceRule",
    "Supply",
    "Unfilled",
    "Verdict",
    "Warehouse",
    "WorkingDays",
    "binding",
    "chart",
    "commitments_by_share",
    "compare",
    "compile_network",
    "considered",
    "difference",
    "expected_from",
    "explain",
    "lint_coverage",
    "lint_rules",
    "moved",
    "opportunity_cost",
    "plan",
    "plan_batch",
    "plan_by_choosers",
    "promise",
    "quotas_by_share",
    "ruled",
]
