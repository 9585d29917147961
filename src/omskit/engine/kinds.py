"""Every aggregate that the engine stores."""

from __future__ import annotations

from typing import Any

from omskit.catalog import LISTINGS, PRODUCTS, TREES
from omskit.channels import CONTACTS
from omskit.core import Kind
from omskit.fulfillment import FULFILLMENTS
from omskit.inventory.costs import COST_CARDS
from omskit.inventory.inbound import ANNOUNCEMENTS
from omskit.inventory.lots import LOTS
from omskit.inventory.soft import SOFTS
from omskit.inventory.transfers import TRANSFERS
from omskit.orders import ORDERS
from omskit.pricing import ALLOWANCES, PRICE_CHANGES, REDEMPTIONS
from omskit.returns import RETURNS

#: Every aggregate that the engine stores.
KINDS: tuple[Kind[Any], ...] = (
    ORDERS,
    FULFILLMENTS,
    TRANSFERS,
    SOFTS,
    ANNOUNCEMENTS,
    RETURNS,
    CONTACTS,
    PRODUCTS,
    TREES,
    LISTINGS,
    PRICE_CHANGES,
    REDEMPTIONS,
    ALLOWANCES,
    COST_CARDS,
    LOTS,
)
