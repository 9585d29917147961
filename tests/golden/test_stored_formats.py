"""What was stored once is read for ever: documents, digests and receipts, as texts that were written once.

A line of ``stored_documents.txt`` is never changed. What is added gets a line of its own, from
``python tests/support/stored_samples.py``; a field that is added has a default, and leaves the old lines alone.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from shop import WEB, Clock, process
from stored_samples import CHANNEL_ORDER, CODECS, SAMPLES, codec

from omskit.channels import Channel, Reversal, fingerprint
from omskit.core import Refused, StorageError, UsageError
from omskit.engine import Done, Oms
from omskit.fulfillment import HandOver
from omskit.orders import Cancel
from omskit.storage import MemoryStorage, Receipt

HERE = Path(__file__).parent
AT = datetime(2026, 3, 2, tzinfo=UTC)


def _written() -> Iterator[tuple[str, str, str]]:
    for line in (HERE / "stored_documents.txt").read_text("utf-8").splitlines():
        name, tag, text = line.split("\t")
        yield name, tag, text


WRITTEN = list(_written())
POSITION = {one: sum(other[:2] == one[:2] for other in WRITTEN[:n]) for n, one in enumerate(WRITTEN)}
IDS = [f"{name}/{tag}/{POSITION[name, tag, text]}" for name, tag, text in WRITTEN]


@pytest.mark.parametrize(("name", "tag", "text"), WRITTEN, ids=IDS)
def test_what_was_written_once_is_read_as_it_was_meant(name: str, tag: str, text: str) -> None:
    assert codec(name).load(tag, text) == SAMPLES[name, tag][POSITION[name, tag, text]]


@pytest.mark.parametrize(("name", "tag", "text"), WRITTEN, ids=IDS)
def test_what_was_written_once_is_written_the_same_today(name: str, tag: str, text: str) -> None:
    value = SAMPLES[name, tag][POSITION[name, tag, text]]
    assert codec(name).tag_of(value) == tag
    assert codec(name).dump(value) == text


def test_every_tag_has_a_text_that_was_written_once() -> None:
    tags = {(one.name, tag) for one in CODECS for tag in one.types}
    assert sorted(tags - {one[:2] for one in WRITTEN}) == []


def test_texts_are_one_compact_line_of_json() -> None:
    for _, _, text in WRITTEN:
        assert json.dumps(json.loads(text), ensure_ascii=False, separators=(",", ":")) == text


@pytest.mark.parametrize("text", ["", "[]", "null", "{}", '{"key":"x"}'])
def test_what_was_never_written_is_refused_as_unreadable(text: str) -> None:
    with pytest.raises(StorageError) as error:
        codec("order").load("order", text)
    assert error.value.code == "unreadable_document"


def test_a_channel_s_document_has_the_digest_it_always_had() -> None:
    back = SAMPLES["channel document", "reversal"][0]
    assert isinstance(back, Reversal)
    assert fingerprint(CHANNEL_ORDER) == "abf699b7ec50bd19fc3a1ec132d45dcf"
    assert fingerprint(back) == "168071ad9d697fee024461b115fc4c4b"


def _with_receipt(source: str, receipt: Receipt) -> Oms:
    storage = MemoryStorage()
    with storage.begin() as unit:
        unit.inbox.record(source, [receipt], at=AT)
    return Oms(storage, [WEB, Channel("known", lambda _: [CHANNEL_ORDER])], process(), clock=Clock())


def test_a_document_that_an_old_receipt_knows_is_a_repeat() -> None:
    receipt = Receipt("A-1001", "abf699b7ec50bd19fc3a1ec132d45dcf", '["SO-1-3", 0]')
    received = _with_receipt("channel:known/order", receipt).receive("known", b"")
    assert (received.placed, received.repeated, received.refused) == ((), 1, ())


def test_a_command_that_an_old_receipt_knows_has_its_first_outcome() -> None:
    receipt = Receipt("k", "0f29d525af539deda456bad1a81a5e88", '{"number": "FO-7-8", "status": "shipped"}')
    oms = _with_receipt("command", receipt)
    assert oms.do("FO-7-8", HandOver("WB-1", "Kranich", 2_650), actor="wms", key="k") == Done("FO-7-8", "shipped")
    with pytest.raises(UsageError) as error:
        oms.do("FO-7-8", HandOver("WB-2"), actor="wms", key="k")
    assert error.value.code == "key_reused"


def test_a_refusal_that_an_old_receipt_knows_stays_the_same_refusal() -> None:
    outcome = '{"code": "not_allowed", "message": "too late", "facts": {"status": "completed"}}'
    oms = _with_receipt("command", Receipt("k", "575b0756fe4810325c92f8aa35483b59", outcome))
    with pytest.raises(Refused) as error:
        oms.do("SO-1-3", Cancel(((1, 1),), "buyer"), actor="amy", key="k")
    assert (error.value.code, error.value.message) == ("not_allowed", "too late")
    assert error.value.facts == {"status": "completed"}


def test_a_document_of_a_later_release_is_refused_and_never_misread() -> None:
    name, tag, text = WRITTEN[0]
    with pytest.raises(StorageError) as error:
        codec(name).load(tag, f'{{"v":2,{text[1:]}')
    assert error.value.code == "newer_format"
