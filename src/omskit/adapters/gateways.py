"""What Chinese channels have in common: the field around an answer, two remarks, receivers behind asterisks."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from omskit.channels import Fields, Receiver, parse_json
from omskit.core import Contact, PayloadError


def answer(payload: bytes) -> Fields:
    """Return what a gateway answers, without the ``..._response`` (JD: ``..._responce``) around it.

    Raises:
        PayloadError: ``channel_error`` when the gateway tells an error instead; ``bad_json`` and its kin.
    """
    said = Fields.of(parse_json(payload))
    if "error_response" in said.values:
        error = said.one("error_response")
        code = error.text("code", "") or error.text("error_code", "")
        text = error.prose("sub_msg") or error.prose("msg") or error.prose("error_msg")
        raise PayloadError("channel_error", f"the channel answers {code}: {text[:120]}", path="$.error_response")
    for name in said.values:
        if name.endswith(("_response", "_responce")):
            return said.one(name)
    return said


def seconds(said: Fields, name: str) -> datetime:
    """Return an instant that is counted in seconds since 1970 and has to be there.

    Raises:
        PayloadError: ``missing_field``, also for zero; ``bad_whole``; ``bad_instant``.
    """
    instant = said.epoch(name)
    if instant is None:
        raise PayloadError("missing_field", f"nothing @ {said.path}.{name}", path=f"{said.path}.{name}")
    return instant


def remarks(said: Fields, *names: str) -> str:
    """Return what buyer and seller wrote to an order, in one line.

    Raises:
        PayloadError: ``bad_text``.
    """
    return " | ".join(text for text in map(said.prose, names) if text)


def receiver(
    name: str, phone: str, lines: Iterable[str], city: str, token: str = "", *, masked: bool = False
) -> Receiver:
    """Return a receiver; an extension of a virtual number stands after a hyphen, and asterisks mean a masked one.

    Args:
        name: As it is shown.
        phone: As it is shown.
        lines: Of the address, from the province down; empty ones are left out.
        city: The city by itself.
        token: What the channel knows the receiver by.
        masked: Whether the channel says that it shows less than it knows.
    """
    number, _, extension = phone.partition("-")
    contact = Contact(name, number, tuple(text for text in lines if text), city)
    return Receiver(contact, masked or "*" in f"{name}{number}", token, extension)
