"""Kits that hold adapters to the contracts; needs the extra ``omskit[testing]``, and nothing else imports it."""

import pytest

pytest.register_assert_rewrite("omskit.testing.storage")

from omskit.testing.contract import CONTRACT  # noqa: E402 - assertions are rewritten as a module is loaded
from omskit.testing.storage import KIT_KINDS, StorageKit, storage_machine  # noqa: E402

__all__ = [
    "CONTRACT",
    "KIT_KINDS",
    "StorageKit",
    "storage_machine",
]
