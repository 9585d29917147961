"""What an event makes of a product; total, and without a machine: the event knows the status it led to."""

from __future__ import annotations

from attrs import evolve as changed

from omskit.catalog.products import events as e
from omskit.catalog.products.model import Product
from omskit.core import StorageError


def evolve(product: Product | None, event: e.Event) -> Product:
    """Return the product as it stands after the event.

    Raises:
        StorageError: ``bad_history`` when a history does not start with the product's creation.
    """
    if isinstance(event, e.Created):
        return event.product
    if product is None:
        raise StorageError("bad_history", f"{type(event).__name__} before the product was created")
    if isinstance(event, e.Revised):
        return changed(event.edit.apply(product), claim=event.claim)
    return changed(product, status=event.status, claim=event.claim)
