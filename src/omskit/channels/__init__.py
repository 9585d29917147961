"""Channels: where orders come from and news goes back to; documents, listings, normalisation."""

from omskit.channels.channel import Channel, Listing, Listings, Meaning, Reader
from omskit.channels.documents import (
    DOCUMENTS,
    ChannelLine,
    ChannelOrder,
    Reversal,
    ReversedLine,
)
from omskit.channels.normalise import UNMAPPED, fingerprint, normalise
from omskit.channels.notices import (
    NOTICES,
    Notice,
    PickLine,
    PickRequest,
    RecallRequest,
    SentLine,
    ShipmentNotice,
)
from omskit.channels.reading import MAX_TEXT, Fields, objects, parse_json, read_each

__all__ = [
    "DOCUMENTS",
    "MAX_TEXT",
    "NOTICES",
    "UNMAPPED",
    "Channel",
    "ChannelLine",
    "ChannelOrder",
    "Fields",
    "Listing",
    "Listings",
    "Meaning",
    "Notice",
    "PickLine",
    "PickRequest",
    "Reader",
    "RecallRequest",
    "Reversal",
    "ReversedLine",
    "SentLine",
    "ShipmentNotice",
    "fingerprint",
    "normalise",
    "objects",
    "parse_json",
    "read_each",
]
