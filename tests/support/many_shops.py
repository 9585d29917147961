"""The shop of the engine's tests, opened in several threads and processes over one database."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from multiprocessing.connection import Connection
from multiprocessing.synchronize import Barrier as Gate
from threading import Barrier, Thread
from typing import Any

from shop import shop

from omskit.core import OmsError
from omskit.engine import KINDS, Oms
from omskit.storage.sql import SqlStorage, open_engine
from omskit.testing.storage.hands import context_apart

#: What one hand does with the shop; its number tells the hands apart.
Work = Callable[[Oms, int], Any]
#: Longer than any hand works.
PATIENCE_SECONDS = 300.0


def open_shop(url: str, **options: Any) -> Oms:
    """Open the shop over a database, with its tables made."""
    storage = SqlStorage(open_engine(url), KINDS)
    storage.create()
    return shop(storage, **options)


def close(oms: Oms) -> None:
    """Close all connections of a shop."""
    assert isinstance(oms.storage, SqlStorage)
    oms.storage.engine.dispose()


def in_threads(oms: Oms, work: Work, hands: int = 10) -> list[Any]:
    """Let threads work at the same moment; return results, or the omskit error, in order."""
    return _hands(oms, work, range(hands))


def in_processes(url: str, work: Work, processes: int = 2, hands: int = 5) -> list[Any]:
    """Let processes open the shop, and threads of each work at the same moment."""
    context = context_apart()
    gate, ends, started = context.Barrier(processes), [], []
    for number in range(processes):
        mine, theirs = context.Pipe(duplex=False)
        numbers = range(number * hands, (number + 1) * hands)
        process = context.Process(target=_process, args=(url, work, numbers, gate, theirs), daemon=True)
        process.start()
        theirs.close()
        ends.append(mine)
        started.append(process)
    outcomes = [one for end in ends for one in end.recv()]
    for end, process in zip(ends, started, strict=True):
        process.join(PATIENCE_SECONDS)
        end.close()
    return outcomes


def _process(url: str, work: Work, numbers: range, gate: Gate, answer: Connection) -> None:
    oms = open_shop(url)
    gate.wait(PATIENCE_SECONDS)
    with answer:
        answer.send(_hands(oms, work, numbers))
    close(oms)


def _hands(oms: Oms, work: Work, numbers: range) -> list[Any]:
    start, outcomes = Barrier(len(numbers)), dict[int, Any]()

    def run(number: int) -> None:
        start.wait(PATIENCE_SECONDS)
        try:
            outcomes[number] = work(oms, number)
        except OmsError as error:
            outcomes[number] = error

    threads = [Thread(target=partial(run, number), daemon=True) for number in numbers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE_SECONDS)
    return [outcomes[number] for number in numbers]
