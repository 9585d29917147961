"""How many shards the pieces of a hot SKU may lie in; one rule for every storage that takes such a wish."""

from __future__ import annotations

from collections.abc import Mapping

from omskit.core import UsageError

#: Most shards of one cell; whoever cannot be served by one of them reads them all.
MAX_SHARDS = 256


def checked_shards(hot: Mapping[str, int]) -> dict[str, int]:
    """Return the shards by SKU, in order of SKU.

    Raises:
        UsageError: ``bad_shards`` for a number below 1 or above :data:`MAX_SHARDS`.
    """
    for sku, shards in hot.items():
        if type(shards) is not int or not 1 <= shards <= MAX_SHARDS:
            raise UsageError(
                "bad_shards", f"{sku!r}: from 1 to {MAX_SHARDS} shards, not {shards!r}", sku=sku, shards=shards
            )
    return dict(sorted(hot.items()))
