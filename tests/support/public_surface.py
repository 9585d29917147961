"""Writes down the public surface: every name that a package lists, package by package.

``python tests/support/public_surface.py > tests/golden/public_surface.txt`` takes over a change that is meant.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator, Mapping, Sequence

import omskit


def packages() -> Mapping[str, Sequence[str]]:
    """Return the public names of every package and module that lists any."""
    names = ["omskit", *(one.name for one in pkgutil.walk_packages(omskit.__path__, "omskit."))]
    listed = {name: getattr(importlib.import_module(name), "__all__", None) for name in names}
    return {name: all_ for name, all_ in listed.items() if all_ is not None}


def lines() -> Iterator[str]:
    """Yield the surface as text: one line a name, sorted."""
    for package, names in sorted(packages().items()):
        yield from (f"{package}: {name}" for name in sorted(names))


if __name__ == "__main__":
    print("\n".join(lines()))
