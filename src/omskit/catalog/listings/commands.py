"""What can be asked of a listing."""

from __future__ import annotations

from attrs import frozen

from omskit.catalog.listings.model import Listing


@frozen
class List:
    """Say what an item of a channel stands for; its status is left to its machine."""

    listing: Listing


@frozen
class Remap:
    """Let the item stand for another product or another number of units; None leaves a field as it is."""

    code: str | None = None
    per: int | None = None
    title: str | None = None
    url: str | None = None


@frozen
class Turn:
    """Make a move: ``submit``, ``accept``, ``reject``, ``pause``, ``resume``, ``end``, ``relist``."""

    trigger: str
    note: str = ""


ListingCommand = List | Remap | Turn
