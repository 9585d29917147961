"""Flow: the steps and reactions that join the rooms; the only place that knows more than one of them."""

from omskit.flow.advance import Advance, advance, ask
from omskit.flow.choosing import Processes, as_processes
from omskit.flow.from_work import CANCEL_REQUESTED, SHORT_PICK
from omskit.flow.process import Facts, Need, Process, Step
from omskit.flow.processes import FINANCE, audited, direct, reviewed
from omskit.flow.react import PICKUP, orders_missing, react
from omskit.flow.reporting import reports
from omskit.flow.resourcing import TOO_MANY_ATTEMPTS, Resourcing
from omskit.flow.reversals import Candidates, Matched, commands_for, match
from omskit.flow.rules import Rules, Ruling
from omskit.flow.steps import merge_step, release_step, review_step, source_step
from omskit.flow.workspace import News, Track, Workspace

__all__ = [
    "CANCEL_REQUESTED",
    "FINANCE",
    "PICKUP",
    "SHORT_PICK",
    "TOO_MANY_ATTEMPTS",
    "Advance",
    "Candidates",
    "Facts",
    "Matched",
    "Need",
    "News",
    "Process",
    "Processes",
    "Resourcing",
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
    "match",
    "merge_step",
    "orders_missing",
    "react",
    "release_step",
    "reports",
    "review_step",
    "reviewed",
    "source_step",
]
