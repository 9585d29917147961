"""State machines as data: statuses with traits, and one table of moves.

Three rules make a machine something that a host may change:

* Code asks for a *trait* (``machine.has(status, SOURCEABLE)``) or makes a *trigger*
  (``machine.next(status, "approve")``). Nothing outside the table knows a status.
* An event carries the status it led to, so that history does not depend on today's table.
* A machine that cannot work is refused when it is made: unknown targets, unreachable states, dead ends.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Self

from attrs import evolve, field, frozen

from omskit.core.errors import Refused, UsageError

#: The trait of a status in which nothing more is waited for; only such a status may have no way out.
TERMINAL = "terminal"


def _traits(states: Mapping[str, Iterable[str]]) -> Mapping[str, frozenset[str]]:
    return MappingProxyType({status: frozenset(traits) for status, traits in states.items()})


def _moves(moves: Mapping[tuple[str, str], str]) -> Mapping[tuple[str, str], str]:
    return MappingProxyType(dict(moves))


def _reached(initial: str, moves: Mapping[tuple[str, str], str]) -> set[str]:
    reached, open_ = {initial}, [initial]
    while open_:
        here = open_.pop()
        onward = {to for (status, _), to in moves.items() if status == here} - reached
        reached |= onward
        open_ += sorted(onward)
    return reached


@frozen
class Machine:
    """A finite state machine: where it starts, what each status means, where each trigger leads.

    Args:
        name: Shown in diagrams and refusals.
        initial: The status of a thing that was just made.
        states: Status to its traits.
        moves: (status, trigger) to the next status.

    Raises:
        UsageError: ``bad_machine`` with all problems found.
    """

    name: str
    initial: str
    states: Mapping[str, frozenset[str]] = field(converter=_traits)
    moves: Mapping[tuple[str, str], str] = field(converter=_moves)

    def __attrs_post_init__(self) -> None:
        problems = self.problems()
        if problems:
            raise UsageError("bad_machine", "; ".join(problems), machine=self.name)

    def problems(self) -> tuple[str, ...]:
        """Return what would keep the machine from working; empty when it is sound."""
        named = {self.initial, *(status for status, _ in self.moves), *self.moves.values()}
        found = [f"{status!r} is not among the states" for status in sorted(named - set(self.states))]
        reached = _reached(self.initial, self.moves)
        found += [f"{status!r} cannot be reached" for status in sorted(set(self.states) - reached)]
        leaving = {status for (status, _), to in self.moves.items() if to != status}
        found += [
            f"{status!r} is a dead end without the trait {TERMINAL!r}"
            for status in sorted(set(self.states) - leaving)
            if TERMINAL not in self.states[status]
        ]
        return tuple(found)

    def has(self, status: str, trait: str) -> bool:
        """Whether a status has a trait; a status of an older machine has none."""
        return trait in self.states.get(status, frozenset())

    def allows(self, status: str, trigger: str) -> bool:
        """Whether a trigger may be made in a status."""
        return (status, trigger) in self.moves

    def next(self, status: str, trigger: str) -> str:
        """Return where a trigger leads.

        Raises:
            Refused: ``not_allowed`` with the triggers that are allowed here.
        """
        try:
            return self.moves[status, trigger]
        except KeyError:
            allowed = sorted(made for at, made in self.moves if at == status)
            raise Refused(
                "not_allowed",
                f"{self.name} cannot {trigger!r} when {status!r}; allowed: {', '.join(allowed) or 'nothing'}",
                machine=self.name,
                status=status,
                trigger=trigger,
                allowed=tuple(allowed),
            ) from None

    def admitting(self, trigger: str) -> tuple[str, ...]:
        """Return the statuses in which a trigger may be made, sorted."""
        return tuple(sorted(status for status, made in self.moves if made == trigger))

    def reached_by(self, trigger: str) -> frozenset[str]:
        """Return the statuses that a trigger leads to."""
        return frozenset(to for (_, made), to in self.moves.items() if made == trigger)

    def with_trait(self, trait: str) -> tuple[str, ...]:
        """Return the statuses that have a trait, sorted."""
        return tuple(sorted(status for status, traits in self.states.items() if trait in traits))

    @property
    def triggers(self) -> frozenset[str]:
        """Every trigger that the table knows."""
        return frozenset(trigger for _, trigger in self.moves)

    def renamed(self, names: Mapping[str, str]) -> Self:
        """Return the same machine with other names for its statuses; those not named keep theirs.

        Raises:
            UsageError: ``bad_machine`` when two statuses would share one name.
        """

        def new(status: str) -> str:
            return names.get(status, status)

        if len({new(status) for status in self.states}) < len(self.states):
            raise UsageError("bad_machine", f"two statuses of {self.name} would share one name", names=dict(names))
        return evolve(
            self,
            initial=new(self.initial),
            states={new(status): traits for status, traits in self.states.items()},
            moves={(new(status), trigger): new(to) for (status, trigger), to in self.moves.items()},
        )

    def changed(
        self,
        *,
        states: Mapping[str, Iterable[str]] | None = None,
        moves: Mapping[tuple[str, str], str | None] | None = None,
    ) -> Self:
        """Return the machine with states added or given other traits, and moves added, redirected or removed.

        A move to None is removed; a state that can no longer be reached goes with it, and its own moves too.

        Raises:
            UsageError: ``bad_machine`` when the result would not work.
        """
        table = {**self.moves, **(moves or {})}
        kept = {way: to for way, to in table.items() if to is not None}
        known = {**self.states, **{status: frozenset(traits) for status, traits in (states or {}).items()}}
        gone = set(self.states) - set(states or ()) - _reached(self.initial, kept)
        return evolve(
            self,
            states={status: traits for status, traits in known.items() if status not in gone},
            moves={way: to for way, to in kept.items() if way[0] not in gone},
        )

    def mermaid(self) -> str:
        """Draw the machine as a Mermaid state diagram."""
        lines = ["stateDiagram-v2", f"    [*] --> {self.initial}"]
        ways: dict[tuple[str, str], list[str]] = {}
        for (status, trigger), to in self.moves.items():
            ways.setdefault((status, to), []).append(trigger)
        lines += [f"    {status} --> {to}: {', '.join(triggers)}" for (status, to), triggers in ways.items()]
        lines += [f"    {status} --> [*]" for status, traits in self.states.items() if TERMINAL in traits]
        return "\n".join(lines) + "\n"
