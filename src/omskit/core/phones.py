"""Phone numbers, by their digits and what to dial after them."""

from __future__ import annotations

import re
import unicodedata

from attrs import field, frozen

_NUMBER = re.compile(
    r"\+?([0-9][0-9 ()./-]{4,20}[0-9])(?:\s*(?:-|,|#|转|ext\.?)\s*([0-9]{1,6}))?", re.ASCII | re.IGNORECASE
)
#: A Chinese mobile number with an extension after a hyphen, which is how channels write virtual ones.
_VIRTUAL = re.compile(r"(1[0-9]{10})\s*[-,#转]\s*([0-9]{1,6})", re.ASCII)


@frozen
class PhoneNumber:
    """A number by its digits, and what to dial after it; such numbers are virtual and expire. Personal."""

    digits: str = field(repr=False)
    extension: str = field(default="", repr=False)


def phone_number(text: str) -> PhoneNumber:
    """Return a number without blanks, hyphens and full-width digits; ``+86`` is taken off a Chinese mobile.

    What is no number, a masked one too, comes back as it was.
    """
    folded = unicodedata.normalize("NFKC", text).strip()
    mobile = folded.removeprefix("+86").removeprefix("0086").strip()
    if match := _VIRTUAL.fullmatch(mobile):
        return PhoneNumber(match[1], match[2])
    match = _NUMBER.fullmatch(folded)
    if match is None:
        return PhoneNumber(text.strip())
    digits = re.sub(r"[^0-9]", "", match[1])
    if len(digits) == 13 and digits.startswith("861"):
        digits = digits[2:]
    return PhoneNumber(digits, match[2] or "")
