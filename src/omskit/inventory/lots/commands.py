"""What can be asked of a lot."""

from __future__ import annotations

from attrs import frozen

from omskit.inventory.lots.model import LotRecord


@frozen
class Register:
    """Make a lot known, before its first pieces come in."""

    record: LotRecord


@frozen
class Enter:
    """Pieces came in, for the first time or again."""

    warehouse: str
    pieces: int
    document: str = ""


@frozen
class Empty:
    """The last piece left or was written off."""


@frozen
class Block:
    """Give no more pieces of it to orders: a recall, a doubt."""

    reason: str


@frozen
class Clear:
    """It may be given to orders again."""


Command = Register | Enter | Empty | Block | Clear
