"""Documents of the catalog that were stored once are read for ever: these texts never change."""

import json
from pathlib import Path
from typing import Any

from goods import ALL, CAMERA, RED, SET

from omskit.catalog import (
    LISTINGS,
    PRODUCTS,
    TREES,
    Advanced,
    Created,
    Edit,
    Listed,
    Listing,
    Node,
    NodeAdded,
    NodeMoved,
    NodeRemoved,
    NodeRenamed,
    Place,
    Remapped,
    Revised,
    Tree,
    Turned,
    edit_between,
)
from omskit.core import Codec

STORED = json.loads((Path(__file__).parent / "catalog.json").read_text("utf-8"))


def loaded(codec: Codec[Any], documents: list[tuple[str, dict[str, Any]]]) -> list[Any]:
    return [codec.load(tag, json.dumps(document)) for tag, document in documents]


def test_products_are_read_as_they_were_stored() -> None:
    assert loaded(PRODUCTS.state, [("product", one) for one in STORED["products"]]) == list(ALL)


def test_events_of_products_are_read_as_they_were_stored() -> None:
    assert loaded(PRODUCTS.events, STORED["product_events"]) == [
        Created(RED),
        Revised(edit_between(CAMERA, SET), "04006381333931"),
        Revised(Edit(no_bundle=True, without=(Place("title", "de", "tmall"),))),
        Advanced("active", "activate", "why", "04006381333931"),
    ]


def test_listings_and_their_events_are_read_as_they_were_stored() -> None:
    listing = Listing(9, "tmall", "6001", "SET", 2, "live", "Title", "https://x.example", "ok")
    assert loaded(LISTINGS.state, [("listing", one) for one in STORED["listings"]]) == [listing]
    assert loaded(LISTINGS.events, STORED["listing_events"]) == [
        Listed(Listing(9, "tmall", "6001", "SET", 2, "draft")),
        Remapped("A", 2, "t", "u"),
        Turned("live", "accept", "ok"),
    ]


def test_trees_and_their_events_are_read_as_they_were_stored() -> None:
    tree = Tree(1, "shop", (Node("a", "", (("en", "A"),)), Node("b", "a")))
    assert loaded(TREES.state, [("tree", one) for one in STORED["trees"]]) == [tree]
    assert loaded(TREES.events, STORED["tree_events"]) == [
        NodeAdded(Node("c", "a", (("zh", "类"),)), "b"),
        NodeMoved("b", "", "a"),
        NodeRenamed("a", (("de", "A"),)),
        NodeRemoved("b"),
    ]
