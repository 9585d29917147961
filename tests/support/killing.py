"""Processes that work on one database until they are killed, and what each has said by then."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from time import monotonic
from typing import Any

from omskit.testing.storage.hands import context_apart

PATIENCE_SECONDS = 60.0

#: Does something in a process of its own, and says what others may rely on from then on.
Work = Callable[..., None]


def killed(work: Work, tasks: Sequence[Sequence[Any]], after_seconds: float) -> list[list[Any]]:
    """Let a process do each task, kill them all, and return what each of them said until then.

    The first word of a process takes long, since every statement is compiled for it: the time runs from the moment
    at which all have said something, or have ended.

    Args:
        work: Called with the parts of a task, and with the end of a pipe to say things with.
        tasks: One for each process.
        after_seconds: How long all of them work.
    """
    crew = [_started(work, task) for task in tasks]
    heard: list[list[Any]] = [[] for _ in crew]
    for (end, _), words in zip(crew, heard, strict=True):
        if not end.poll(PATIENCE_SECONDS):
            raise TimeoutError
        _hear(end, words)
    _listen([end for end, _ in crew], heard, after_seconds)
    for _, process in crew:
        process.kill()
    for (end, process), words in zip(crew, heard, strict=True):
        process.join(PATIENCE_SECONDS)
        while _hear(end, words):
            continue
        end.close()
    return heard


def _started(work: Work, task: Sequence[Any]) -> tuple[Connection, BaseProcess]:
    context = context_apart()
    here, there = context.Pipe(duplex=False)
    process = context.Process(target=work, args=(*task, there), daemon=True)
    process.start()
    there.close()
    return here, process


def _hear(end: Connection, words: list[Any]) -> bool:
    """Hear one word; say whether there was one."""
    try:
        words.append(end.recv())
    except EOFError:
        return False
    return True


def _listen(ends: Sequence[Connection], heard: Sequence[list[Any]], seconds: float) -> None:
    """Hear everybody for a time, so that nobody waits with a full pipe."""
    until = monotonic() + seconds
    words = dict(zip(ends, heard, strict=True))
    while words and (left := until - monotonic()) > 0:
        for end in wait(list(words), left):
            assert isinstance(end, Connection)
            if not _hear(end, words[end]):
                del words[end]
