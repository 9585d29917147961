"""Flow: the steps and reactions that join the rooms; the only place that knows more than one of them."""

from omskit.flow.advance import Advance, advance, ask
from omskit.flow.choosing import Processes, as_processes
from omskit.flow.exchange import AWAITS_PAYMENT, AWAITS_RETURN, EXCHANGE_CREDIT, reorder
from omskit.flow.from_work import CANCEL_REQUESTED, SHORT_PICK
from omskit.flow.granting import asked, grant, open_case, with_gifts
from omskit.flow.owners import owned, stoppable
from omskit.flow.process import Facts, Need, Process, Step
from omskit.flow.processes import FINANCE, audited, direct, reviewed
from omskit.flow.react import PICKUP, Missing, missing, react
from omskit.flow.refunds import case_of, follow
from omskit.flow.reporting import reports
from omskit.flow.resourcing import TOO_MANY_ATTEMPTS, Resourcing
from omskit.flow.returning import UNDER_REFUND
from omskit.flow.reversals import Candidates, Matched, commands_for, match
from omskit.flow.rules import Rules, Ruling
from omskit.flow.steps import merge_step, release_step, review_step, source_step
from omskit.flow.workspace import News, Track, Workspace

__all__ = [
    "AWAITS_PAYMENT",
    "AWAITS_RETURN",
    "CANCEL_REQUESTED",
    "EXCHANGE_CREDIT",
    "FINANCE",
    "PICKUP",
    "SHORT_PICK",
    "TOO_MANY_ATTEMPTS",
    "UNDER_REFUND",
    "Advance",
    "Candidates",
    "Facts",
    "Matched",
    "Missing",
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
    "asked",
    "audited",
    "case_of",
    "commands_for",
    "direct",
    "follow",
    "grant",
    "match",
    "merge_step",
    "missing",
    "open_case",
    "owned",
    "react",
    "release_step",
    "reorder",
    "reports",
    "review_step",
    "reviewed",
    "source_step",
    "stoppable",
    "with_gifts",
]
