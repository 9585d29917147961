"""The kit for authors of warehouse formats: subclass it, say what a warehouse says and hears, run it.

One promise a test; the promises are those of ``docs/reference/contracts.md``.

::

    class TestMyWms(WarehouseKit):
        @pytest.fixture
        def read(self):
            return my_wms.read_confirmation

        @pytest.fixture
        def report(self):
            return Path("confirm.xml").read_bytes()

        @pytest.fixture
        def write(self):
            return my_wms.write_work
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime

import pytest
from attrs import evolve
from hypothesis import given

from omskit.adapters.warehouses import (
    CancelWork,
    Confirmed,
    Counted,
    DeliveryWork,
    Fact,
    Lacking,
    Party,
    Progress,
    StockChanged,
    Work,
    WorkItem,
)
from omskit.channels import Request
from omskit.core import Refusal
from omskit.testing.damage import Damage, damaged, damages
from omskit.testing.unknown import extended_json, fuzz, must_survive, outcome

ReadFacts = Callable[[bytes], Iterable[Fact | Refusal]]
WriteWork = Callable[[Work], Request]

_AT = datetime(2026, 1, 1, 9, tzinfo=UTC)
_ANN = Party("Annegret Zwetschge", "13877712345", "浙江省", "杭州市", "Rübenweg 17", "西湖区", zip="310013")
_FACTS = (Confirmed, StockChanged, Counted, Lacking, Progress)


def delivery(code: str = "FO-1") -> DeliveryWork:
    """Return a delivery that every format can write, to a receiver whose name is easy to find."""
    lines = (WorkItem("MUG", 2, "US", "1", paid_minor=1980), WorkItem("CUP", 1, "US", "2", paid_minor=900))
    sender = Party("Shop", "05710000", "浙江省", "杭州市", "Road 1")
    return DeliveryWork(code, "BER", _AT, _AT, "shop", "SF", sender, _ANN, lines)


def _facts(read: ReadFacts, payload: bytes) -> list[Fact]:
    return [one for one in outcome(read, payload) if isinstance(one, _FACTS)]


def _counts(fact: Fact) -> Iterator[tuple[object, int | None]]:
    """Yield every quantity with the least that it may be; None where it has a sign."""
    if isinstance(fact, Confirmed):
        yield from ((line.quantity, 0) for line in fact.lines)
        yield from ((line.planned, 0) for line in fact.lines if line.planned is not None)
        yield from ((count, 0) for parcel in fact.parcels for _, count in parcel.items)
        yield from ((parcel.weight_g, 0) for parcel in fact.parcels)
    elif isinstance(fact, StockChanged):
        yield fact.quantity, None
    elif isinstance(fact, Counted):
        yield from ((count, None) for _, _, count in fact.differences)
    elif isinstance(fact, Lacking):
        yield from ((count, 0) for _, planned, lacking, _ in fact.lines for count in (planned, lacking))


class WarehouseKit:
    """What every format of a warehouse promises. Subclass it and give the fixtures.

    * ``read``: reads what the warehouse reports into facts, and refusals where a payload holds many.
    * ``report``: a confirmation of a delivery that can be read; the more it uses, the more the kit sees.
    * ``extended``: the same with fields that the reader does not know; made from it where it is JSON.
    * ``write``: writes work, at least deliveries and their cancellation; None for a format that is only read.
    """

    @pytest.fixture
    def extended(self, report: bytes) -> bytes:
        """Return the report with unknown fields."""
        return extended_json(report)

    @pytest.fixture
    def write(self) -> WriteWork | None:
        """Return the writer of work; there is none unless the author gives one."""
        return None

    def test_the_sample_confirms_work(self, read: ReadFacts, report: bytes) -> None:
        out = list(read(report))
        assert [one for one in out if isinstance(one, Refusal)] == []
        assert [one for one in out if isinstance(one, Confirmed) and one.lines], "the sample confirms nothing"

    @fuzz
    @given(suffered=damages())
    def test_nothing_but_facts_and_refusals_comes_out(
        self, read: ReadFacts, report: bytes, suffered: tuple[Damage, ...]
    ) -> None:
        for said in (report, damaged(report, suffered)):
            assert {type(one) for one in outcome(read, said)} <= {*_FACTS, Refusal}

    @fuzz
    @given(suffered=damages())
    def test_damaged_reports_raise_nothing_but_payload_errors(
        self, read: ReadFacts, report: bytes, suffered: tuple[Damage, ...]
    ) -> None:
        must_survive(read, report, suffered)

    def test_the_same_bytes_give_the_same_facts_whatever_was_read_before(
        self, read: ReadFacts, report: bytes
    ) -> None:
        first = _facts(read, report)
        outcome(read, report[: len(report) // 2])
        assert _facts(read, report) == first

    def test_unknown_fields_change_nothing(self, read: ReadFacts, report: bytes, extended: bytes) -> None:
        assert extended != report
        assert _plain(_facts(read, extended)) == _plain(_facts(read, report))

    @fuzz
    @given(suffered=damages())
    def test_quantities_are_ints_and_what_was_done_is_never_negative(
        self, read: ReadFacts, report: bytes, suffered: tuple[Damage, ...]
    ) -> None:
        for said in (report, damaged(report, suffered)):
            for fact in _facts(read, said):
                for count, least in _counts(fact):
                    assert type(count) is int, f"{count!r} in {fact}"
                    assert least is None or count >= least, f"{count} in {fact}"

    @fuzz
    @given(suffered=damages())
    def test_a_confirmation_names_its_work_and_itself(
        self, read: ReadFacts, report: bytes, suffered: tuple[Damage, ...]
    ) -> None:
        for said in (report, damaged(report, suffered)):
            confirmed = [one for one in _facts(read, said) if isinstance(one, Confirmed)]
            assert [one for one in confirmed if not (one.code and one.key)] == []

    @fuzz
    @given(suffered=damages())
    def test_instants_have_a_time_zone(
        self, read: ReadFacts, report: bytes, suffered: tuple[Damage, ...]
    ) -> None:
        for said in (report, damaged(report, suffered)):
            at = [getattr(one, "at", None) for one in _facts(read, said)]
            assert [instant for instant in at if instant is not None and instant.utcoffset() is None] == []

    def test_work_is_written_the_same_each_time(self, write: WriteWork | None) -> None:
        for work in _works(write):
            assert _writer(write)(work) == _writer(write)(work)

    def test_each_piece_of_work_has_a_key_of_its_own(self, write: WriteWork | None) -> None:
        keys = [_writer(write)(work).key for work in _works(write)]
        assert all(keys)
        assert len(set(keys)) == len(keys), f"two pieces of work share a key: {keys}"

    def test_what_is_shown_of_a_request_does_not_name_the_receiver(self, write: WriteWork | None) -> None:
        for work in _works(write):
            request = _writer(write)(work)
            shown = f"{request!r} {request.key} {request.path}"
            assert not [one for one in (_ANN.name, _ANN.mobile, _ANN.address) if one in shown]


def _plain(facts: Sequence[Fact]) -> list[Fact]:
    """Return facts without what a format has no word for: there unknown fields may stand."""
    return [evolve(one, extra=()) if isinstance(one, Confirmed) else one for one in facts]


def _works(write: WriteWork | None) -> tuple[Work, ...]:
    if write is None:
        pytest.skip("the format is only read")
    return delivery("FO-1"), delivery("FO-2"), CancelWork("FO-1", "BER", "US", "JYCK")


def _writer(write: WriteWork | None) -> WriteWork:
    assert write is not None
    return write
