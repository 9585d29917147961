"""Many hands at once: the same work in several threads, and in several processes of several threads each."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from multiprocessing import get_all_start_methods, get_context
from multiprocessing.connection import Connection
from multiprocessing.synchronize import Barrier as Gate
from threading import Barrier, Thread
from typing import TYPE_CHECKING, TypeVar

import pytest

from omskit.storage import Storage

if TYPE_CHECKING:
    from multiprocessing.context import ForkServerContext, SpawnContext

T = TypeVar("T")

#: Longest that any work of the kit takes, with a wide margin; whoever takes longer waits for ever.
PATIENCE_SECONDS = 60.0
#: How long a test waits for something that must not happen; a right storage never makes it happen.
MOMENT_SECONDS = 0.2


#: Work of one hand on a storage; its number tells the hands apart, from 0 on.
Work = Callable[[Storage, int], T]


def side_by_side(works: Sequence[Callable[[], T]]) -> list[T | Exception]:
    """Start all works at the same moment, each in its thread; return results, or what was raised, in order."""
    outcomes: dict[int, T | Exception] = {}
    start = Barrier(len(works))

    def run(at: int) -> None:
        start.wait(PATIENCE_SECONDS)
        try:
            outcomes[at] = works[at]()
        except Exception as error:  # noqa: BLE001 - an outcome to compare, whatever it is
            outcomes[at] = error

    threads = [Thread(target=run, args=(at,), daemon=True) for at in range(len(works))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE_SECONDS)
    if len(outcomes) < len(works):
        pytest.fail(f"{len(works) - len(outcomes)} of {len(works)} threads wait for ever")
    return [outcomes[at] for at in range(len(works))]


def elsewhere(work: Callable[[], T]) -> T:
    """Do something in another thread, raise what it raises, and return its result."""
    (outcome,) = side_by_side([work])
    if isinstance(outcome, Exception):
        raise outcome
    return outcome


def in_threads(storage: Storage, work: Work[T], *, hands: int = 10) -> list[T | Exception]:
    """Let several threads do the work at the same moment on one storage."""
    return side_by_side([partial(work, storage, number) for number in range(hands)])


def in_processes(
    opener: Callable[[], Storage], work: Work[T], *, processes: int = 2, hands: int = 5
) -> list[T | Exception]:
    """Let several processes open the storage, and several threads of each do the work at the same moment.

    The opener and the work travel to processes that share no memory with this one.
    """
    context = context_apart()
    gate = context.Barrier(processes)
    ends, started = [], []
    for number in range(processes):
        mine, theirs = context.Pipe(duplex=False)
        numbers = range(number * hands, (number + 1) * hands)
        process = context.Process(target=_process, args=(opener, work, numbers, gate, theirs), daemon=True)
        process.start()
        theirs.close()
        ends.append(mine)
        started.append(process)
    outcomes = [_answer(end) for end in ends]
    for process in started:
        process.join(PATIENCE_SECONDS)
    return [one for some in outcomes for one in some]


def context_apart() -> ForkServerContext | SpawnContext:
    """Return how processes begin that share no memory with this one.

    Where the system can, they are forked from one that has done nothing but import what takes long.
    """
    if "forkserver" not in get_all_start_methods():
        return get_context("spawn")
    context = get_context("forkserver")
    context.set_forkserver_preload(["pytest", "hypothesis", "omskit.engine", "omskit.storage.sql", "psycopg"])
    return context


def _answer(end: Connection) -> list[T | Exception]:
    with end:
        if not end.poll(2 * PATIENCE_SECONDS):
            pytest.fail("a process waits for ever")
        try:
            said: list[T | Exception] = end.recv()
        except EOFError:
            pytest.fail("a process ended without an answer; its output says why")
        return said


def _process(
    opener: Callable[[], Storage], work: Work[T], numbers: range, gate: Gate, answer: Connection
) -> None:
    storage = opener()
    gate.wait(PATIENCE_SECONDS)
    with answer:
        answer.send(side_by_side([partial(work, storage, number) for number in numbers]))
