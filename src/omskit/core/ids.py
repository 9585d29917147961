"""Readable numbers for keys: ``SO-1042-9`` names order 1042, and the last digit catches typing errors.

The check digit is Damm's (H. M. Damm, 2004): it finds every single wrong digit and every swap of neighbours.
"""

from __future__ import annotations

import re

from omskit.core.errors import PayloadError, UsageError

#: The largest key: what a signed 64-bit column holds.
_MAX_KEY = 2**63 - 1

_DAMM = (
    (0, 3, 1, 7, 5, 9, 8, 6, 4, 2),
    (7, 0, 9, 2, 1, 5, 4, 8, 6, 3),
    (4, 2, 0, 6, 8, 7, 1, 3, 5, 9),
    (1, 7, 5, 0, 9, 8, 3, 4, 2, 6),
    (6, 1, 2, 3, 0, 4, 5, 9, 7, 8),
    (3, 6, 7, 4, 2, 0, 9, 5, 8, 1),
    (5, 8, 6, 9, 7, 2, 0, 1, 3, 4),
    (8, 9, 4, 5, 3, 6, 2, 0, 1, 7),
    (9, 4, 3, 8, 6, 1, 7, 2, 0, 5),
    (2, 5, 8, 1, 4, 3, 6, 7, 9, 0),
)
_NUMBER = re.compile(r"([A-Z]{2,4})-([1-9][0-9]{0,18})-([0-9])", re.ASCII)


def check_digit(digits: str) -> int:
    """Return the Damm check digit of a string of ASCII digits."""
    interim = 0
    for digit in digits:
        interim = _DAMM[interim][ord(digit) - 48]
    return interim


def readable(prefix: str, key: int) -> str:
    """Return the number people see: prefix, key, check digit.

    Raises:
        UsageError: ``bad_key`` unless the key is from 1 to 2^63 - 1.
    """
    if not 1 <= key <= _MAX_KEY:
        raise UsageError("bad_key", f"{key} is no key: keys are from 1 to 2^63 - 1", prefix=prefix, key=key)
    return f"{prefix}-{key}-{check_digit(str(key))}"


def key_of(number: str, prefix: str) -> int:
    """Read a number back to its key.

    Raises:
        PayloadError: ``bad_number`` when the form, the prefix, the range of the key or the check digit is wrong.
    """
    match = _NUMBER.fullmatch(number)
    key = int(match[2]) if match else 0
    if match is None or match[1] != prefix or int(match[3]) != check_digit(match[2]) or key > _MAX_KEY:
        raise PayloadError(
            "bad_number",
            f"{number!r} is no {prefix} number: {prefix}-key-check digit",
            value=number,
            prefix=prefix,
        )
    return key
