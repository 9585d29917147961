"""What can be asked of a product."""

from __future__ import annotations

from attrs import frozen

from omskit.catalog.products.edits import Edit
from omskit.catalog.products.model import Product


@frozen
class Create:
    """Take a product into the catalog; its status is left to its machine."""

    product: Product


@frozen
class Revise:
    """Change what is known of a product.

    Args:
        edit: What is to be another.
        in_ledger: Pieces that the stock ledger holds or has promised; asked for only when the stock unit changes.
    """

    edit: Edit
    in_ledger: int | None = None


@frozen
class Advance:
    """Move a product on in its life: ``activate``, ``discontinue``, ``archive``, ``restore``."""

    trigger: str
    reason: str = ""


Command = Create | Revise | Advance
