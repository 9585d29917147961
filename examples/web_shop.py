"""A channel adapter: a web shop's JSON, as omskit documents. It knows ``omskit.channels`` and ``omskit.core``.

The shop sends an array of orders and refunds. Amounts are decimal text for all units of a line, tax included.
Run it: ``python examples/web_shop.py < payload.json`` shows what is read; nothing is written.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator

from omskit.channels import (
    Channel,
    ChannelLine,
    ChannelOrder,
    Fields,
    Reversal,
    ReversedLine,
    parse_json,
    read_each,
)
from omskit.core import Destination, Refusal


def read(payload: bytes) -> Iterator[ChannelOrder | Reversal | Refusal]:
    """Read orders and refunds; one that cannot be read is refused with the path, and the next is read."""
    return read_each(parse_json(payload), "$", "id", read_document)


def read_document(said: Fields) -> ChannelOrder | Reversal:
    """Read one document: what names an order that it refunds takes units back."""
    if "refund_of" not in said.values:
        return read_order(said)
    lines = (ReversedLine(line.text("sku"), line.whole("quantity")) for line in said.each("lines"))
    return Reversal(said.text("id"), said.instant("at"), tuple(lines), order=said.text("refund_of"))


def read_order(said: Fields) -> ChannelOrder:
    """Read one order; the shop sells in euros."""
    ship_to = Fields.of(said.values.get("ship_to"), f"{said.path}.ship_to")
    return ChannelOrder(
        said.text("id"),
        said.instant("at"),
        "EUR",
        Destination(ship_to.text("country"), postcode=ship_to.text("postcode", "")),
        tuple(read_line(number, line) for number, line in enumerate(said.each("lines"), 1)),
        buyer=said.text("customer", ""),
        memo=said.text("note", ""),
    )


def read_line(number: int, said: Fields) -> ChannelLine:
    """Read one line; the shop does not number its lines, so their position does."""
    price, title = said.amount("price", "EUR"), said.text("title", "")
    return ChannelLine(said.text("sku"), said.whole("quantity"), price, external_id=str(number), title=title)


CHANNEL = Channel("shop", read, returns_to="BERLIN")

if __name__ == "__main__":
    for document in CHANNEL.read(sys.stdin.buffer.read()):
        print(document)
