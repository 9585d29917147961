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


def _folded(text: str) -> str:
    """Drop what spellings differ in: width, case, blanks, punctuation; letters and digits of any script stay."""
    return "".join(
        character
        for character in unicodedata.normalize("NFKC", text).casefold()
        if unicodedata.category(character)[0] in "LMN"
    )


def merge_identity(contact: Contact, destination: Destination, *, secret: bytes) -> str:
    """Return the merge identity of a plain-text receiver: 128 bits of HMAC-SHA-256 in hex, empty when unknown.

    Name, phone (its last eleven digits, so that a country code makes no difference), lines, city, region, postcode
    and country all count.

    Args:
        contact: Whom the parcel is for.
        destination: Where it goes.
        secret: The host's key, so that nobody can test addresses against the digest; at least 16 bytes.

    Raises:
        UsageError: ``weak_secret``.
    """
    if len(secret) < 16:
        raise UsageError("weak_secret", f"{len(secret)} bytes; at least 16", size=len(secret))
    phone = "".join(character for character in contact.phone if character.isdecimal())[-11:]
    lines = _folded("".join(contact.lines))
    if not lines or not (contact.name or phone):
        return ""
    parts = (
        destination.country,
        *map(_folded, (destination.region, destination.postcode, contact.city)),
        lines,
        _folded(contact.name),
        _folded(phone),
    )
    return hmac.new(secret, "\0".join(parts).encode(), sha256).hexdigest()[:32]
