"""What a command does to an allowance: events, or a refusal that says what is left."""

from __future__ import annotations

from datetime import datetime

from attrs import evolve

from omskit.core import Machine, Refused, UsageError
from omskit.pricing.allowances import commands as c
from omskit.pricing.allowances import events as e
from omskit.pricing.allowances import machine as m
from omskit.pricing.allowances.model import Allowance

Events = tuple[e.Event, ...]


def decide(
    state: Allowance | None,
    command: c.Command,
    *,
    at: datetime,
    actor: str = "",  # noqa: ARG001 - every aggregate is asked in the same way
    machine: Machine = m.ALLOWANCE_MACHINE,
) -> Events:
    """Return the events of a command. ``Take`` and ``Give`` count each time: a redemption makes them happen once.

    Raises:
        Refused: ``not_allowed`` by the machine; ``already_opened``; ``allowance_spent`` with what is left;
            ``allowance_ended``; ``other_buyer``.
        UsageError: ``unknown_allowance``; ``bad_use`` for a negative figure, or for giving back more than is held;
            ``mixed_currencies``.
    """
    if isinstance(command, c.Open):
        return _open(state, command, machine)
    if state is None:
        raise UsageError("unknown_allowance", f"{type(command).__name__} for one that is not there")
    trigger = _TRIGGERS[type(command)]
    if isinstance(command, c.Close | c.Reopen):
        return _turn(state, command, trigger, machine)
    status = machine.next(state.status, trigger)
    if isinstance(command, c.Take):
        return _take(state, command, status, at)
    if isinstance(command, c.Give):
        uses, minor = command.uses, command.minor
        if not 0 <= uses <= state.uses or not 0 <= minor <= state.minor:
            raise UsageError("bad_use", f"{state.name} does not hold {uses} uses, {minor}", name=state.name)
        return (e.Given(status, command.order, uses, minor),) if uses or minor else ()
    same = (command.limit_uses, command.limit_minor) == (state.limit_uses, state.limit_minor)
    return () if same else (e.Resized(status, command.limit_uses, command.limit_minor),)


def _turn(state: Allowance, command: c.Close | c.Reopen, trigger: str, machine: Machine) -> Events:
    if not machine.allows(state.status, trigger) and state.status in machine.reached_by(trigger):
        return ()
    status = machine.next(state.status, trigger)
    if isinstance(command, c.Close):
        return (e.Closed(status, command.reason),)
    return (e.Reopened(status, command.reason),)


def _open(state: Allowance | None, command: c.Open, machine: Machine) -> Events:
    new = command.allowance
    if state is not None:
        raise Refused("already_opened", f"allowance {new.name} is there", name=new.name)
    return (e.Opened(evolve(new, status=machine.initial, uses=0, minor=0)),)


def _take(state: Allowance, command: c.Take, status: str, at: datetime) -> Events:
    uses, minor, left = command.uses, command.minor, state.left
    if min(uses, minor) < 0:
        raise UsageError("bad_use", f"{uses} uses and {minor} of {state.name}; from 0", name=state.name)
    if state.currency and minor and command.currency != state.currency:
        raise UsageError(
            "mixed_currencies",
            f"{state.name} counts in {state.currency}",
            left=state.currency,
            right=command.currency,
        )
    if state.until is not None and at >= state.until:
        raise Refused("allowance_ended", f"{state.name} ended at {state.until.isoformat()}", name=state.name)
    if state.buyer and command.buyer != state.buyer:
        raise Refused("other_buyer", f"{state.name} is for another buyer", name=state.name)
    if (left.uses is not None and uses > left.uses) or (left.minor is not None and minor > left.minor):
        raise Refused(
            "allowance_spent",
            f"{state.name} has {left.uses} uses and {left.minor} left (None: any)",
            name=state.name,
            left_uses=left.uses,
            left_minor=left.minor,
        )
    return (e.Taken(status, command.order, uses, minor),) if uses or minor else ()


_TRIGGERS: dict[type[c.Command], str] = {
    c.Take: m.TAKE,
    c.Give: m.GIVE,
    c.Resize: m.RESIZE,
    c.Close: m.CLOSE,
    c.Reopen: m.REOPEN,
}
