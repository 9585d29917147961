"""Sets of codes as sorted tuples: they compare, hash and write themselves the same way on every machine."""

from __future__ import annotations

from collections.abc import Iterable

from omskit.core import UsageError


def codes(values: Iterable[str]) -> tuple[str, ...]:
    """Return codes sorted, each once.

    Raises:
        UsageError: ``not_a_set`` for one text where a set belongs.
    """
    if isinstance(values, str):
        raise UsageError("not_a_set", f"{values!r} is one text: write {{{values!r}}}", value=values)
    return tuple(sorted(set(values)))


def lies_in(region: str, areas: tuple[str, ...]) -> bool:
    """Whether a region such as ``DE-BY`` is one of the areas or within one, as ``DE``."""
    return any(region == area or region.startswith(f"{area}-") for area in areas)
