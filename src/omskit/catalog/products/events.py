"""What happened to a product; each event carries what it led to."""

from __future__ import annotations

from attrs import frozen

from omskit.catalog.products.edits import Edit
from omskit.catalog.products.model import Product


@frozen
class Created:
    """The product came into the catalog, as it stands here."""

    product: Product


@frozen
class Revised:
    """Something of it became another; ``claim`` is the GTIN it claims from then on."""

    edit: Edit
    claim: str = ""


@frozen
class Advanced:
    """It moved on in its life."""

    status: str
    trigger: str
    reason: str = ""
    claim: str = ""


Event = Created | Revised | Advanced
