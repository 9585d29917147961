"""Flow: the steps and reactions that join the rooms; the only place that knows more than one of them."""

from omskit.flow.advance import Advance, advance, ask
from omskit.flow.choosing import Processes, as_processes
from omskit.flow.offers import (
    Goods,
    frozen_parts,
    load_listings,
    load_offers,
    load_products,
    mapped,
    offered,
    unexplained_items,
)
from omskit.flow.process import Facts, Need, Process, Step
from omskit.flow.processes import FINANCE, audited, direct, reviewed
from omskit.flow.react import CANCEL_REQUESTED, orders_missing, react
from omskit.flow.reversals import Candidates, Matched, commands_for, match
from omskit.flow.rules import Rules, Ruling
from omskit.flow.steps import merge_step, release_step, review_step, source_step
from omskit.flow.workspace import News, Track, Workspace

__all__ = [
    "CANCEL_REQUESTED",
    "FINANCE",
    "Advance",
    "Candidates",
    "Facts",
    "Goods",
    "Matched",
    "Need",
    "News",
    "Process",
    "Processes",
    "Rules",
    "Ruling",
    "Step",
    "Track",
    "Workspace",
    "advance",
    "as_processes",
    "ask",
    "audited",
    "commands_for",
    "direct",
    "frozen_parts",
    "load_listings",
    "load_offers",
    "load_products",
    "mapped",
    "match",
    "merge_step",
    "offered",
    "orders_missing",
    "react",
    "release_step",
    "review_step",
    "reviewed",
    "source_step",
    "unexplained_items",
]
