"""What a command does to a price change: events, or a refusal. It is applied once, however often that is asked."""

from __future__ import annotations

from datetime import datetime

from attrs import evolve

from omskit.core import Machine, Refused, UsageError
from omskit.pricing.changes import commands as c
from omskit.pricing.changes import events as e
from omskit.pricing.changes import machine as m
from omskit.pricing.changes.model import PriceChange

Events = tuple[e.Event, ...]


def decide(
    state: PriceChange | None,
    command: c.Command,
    *,
    at: datetime,
    actor: str = "",
    machine: Machine = m.PRICE_CHANGE_MACHINE,
) -> Events:
    """Return the events of a command; one that is already satisfied happens as no event.

    Raises:
        Refused: ``not_allowed`` by the machine; ``already_submitted``; ``price_guarded`` with ``violations``;
            ``own_approval``; ``too_early`` with ``effective_at``.
        UsageError: ``unknown_price_change``; ``no_actor`` where a person has to act.
    """
    if isinstance(command, c.Submit):
        return _submit(state, command, actor, machine)
    if state is None:
        raise UsageError("unknown_price_change", f"{type(command).__name__} for one that is not there")
    trigger = _TRIGGERS[type(command)]
    if not machine.allows(state.status, trigger) and state.status in machine.reached_by(trigger):
        return ()
    status = machine.next(state.status, trigger)
    match command:
        case c.Approve():
            return (_approved(state, actor, status),)
        case c.Decline(reason):
            return (e.Declined(status, reason),)
        case c.Withdraw(reason):
            return (e.Withdrawn(status, reason),)
        case c.Apply() if at < state.effective_at:
            raise Refused(
                "too_early", f"it is for {state.effective_at.isoformat()}", effective_at=state.effective_at, at=at
            )
    return (e.Applied(status, at),)


def _submit(state: PriceChange | None, command: c.Submit, actor: str, machine: Machine) -> Events:
    if state is not None:
        raise Refused("already_submitted", f"price change {state.key} is there", change=state.key)
    if not actor:
        raise UsageError("no_actor", "a price change needs to know who asks for it", change=command.change.key)
    if command.violations and not command.override:
        raise Refused(
            "price_guarded",
            f"{len(command.violations)} prices break a guard; correct them, or say why they go through",
            violations=command.violations,
        )
    change = evolve(command.change, status=machine.initial, submitted_by=actor, approved_by="", applied_at=None)
    return (e.Submitted(change, command.override),)


def _approved(state: PriceChange, actor: str, status: str) -> e.Approved:
    if not actor:
        raise UsageError("no_actor", "an approval needs to know whose it is", change=state.key)
    if actor == state.submitted_by:
        raise Refused("own_approval", f"{actor} asked for it; somebody else has to agree", actor=actor)
    return e.Approved(status, actor)


_TRIGGERS: dict[type[c.Command], str] = {
    c.Approve: m.APPROVE,
    c.Decline: m.DECLINE,
    c.Withdraw: m.WITHDRAW,
    c.Apply: m.APPLY,
}
