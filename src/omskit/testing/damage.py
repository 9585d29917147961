"""Damage that payloads suffer: cut off, flipped, repeated, and values of other types where one belongs."""

from __future__ import annotations

import re

from attrs import frozen
from hypothesis import strategies as st

_WORD = re.compile(rb"[0-9A-Za-z_.+-]+")

#: What stands where another value belongs: nothing, other types, other scripts, and what breaks careless parsers.
STRANGE = (
    b"", b"0", b"-1", b"1.5", b"1e3", b"NaN", b"Infinity", b"null", b"true", b"[]", b"{}", b'""', b"x", b"\x00",
    b"\xff", b"\xed\xa0\x80", b"\\ud800", b"99999999999999999999", b"9" * 400, "\uff11\uff12".encode(),
    b"2026-02-30", b",", b'"',
)  # fmt: skip


@frozen
class Damage:
    """One way to spoil a payload.

    Args:
        kind: ``cut``, ``flip``, ``drop``, ``repeat`` or ``swap``.
        at: Where, in parts per million of the payload's length, or of its words.
        size: How many bytes are dropped or repeated; which bits are flipped.
        strange: What a word is swapped for.
    """

    kind: str
    at: int = 0
    size: int = 1
    strange: bytes = b""

    def apply(self, payload: bytes) -> bytes:
        """Return the payload as it comes out."""
        if self.kind == "swap":
            return self._swapped(payload)
        at = len(payload) * self.at // 1_000_000
        head, tail = payload[:at], payload[at:]
        if self.kind == "cut":
            return head
        if self.kind == "flip":
            return head + bytes(byte ^ self.size for byte in tail[:1]) + tail[1:]
        if self.kind == "drop":
            return head + tail[self.size :]
        return head + tail[: self.size] + tail

    def _swapped(self, payload: bytes) -> bytes:
        words = list(_WORD.finditer(payload))
        if not words:
            return self.strange
        word = words[len(words) * self.at // 1_000_000]
        return payload[: word.start()] + self.strange + payload[word.end() :]


def damages() -> st.SearchStrategy[tuple[Damage, ...]]:
    """Return a strategy of one to three kinds of damage, one after another; most swap a word for a strange one."""
    places = st.integers(0, 999_999)
    swap = st.builds(Damage, st.just("swap"), places, strange=st.sampled_from(STRANGE))
    cut = st.builds(Damage, st.just("cut"), places)
    other = st.builds(Damage, st.sampled_from(("flip", "drop", "repeat")), places, st.integers(1, 255))
    return st.lists(st.one_of(swap, swap, cut, other), min_size=1, max_size=3).map(tuple)


def damaged(payload: bytes, suffered: tuple[Damage, ...]) -> bytes:
    """Return a payload after all that it suffered."""
    for one in suffered:
        payload = one.apply(payload)
    return payload
