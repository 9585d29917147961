"""What an event makes of a listing; total, and without a machine."""

from __future__ import annotations

from attrs import evolve as changed

from omskit.catalog.listings import events as e
from omskit.catalog.listings.model import Listing
from omskit.core import StorageError


def evolve_listing(listing: Listing | None, event: e.ListingEvent) -> Listing:
    """Return the listing as it stands after the event.

    Raises:
        StorageError: ``bad_history`` when a history does not start with its listing.
    """
    if isinstance(event, e.Listed):
        return event.listing
    if listing is None:
        raise StorageError("bad_history", f"{type(event).__name__} before the item was listed")
    if isinstance(event, e.Remapped):
        return changed(listing, code=event.code, per=event.per, title=event.title, url=event.url)
    return changed(listing, status=event.status, note=event.note)
