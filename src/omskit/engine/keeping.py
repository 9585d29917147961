"""Keeping aggregates that stand by themselves: events become a change, and all of a kind are read in pages."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, TypeVar

from attrs import frozen

from omskit.core import Change, Entry, Kind, Stored
from omskit.storage import After, Unit, Where

S = TypeVar("S")

#: Aggregates read in one step.
PAGE = 500


@frozen
class By:
    """When, by whom and through what something happens."""

    at: datetime
    actor: str
    cause: str = "command"


def change_of(kind: Kind[S], key: int, stored: Stored[S] | None, events: Sequence[Any], by: By) -> Change[S]:
    """Return what is to be saved after events."""
    state, before = (stored.state, stored.version) if stored else (None, 0)
    entries: list[Entry] = []
    for event in events:
        state = kind.evolve(state, event)
        entries.append(Entry(key, before + len(entries) + 1, by.at, by.actor, by.cause, event))
    assert state is not None, "a change has an event"  # noqa: S101
    return Change(key, before, state, tuple(entries))


def keep(  # noqa: PLR0917
    unit: Unit,
    kind: Kind[S],
    key: int,
    stored: Stored[S] | None,
    events: Sequence[Any],
    by: By,
) -> S:
    """Save one aggregate after events, and return it; without events nothing is written."""
    if not events:
        assert stored is not None, "nothing comes of nothing"  # noqa: S101
        return stored.state
    change = change_of(kind, key, stored, events, by)
    unit.of(kind).save([change])
    return change.state


def history_of(unit: Unit, kind: Kind[Any], *where: Where) -> tuple[Entry, ...]:
    """Return all that happened to the first that matches, first things first; nothing when none does."""
    keys = unit.of(kind).find(*where, limit=1)
    return tuple(unit.of(kind).history(keys)[keys[0]]) if keys else ()


def pages(unit: Unit, kind: Kind[S], *where: Where) -> Iterator[Mapping[int, Stored[S]]]:
    """Yield all that match, a page at a time."""
    after: After | None = None
    while keys := unit.of(kind).find(*where, limit=PAGE, after=after):
        yield unit.of(kind).load(keys)
        after = After(None, keys[-1])
