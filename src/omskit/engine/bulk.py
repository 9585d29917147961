"""Calls for many: each in a unit of its own, with its own outcome, going on where an earlier call stopped."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from typing import Generic, TypeVar

from attrs import frozen

from omskit.core import PayloadError, Refusal, Refused, UsageError
from omskit.engine.act import Done
from omskit.engine.once import once
from omskit.engine.units import Shop
from omskit.storage import Unit

T = TypeVar("T")


@frozen
class Call(Generic[T]):
    """One of many.

    Args:
        subject: The number that a refusal is about.
        asked: What is asked, as JSON takes it.
        do: Does it, within a unit.
    """

    subject: str
    asked: object
    do: Callable[[Unit, bool], T]


def each(
    shop: Shop,
    source: str,
    calls: Iterable[Call[T]],
    key: str,
    progress: Callable[[int], object],
    *,
    dump: Callable[[T], str] = json.dumps,
    load: Callable[[str], T] = json.loads,
) -> list[T | Refusal]:
    """Make calls one by one; a refused one leaves the others alone.

    With a key, each call has the key and its place: what an interrupted list had done comes with its first outcome
    when the list is given again, another call in the same place is refused (``key_reused``), and what was refused
    is tried again.
    """
    outcomes: list[T | Refusal] = []
    for place, call in enumerate(calls, 1):
        mine = f"{key}/{place}" if key else ""
        try:
            outcomes.append(once(shop, source, mine, [call.subject, call.asked], call.do, dump=dump, load=load))
        except (Refused, PayloadError, UsageError) as error:
            outcomes.append(Refusal.of(call.subject, error))
        progress(place)
    return outcomes


def dump_done(done: Done) -> str:
    """Write what a command led to."""
    return json.dumps([done.number, done.status])


def load_done(text: str) -> Done:
    """Read what a command led to."""
    number, status = json.loads(text)
    return Done(number, status)
