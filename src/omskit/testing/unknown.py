"""Fields that no reader has heard of, put into every object of a payload, and readers run to their end."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable

import pytest
from hypothesis import HealthCheck, settings

from omskit.core import PayloadError
from omskit.testing.damage import Damage, damaged

#: A field that no reader has heard of.
UNKNOWN = "omskit_unknown_field"

#: How the kits look for damage that a reader does not survive.
fuzz = settings(
    deadline=None,
    report_multiple_bugs=False,
    suppress_health_check=[
        HealthCheck.differing_executors,  # one test serves every author's subclass
        HealthCheck.function_scoped_fixture,  # the fixtures give values and hold no state
        HealthCheck.too_slow,
    ],
)


def with_unknown_fields(value: object) -> object:
    """Return a value of JSON with one more field in every object."""
    if isinstance(value, dict):
        return {**{key: with_unknown_fields(one) for key, one in value.items()}, UNKNOWN: {"since": 2026}}
    if isinstance(value, list):
        return [with_unknown_fields(one) for one in value]
    return value


def extended_json(payload: bytes) -> bytes:
    """Return JSON with unknown fields; a payload of another kind has to be extended by its author."""
    try:
        return json.dumps(with_unknown_fields(json.loads(payload))).encode()
    except ValueError:
        pytest.fail("the payload is no JSON: override the fixture 'extended'")


def extended_xml(payload: bytes) -> bytes:
    """Return XML with one more element at the end of every element that has elements."""
    return re.sub(rb">(\s*)</", rf">\1<{UNKNOWN}>1</{UNKNOWN}></".encode(), payload)


def outcome(read: Callable[[bytes], Iterable[object]], payload: bytes) -> list[object]:
    """Return what a reader gives of a payload; empty when it raises, which is the promise of one test only."""
    out: list[object] = []
    try:
        out += read(payload)
    except Exception:  # noqa: BLE001 - what a reader may raise is the promise of one test, not of all
        return []
    return out


def must_survive(read: Callable[[bytes], Iterable[object]], payload: bytes, suffered: tuple[Damage, ...]) -> None:
    """Read a damaged payload to the end: what a reader raises is a PayloadError, or it fails."""
    try:
        for _ in read(damaged(payload, suffered)):
            pass
    except PayloadError:
        pass
    except Exception as error:
        message = f"the reader raised {error!r} after {suffered}"
        raise AssertionError(message) from error
