"""Who receives a parcel, as an opaque digest: equal for two spellings of the same plain-text receiver.

Nothing is guessed: what folds to another text is another receiver, and then two parcels leave where one might
have. Encrypted receivers cannot be compared at all; their channel has to say which orders go together.
"""

from __future__ import annotations

import hmac
import unicodedata
from hashlib import sha256

from omskit.core.address import Contact, Destination
from omskit.core.errors import UsageError
from omskit.core.phones import phone_number

_LEAST_BYTES = 16


def _folded(text: str) -> str:
    """Drop what spellings differ in: width, case, blanks, punctuation; letters and digits of any script stay."""
    return "".join(
        character
        for character in unicodedata.normalize("NFKC", text).casefold()
        if unicodedata.category(character)[0] in "LMN"
    )


def strong(secret: bytes) -> bytes:
    """Return a host's key when it is long enough to keep addresses from being tested against digests.

    Raises:
        UsageError: ``weak_secret`` below 16 bytes.
    """
    if len(secret) < _LEAST_BYTES:
        raise UsageError("weak_secret", f"{len(secret)} bytes; at least {_LEAST_BYTES}", size=len(secret))
    return secret


def merge_identity(contact: Contact, destination: Destination, *, secret: bytes, extension: str = "") -> str:
    """Return the merge identity of a plain-text receiver: 128 bits of HMAC-SHA-256 in hex, empty when unknown.

    Name, phone (its last eleven digits, so that a country code makes no difference) with its extension, lines,
    city, region, postcode and country all count.

    Args:
        contact: Whom the parcel is for.
        destination: Where it goes.
        secret: The host's key; at least 16 bytes.
        extension: To dial after the number, where the channel tells it apart.

    Raises:
        UsageError: ``weak_secret``.
    """
    strong(secret)
    number = phone_number(contact.phone)
    phone = "".join(character for character in number.digits if character.isdecimal())[-11:]
    lines = _folded("".join(contact.lines))
    if not lines or not (contact.name or phone):
        return ""
    parts = (
        destination.country,
        *map(_folded, (destination.region, destination.postcode, contact.city)),
        lines,
        _folded(contact.name),
        _folded(phone),
        number.extension or extension,
    )
    return hmac.new(secret, "\0".join(parts).encode(), sha256).hexdigest()[:32]
