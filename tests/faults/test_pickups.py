"""Pickups that several processes sweep while buyers collect them: each ends once, whoever is killed."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from pickups import SWEEPERS, kill_store


def test_f09_each_pickup_is_collected_or_swept_once_however_sweepers_end(
    url: str, record_property: Callable[[str, object], None], *, long: bool
) -> None:
    store, wrong = kill_store(url, 300 if long else 2 * (SWEEPERS + 1))
    record_property("kills", store.kills)
    record_property("pickups", len(store.ready))
    assert wrong == []


@pytest.mark.long
def test_f09_sees_a_sweep_that_posts_stock_in_a_second_transaction(
    url: str, record_property: Callable[[str, object], None]
) -> None:
    store, wrong = kill_store(url, 600, "stock in a second transaction")
    record_property("seen at kill", store.kills)
    assert wrong != []
