"""The inbox: one receipt for each source and id."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from omskit.core import Duplicate
from omskit.storage import Receipt, Storage
from omskit.testing.storage.base import Opening
from omskit.testing.storage.tickets import AT, record

ONE, OTHER = Receipt("1", "f1", '{"n":1}'), Receipt("1", "f2", '{"n":2}')


def seen(storage: Storage, source: str, *ids: str) -> Mapping[str, Receipt]:
    """Return receipts as they are kept."""
    with storage.begin(read=True) as unit:
        return dict(unit.inbox.seen(source, ids))


class InboxKit(Opening):
    """A repeat is known by its receipt."""

    def test_a_receipt_is_found_as_it_was_recorded(self, storage: Storage) -> None:
        odd = Receipt("ü' 2", "", "")
        record(storage, "web", ONE, odd)
        assert seen(storage, "web", "1", "ü' 2", "3") == {"1": ONE, "ü' 2": odd}

    def test_no_ids_have_no_receipts(self, storage: Storage) -> None:
        record(storage, "web", ONE)
        assert seen(storage, "web") == {}

    def test_sources_are_kept_apart(self, storage: Storage) -> None:
        record(storage, "web", ONE)
        record(storage, "shop", OTHER)
        assert (seen(storage, "web", "1"), seen(storage, "shop", "1")) == ({"1": ONE}, {"1": OTHER})

    def test_an_id_that_is_known_is_a_duplicate_and_the_first_receipt_stands(self, storage: Storage) -> None:
        record(storage, "web", ONE)
        with pytest.raises(Duplicate) as caught:
            record(storage, "web", Receipt("2", "f", "{}"), OTHER)
        assert caught.value.code == "duplicate_receipt"
        assert seen(storage, "web", "1", "2") == {"1": ONE}

    def test_an_id_twice_at_once_is_a_duplicate(self, storage: Storage) -> None:
        with pytest.raises(Duplicate) as caught:
            record(storage, "web", ONE, OTHER)
        assert caught.value.code == "duplicate_receipt"
        assert seen(storage, "web", "1") == {}

    def test_a_receipt_of_a_unit_that_is_rolled_back_was_never_there(self, storage: Storage) -> None:
        with pytest.raises(Duplicate):
            record(storage, "web", ONE, ONE)
        record(storage, "web", OTHER)
        assert seen(storage, "web", "1") == {"1": OTHER}

    def test_a_receipt_is_kept_in_place_of_the_known_one(self, storage: Storage) -> None:
        record(storage, "web", ONE)
        with storage.begin() as unit:
            unit.inbox.replace("web", [OTHER, Receipt("2", "f", "{}")], at=AT)
        assert seen(storage, "web", "1", "2") == {"1": OTHER, "2": Receipt("2", "f", "{}")}
