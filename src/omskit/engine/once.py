"""Calls that are made once: a key, with a digest of what was asked, is kept with what the call changed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from typing import TypeVar

from omskit.core import UsageError
from omskit.engine.units import Shop
from omskit.storage import Receipt, Unit

T = TypeVar("T")


def digest_of(asked: object) -> str:
    """Return what tells apart what was asked under a key, as JSON takes it; mappings in any order."""
    return hashlib.blake2b(json.dumps(asked, sort_keys=True).encode(), digest_size=16).hexdigest()


def check_same(receipt: Receipt, digest: str) -> None:
    """Raise unless the same was asked when the key came first.

    Raises:
        UsageError: ``key_reused``.
    """
    if receipt.fingerprint != digest:
        key = receipt.id
        raise UsageError("key_reused", f"key {key!r} came with something else before", key=key)


def once(
    shop: Shop,
    source: str,
    key: str,
    asked: object,
    do: Callable[[Unit, bool], T],
    *,
    dump: Callable[[T], str] = json.dumps,
    load: Callable[[str], T] = json.loads,
) -> T:
    """Do something in a unit, or return what came of it when the same key was given before.

    Args:
        shop: The engine's parts.
        source: Keys of different sources are apart.
        key: Of the caller; empty does it every time.
        asked: What was asked, as JSON takes it; mappings in any order.
        do: As :meth:`Shop.attempt` takes it; a refusal leaves the key unused.
        dump: Writes what came of it.
        load: Reads that.

    Raises:
        UsageError: ``key_reused`` when the key came with something else before.
    """
    if not key:
        return shop.attempt(do)
    digest = digest_of(asked)

    def first(unit: Unit, lock: bool) -> T:  # noqa: FBT001
        receipt = unit.inbox.seen(source, [key]).get(key)
        if receipt is not None:
            check_same(receipt, digest)
            return load(receipt.outcome)
        outcome = do(unit, lock)
        unit.inbox.record(source, [Receipt(key, digest, dump(outcome))], at=shop.now())
        return outcome

    return shop.attempt(first)
