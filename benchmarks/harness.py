"""Interleaved rounds: every variant runs once a round, so that a machine's moods hit all alike.

A run is one or several processes of its own, fresh each time, so that no variant inherits another one's memory or
garbage. Only what stands between the start and the end of ``go`` counts: imports, connections and the making of
input are behind it.
"""

from __future__ import annotations

import gc
import json
import os
import re
import resource
import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from multiprocessing import get_context
from multiprocessing.connection import Connection
from multiprocessing.synchronize import Barrier
from pathlib import Path

from attrs import field, frozen

_TICK = os.sysconf("SC_CLK_TCK")
#: A worker that takes longer than this has died.
_PATIENCE = 1800

#: Gets ready and returns what is measured; that waits for the other workers with the barrier where it has to, and
#: returns CPU seconds by the name of a part, for parts that are shown apart.
Job = Callable[[int, Barrier], Callable[[], Mapping[str, float]]]


def spare_collector() -> None:
    """Set the garbage collector up as docs/how-to/operate.md says of a worker that lives long."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)


@frozen
class Cost:
    """What one run cost.

    Args:
        wall: Seconds until the last worker was through.
        cpu: CPU seconds of the workers.
        server: CPU seconds of the database server; 0 for SQLite, which works within the worker.
        peak_mb: Largest resident memory of a worker, MB.
        parts: CPU seconds of named parts of the work, within ``cpu``.
    """

    wall: float
    cpu: float
    server: float
    peak_mb: float
    parts: Mapping[str, float] = field(factory=dict)

    @property
    def total(self) -> float:
        """CPU seconds of workers and server."""
        return self.cpu + self.server


@frozen
class Variant:
    """Something to measure.

    Args:
        name: Shown in tables.
        prepare: Called before each run; returns the job, which goes to the workers by pickle.
        processes: How many workers do the job side by side.
        server: Process id of the database server's first process, 0 for none.
        check: Called after each run, and not measured; raises when what was done is not right.
    """

    name: str
    prepare: Callable[[], Job]
    processes: int = 1
    server: int = 0
    check: Callable[[], object] = lambda: None

    def run(self) -> Cost:
        """Run it once in fresh processes."""
        cost = self._cost_of(self.prepare())
        self.check()
        return cost

    def _cost_of(self, job: Job) -> Cost:
        context = get_context("spawn")
        barrier = context.Barrier(self.processes)
        pipes = [context.Pipe() for _ in range(self.processes)]
        workers = [
            context.Process(target=_work, args=(job, n, barrier, there), daemon=True)
            for n, (_, there) in enumerate(pipes)
        ]
        for worker in workers:
            worker.start()
        ends = [here for here, _ in pipes]
        _heard(ends, workers)
        before, began = server_cpu(self.server), time.perf_counter()
        for end in ends:
            end.send("go")
        done = _heard(ends, workers)
        wall = time.perf_counter() - began
        for worker in workers:
            worker.join()
        server = server_cpu(self.server) - before
        names = {name for _, _, parts in done for name in parts}
        parts = {name: sum(parts.get(name, 0.0) for _, _, parts in done) for name in sorted(names)}
        return Cost(wall, sum(cpu for cpu, _, _ in done), server, max(peak for _, peak, _ in done), parts)


_Answer = tuple[float, float, Mapping[str, float]]


def _heard(ends: Sequence[Connection], workers: Sequence[object]) -> list[_Answer]:
    answers = []
    for end, worker in zip(ends, workers, strict=True):
        if not end.poll(_PATIENCE):
            raise TimeoutError(str(worker))
        answers.append(end.recv())
    return answers


def _work(job: Job, number: int, barrier: Barrier, pipe: Connection) -> None:
    go = job(number, barrier)
    gc.collect()
    gc.freeze()
    pipe.send("ready")
    pipe.recv()
    before = _own_cpu()
    parts = go()
    pipe.send((_own_cpu() - before, peak_mb(), parts))


def _own_cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def peak_mb() -> float:
    """Return the most memory that this process has had resident, MB, since it was loaded."""
    found = re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text(encoding="ascii"))
    return int(found[1]) / 1024 if found else 0.0


def server_cpu(first: int) -> float:
    """Return the CPU seconds of a server's first process, its children, and those that have ended."""
    if not first:
        return 0.0
    ticks = 0
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                text = (folder / "stat").read_text(encoding="utf-8")
            except OSError:
                continue
            parent, *rest = text.rpartition(")")[2].split()[1:]
            own, reaped = rest[9:11], rest[11:13]
            if int(folder.name) == first:
                ticks += sum(map(int, own + reaped))
            elif int(parent) == first:
                ticks += sum(map(int, own))
    return ticks / _TICK


def rounds(variants: Sequence[Variant], count: int) -> dict[str, list[Cost]]:
    """Run every variant once a round; an odd round goes through them backwards."""
    costs: dict[str, list[Cost]] = {variant.name: [] for variant in variants}
    for number in range(count):
        for variant in reversed(variants) if number % 2 else variants:
            costs[variant.name].append(variant.run())
    return costs


def table(costs: Mapping[str, Sequence[Cost]], *, orders: int, floors: Mapping[str, str]) -> str:
    """Return a Markdown table; ``floors`` names the variant that another one is held against.

    Ratios are of one round each, and shown as least / median / most.
    """
    heads = ("variant", "orders/CPU s", "CPU us/order", "of it server", "orders/wall s", "peak MB", "CPU / floor")
    lines = [f"| {' | '.join(heads)} |", f"|{'---|' * len(heads)}"]
    for name, runs in costs.items():
        total = statistics.median(run.total for run in runs)
        server = statistics.median(run.server for run in runs)
        wall = statistics.median(run.wall for run in runs)
        peak = max(run.peak_mb for run in runs)
        cells = [name, f"{orders / total:,.0f}", f"{total / orders * 1e6:,.0f}", f"{server / orders * 1e6:,.0f}"]
        cells += [f"{orders / wall:,.0f}", f"{peak:,.0f}"]
        floor = costs[floors[name]] if name in floors else []
        cells.append(_spread([run.total / base.total for run, base in zip(runs, floor, strict=False)]))
        lines.append(f"| {' | '.join(cells)} |")
        for part in runs[0].parts:
            spent = statistics.median(run.parts[part] for run in runs)
            rest = _spread(
                [(run.total - run.parts[part]) / base.total for run, base in zip(runs, floor, strict=False)]
            )
            lines.append(f"| of it {part} | | {spent / orders * 1e6:,.0f} | | | | without: {rest} |")
    return "\n".join(lines)


def _spread(values: Sequence[float]) -> str:
    if not values:
        return ""
    return f"{min(values):.2f} / **{statistics.median(values):.2f}** / {max(values):.2f}"


def as_json(title: str, orders: int, costs: Mapping[str, Sequence[Cost]]) -> str:
    """Return all that was measured as one line of JSON."""
    runs = {
        name: [
            {"wall": c.wall, "cpu": c.cpu, "server": c.server, "peak_mb": c.peak_mb, "parts": dict(c.parts)}
            for c in each
        ]
        for name, each in costs.items()
    }
    return json.dumps({"title": title, "orders": orders, "runs": runs})
