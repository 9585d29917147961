"""GS1 element strings: what a scanner reads from a label, taken apart and put together.

Element strings of variable length end with a separator (FNC1, which scanners send as the ASCII character GS)
unless they come last. The form for people, with identifiers in brackets, is read too; it has no separators.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal
from itertools import zip_longest
from urllib.parse import unquote

from attrs import frozen

from omskit.catalog.element_table import ELEMENTS, PREDEFINED, Element
from omskit.catalog.gs1_numbers import Gtin, Sscc, gs1_check_digit
from omskit.core import PayloadError

#: What scanners send for FNC1 between element strings.
SEPARATOR = "\x1d"
#: Longest scan that is taken apart; a GS1 symbol holds far less.
MAX_SCAN = 1_000

_SYMBOLOGY = re.compile(r"\](C1|e0|d2|Q3|J1)")
_LINK = re.compile(r"https?://", re.IGNORECASE)
_BRACKET = re.compile(r"\(([0-9]{2,4})\)")


@frozen
class Part:
    """One element string.

    Args:
        ai: The application identifier.
        value: Its value, as it stands in the symbol.
        position: Where the value begins in the scan.
    """

    ai: str
    value: str
    position: int = 0

    @property
    def title(self) -> str:
        """The data title of the specifications."""
        return ELEMENTS[self.ai].title

    @property
    def number(self) -> Decimal:
        """The value with the point where the identifier puts it: ``3102 000125`` is 1.25."""
        decimals = max(ELEMENTS[self.ai].decimals, 0)
        digits = self.value[3:] if self.ai[:3] in ("391", "393") else self.value
        return Decimal(int(digits)).scaleb(-decimals)


def _fault(code: str, message: str, position: int, value: str) -> PayloadError:
    return PayloadError(code, message, position=position, value=value)


def day_of(text: str, *, year: int, position: int = 0) -> date:
    """Return the day of YYMMDD: day 00 is the last of the month, the century is the nearest.

    A year 51 or more ahead of ``year`` lies in the century before, one 50 or more behind in the next one (GS1
    General Specifications, 7.12).

    Args:
        text: Six digits.
        year: Today's year, in full.
        position: Where the text stands; told in errors.

    Raises:
        PayloadError: ``bad_day``.
    """
    short, month, day = int(text[:2]), int(text[2:4]), int(text[4:6])
    ahead = short - year % 100
    full = year - year % 100 + short + (-100 if ahead >= 51 else 100 if ahead <= -50 else 0)
    try:
        return date(full, month, day or calendar.monthrange(full, month)[1])
    except (ValueError, calendar.IllegalMonthError):
        raise _fault("bad_day", f"{text} at {position} is no day: YYMMDD", position, text) from None


@frozen
class Scan:
    """What one label says.

    Args:
        parts: Its element strings, in order.
        year: Today's year, by which two digits of a year are completed.
    """

    parts: tuple[Part, ...]
    year: int

    def __contains__(self, ai: str) -> bool:
        return any(part.ai == ai for part in self.parts)

    def part(self, ai: str) -> Part:
        """Return the element string of an identifier.

        Raises:
            PayloadError: ``missing_element``.
        """
        for part in self.parts:
            if part.ai == ai:
                return part
        there = ", ".join(part.ai for part in self.parts)
        raise PayloadError("missing_element", f"no ({ai}); the scan has {there}", value=ai)

    def text(self, ai: str) -> str:
        """Return a value, empty when the identifier is not there."""
        return self.part(ai).value if ai in self else ""

    def day(self, ai: str) -> date:
        """Return the day of a date identifier: 11, 12, 13, 15, 16, 17, 7003 or 7006.

        Raises:
            PayloadError: ``missing_element``, ``bad_day``.
        """
        part = self.part(ai)
        return day_of(part.value, year=self.year, position=part.position)

    @property
    def gtin(self) -> Gtin:
        """The item (01), or what a container holds (02).

        Raises:
            PayloadError: ``missing_element``.
        """
        return Gtin(self.part("02" if "02" in self and "01" not in self else "01").value)

    @property
    def sscc(self) -> Sscc:
        """The container (00).

        Raises:
            PayloadError: ``missing_element``.
        """
        return Sscc(self.part("00").value)

    @property
    def lot(self) -> str:
        """Batch or lot (10); empty without."""
        return self.text("10")

    @property
    def serial(self) -> str:
        """Serial number (21); empty without."""
        return self.text("21")

    @property
    def count(self) -> int:
        """Items in a container (37) or in a pack of variable count (30); 1 without either."""
        return int(self.text("37") or self.text("30") or 1)


def read_scan(text: str, *, year: int) -> Scan:
    """Take a scan apart; a symbology identifier such as ``]C1`` in front is passed over.

    Args:
        text: Raw, with :data:`SEPARATOR` after variable lengths; or ``(01)...(10)...``; or a GS1 Digital Link such
            as ``https://id.gs1.org/01/09501101530003/10/AB-123?17=260930``.
        year: Today's year, for dates of two digits.

    Raises:
        PayloadError: with the ``position`` of the fault: ``unknown_element``; ``bad_element`` for a length, a
            character or a repetition that is not allowed; ``wrong_check_digit``; ``bad_day``; ``scan_too_long``.
    """
    if len(text) > MAX_SCAN:
        raise PayloadError("scan_too_long", f"{len(text)} characters; at most {MAX_SCAN}", position=MAX_SCAN)
    prefix = _SYMBOLOGY.match(text)
    start = prefix.end() if prefix else 0
    parts_of = _linked if _LINK.match(text, start) else _bracketed if text[start:].startswith("(") else _raw
    found = parts_of(text, start)
    parts: dict[str, Part] = {}
    for part in found:
        _check(ELEMENTS[part.ai], part, year)
        if parts.setdefault(part.ai, part).value != part.value:
            raise _fault("bad_element", f"({part.ai}) comes twice with two values", part.position, part.value)
    if not parts:
        raise _fault("bad_element", "the scan is empty", start, text)
    return Scan(tuple(parts.values()), year)


def _identifier(text: str, position: int) -> Element:
    for size in (2, 3, 4):
        element = ELEMENTS.get(text[position : position + size])
        if element is not None:
            return element
    ai = text[position : position + 4]
    raise _fault("unknown_element", f"{ai!r} at {position} begins with no known identifier", position, ai)


def _raw(text: str, start: int) -> Iterator[Part]:
    position = start + (text[start : start + 1] == SEPARATOR)
    while position < len(text):
        element = _identifier(text, position)
        begin = position + len(element.ai)
        ends = text.find(SEPARATOR, begin)
        end = len(text) if ends < 0 else ends
        if element.is_fixed:
            end = min(end, position + PREDEFINED[element.ai[:2]])
        yield Part(element.ai, text[begin:end], begin)
        position = end + (text[end : end + 1] == SEPARATOR)


def _bracketed(text: str, start: int) -> Iterator[Part]:
    marks = [match for match in _BRACKET.finditer(text, start) if match.start() == start or match[1] in ELEMENTS]
    for mark, following in zip_longest(marks, marks[1:]):
        if mark[1] not in ELEMENTS:
            raise _fault("unknown_element", f"({mark[1]}) is no known identifier", mark.start(), mark[1])
        end = following.start() if following else len(text)
        yield Part(mark[1], text[mark.end() : end], mark.end())
    if not marks:
        raise _fault("bad_element", f"no identifier in brackets at {start}", start, text[start : start + 8])


def _linked(text: str, start: int) -> Iterator[Part]:
    """Pairs of identifier and value in the path, from the first known identifier on, then those of the query."""
    address, _, query = text.partition("#")[0].partition("?")
    segments, at = [], start
    for segment in address[start:].split("/"):
        segments.append((segment, at))
        at += len(segment) + 1
    first = next(
        (place for place, (one, _) in enumerate(segments) if place > 2 and one in ELEMENTS), len(segments)
    )
    if first == len(segments):
        raise _fault("bad_element", f"no identifier in the path of {text!r}", start, address)
    pairs = list(zip_longest(segments[first::2], segments[first + 1 :: 2], fillvalue=("", at)))
    for asked in query.split("&"):
        name, equals, value = asked.partition("=")
        if equals and name.isascii() and name.isdigit():
            pairs.append(((name, at), (value, at + len(name) + 1)))
        at += len(asked) + 1
    for (ai, place), (value, begin) in pairs:
        if ai not in ELEMENTS:
            raise _fault("unknown_element", f"{ai!r} at {place} is no known identifier", place, ai)
        plain = unquote(value)
        yield Part(ai, plain.zfill(14) if ai in ("01", "02") and plain else plain, begin)


def _check(element: Element, part: Part, year: int) -> None:
    value, begin = part.value, part.position
    if not element.least <= len(value) <= element.most:
        sizes = f"{element.least}" if element.least == element.most else f"{element.least} to {element.most}"
        message = f"({element.ai}) {value!r} at {begin} has {len(value)} characters instead of {sizes}"
        raise _fault("bad_element", message, begin, value)
    for position, character in enumerate(value):
        digit = character.isascii() and character.isdigit()
        if not (digit if position < element.numeric else element.letters.fullmatch(character)):
            message = f"({element.ai}) has {character!r} at {begin + position}, which is not allowed there"
            raise _fault("bad_element", message, begin + position, character)
    if element.check:
        place = element.check - 1
        expected = gs1_check_digit(value[:place])
        if value[place] != expected:
            message = f"({element.ai}) {value} has {value[place]} where {expected} would be its check digit"
            raise _fault("wrong_check_digit", message, begin + place, value)
    if element.is_date:
        day_of(value, year=year, position=begin)


def write_scan(parts: Iterable[Part], *, brackets: bool = False) -> str:
    """Put element strings together: raw with separators where they are needed, or with brackets for people.

    Raises:
        PayloadError: ``unknown_element``.
    """
    written, open_ = "", False
    for part in parts:
        if part.ai not in ELEMENTS:
            raise _fault("unknown_element", f"({part.ai}) is no known identifier", len(written), part.ai)
        if brackets:
            written += f"({part.ai}){part.value}"
        else:
            written += (SEPARATOR if open_ else "") + part.ai + part.value
            open_ = not ELEMENTS[part.ai].is_fixed
    return written
