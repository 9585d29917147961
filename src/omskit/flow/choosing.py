"""Which process an order goes by: chosen once, when it is placed, and kept for the rest of its life."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from attrs import field, frozen

from omskit.core import UsageError
from omskit.flow.process import Process
from omskit.flow.rules import Rules
from omskit.orders import Order, Place, When


@frozen
class Processes:
    """The processes of a host.

    An order keeps the process, in the version, with which it started. So a process is changed by giving it a
    higher version, and keeping the one before among the ``older`` until its last order has ended.

    Args:
        default: What an order goes by that no choice speaks for. choices: (condition, process) pairs in turn; the
        first that matches decides. By channel and order type, most
            often.
        older: Processes and versions that no new order goes by.

    Raises:
        UsageError: ``bad_process`` when two different processes have one name and version.
    """

    default: Process
    choices: tuple[tuple[When, Process], ...] = ()
    older: tuple[Process, ...] = ()
    _known: Mapping[str, Process] = field(init=False, eq=False, repr=False)

    def __attrs_post_init__(self) -> None:
        known: dict[str, Process] = {}
        for process in (self.default, *(process for _, process in self.choices), *self.older):
            if known.setdefault(process.id, process) is not process:
                raise UsageError(
                    "bad_process", f"two processes are {process.id}; give one another version", process=process.id
                )
        object.__setattr__(self, "_known", MappingProxyType(known))

    @property
    def all(self) -> tuple[Process, ...]:
        """Every process, the default first."""
        return tuple(self._known.values())

    @property
    def waiting(self) -> tuple[str, ...]:
        """The statuses in which some step of some process has something to do, sorted."""
        return tuple(sorted({status for process in self.all for status in process.waiting}))

    def of(self, process: str) -> Process:
        """Return a process by its id; the default for an empty one.

        Raises:
            UsageError: ``unknown_process``.
        """
        if not process:
            return self.default
        known = self._known.get(process)
        if known is None:
            ids = ", ".join(self._known)
            raise UsageError("unknown_process", f"no process {process!r}; there are: {ids}", process=process)
        return known

    def rules_of(self, process: str) -> Rules:
        """Return the machines and the grading of a process.

        Raises:
            UsageError: ``unknown_process``.
        """
        known = self._known.get(process)
        return known.rules if known is not None else self.of(process).rules

    def all_rules(self) -> tuple[Rules, ...]:
        """Return the rules of every process."""
        return tuple(process.rules for process in self.all)

    def choose(self, place: Place) -> str:
        """Return the id of the process that a new order goes by."""
        if not self.choices or not place.lines:
            return self.default.id
        draft = Order(place.key, "", place.terms, place.lines, place.charges)
        found = (process for when, process in self.choices if when.matches(draft))
        return next(found, self.default).id


def as_processes(process: Process | Processes) -> Processes:
    """Return processes; one alone is the default of all orders."""
    return process if isinstance(process, Processes) else Processes(process)
