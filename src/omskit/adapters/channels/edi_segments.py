"""Segments of EDI: an interchange of X12 or EDIFACT taken apart by the separators that it names itself.

Source: ASC X12 00401 interchange control, ISO 9735 for separators, charsets and release.
"""

from __future__ import annotations

from collections.abc import Sequence

from attrs import frozen

from omskit.channels import must_fit
from omskit.core import PayloadError

#: Most segments of one interchange.
MAX_SEGMENTS = 1_000_000
_CHARSETS = {"UNOA": "ascii", "UNOB": "ascii", "UNOC": "latin-1", "UNOW": "utf-8", "UNOY": "utf-8"}


@frozen
class Segment:
    """One segment: its tag, its elements with their components, and where it stands.

    Args:
        tag: ``PO1``, ``LIN``.
        elements: After the tag, each a tuple of components.
        number: Position in the interchange, from 1.
    """

    tag: str
    elements: tuple[tuple[str, ...], ...]
    number: int

    def get(self, element: int, component: int = 1) -> str:
        """Return a component by the numbers that the standards count from 1; empty where there is none."""
        parts = self.elements[element - 1] if element <= len(self.elements) else ()
        return parts[component - 1] if component <= len(parts) else ""

    @property
    def path(self) -> str:
        """Where it stands, for errors."""
        return f"{self.number}:{self.tag}"


def x12_segments(payload: bytes) -> list[Segment]:
    """Return the segments of an X12 interchange; its header tells the separators by their places.

    Raises:
        PayloadError: ``bad_edi`` for a short header, a line break within a segment, or a wrong count.
    """
    must_fit(payload)
    text = _decoded(payload, "utf-8-sig").lstrip()
    if not text.startswith("ISA") or len(text) < 106:
        raise PayloadError("bad_edi", "no whole ISA header", path="1:ISA")
    separator, component, terminator = text[3], text[104], text[105]
    if len({separator, component, terminator}) < 3 or terminator.isalnum() or separator.isalnum():
        raise PayloadError("bad_edi", "the ISA header is not 106 characters long", path="1:ISA")
    segments: list[Segment] = []
    for raw in text.split(terminator):
        if piece := raw.strip():
            tag, *elements = piece.split(separator)
            if "\n" in piece or "\r" in piece:
                raise PayloadError(
                    "bad_edi", "a terminator is missing before a line break", path=f"{len(segments) + 1}:{tag}"
                )
            parts = [(one,) if tag == "ISA" else tuple(one.split(component)) for one in elements]
            segments.append(Segment(tag, tuple(parts), len(segments) + 1))
    _check_size(segments)
    return segments


def edifact_segments(payload: bytes) -> list[Segment]:
    """Return the segments of an EDIFACT interchange, with the separators of its UNA and the charset of its UNB.

    Raises:
        PayloadError: ``bad_edi`` without UNB, in an unknown charset or with an open end.
    """
    must_fit(payload)
    head = payload[3:] if payload.startswith(b"\xef\xbb\xbf") else payload
    marks = ":+.? '"
    if head.startswith(b"UNA") and len(head) >= 9:
        marks, head = head[3:9].decode("latin-1"), head[9:]
    component, element, release, terminator = (marks[at] for at in (0, 1, 3, 5))
    syntax = head.lstrip()[4:8].decode("latin-1")
    charset = _CHARSETS.get(syntax, "latin-1" if syntax.startswith("UNO") else "")
    if not head.lstrip().startswith(b"UNB") or not charset:
        charset = "utf-8" if head.lstrip().startswith(b"UNB") else ""
    if not charset:
        raise PayloadError("bad_edi", "no UNB where the interchange begins", path="1:UNB")
    return _cut(_decoded(head, charset), component, element, release, terminator)


def _decoded(payload: bytes, charset: str) -> str:
    try:
        return payload.decode(charset)
    except UnicodeDecodeError:
        raise PayloadError("bad_encoding", f"not in {charset}, as its header says", path="1") from None


def _cut(text: str, component: str, element: str, release: str, terminator: str) -> list[Segment]:
    segments: list[Segment] = []
    parts: list[list[str]] = [[""]]
    signs = iter(text)
    for sign in signs:
        if sign == release and release != " ":
            parts[-1][-1] += next(signs, "")
        elif sign == component:
            parts[-1].append("")
        elif sign == element:
            parts.append([""])
        elif sign == terminator:
            tag = parts[0][0].strip()
            segments.append(Segment(tag, tuple(tuple(one) for one in parts[1:]), len(segments) + 1))
            parts = [[""]]
        elif len(parts) > 1 or len(parts[0]) > 1 or sign not in "\r\n\t ":
            parts[-1][-1] += sign
    if parts != [[""]]:
        raise PayloadError("bad_edi", "the last segment has no end", path=f"{len(segments) + 1}:{parts[0][0][:3]}")
    _check_size(segments)
    return segments


def _check_size(segments: Sequence[Segment]) -> None:
    if len(segments) > MAX_SEGMENTS:
        raise PayloadError("too_big", f"{len(segments)} segments; at most {MAX_SEGMENTS}", path="1")
