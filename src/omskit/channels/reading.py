"""Reading fields of a payload strictly: each comes out typed, or as an error that names its path."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime, tzinfo
from typing import Any, NoReturn, Self, TypeVar

from attrs import frozen

from omskit.core import PayloadError, Refusal, parse_amount

T = TypeVar("T")

_WHOLE = re.compile(r"-?[0-9]{1,18}", re.ASCII)
#: Control characters, and halves of characters that no encoding can write.
_UNWRITABLE = re.compile("[\x00-\x1f\ud800-\udfff]")

#: Longest text that is taken from a field, in characters.
MAX_TEXT = 10_000


@frozen
class Fields:
    """One object of a payload (a JSON object, a CSV row) and the path to it.

    Args:
        values: Field name to value, as the payload's parser gave it.
        path: Where the object stands: ``$[0].lines[2]``.
    """

    values: Mapping[str, Any]
    path: str = "$"

    @classmethod
    def of(cls, value: object, path: str = "$") -> Self:
        """Return the fields of a parsed value.

        Raises:
            PayloadError: ``not_an_object`` for anything but a mapping.
        """
        if not isinstance(value, Mapping):
            raise PayloadError(
                "not_an_object", f"expected an object @ {path}, not {type(value).__name__}", path=path
            )
        return cls(value, path)

    def _at(self, name: str) -> str:
        return f"{self.path}.{name}"

    def _value(self, name: str) -> Any:
        value = self.values.get(name)
        if value is None:
            raise self._missing(name)
        return value

    def _missing(self, name: str) -> PayloadError:
        path = self._at(name)
        return PayloadError("missing_field", f"nothing @ {path}", path=path)

    def text(self, name: str, default: str | None = None) -> str:
        """Return a field as text without surrounding blanks; numbers are taken as they are written.

        Raises:
            PayloadError: ``missing_field``, also for blanks only, without a default; ``bad_text`` for another
                type, a control character, half a surrogate pair or more than :data:`MAX_TEXT` characters.
        """
        if default is not None and self.values.get(name) is None:
            return default
        value = self._value(name)
        text = str(value).strip() if isinstance(value, str | int) and not isinstance(value, bool) else None
        if text is None or len(text) > MAX_TEXT or _UNWRITABLE.search(text):
            path = self._at(name)
            raise PayloadError("bad_text", f"expected text @ {path}", path=path, value=repr(value)[:80])
        if not text and default is None:
            raise self._missing(name)
        return text

    def whole(self, name: str) -> int:
        """Return a field as an int; text of ASCII digits counts, a float does not.

        Raises:
            PayloadError: ``missing_field``; ``bad_whole``.
        """
        value = self._value(name)
        if isinstance(value, str) and _WHOLE.fullmatch(value):
            return int(value)
        if type(value) is int and abs(value) < 10**18:
            return value
        path = self._at(name)
        raise PayloadError("bad_whole", f"expected a whole number @ {path}", path=path, value=repr(value)[:80])

    def amount(self, name: str, currency: str) -> int:
        """Return a field of decimal text as minor units; see :func:`omskit.core.parse_amount`.

        Raises:
            PayloadError: ``missing_field``; ``bad_amount``, also for a float.
        """
        value = self._value(name)
        path = self._at(name)
        if not isinstance(value, str):
            raise PayloadError("bad_amount", f"expected decimal text @ {path}", path=path, value=repr(value)[:80])
        try:
            return parse_amount(value, currency)
        except PayloadError as error:
            raise PayloadError("bad_amount", f"{error.message} @ {path}", path=path, value=value[:80]) from None

    def instant(self, name: str, zone: tzinfo = UTC) -> datetime:
        """Return a field of ISO 8601 as an aware instant; one without offset is taken in ``zone``.

        Raises:
            PayloadError: ``missing_field``; ``bad_instant``.
        """
        value = self._value(name)
        path = self._at(name)
        try:
            instant = datetime.fromisoformat(value)
            return (instant if instant.tzinfo else instant.replace(tzinfo=zone)).astimezone(UTC)
        except (TypeError, ValueError, OverflowError):
            raise PayloadError(
                "bad_instant", f"expected ISO 8601 @ {path}", path=path, value=repr(value)[:80]
            ) from None

    def each(self, name: str) -> Iterator[Fields]:
        """Yield the objects of an array.

        Raises:
            PayloadError: ``missing_field``; ``not_an_array``; ``not_an_object``.
        """
        value = self._value(name)
        path = self._at(name)
        if not isinstance(value, list | tuple):
            raise PayloadError("not_an_array", f"expected an array @ {path}", path=path)
        yield from objects(value, path)


def objects(values: Iterable[object], path: str = "$") -> Iterator[Fields]:
    """Yield each object of an array with its path.

    Raises:
        PayloadError: ``not_an_object``.
    """
    for position, value in enumerate(values):
        yield Fields.of(value, f"{path}[{position}]")


def parse_json(payload: bytes) -> Any:
    """Return a parsed JSON payload.

    Numbers with a point are kept as the text they were sent as, so that no amount goes through a float.

    Raises:
        PayloadError: ``bad_json`` for what is no JSON, for NaN and Infinity.
    """
    try:
        return json.loads(payload, parse_float=str, parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        raise PayloadError("bad_json", f"the payload is no JSON: {error}", path="$") from None


def _no_number(name: str) -> NoReturn:
    message = f"{name} is no number"
    raise ValueError(message)


def read_each(values: object, path: str, name: str, read: Callable[[Fields], T]) -> Iterator[T | Refusal]:
    """Read each object of an array; one that cannot be read comes as a refusal and stops no other.

    Args:
        values: The array.
        path: Where it stands.
        name: The field whose text names an object in its refusal; its path does where there is none.
        read: Reads one object.

    Raises:
        PayloadError: ``not_an_array``.
    """
    if not isinstance(values, list | tuple):
        raise PayloadError("not_an_array", f"expected an array @ {path}", path=path)
    for position, value in enumerate(values):
        where = f"{path}[{position}]"
        try:
            yield read(Fields.of(value, where))
        except PayloadError as error:
            yield Refusal.of(_subject(value, name) or where, error)


def _subject(value: object, name: str) -> str:
    try:
        return Fields.of(value).text(name)
    except PayloadError:
        return ""
