"""Keys handed out one by one from blocks that the storage gives."""

from __future__ import annotations

from attrs import define, field

from omskit.storage import Unit


@define
class Keys:
    """An endless supply of keys within one unit; blocks grow, so that few of them serve a large batch."""

    unit: Unit
    block: int = 64
    _left: list[int] = field(factory=list)

    def __call__(self) -> int:
        """Hand out a key."""
        if not self._left:
            self._left = list(reversed(self.unit.keys(self.block)))
            self.block *= 4
        return self._left.pop()
