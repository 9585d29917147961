"""JSON as strangers send it, read without surprises: nothing doubled, nothing rounded, nothing endless."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any, NoReturn

from omskit.core import PayloadError

#: Largest payload that is read, in bytes.
MAX_BYTES = 32 * 1024 * 1024
#: Deepest nesting of arrays and objects.
MAX_DEPTH = 64
#: Whole numbers with more digits than every double can hold exactly stay text.
_EXACT_DIGITS = 15
#: Longest number that is read.
_MAX_DIGITS = 400


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise PayloadError("duplicate_name", f"{twice[:80]!r} stands twice in one object", path="$")
    return made


def _constant(text: str) -> NoReturn:
    raise PayloadError("bad_json", f"{text} is no JSON", path="$")


def _whole(text: str) -> int | str:
    if len(text) <= _EXACT_DIGITS:
        return int(text)
    if len(text) > _MAX_DIGITS:
        raise PayloadError("bad_json", f"a number of {len(text)} digits", path="$")
    return int(text) if abs(number := int(text)) < 2**53 else str(number)


def _number(text: str) -> Decimal:
    if len(text) > _MAX_DIGITS:
        raise PayloadError("bad_json", f"a number of {len(text)} digits", path="$")
    return Decimal(text)


_decode = json.JSONDecoder(
    object_pairs_hook=_object, parse_int=_whole, parse_float=_number, parse_constant=_constant
).decode


def parse_json(payload: bytes, *, max_bytes: int = MAX_BYTES) -> Any:
    """Return a parsed JSON payload in UTF-8; a byte order mark is passed over.

    Numbers with a point come as :class:`~decimal.Decimal`, digit by digit as they were written; whole numbers
    from 2^53 on as text, because their senders' tools round them.

    Raises:
        PayloadError: ``bad_json`` for what is no JSON, for NaN and Infinity; ``duplicate_name``; ``too_deep``
            below :data:`MAX_DEPTH`; ``too_big`` above ``max_bytes``.
    """
    must_fit(payload, max_bytes)
    try:
        parsed = _decode(payload.decode("utf-8-sig"))
        if b"\\ud" in payload or b"\\uD" in payload:
            # Half of a surrogate pair is text that no database takes.
            json.dumps(parsed, ensure_ascii=False, default=str).encode()
    except RecursionError:
        raise PayloadError("too_deep", f"nested deeper than {MAX_DEPTH}", path="$") from None
    except (ValueError, ArithmeticError) as error:
        raise PayloadError("bad_json", f"no JSON in UTF-8: {str(error)[:120]}", path="$") from None
    _check_depth(parsed)
    return parsed


def must_fit(payload: bytes, max_bytes: int = MAX_BYTES) -> None:
    """Refuse a payload that is too large to be read.

    Raises:
        PayloadError: ``too_big``.
    """
    if len(payload) > max_bytes:
        raise PayloadError("too_big", f"{len(payload)} bytes; at most {max_bytes}", path="$", size=len(payload))


def _check_depth(parsed: Any) -> None:
    """Look at the containers level by level; values themselves are passed over."""
    level = [parsed]
    for _ in range(MAX_DEPTH + 1):
        level = [
            inner
            for one in level
            for inner in (one.values() if type(one) is dict else one if type(one) is list else ())
            if type(inner) is dict or type(inner) is list
        ]
        if not level:
            return
    raise PayloadError("too_deep", f"nested deeper than {MAX_DEPTH}", path="$")
