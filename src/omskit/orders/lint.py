"""Looking over a review policy before orders meet it: rules that never decide, and why."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from enum import Enum

from attrs import frozen

from omskit.orders.review import ReviewPolicy, Rule, Verdict


class Flaw(Enum):
    """What is wrong with a rule.

    ``NEVER``: no order can fulfill its condition. ``EXPIRED``: it is not valid any more. ``SHADOWED``: an earlier
    rule decides every order that it is about, in the same way. ``CONTRADICTED``: an earlier rule decides every one
    of them in another way.
    """

    NEVER = "never"
    EXPIRED = "expired"
    SHADOWED = "shadowed"
    CONTRADICTED = "contradicted"


@frozen
class Finding:
    """A rule that never decides.

    Args:
        rule: Its name.
        flaw: What is wrong.
        by: The earlier rule, or the part of the condition, that is to blame.
    """

    rule: str
    flaw: Flaw
    by: str = ""

    def __str__(self) -> str:
        return f"{self.rule} is {self.flaw.value}{f' by {self.by}' if self.by else ''}"


def lint(policy: ReviewPolicy, at: datetime) -> tuple[Finding, ...]:
    """Return the guards and rules of a policy that no order can make decide, from an instant on.

    What is found is certain; what only several rules together make unreachable is not found. A rule that *holds*
    shadows nothing: when a person lifts its hold, the rules behind it are asked.
    """
    rules = policy.rules
    found = [flaw for rule in (*policy.guards, *rules) if (flaw := _alone(rule, at))]
    broken = {finding.rule for finding in found}
    for position, rule in enumerate(rules):
        if rule.name not in broken:
            found += _shadows(rule, rules[:position])
    return tuple(found)


def _alone(rule: Rule, at: datetime) -> Finding | None:
    if part := rule.when.never:
        return Finding(rule.name, Flaw.NEVER, part)
    if rule.until is not None and rule.until <= at:
        return Finding(rule.name, Flaw.EXPIRED)
    return None


def _shadows(rule: Rule, earlier: tuple[Rule, ...]) -> Iterator[Finding]:
    for one in earlier:
        if one.verdict is not Verdict.HOLD and _always_before(one, rule) and one.when.covers(rule.when):
            same = one.verdict is rule.verdict
            yield Finding(rule.name, Flaw.SHADOWED if same else Flaw.CONTRADICTED, one.name)
            return


def _always_before(one: Rule, rule: Rule) -> bool:
    """Whether the first rule is in force whenever the second is."""
    starts = one.since is None or (rule.since is not None and one.since <= rule.since)
    ends = one.until is None or (rule.until is not None and rule.until <= one.until)
    return starts and ends and (one.hours is None or one.hours == rule.hours)
