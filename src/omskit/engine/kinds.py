"""Every aggregate that the engine stores."""

from __future__ import annotations

from omskit.catalog import LISTINGS, PRODUCTS, TREES
from omskit.fulfillment import FULFILLMENTS
from omskit.inventory.transfers import TRANSFERS
from omskit.orders import ORDERS
from omskit.pricing import ALLOWANCES, PRICE_CHANGES, REDEMPTIONS

#: Every aggregate that the engine stores.
KINDS = (
    ORDERS,
    FULFILLMENTS,
    TRANSFERS,
    PRODUCTS,
    TREES,
    LISTINGS,
    PRICE_CHANGES,
    REDEMPTIONS,
    ALLOWANCES,
)
