"""The till: redemptions of a batch of orders against their allowances, in memory; nothing is written here.

The caller loads what the orders name under a lock, hands it in, gives commands, and saves what has changed in the
same unit. Each order goes as a whole or not at all; a refused one leaves the others alone.

::

    till = Till(at, actor, new_key)
    till.know_redemptions(...)   # found by order
    till.know_allowances(...)    # found by name: those of till.names(orders, uses)
    till.do(order, Reserve(...))
    redemptions.save(till.changed_redemptions()); allowances.save(till.changed_allowances())

A name that nobody has opened is opened with the limits that the use carries. Two units that do so at once meet in
the unique name: one of them gets ``Duplicate``, and does its unit again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any, Generic, TypeVar

from attrs import define, field

from omskit.core import Change, Entry, Machine, Refused, Stored
from omskit.pricing import allowances as a
from omskit.pricing import redemptions as r
from omskit.pricing.result import Use

S = TypeVar("S")


@define
class _Track(Generic[S]):
    key: int
    state: S | None = None
    before: int = 0
    entries: list[Entry] = field(factory=list)


@define
class Till:
    """A batch of redemptions at work.

    Args:
        at: Now.
        actor: Who acts.
        new_key: Hands out a key for what is made.
        redemption_machine: The life of redemptions.
        allowance_machine: The life of allowances.
    """

    at: datetime
    actor: str
    new_key: Callable[[], int]
    redemption_machine: Machine = r.REDEMPTION_MACHINE
    allowance_machine: Machine = a.ALLOWANCE_MACHINE
    _redemptions: dict[int, _Track[r.Redemption]] = field(factory=dict, init=False)
    _allowances: dict[str, _Track[a.Allowance]] = field(factory=dict, init=False)

    def know_redemptions(self, stored: Mapping[int, Stored[r.Redemption]]) -> None:
        """Take loaded redemptions in, by key; what is here already stays as it is."""
        for key, one in stored.items():
            self._redemptions.setdefault(one.state.order, _Track(key, one.state, one.version))

    def know_allowances(self, stored: Mapping[int, Stored[a.Allowance]]) -> None:
        """Take loaded allowances in, by key; what is here already stays as it is."""
        for key, one in stored.items():
            self._allowances.setdefault(one.state.name, _Track(key, one.state, one.version))

    def names(self, orders: Iterable[int], uses: Iterable[Use] = ()) -> tuple[str, ...]:
        """Return the names to load: what the orders hold and what they are to hold, sorted."""
        found = {use.name for use in uses}
        for order in orders:
            track = self._redemptions.get(order)
            found |= {use.name for use in track.state.uses} if track and track.state else set()
        return tuple(sorted(found))

    def redemption(self, order: int) -> r.Redemption | None:
        """Return what an order holds as it stands now; None when it never held anything."""
        track = self._redemptions.get(order)
        return track.state if track else None

    def allowance(self, name: str) -> a.Allowance | None:
        """Return an allowance as it stands now; None for one that is not known here."""
        track = self._allowances.get(name)
        return track.state if track else None

    def do(self, order: int, command: r.Command, cause: str = "price") -> None:
        """Decide a command on an order's redemption, and count its differences at the allowances.

        Raises:
            Refused: As the redemption and the allowances decide: ``allowance_spent``, ``allowance_ended``,
                ``other_buyer``, ``already_reserved``, ``not_allowed``; ``unknown_coupon`` for a coupon that was
                never opened. Everything is as it was.
            UsageError: ``unknown_redemption``, ``bad_use``, ``mixed_currencies``.
        """
        track = self._redemptions.get(order)
        before = track.state if track else None
        events = r.decide(before, command, at=self.at, actor=self.actor, machine=self.redemption_machine)
        after = before
        for event in events:
            after = r.evolve(after, event)
        counted = self._count(order, before, after)
        if track is None and events and after is not None:
            track = self._redemptions[order] = _Track(after.key)
        if track is not None:
            self._note(track, events, after, cause)
        for name, (known, changes, allowance) in counted.items():
            self._note(self._allowances.setdefault(name, known), changes, allowance, cause)

    def _count(
        self, order: int, before: r.Redemption | None, after: r.Redemption | None
    ) -> dict[str, tuple[_Track[a.Allowance], list[a.Event], a.Allowance | None]]:
        """Decide at every allowance what an order takes more of or gives back; nothing is changed yet."""
        had = {use.name: use for use in before.uses} if before else {}
        has = {use.name: use for use in after.uses} if after else {}
        buyer = after.buyer if after else ""
        counted = {}
        for name in sorted(had.keys() | has.keys()):
            old, new = had.get(name), has.get(name)
            track = self._allowances.get(name) or _Track[a.Allowance](0)
            commands = self._opening(track, new)
            uses = (new.uses if new else 0) - (old.uses if old else 0)
            minor = (new.minor if new else 0) - (old.minor if old else 0)
            if min(uses, minor) < 0:
                commands.append(a.Give(order, max(0, -uses), max(0, -minor)))
            if max(uses, minor) > 0:
                currency = new.currency if new else ""
                commands.append(a.Take(order, max(0, uses), max(0, minor), currency, buyer))
            counted[name] = (track, *self._decided(track.state, commands))
        return counted

    def _opening(self, track: _Track[a.Allowance], use: Use | None) -> list[a.Command]:
        if track.state is not None or use is None:
            return []
        if use.name.startswith("coupon:"):
            raise Refused("unknown_coupon", f"{use.name} was never opened", name=use.name)
        track.key = self.new_key()
        currency = use.currency if use.limit_minor is not None else ""
        return [
            a.Open(
                a.Allowance(
                    track.key,
                    self.allowance_machine.initial,
                    use.name,
                    "",
                    use.limit_uses,
                    use.limit_minor,
                    currency,
                )
            )
        ]

    def _decided(
        self, state: a.Allowance | None, commands: Iterable[a.Command]
    ) -> tuple[list[a.Event], a.Allowance | None]:
        events: list[a.Event] = []
        for command in commands:
            for event in a.decide(state, command, at=self.at, actor=self.actor, machine=self.allowance_machine):
                state = a.evolve(state, event)
                events.append(event)
        return events, state

    def _note(self, track: _Track[Any], events: Iterable[Any], state: object, cause: str) -> None:
        for event in events:
            sequence = track.before + len(track.entries) + 1
            track.entries.append(Entry(track.key, sequence, self.at, self.actor, cause, event))
        track.state = state

    def changed_redemptions(self) -> list[Change[r.Redemption]]:
        """Return the redemptions with entries, as they are to be saved."""
        return [_change(track) for track in self._redemptions.values() if track.entries]

    def changed_allowances(self) -> list[Change[a.Allowance]]:
        """Return the allowances with entries, as they are to be saved: one change each for the whole batch."""
        return [_change(track) for track in self._allowances.values() if track.entries]


def _change(track: _Track[S]) -> Change[S]:
    assert track.state is not None, "a track with entries has a state"  # noqa: S101
    return Change(track.key, track.before, track.state, tuple(track.entries))
