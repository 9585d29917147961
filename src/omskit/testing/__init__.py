"""Kits: what an adapter promises, as tests that its author subclasses and runs.

It needs the extra ``omskit[testing]``, and nothing else imports it.
"""

import pytest

pytest.register_assert_rewrite(
    *(f"omskit.testing.{name}" for name in "abilities channels couriers steps storage unknown warehouses".split())
)

from omskit.testing.channels import ChannelKit  # noqa: E402 - assertions are rewritten as a module is loaded
from omskit.testing.contract import CONTRACT  # noqa: E402
from omskit.testing.couriers import CourierKit  # noqa: E402
from omskit.testing.steps import StepKit  # noqa: E402
from omskit.testing.storage import KIT_KINDS, StorageKit, storage_machine  # noqa: E402
from omskit.testing.warehouses import WarehouseKit  # noqa: E402

__all__ = [
    "CONTRACT",
    "KIT_KINDS",
    "ChannelKit",
    "CourierKit",
    "StepKit",
    "StorageKit",
    "WarehouseKit",
    "storage_machine",
]
