"""Kits: what an adapter promises, as tests that its author subclasses and runs.

It needs the extra ``omskit[testing]``, and nothing else imports it.
"""

import pytest

pytest.register_assert_rewrite("omskit.testing.storage", "omskit.testing.channels", "omskit.testing.steps")

from omskit.testing.channels import ChannelKit  # noqa: E402 - assertions are rewritten as a module is loaded
from omskit.testing.contract import CONTRACT  # noqa: E402
from omskit.testing.steps import StepKit  # noqa: E402
from omskit.testing.storage import KIT_KINDS, StorageKit, storage_machine  # noqa: E402

__all__ = [
    "CONTRACT",
    "KIT_KINDS",
    "ChannelKit",
    "StepKit",
    "StorageKit",
    "storage_machine",
]
