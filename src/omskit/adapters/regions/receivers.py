"""Receivers: brought into one form, compared without being kept, masked for people who need not see them."""

from __future__ import annotations

import hashlib
import re
import unicodedata

from attrs import frozen

from omskit.channels import Receiver
from omskit.core import Contact, UsageError

_NUMBER = re.compile(
    r"\+?([0-9][0-9 ()./-]{4,20}[0-9])(?:\s*(?:-|,|#|转|ext\.?)\s*([0-9]{1,6}))?", re.ASCII | re.IGNORECASE
)
#: A Chinese mobile number with an extension after a hyphen, which is how channels write virtual ones.
_VIRTUAL = re.compile(r"(1[0-9]{10})\s*[-,#转]\s*([0-9]{1,6})", re.ASCII)
_LEAST_KEY = 16


@frozen
class PhoneNumber:
    """A number by its digits, and what to dial after it; such numbers are virtual and expire."""

    digits: str
    extension: str = ""


def phone_number(text: str) -> PhoneNumber:
    """Return a number without blanks, hyphens and full-width digits; ``+86`` is taken off a Chinese mobile.

    What is no number, a masked one too, comes back as it was.
    """
    folded = unicodedata.normalize("NFKC", text).strip()
    mobile = folded.removeprefix("+86").removeprefix("0086").strip()
    if match := _VIRTUAL.fullmatch(mobile):
        return PhoneNumber(match[1], match[2])
    match = _NUMBER.fullmatch(folded)
    if match is None:
        return PhoneNumber(text.strip())
    digits = re.sub(r"[^0-9]", "", match[1])
    if len(digits) == 13 and digits.startswith("861"):
        digits = digits[2:]
    return PhoneNumber(digits, match[2] or "")


def folded(text: str) -> str:
    """Return text for comparing: half width, lower case, no blanks and no punctuation between words."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    return "".join(sign for sign in plain if sign.isalnum())


def normal(receiver: Receiver) -> Receiver:
    """Return a receiver with single blanks, half-width digits, and the extension apart from its number."""
    contact = receiver.contact
    number = phone_number(contact.phone)
    lines = tuple(text for line in contact.lines if (text := _spaced(line)))
    made = Contact(_spaced(contact.name), number.digits, lines, _spaced(contact.city))
    extension = receiver.extension or number.extension
    return Receiver(made, receiver.masked, receiver.token, extension, receiver.district)


def _spaced(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).split())


def merge_identity(receiver: Receiver, region: str, key: bytes) -> str:
    """Return the merge identity of a receiver who is shown in plain text; empty for a masked or encrypted one.

    It is a keyed digest (BLAKE2b, 128 bits) over name, number, region and address, so that it can be stored and
    compared, and tells nothing without the tenant's key.

    Raises:
        UsageError: ``weak_key`` below 16 bytes.
    """
    if len(key) < _LEAST_KEY:
        raise UsageError("weak_key", f"a key of {len(key)} bytes; at least {_LEAST_KEY}")
    contact = receiver.contact
    if receiver.masked or receiver.token or not contact.name or not contact.phone:
        return ""
    number = phone_number(contact.phone)
    parts = (folded(contact.name), number.digits, number.extension or receiver.extension, region)
    text = "\0".join((*parts, folded("".join(contact.lines))))
    return "plain/" + hashlib.blake2b(text.encode(), key=key[:64], digest_size=16).hexdigest()


def mask_phone(text: str) -> str:
    """Return a number with its middle blanked out: ``138****1234``; short ones lose all but two digits."""
    number = phone_number(text)
    digits = number.digits
    shown = f"{digits[:3]}****{digits[-4:]}" if len(digits) >= 10 else f"{digits[:1]}****{digits[-1:]}"
    return f"{shown}-{'*' * len(number.extension)}" if number.extension else shown


def mask_name(text: str) -> str:
    """Return a name of which only its first sign shows: 张三 is 张*, Ann is A**."""
    name = text.strip()
    return name[:1] + "*" * max(len(name) - 1, 1) if name else ""


def masked(receiver: Receiver) -> Receiver:
    """Return a receiver as it may be shown: name and number masked, the address up to the city."""
    contact = receiver.contact
    shown = Contact(mask_name(contact.name), mask_phone(contact.phone) if contact.phone else "", (), contact.city)
    return Receiver(shown, masked=True, district=receiver.district)
