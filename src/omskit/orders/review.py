"""Review: which orders may go on by themselves, and which wait for a person, with the reason.

*Guards* are all asked, and each that matches puts its own hold, or leaves its own alert: several reasons stand
side by side. An order that no guard stops goes through the *rules*, the heavier ones first, and the first that
matches decides. No rule means no approval: what nobody thought of waits for a person. A hold that was lifted is
not put again: its guard or rule is passed over.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from enum import Enum

from attrs import field, frozen

from omskit.core import UsageError
from omskit.orders.commands import Approve, Command, PutOnHold
from omskit.orders.conditions import STRANGER, History, When
from omskit.orders.hours import Hours
from omskit.orders.model import Order


class Verdict(Enum):
    """What a rule says of an order that it matches: let it go, let it go with an alert for people, or hold it."""

    ALLOW = "allow"
    ALERT = "alert"
    HOLD = "hold"


@frozen
class Rule:
    """One rule of a review.

    Args:
        name: Unique within the policy; entries and holds name it.
        when: What it is about.
        verdict: Let go, let go with an alert, or hold.
        code: Code of the hold or alert; the name where none is given.
        reason: One sentence for a person.
        since: First instant of its validity; None for always.
        until: First instant after its validity; None for open end.
        weight: Heavier rules are asked first; those of equal weight as they stand.
        hours: Hours of the day in which it is in force; None for all.
        hold_for: How long its hold lasts by itself; None waits for a person.

    Raises:
        UsageError: ``bad_rule`` for a validity that ends before it begins, or a duration below zero.
    """

    name: str
    when: When
    verdict: Verdict = Verdict.HOLD
    code: str = ""
    reason: str = ""
    since: datetime | None = None
    until: datetime | None = None
    weight: int = 0
    hours: Hours | None = None
    hold_for: timedelta | None = None

    def __attrs_post_init__(self) -> None:
        if self.since is not None and self.until is not None and self.until <= self.since:
            raise UsageError("bad_rule", f"rule {self.name!r} ends before it begins", rule=self.name)
        if self.hold_for is not None and self.hold_for <= timedelta(0):
            raise UsageError("bad_rule", f"rule {self.name!r} holds for {self.hold_for}", rule=self.name)

    @property
    def hold(self) -> str:
        """Code of the hold that it puts, or of the alert that it leaves."""
        return self.code or self.name

    def in_force(self, at: datetime) -> bool:
        """Whether it is valid at an instant."""
        valid = (self.since is None or self.since <= at) and (self.until is None or at < self.until)
        return valid and (self.hours is None or at in self.hours)

    def applies(self, order: Order, at: datetime, history: History = STRANGER) -> bool:
        """Whether it is in force and matches."""
        for holds, look, wanted in self.when.tests:
            if not holds(wanted, look(order, history)):
                return False
        return self.in_force(at)


class Outcome(Enum):
    """What became of a rule when an order was reviewed."""

    DECIDED = "decided"
    HELD = "held"
    ALERTED = "alerted"
    MISSED = "missed"
    NOT_IN_FORCE = "not in force"
    LIFTED = "passed over: a person lifted its hold"
    NOT_ASKED = "not asked"


@frozen
class Considered:
    """One rule and what became of it; ``why`` says which part of its condition did not hold."""

    rule: str
    outcome: Outcome
    why: str = ""

    def __str__(self) -> str:
        return f"{self.rule}: {self.outcome.value}{f', {self.why}' if self.why else ''}"


def _by_weight(rules: Sequence[Rule]) -> tuple[Rule, ...]:
    return tuple(sorted(rules, key=lambda rule: -rule.weight))


@frozen
class ReviewPolicy:
    """How orders are reviewed; see the module.

    Args:
        guards: Holds and alerts that are all asked for, whatever the rules say.
        rules: The cascade, heavier rules first; the first match decides.
        buffer: How long an order waits after its placement before it is reviewed, so that what belongs
            together can meet. An urgent order does not wait.
        otherwise: Code of the hold of an order that no rule speaks for; a person who lifts it has let the order
        go.

    Raises:
        UsageError: ``duplicate_rule``; ``bad_guard`` for a guard that allows.
    """

    guards: tuple[Rule, ...] = ()
    rules: tuple[Rule, ...] = field(default=(), converter=_by_weight)
    buffer: timedelta = timedelta(0)
    otherwise: str = "no_rule"

    def __attrs_post_init__(self) -> None:
        names = [rule.name for rule in (*self.guards, *self.rules)]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise UsageError("duplicate_rule", f"rule names come once: {', '.join(twice)}", names=tuple(twice))
        for guard in self.guards:
            if guard.verdict is Verdict.ALLOW:
                raise UsageError("bad_guard", f"guard {guard.name!r} allows; guards only hold", rule=guard.name)

    @property
    def asks_history(self) -> bool:
        """Whether some rule wants to know what the buyer did before."""
        return any(rule.when.asks_history for rule in (*self.guards, *self.rules))

    def waits(self, order: Order, at: datetime) -> bool:
        """Whether the order is still in the buffer."""
        return not order.terms.urgent and at < order.terms.placed_at + self.buffer

    def review(self, order: Order, at: datetime, history: History = STRANGER) -> Sequence[Command]:
        """Return the commands that the review comes to: holds, an approval, or nothing within the buffer."""
        if self.waits(order, at):
            return ()
        stopped: list[Command] = []
        alerts: list[str] = []
        for guard in self.guards:
            if guard.applies(order, at, history) and guard.hold not in order.cleared:
                if guard.verdict is Verdict.HOLD:
                    stopped.append(_hold(guard, at))
                else:
                    alerts.append(guard.hold)
        if stopped:
            return stopped
        for rule in self.rules:
            if rule.applies(order, at, history) and rule.hold not in order.cleared:
                if rule.verdict is Verdict.HOLD:
                    return (_hold(rule, at),)
                alerts += [rule.hold] if rule.verdict is Verdict.ALERT else []
                return (Approve(rule.name, tuple(alerts)),)
        if self.otherwise in order.cleared:
            return (Approve(self.otherwise, tuple(alerts)),)
        return (PutOnHold(self.otherwise, "no review rule speaks for this order"),)

    def explain(self, order: Order, at: datetime, history: History = STRANGER) -> Iterator[Considered]:
        """Yield what becomes of every guard and rule when the order is reviewed, in the order they are asked."""
        held = False
        for guard in self.guards:
            one = _considered(guard, order, at, history)
            held |= one.outcome is Outcome.HELD
            yield one
        decided = held
        for rule in self.rules:
            one = _considered(rule, order, at, history)
            hit = one.outcome in {Outcome.DECIDED, Outcome.ALERTED, Outcome.HELD}
            yield Considered(rule.name, Outcome.NOT_ASKED) if decided else one
            decided |= hit


def _considered(rule: Rule, order: Order, at: datetime, history: History) -> Considered:
    if rule.hold in order.cleared:
        return Considered(rule.name, Outcome.LIFTED)
    if not rule.in_force(at):
        return Considered(rule.name, Outcome.NOT_IN_FORCE)
    miss = rule.when.miss(order, history)
    if miss is not None:
        return Considered(rule.name, Outcome.MISSED, str(miss))
    return Considered(rule.name, _OUTCOMES[rule.verdict], rule.reason)


_OUTCOMES = {Verdict.ALLOW: Outcome.DECIDED, Verdict.ALERT: Outcome.ALERTED, Verdict.HOLD: Outcome.HELD}


def _hold(rule: Rule, at: datetime) -> PutOnHold:
    until = at + rule.hold_for if rule.hold_for is not None else None
    return PutOnHold(rule.hold, rule.reason or f"rule {rule.name}", until=until)


#: Marks of the terms that stop an order: the channel or its adapter saw what a person has to look at.
STOPPING_MARKS = frozenset({"address_in_doubt", "forbidden_to_ship", "part_paid", "refund_open", "unknown_status"})

#: Holds that stand between a doubtful order and its approval unless a host decides otherwise.
GUARDS = (
    Rule("unpriced", When(unpriced=True), reason="a line is paid with nothing"),
    Rule("no_buyer", When(nameless=True), reason="the buyer is unknown"),
    Rule("memo", When(memo=True), reason="someone wrote a memo that a person should read"),
    Rule("cod", When(cod=True), reason="the courier is to collect the money"),
    Rule("marked", When(marks=STOPPING_MARKS), reason="the channel marked it as one that a person should look at"),
)

#: Lets everything go that no guard stops.
ALLOW_ALL = Rule("allow_all", When(), Verdict.ALLOW)

#: The guards above, and everything else goes.
STANDARD_REVIEW = ReviewPolicy(GUARDS, (ALLOW_ALL,))


def blocklist(
    *,
    buyers: frozenset[str] = frozenset(),
    postcodes: frozenset[str] = frozenset(),
    countries: frozenset[str] = frozenset(),
) -> tuple[Rule, ...]:
    """Return the guards that hold every order of some buyers, or to some places (``DE/80``, ``DE``)."""
    asked = {
        "buyers": When(buyers=buyers),
        "postcodes": When(postcodes=postcodes),
        "countries": When(countries=countries),
    }
    return tuple(
        Rule(f"blocked_{name}", when, code="blocklist", reason=f"the {name} are on the blocklist")
        for name, when in asked.items()
        if when != When()
    )
