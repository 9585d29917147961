"""Runs an example as a person does: in a process of its own, in an empty directory, with warnings as errors."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

EXAMPLES = Path(__file__).parents[2] / "examples"


def run_example(name: str, *arguments: str, at: Path, said: bytes = b"") -> str:
    """Return what an example prints; it must end well and say nothing on the error channel."""
    done = start_example(name, *arguments, at=at, said=said)
    assert (done.returncode, done.stderr.decode()) == (0, "")
    return done.stdout.decode()


def start_example(
    name: str, *arguments: str, at: Path, said: bytes = b""
) -> subprocess.CompletedProcess[bytes]:
    """Return the finished process of an example."""
    command = [sys.executable, "-W", "error", str(EXAMPLES / name), *arguments]
    return subprocess.run(command, cwd=at, input=said, capture_output=True, timeout=300, check=False)
