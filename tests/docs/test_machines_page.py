"""The machines page shows the machines as they are."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from omskit.core import Machine
from omskit.fulfillment import FULFILLMENT_MACHINE, INTERCEPTION_MACHINE, LABEL_MACHINE, PARCEL_MACHINE
from omskit.orders import ORDER_MACHINE

PAGE = (Path(__file__).parents[2] / "docs" / "reference" / "machines.md").read_text("utf-8")


MACHINES = [ORDER_MACHINE, FULFILLMENT_MACHINE, PARCEL_MACHINE, LABEL_MACHINE, INTERCEPTION_MACHINE]


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
