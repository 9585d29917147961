"""What every part of the kit asks of the author: how to open a storage."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from omskit.storage import Storage

#: Opens the storage of one test: empty at first, and where storages are shared, the same one every time.
Opener = Callable[[], Storage]


class Opening:
    """Gives each test an open storage from the author's fixture ``opener``."""

    @pytest.fixture
    def storage(self, opener: Opener) -> Storage:
        """Return the storage that the test is about."""
        return opener()
