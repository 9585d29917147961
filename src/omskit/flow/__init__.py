"""Flow: the steps and reactions that join the rooms; the only place that knows more than one of them."""

from omskit.flow.advance import Advance, advance, ask
from omskit.flow.process import Facts, Need, Process, Step
from omskit.flow.processes import direct
from omskit.flow.react import CANCEL_REQUESTED, orders_missing, react
from omskit.flow.reversals import Candidates, Matched, commands_for, match
from omskit.flow.steps import merge_step, release_step, review_step, source_step
from omskit.flow.workspace import News, Rules, Track, Workspace

__all__ = [
    "CANCEL_REQUESTED",
    "Advance",
    "Candidates",
    "Facts",
    "Matched",
    "Need",
    "News",
    "Process",
    "Rules",
    "Step",
    "Track",
    "Workspace",
    "advance",
    "ask",
    "commands_for",
    "direct",
    "match",
    "merge_step",
    "orders_missing",
    "react",
    "release_step",
    "review_step",
    "source_step",
]
