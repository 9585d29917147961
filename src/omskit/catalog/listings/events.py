"""What happened to a listing; each event carries the status it led to."""

from __future__ import annotations

from attrs import frozen

from omskit.catalog.listings.model import Listing


@frozen
class Listed:
    """The item was given its meaning, as it stands here."""

    listing: Listing


@frozen
class Remapped:
    """It stands for this from now on."""

    code: str
    per: int = 1
    title: str = ""
    url: str = ""


@frozen
class Turned:
    """It moved on."""

    status: str
    trigger: str
    note: str = ""


ListingEvent = Listed | Remapped | Turned
