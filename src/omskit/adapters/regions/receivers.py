"""Receivers: brought into one form, masked for people who need not see them."""

from __future__ import annotations

import unicodedata

from omskit.channels import Receiver
from omskit.core import Contact, phone_number


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
