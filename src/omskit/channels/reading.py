"""Reading fields of a payload strictly: each comes out typed, or as an error that names its path."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta, tzinfo
from decimal import Decimal
from typing import Any, Self, TypeVar

from attrs import frozen

from omskit.core import SCALES, PayloadError, Refusal, parse_amount

T = TypeVar("T")

_WHOLE = re.compile(r"-?[0-9]{1,18}", re.ASCII)
_CONTROL = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")
_DECIMAL = re.compile(r"(-?[0-9]{1,16})(?:\.([0-9]{1,20}))?", re.ASCII)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
#: How channels write that there is no instant.
_NO_INSTANT = ("", "0", "0000-00-00 00:00:00", "0000-00-00")

_compact = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), sort_keys=True, default=str).encode

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
        # Nearly every object is a plain dict, and asking an abstract class costs more than reading a field.
        if type(value) is not dict and not isinstance(value, Mapping):
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
        value = self.values.get(name)
        if type(value) is str and value.isprintable() and len(value) <= MAX_TEXT:
            text = value.strip()
            if text or default is not None:
                return text
            raise self._missing(name)
        if value is None and default is not None:
            return default
        value = self._value(name)
        said = str(value).strip() if isinstance(value, str | int) and not isinstance(value, bool) else None
        if said is None or len(said) > MAX_TEXT or _CONTROL.search(said):
            path = self._at(name)
            raise PayloadError("bad_text", f"expected text @ {path}", path=path, kind=type(value).__name__)
        if not said and default is None:
            raise self._missing(name)
        return said

    def key(self, name: str) -> str:
        """Return a field that names something: text that is there and not empty.

        Raises:
            PayloadError: ``missing_field``; ``bad_text``.
        """
        text = self.text(name)
        if not text:
            path = self._at(name)
            raise PayloadError("missing_field", f"nothing @ {path}", path=path)
        return text

    def prose(self, name: str) -> str:
        """Return what a person wrote, in one line, cut at :data:`MAX_TEXT`; empty when there is nothing.

        Raises:
            PayloadError: ``bad_text`` for another type.
        """
        value = self.values.get(name)
        if value is None:
            return ""
        if not isinstance(value, str):
            return self.text(name)
        if value.isprintable() and "  " not in value and len(value) <= MAX_TEXT:
            return value.strip()
        return " ".join(_CONTROL.sub(" ", value).split())[:MAX_TEXT]

    def whole(self, name: str, default: int | None = None) -> int:
        """Return a field as an int; text of ASCII digits counts, a float does not.

        A default stands for a field that is missing or empty.

        Raises:
            PayloadError: ``missing_field``; ``bad_whole``.
        """
        if default is not None and self.values.get(name) in (None, ""):
            return default
        value = self._value(name)
        if isinstance(value, str) and _WHOLE.fullmatch(value):
            return int(value)
        if type(value) is int and abs(value) < 10**18:
            return value
        path = self._at(name)
        raise PayloadError("bad_whole", f"expected a whole number @ {path}", path=path, value=repr(value)[:80])

    def count(self, name: str, default: int | None = None) -> int:
        """Return a quantity: a whole number from zero to 10^9.

        Raises:
            PayloadError: ``missing_field``; ``bad_whole``.
        """
        value = self.whole(name, default)
        if not 0 <= value <= 10**9:
            path = self._at(name)
            raise PayloadError("bad_whole", f"expected a quantity @ {path}", path=path, value=value)
        return value

    def currency(self, name: str, default: str | None = None) -> str:
        """Return an ISO 4217 code.

        Raises:
            PayloadError: ``missing_field``; ``bad_currency``.
        """
        code = self.text(name, default)
        if code not in SCALES:
            path = self._at(name)
            raise PayloadError("bad_currency", f"{code[:8]!r} is no currency @ {path}", path=path)
        return code

    def amount(self, name: str, currency: str, default: int | None = None) -> int:
        """Return a field of decimal text as minor units; see :func:`omskit.core.parse_amount`.

        Zeros beyond the currency's digits are passed over: ``"10.0000"`` is ten. A default stands for a field
        that is missing or empty.

        Raises:
            PayloadError: ``missing_field``; ``bad_amount``, also for a float.
        """
        if default is not None and self.values.get(name) in (None, ""):
            return default
        value = self._value(name)
        if not isinstance(value, str):
            path = self._at(name)
            raise PayloadError("bad_amount", f"expected decimal text @ {path}", path=path, value=repr(value)[:80])
        try:
            return parse_amount(value, currency)
        except PayloadError as error:
            # Zeros beyond the currency's digits are rare: they are looked for only where plain reading fails.
            match = _DECIMAL.fullmatch(value)
            kept = match[2].rstrip("0") if match and match[2] else ""
            if match and match[2] and len(kept) < len(match[2]):
                return Fields({name: f"{match[1]}.{kept}".rstrip(".")}, self.path).amount(name, currency)
            path = self._at(name)
            raise PayloadError("bad_amount", f"{error.message} @ {path}", path=path, value=value[:80]) from None

    def number(self, name: str, currency: str, default: int | None = None) -> int:
        """Return an amount that the channel writes as a JSON number, or as text, as minor units.

        Numbers have to come from :func:`omskit.channels.parse_json`, which keeps every digit.

        Raises:
            PayloadError: ``missing_field``; ``bad_amount``, also for a float.
        """
        value = self.values.get(name)
        if type(value) is int or isinstance(value, Decimal):
            plain = isinstance(value, Decimal) and abs(value.adjusted()) < 20
            text = format(value, "f") if plain else str(value)
            return Fields({name: text}, self.path).amount(name, currency)
        return self.amount(name, currency, default)

    def decimal(self, name: str, default: Decimal | None = None) -> Decimal:
        """Return a plain decimal that is no money: a weight, a unit price with more digits, a rate.

        Raises:
            PayloadError: ``missing_field``; ``bad_decimal``.
        """
        if default is not None and self.values.get(name) in (None, ""):
            return default
        value = self._value(name)
        if type(value) is int or (isinstance(value, Decimal) and abs(value.adjusted()) < 20):
            return Decimal(value)
        if isinstance(value, str) and _DECIMAL.fullmatch(value):
            return Decimal(value)
        path = self._at(name)
        raise PayloadError("bad_decimal", f"expected a plain decimal @ {path}", path=path, value=repr(value)[:80])

    def flag(self, name: str) -> bool:
        """Return a field that says yes or no: a boolean, 0 or 1, ``"true"`` or ``"false"``; no when missing.

        Raises:
            PayloadError: ``bad_flag``.
        """
        value = self.values.get(name)
        said = str(value).lower() if isinstance(value, str | int) else None
        if value is None or said in ("false", "0", ""):
            return False
        if said in ("true", "1"):
            return True
        path = self._at(name)
        raise PayloadError("bad_flag", f"expected yes or no @ {path}", path=path, value=repr(value)[:80])

    def moment(self, name: str, zone: tzinfo = UTC) -> datetime | None:
        """Return an instant that may be missing: empty text, zeros and the year 1 stand for none.

        Raises:
            PayloadError: ``bad_instant``.
        """
        value = self.values.get(name)
        if value is None or value in _NO_INSTANT or (isinstance(value, str) and value.startswith("0001-01-01")):
            return None
        return self.instant(name, zone)

    def epoch(self, name: str, *, milliseconds: bool = False) -> datetime | None:
        """Return an instant counted from 1970 in seconds or milliseconds; None for zero and when missing.

        Raises:
            PayloadError: ``bad_whole``; ``bad_instant`` beyond the year 9999.
        """
        count = self.whole(name, 0)
        if not count:
            return None
        try:
            return _EPOCH + (timedelta(milliseconds=count) if milliseconds else timedelta(seconds=count))
        except OverflowError:
            path = self._at(name)
            raise PayloadError("bad_instant", f"no instant @ {path}", path=path, value=count) from None

    def one(self, name: str) -> Fields:
        """Return an object within; one without fields where there is none.

        Raises:
            PayloadError: ``not_an_object``.
        """
        value = self.values.get(name)
        return Fields.of({} if value is None else value, f"{self.path}.{name}")

    def some(self, name: str) -> Iterator[Fields]:
        """Yield the objects of an array that may be missing.

        Raises:
            PayloadError: ``not_an_array``; ``not_an_object``.
        """
        return iter(()) if self.values.get(name) is None else self.each(name)

    def rest(self, known: Collection[str]) -> tuple[tuple[str, str], ...]:
        """Return the fields that are not known as (name, compact JSON) pairs, sorted; empty ones are left out."""
        values = self.values
        left = [name for name in values if name not in known and values[name] not in (None, "", [], {})]
        return tuple((name, _compact(values[name])) for name in sorted(left))

    def instant(self, name: str, zone: tzinfo = UTC) -> datetime:
        """Return a field of ISO 8601 as an aware instant; one without offset is taken in ``zone``.

        Raises:
            PayloadError: ``missing_field``; ``bad_instant``.
        """
        value = self._value(name)
        try:
            instant = datetime.fromisoformat(value)
            return (instant if instant.tzinfo else instant.replace(tzinfo=zone)).astimezone(UTC)
        except (TypeError, ValueError, OverflowError):
            path = self._at(name)
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
            said = value.get(name) if isinstance(value, Mapping) else None
            yield Refusal.of(str(said)[:80] if isinstance(said, str | int) and said else where, error)
