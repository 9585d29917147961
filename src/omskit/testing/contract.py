"""The number of the contracts that the kits hold adapters to."""

from __future__ import annotations

#: Raised when a kit asks for more than before; an adapter says which number it passed.
CONTRACT = 3
