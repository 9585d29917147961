"""Listings: what an item stands for, what may be offered, and what nobody has mapped."""

from datetime import UTC, datetime
from typing import Any

import pytest
from attrs import evolve as changed
from goods import ALL, BAG, CAMERA, RED, SCHEMA, SET, book

from omskit.catalog import (
    LISTING_MACHINE,
    LISTINGS,
    OFFERED,
    VISIBLE,
    Bundle,
    BundlePart,
    Completeness,
    List,
    Listed,
    Listing,
    ListingCommand,
    Meaning,
    Remap,
    Remapped,
    Seen,
    Turn,
    Turned,
    articles,
    completeness,
    decide_listing,
    evolve_listing,
    meanings,
    unmapped,
)
from omskit.core import Component, OmsError, Refused, StorageError, UsageError

AT = datetime(2026, 3, 2, 9, tzinfo=UTC)
ITEM = Listing(9, "tmall", "6001", "TEE-RED-M", status="draft")
FULL = Completeness("TEE-RED-M", "tmall", 3, ())


def ask(
    listing: Listing | None, command: ListingCommand, full: Completeness | None = FULL, *, sellable: bool = True
) -> tuple[object, ...]:
    return decide_listing(listing, command, at=AT, completeness=full, sellable=sellable)


def test_an_item_is_listed_once_in_the_first_status() -> None:
    assert ask(None, List(changed(ITEM, status="live"))) == (Listed(ITEM),)
    with pytest.raises(Refused) as error:
        ask(ITEM, List(ITEM))
    assert error.value.code == "already_listed"


def test_a_listing_goes_from_draft_to_live_and_is_paused_and_ended() -> None:
    listing = ITEM
    for trigger in ("submit", "accept", "pause", "resume", "end"):
        (event,) = ask(listing, Turn(trigger))
        listing = evolve_listing(listing, event)  # type: ignore[arg-type]
    assert listing.status == "ended"


def test_a_rejected_listing_keeps_what_the_channel_said_and_may_be_sent_again() -> None:
    (event,) = ask(changed(ITEM, status="submitted"), Turn("reject", "picture too small"))
    rejected = evolve_listing(ITEM, event)  # type: ignore[arg-type]
    assert (rejected.status, rejected.note) == ("rejected", "picture too small")
    assert ask(rejected, Turn("submit")) == (Turned("submitted", "submit"),)


def test_nothing_incomplete_is_offered() -> None:
    found = completeness(CAMERA, SCHEMA, channel="tmall", others=book())
    with pytest.raises(Refused) as error:
        ask(changed(ITEM, code="CAM"), Turn("submit"), found)
    assert error.value.facts["missing"] == ("attribute.title[zh]", "identifier.gtin")


def test_nothing_unsold_is_offered() -> None:
    with pytest.raises(Refused) as error:
        ask(ITEM, Turn("submit"), sellable=False)
    assert error.value.code == "not_sellable"


def test_a_paused_listing_is_judged_again_before_it_is_resumed() -> None:
    with pytest.raises(Refused):
        ask(changed(ITEM, status="paused"), Turn("resume"), sellable=False)


@pytest.mark.parametrize(
    "full", [None, Completeness("OTHER", "tmall", 0, ()), Completeness("TEE-RED-M", "jd", 0, ())]
)
def test_the_completeness_of_another_product_or_channel_does_not_count(full: Completeness | None) -> None:
    with pytest.raises(UsageError) as error:
        ask(ITEM, Turn("submit"), full)
    assert error.value.code == "no_completeness"


def test_ending_needs_no_completeness() -> None:
    assert ask(changed(ITEM, status="live"), Turn("end"), None) == (Turned("ended", "end"),)


def test_a_move_that_has_been_made_happens_as_no_event() -> None:
    assert ask(changed(ITEM, status="live"), Turn("accept")) == ()


def test_an_item_is_given_another_meaning() -> None:
    (event,) = ask(ITEM, Remap(code="SET", per=2))
    assert event == Remapped("SET", 2)
    assert ask(ITEM, Remap(code="TEE-RED-M")) == ()


def test_commands_for_an_item_that_is_not_listed_are_the_hosts_mistake() -> None:
    with pytest.raises(UsageError) as error:
        ask(None, Turn("submit"))
    assert error.value.code == "unknown_listing"


def test_a_history_begins_with_a_listing() -> None:
    with pytest.raises(StorageError):
        evolve_listing(None, Turned("live", "accept"))


@pytest.mark.parametrize("given", [{"channel": ""}, {"item": ""}, {"code": ""}, {"per": 0}])
def test_a_listing_without_meaning_is_refused(given: dict[str, Any]) -> None:
    with pytest.raises(OmsError) as error:
        changed(ITEM, **given)
    assert error.value.code == "bad_listing"


def test_channel_and_item_are_unique_together() -> None:
    assert LISTINGS.unique == (("channel", "item"),)
    assert LISTING_MACHINE.with_trait(OFFERED) == ("live", "submitted")
    assert LISTING_MACHINE.with_trait(VISIBLE) == ("live",)


def test_a_listing_and_its_events_survive_storing() -> None:
    assert LISTINGS.state.load("listing", LISTINGS.state.dump(ITEM)) == ITEM
    for event in (Listed(ITEM), Remapped("A", 2, "t", "u"), Turned("live", "accept", "ok")):
        assert LISTINGS.events.load(LISTINGS.events.tag_of(event), LISTINGS.events.dump(event)) == event


def test_items_stand_for_components_with_their_pieces() -> None:
    found, refused = meanings(
        [ITEM, changed(ITEM, item="6002", per=6), changed(ITEM, item="6003", code="SET", per=2)], articles(book())
    )
    assert refused == ()
    assert found[0] == Meaning("6001", "TEE-RED-M", (RED.handling.component("TEE-RED-M"),))
    assert found[1].components[0].per == 6
    assert [(one.sku, one.per) for one in found[2].components] == [("TEE-RED-M", 4), ("CAM", 2)]


def test_an_item_that_is_drawn_is_open_until_an_order_draws_it() -> None:
    ((found,), _) = meanings([changed(ITEM, code="BAG")], articles(book()))
    assert found == Meaning("6001", "BAG", is_open=True)
    assert BAG.bundle is not None


def test_a_bundle_of_a_drawn_one_is_open_too() -> None:
    nested = changed(SET, code="BOX", bundle=Bundle.of(BundlePart("BAG")))
    ((found,), _) = meanings([changed(ITEM, code="BOX")], articles(book(*ALL, nested)))
    assert found.is_open


def test_a_listing_whose_product_is_gone_is_told_beside_the_others() -> None:
    found, (refused,) = meanings([changed(ITEM, code="GONE"), ITEM], articles(book()))
    assert len(found) == 1
    assert (refused.subject, refused.code) == ("6001", "unknown_part")


def test_items_that_nobody_has_mapped_come_with_what_they_may_be() -> None:
    seen = [
        Seen("tmall", "6001"),
        Seen("tmall", "CAM"),
        Seen("tmall", "7", "Tee", gtin="4006381333931"),
        Seen("tmall", "7", count=4),
        Seen("tmall", "04006381333931"),
        Seen("tmall", "nothing like it"),
    ]
    found = unmapped(seen, [ITEM], book())
    assert [(one.seen.item, one.seen.count, one.suggestions) for one in found] == [
        ("7", 5, ("TEE-RED-M",)),
        ("04006381333931", 1, ("TEE-RED-M",)),
        ("CAM", 1, ("CAM",)),
        ("nothing like it", 1, ()),
    ]
    assert found[0].seen.title == "Tee"


def test_the_same_item_of_another_channel_is_another_item() -> None:
    assert len(unmapped([Seen("jd", "6001")], [ITEM], book())) == 1
    assert Component("A") == Component("A")
