"""What is wrong with a product, as values: every fault with its place, never only the first."""

from __future__ import annotations

from attrs import frozen


@frozen
class Problem:
    """One fault of a product.

    Args:
        path: Where: ``name``, ``attribute.color``, ``attribute.title[de]@tmall``, ``pack.CS``.
        code: What, stable; ``docs/reference/catalog.md`` lists them.
        message: One sentence for a person.
        value: The offending value as text.
        allowed: What would be taken, where that can be listed.
    """

    path: str
    code: str
    message: str
    value: str = ""
    allowed: tuple[str, ...] = ()

    def __str__(self) -> str:
        allowed = f"; allowed: {', '.join(self.allowed)}" if self.allowed else ""
        return f"{self.path}: {self.message}{allowed}"
