"""Real payloads: those that stand in the tests' data, and those that are read from a folder beside the project."""

from __future__ import annotations

import os
import random
from collections.abc import Callable, Iterable
from pathlib import Path
from time import perf_counter

import pytest

from omskit.core import PayloadError, Refused

DATA = Path(__file__).parents[1] / "data"
#: Samples that may be read but not copied.
SHARED = Path(os.environ.get("OMSKIT_TEST_SAMPLES") or Path(__file__).parents[3] / "shared" / "data")
#: What an attacker, or a broken network, puts into a payload.
INSERTS = (
    b"\x00", b"\xff", b'"', b"'", b"{", b"}", b"[", b"]", b"<", b">", b"&x;", b"null", b"-1", b"1e999", b"0.001",
    b"99999999999999999999", b"NaN", b"\\ud800", b"\n", b"true", b"~", b"+", b":", b"*", b"2026-13-45", b"",
)  # fmt: skip


def sample(name: str) -> bytes:
    """Return a real payload; skip where it is not there."""
    for root in (DATA, SHARED):
        if (root / name).is_file():
            return (root / name).read_bytes()
    pytest.skip(f"{name} may not be copied, and OMSKIT_TEST_SAMPLES names no folder with it")


def mutated(payload: bytes, chance: random.Random) -> bytes:
    """Return a payload with a few bytes changed, cut, doubled or put in."""
    made = bytearray(payload)
    for _ in range(chance.randint(1, 4)):
        at = chance.randrange(len(made) + 1)
        match chance.randrange(4):
            case 0:
                made[at : at + 1] = bytes([chance.randrange(256)])
            case 1:
                del made[at : at + chance.randint(1, 40)]
            case 2:
                made[at:at] = made[at : at + chance.randint(1, 60)]
            case _:
                made[at : at + chance.randint(0, 12)] = chance.choice(INSERTS)
    return bytes(made)


def survives(read: Callable[[bytes], object], payload: bytes) -> None:
    """Read a payload to the end: documents, refusals or a typed error, within a second."""
    started = perf_counter()
    try:
        documents = read(payload)
        if isinstance(documents, Iterable):
            for _ in documents:
                pass
    except (PayloadError, Refused):
        pass
    assert perf_counter() - started < 1.0


def fuzz(read: Callable[[bytes], object], samples: Iterable[str | bytes], rounds: int, seed: int = 7) -> int:
    """Read mutants of real payloads, given by name or as they are, the same for a seed; return how many were."""
    payloads = [sample(one) if isinstance(one, str) else one for one in samples]
    chance = random.Random(seed)
    for number in range(rounds):
        survives(read, mutated(payloads[number % len(payloads)], chance))
    return rounds
