"""Receivers are kept apart from their orders: sealed, compared by keyed digests, erased for good."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve
from shop import AT, Clock, process

from omskit.channels import Channel, ChannelLine, ChannelOrder, Cipher, PickRequest, Privacy, Receiver
from omskit.core import Contact, Destination, StorageError, UsageError, readable
from omskit.engine import Oms, open_storage
from omskit.engine.relay import Request
from omskit.orders import Approve, Order
from omskit.storage import Delivery, Storage

ANN = Receiver(Contact("Annegret Zwetschge", "13877712345", ("Rübenweg 17b",), "Quakenbrück"), extension="8841")
BOB = Receiver(
    Contact("Bartholomew Quince", "13877799999", ("Lark Rise 3",), "Much Wenlock"), token="OAID-ciphertext"
)
#: All that is personal of both, as it would be found in a file.
PERSONAL = (
    "Annegret", "Zwetschge", "13877712345", "benweg 17b", "Quakenbr", "8841", "Bartholomew", "Quince",
    "13877799999", "Lark Rise", "Much Wenlock", "OAID-ciphertext",
)  # fmt: skip
PAD = bytes(range(7, 256)) * 40
CIPHER = Cipher(
    lambda plain: bytes(a ^ b for a, b in zip(plain, PAD, strict=False)),
    lambda sealed: bytes(a ^ b for a, b in zip(sealed, PAD, strict=False)),
)
SECRET = b"a key of the host"
SAFE = Privacy(SECRET, CIPHER)


def said(id_: str = "A-1", receiver: Receiver = ANN, **more: Any) -> ChannelOrder:
    lines = (ChannelLine("A", 1, 100, external_id="L1"),)
    known = {"buyer": "b1", "receiver": receiver, **more}
    return ChannelOrder(id_, AT, "EUR", Destination("DE", "NI", "49610"), lines, **known)


class Shop:
    """A system whose channel says what it is told to say."""

    def __init__(self, storage: Storage, privacy: Privacy = SAFE) -> None:
        self.says: list[ChannelOrder] = []
        channel = Channel("web", lambda _: iter(self.says))
        self.oms = Oms(storage, [channel], process(), clock=Clock(), privacy=privacy)
        self.sent: list[Request] = []

    def receive(self, *documents: ChannelOrder) -> tuple[str, ...]:
        self.says = list(documents)
        return self.oms.receive("web", b"").placed

    def relay(self) -> None:
        def send(request: Request) -> Delivery:
            self.sent.append(request)
            return Delivery.DONE

        self.oms.relay(send)


@pytest.fixture
def shop(storage: Storage) -> Shop:
    return Shop(storage)


def test_the_receiver_is_kept_under_the_order_and_shown_by_its_number(shop: Shop) -> None:
    (number,) = shop.receive(said())
    assert shop.oms.contact(number) == ANN


def test_an_order_without_a_receiver_shows_nobody(shop: Shop) -> None:
    (number,) = shop.receive(said(receiver=Receiver()))
    assert shop.oms.contact(number).is_empty


def test_a_number_that_is_not_there_is_refused(shop: Shop) -> None:
    absent = readable("SO", 4711)
    with pytest.raises(UsageError, match="unknown_number"):
        shop.oms.contact(absent)
    with pytest.raises(UsageError, match="unknown_number"):
        shop.oms.erase_contact(absent, actor="amy")


def test_the_channel_s_last_word_counts(shop: Shop) -> None:
    (number,) = shop.receive(said())
    shop.receive(said(receiver=BOB, merge="m2", changed_at=AT + timedelta(hours=1)))
    assert shop.oms.contact(number) == BOB


def test_an_older_word_changes_nothing(shop: Shop) -> None:
    (number,) = shop.receive(said(changed_at=AT + timedelta(hours=1)))
    shop.receive(said(receiver=BOB, changed_at=AT))
    assert shop.oms.contact(number) == ANN


@pytest.mark.parametrize("privacy", [SAFE, Privacy()], ids=["keyed", "plain"])
def test_another_receiver_alone_makes_another_content(storage: Storage, privacy: Privacy) -> None:
    shop = Shop(storage, privacy)
    (number,) = shop.receive(said())
    shop.receive(said(receiver=Receiver(evolve(ANN.contact, lines=("Rübenweg 18",)))))
    assert shop.oms.contact(number).contact.lines == ("Rübenweg 18",)


def test_spellings_of_one_receiver_get_one_merge_identity_at_receipt(shop: Shop) -> None:
    contact = evolve(ANN.contact, phone="+86 138-7771-2345", lines=("RÜBENWEG 17B",))
    same, elsewhere = evolve(ANN, contact=contact), evolve(ANN, extension="5")
    first, again, other = shop.receive(said(), said("A-2", same), said("A-3", elsewhere))
    identities = [shop.oms.order(number).terms.merge_identity for number in (first, again, other)]
    assert identities[0]
    assert identities[0] == identities[1] != identities[2]


def test_case_5_ciphertext_has_no_identity_but_the_channel_s(shop: Shop) -> None:
    masked = Receiver(Contact("张*", "138****1234", ("*",)), masked=True)
    given = said("A-3", BOB, merge="from the channel")
    numbers = shop.receive(said(receiver=BOB), said("A-2", masked), given)
    identities = [shop.oms.order(number).terms.merge_identity for number in numbers]
    assert identities == ["", "", "from the channel"]


def test_a_short_secret_is_refused() -> None:
    with pytest.raises(UsageError, match="weak_secret"):
        Privacy(b"short")


def test_who_is_erased_is_gone_and_the_history_stays(shop: Shop) -> None:
    (number,) = shop.receive(said())
    before = (shop.oms.order(number), tuple(shop.oms.history(number)))
    shop.oms.erase_contact(number, actor="amy", reason="asked_for")
    shop.oms.erase_contact(number, actor="amy")
    assert shop.oms.contact(number).is_empty
    assert (shop.oms.order(number), tuple(shop.oms.history(number))) == before
    assert shop.oms.verify().is_sound


def test_who_is_erased_does_not_come_back_with_the_channel_s_next_word(shop: Shop) -> None:
    (number,) = shop.receive(said())
    shop.oms.erase_contact(number, actor="amy")
    shop.receive(said(memo="ring twice", changed_at=AT + timedelta(hours=1)))
    assert shop.oms.order(number).terms.memo == "ring twice"
    assert shop.oms.contact(number).is_empty


def test_an_order_may_be_erased_before_its_channel_shows_anybody(shop: Shop) -> None:
    (number,) = shop.receive(said(receiver=Receiver()))
    shop.oms.erase_contact(number, actor="amy")
    shop.receive(said(memo="now with a name"))
    assert shop.oms.contact(number).is_empty


def _picked(shop: Shop) -> PickRequest:
    shop.oms.stock.receive("BER", {"A": 5}, actor="amy")
    shop.oms.run()
    shop.relay()
    document = shop.sent[-1].document
    assert isinstance(document, PickRequest)
    return document


def test_a_pick_request_leaves_with_the_receiver_as_he_is_known_then(shop: Shop) -> None:
    shop.receive(said())
    _picked(shop)
    assert shop.sent[-1].receiver == ANN


def test_a_pick_request_of_an_erased_receiver_leaves_without_him(shop: Shop) -> None:
    (number,) = shop.receive(said())
    shop.oms.erase_contact(number, actor="amy")
    _picked(shop)
    assert shop.sent[-1].receiver.is_empty


def test_a_child_of_a_divided_order_goes_to_the_same_receiver(shop: Shop) -> None:
    lines = (ChannelLine("A", 1, 100, external_id="L1"), ChannelLine("B", 1, 100, external_id="L2"))
    (number,) = shop.receive(evolve(said(), lines=lines))
    shop.oms.do(number, Approve(), actor="amy")
    children = shop.oms.divide(number, ({1: 1}, {2: 1}), actor="amy")
    assert [shop.oms.contact(child) for child in children] == [ANN, ANN]
    shop.oms.erase_contact(children[0], actor="amy")
    assert shop.oms.contact(number).is_empty


def test_without_the_cipher_nobody_reads_what_it_sealed(storage: Storage) -> None:
    (number,) = Shop(storage).receive(said())
    with pytest.raises(UsageError, match="no_cipher"):
        Shop(storage, Privacy(SECRET)).oms.contact(number)


def test_a_cipher_that_does_not_open_a_receiver_says_so_and_nothing_else(storage: Storage) -> None:
    def broken(_sealed: bytes) -> bytes:
        raise ValueError("Annegret Zwetschge")

    (number,) = Shop(storage).receive(said())
    with pytest.raises(StorageError, match="unreadable_contact") as raised:
        Shop(storage, Privacy(SECRET, Cipher(CIPHER.seal, broken))).oms.contact(number)
    assert not found_in(repr(raised.value) + str(raised.value.__cause__))


def found_in(text: str) -> list[str]:
    return [one for one in PERSONAL if one in text]


def _life(shop: Shop) -> Iterator[object]:
    """Take orders through all that may speak of them, and yield everything that was said."""
    numbers = shop.receive(said(), said("A-2", BOB), evolve(said("A-3", buyer="b2"), currency="XXX"))
    shop.receive(said(memo="again", changed_at=datetime(2026, 4, 1, tzinfo=UTC)))
    shop.says = [evolve(said("A-4"), lines=(ChannelLine("A", 0),)), evolve(said("A-5"), grade=99)]
    yield shop.oms.receive("web", b"")
    _picked(shop)
    for number in numbers:
        order: Order = shop.oms.order(number)
        yield (order, shop.oms.history(number), shop.oms.explain(number), shop.oms.contact(number))
    yield (shop.oms, shop.oms.privacy, [evolve(one, receiver=Receiver()) for one in shop.sent], shop.sent)


def test_nothing_that_is_shown_or_told_holds_a_receiver(
    storage: Storage, caplog: pytest.LogCaptureFixture
) -> None:
    shop = Shop(storage)
    assert not found_in("".join(repr(one) for one in _life(shop)) + caplog.text)


@pytest.mark.parametrize("sealed", [True, False], ids=["sealed", "plain"])
def test_no_byte_of_the_database_holds_a_receiver(tmp_path: Path, sealed: bool) -> None:  # noqa: FBT001
    shop = Shop(open_storage(f"sqlite:///{tmp_path}/shop.db"), SAFE if sealed else Privacy(SECRET))
    list(_life(shop))
    shop.oms.close()
    text = b"".join(path.read_bytes() for path in sorted(tmp_path.iterdir())).decode("utf-8", "replace")
    assert "A-2" in text, "the file holds the orders"
    assert found_in(text) == ([] if sealed else list(PERSONAL)), "the scan finds what is there in plain text"


def test_plain_receivers_stand_in_the_table_of_contacts_only_and_in_none_once_erased(tmp_path: Path) -> None:
    shop = Shop(open_storage(f"sqlite:///{tmp_path}/shop.db"), Privacy(SECRET))
    list(_life(shop))

    def holding() -> list[str]:
        with sqlite3.connect(tmp_path / "shop.db") as database:
            tables = [name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
            return [one for one in tables if found_in(repr(database.execute(f'SELECT * FROM "{one}"').fetchall()))]

    assert holding() == ["oms_contact"]
    for order in shop.oms.orders():
        shop.oms.erase_contact(readable("SO", order.key), actor="amy")
    assert holding() == []
    shop.oms.close()
