"""The machines page shows the machines as they are."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from omskit.catalog import LISTING_MACHINE, PRODUCT_MACHINE
from omskit.core import Machine
from omskit.fulfillment import FULFILLMENT_MACHINE, INTERCEPTION_MACHINE, LABEL_MACHINE, PARCEL_MACHINE
from omskit.inventory import STOCK_MACHINE
from omskit.inventory.costs import CARD_MACHINE
from omskit.inventory.inbound import ANNOUNCEMENT_MACHINE
from omskit.inventory.lots import LOT_MACHINE
from omskit.inventory.soft import SOFT_MACHINE
from omskit.inventory.transfers import TRANSFER_MACHINE
from omskit.orders import ORDER_MACHINE
from omskit.pricing.allowances import ALLOWANCE_MACHINE
from omskit.pricing.changes import PRICE_CHANGE_MACHINE
from omskit.pricing.redemptions import REDEMPTION_MACHINE
from omskit.returns import CUSTODY_MACHINE, REFUND_MACHINE

PAGE = (Path(__file__).parents[2] / "docs" / "reference" / "machines.md").read_text("utf-8")


MACHINES = [
    ORDER_MACHINE,
    FULFILLMENT_MACHINE,
    PARCEL_MACHINE,
    LABEL_MACHINE,
    INTERCEPTION_MACHINE,
    PRODUCT_MACHINE,
    LISTING_MACHINE,
    PRICE_CHANGE_MACHINE,
    ALLOWANCE_MACHINE,
    REDEMPTION_MACHINE,
    STOCK_MACHINE,
    ANNOUNCEMENT_MACHINE,
    SOFT_MACHINE,
    LOT_MACHINE,
    TRANSFER_MACHINE,
    CARD_MACHINE,
    CUSTODY_MACHINE,
    REFUND_MACHINE,
]


@pytest.mark.parametrize("machine", MACHINES, ids=lambda machine: machine.name)
def test_the_page_shows_what_the_machine_draws(machine: Machine) -> None:
    drawings = re.findall(r"```mermaid\n(.*?)\n```", PAGE, re.DOTALL)
    assert machine.mermaid().strip() in drawings


def test_the_page_lists_every_trait_with_its_statuses() -> None:
    listed = dict(re.findall(r"^\| `(\w+)` \| (.+) \|$", PAGE, re.MULTILINE))
    traits = sorted({trait for traits in ORDER_MACHINE.states.values() for trait in traits})
    assert {trait: ", ".join(sorted(ORDER_MACHINE.with_trait(trait))) for trait in traits} == {
        trait: ", ".join(sorted(names.split(", "))) for trait, names in listed.items()
    }
