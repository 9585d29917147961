from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from omskit.channels import (
    DOCUMENTS,
    GAP,
    TOLERANCE,
    Channel,
    ChannelCharge,
    ChannelHold,
    ChannelLine,
    ChannelOrder,
    Discount,
    Funder,
    Identity,
    Listing,
    Listings,
    Meaning,
    Receiver,
    Request,
    ShipmentNotice,
    Standing,
    StockUpdate,
    Webhook,
    fingerprint,
    form_request,
    hmac_of,
    holds_of,
    json_request,
    must_be_fresh,
    must_match,
    normalise,
)
from omskit.core import Contact, Destination, PayloadError, UsageError

AT = datetime(2026, 3, 2, 9, tzinfo=UTC)
SHOP = Channel("shop", lambda _: ())


def order(*lines: ChannelLine, **more: object) -> ChannelOrder:
    lines = lines or (ChannelLine("A", 1, 1000),)
    return ChannelOrder("1", AT, "EUR", Destination("DE"), lines, **more)  # type: ignore[arg-type]


def test_an_ability_that_is_missing_is_not_supported() -> None:
    with pytest.raises(UsageError, match=r"not_supported: channel shop cannot write_shipment"):
        SHOP.write_shipment(ShipmentNotice("shop", "1", "W", "C", ()), AT)


def test_a_channel_may_only_publish_stock() -> None:
    feed = Channel("feed", write_stock=lambda updates: (json_request("POST", "/stock", [len(updates)]),))
    assert feed.abilities == {"write_stock"}
    assert feed.write_stock([StockUpdate("A", 1)])[0].body == b"[1]"
    with pytest.raises(UsageError, match="not_supported"):
        feed.read(b"")


def test_abilities_are_what_was_given() -> None:
    assert SHOP.abilities == {"read"}


def test_a_status_that_no_table_knows_holds_the_order() -> None:
    assert holds_of("odd", {"paid": Standing.READY}) == (
        ChannelHold("unknown_status", "the channel says 'odd'"),
    )
    assert holds_of("paid", {"paid": Standing.READY}) == ()


def test_holds_of_the_channel_become_the_orders() -> None:
    charge = ChannelLine("POST", 1, 500)
    said = order(charge, ChannelLine("A", 1, 10), holds=(ChannelHold("under_refund", "asked", 2),))
    channel = Channel("shop", lambda _: (), Listings({"POST": Listing("post", Meaning.CHARGE)}, open=True))
    place = normalise(channel, said, key=1, at=AT)
    assert [(hold.code, hold.line, hold.actor) for hold in place.holds] == [("under_refund", 1, "shop")]


def test_freight_and_charges_count_in_the_orders_total() -> None:
    place = normalise(SHOP, order(freight_minor=490, charges=(ChannelCharge("wrap", 100),)), key=1, at=AT)
    assert [(charge.code, charge.amount_minor) for charge in place.charges] == [("wrap", 100), ("freight", 490)]


def test_sums_that_equal_the_payment_leave_no_trace() -> None:
    place = normalise(SHOP, order(freight_minor=490, paid_minor=1490), key=1, at=AT)
    assert (place.holds, len(place.charges)) == ((), 1)


def test_a_gap_within_the_tolerance_is_written_down() -> None:
    tolerant = Channel("shop", lambda _: (), tolerance_minor=2)
    place = normalise(tolerant, order(paid_minor=998), key=1, at=AT)
    assert [(charge.code, charge.amount_minor) for charge in place.charges] == [(TOLERANCE, -2)]
    assert place.holds == ()


def test_a_gap_beyond_the_tolerance_holds_the_order() -> None:
    place = normalise(SHOP, order(paid_minor=999), key=1, at=AT)
    assert [hold.code for hold in place.holds] == [GAP]
    assert place.charges == ()


def test_the_identity_says_what_is_missing() -> None:
    assert order(paid_minor=900).identity(5) == Identity(1000, 900, 5)
    assert Identity(1000, 900).gap_minor == -100
    assert order().identity() is None


def test_the_fingerprint_of_an_older_document_is_as_it_was() -> None:
    assert fingerprint(order()) == "1624caa05b3c6cabd01bdec93cf5a8c8"


def test_noise_does_not_change_the_fingerprint() -> None:
    noisy = order(ChannelLine("A", 1, 1000, extra=(("views", "3"),)), extra=(("seen", "1"),), changed_at=AT)
    assert fingerprint(noisy) == fingerprint(order())


def test_ciphertext_does_not_change_the_fingerprint_but_a_plain_address_does() -> None:
    first = order(receiver=Receiver(Contact("*"), masked=True, token="a"))
    again = order(receiver=Receiver(Contact("*"), masked=True, token="b"))
    assert fingerprint(first) == fingerprint(again)
    ann, bob = (order(receiver=Receiver(Contact(name))) for name in ("Ann", "Bob"))
    assert fingerprint(ann) != fingerprint(bob)


def test_documents_read_back_as_they_were() -> None:
    line = ChannelLine("A", 1, 1000, 100, discounts=(Discount(100, Funder.PLATFORM, "618"),))
    said = order(line, receiver=Receiver(Contact("Ann"), token="t"), paid_minor=900, extra=(("a", "1"),))
    assert DOCUMENTS.load("order", DOCUMENTS.dump(said)) == said


def test_nothing_personal_shows_in_a_repr() -> None:
    said = order(receiver=Receiver(Contact("Ann Example", "0171234"), token="cipher", extension="123"))
    assert not any(secret in repr(said) for secret in ("Ann", "0171234", "cipher", "123"))
    assert "Ann" not in repr(json_request("POST", "/", {"name": "Ann"}))


def test_a_request_has_no_secrets_in_its_headers() -> None:
    with pytest.raises(UsageError, match="bad_request"):
        Request("GET", "/", {"Authorization": "Bearer x"})


@pytest.mark.parametrize("path", ["/orders/1\r\nX: y", "/a\nb"])
def test_an_id_cannot_break_a_request_apart(path: str) -> None:
    with pytest.raises(UsageError, match="bad_request"):
        Request("GET", path)


def test_a_form_is_encoded_and_stays_readable() -> None:
    made = form_request("", {"b": "小 1", "a": "1"}, "key")
    assert made.body == b"a=1&b=%E5%B0%8F+1"
    assert made.fields == (("a", "1"), ("b", "小 1"))


def test_a_negative_figure_is_never_published() -> None:
    with pytest.raises(UsageError, match="bad_quantity"):
        StockUpdate("A", -1)


def test_headers_are_found_whatever_their_case() -> None:
    assert Webhook({"X-Shop-Hmac": "x"}, b"").header("x-shop-HMAC") == "x"
    with pytest.raises(PayloadError, match="missing_field"):
        Webhook({}, b"").header("x")


def test_a_signature_that_differs_is_refused_without_being_told() -> None:
    must_match("abc", "abc", "X-Sign")
    with pytest.raises(PayloadError, match="bad_signature") as caught:
        must_match("abd\u20ac", "abc", "X-Sign")
    assert "abc" not in str(caught.value)


@pytest.mark.parametrize("minutes", [-11, 11])
def test_a_webhook_out_of_the_window_is_refused(minutes: int) -> None:
    must_be_fresh(AT, AT + timedelta(minutes=10))
    with pytest.raises(PayloadError, match="stale_webhook"):
        must_be_fresh(AT, AT + timedelta(minutes=minutes))


def test_the_hmac_is_that_of_rfc_4231_case_2() -> None:
    expected = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
    assert hmac_of("Jefe", b"what do ya want for nothing?").hex() == expected
