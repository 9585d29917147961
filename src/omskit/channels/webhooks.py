"""Webhooks: who really sent it, and whether it is too old; compared in constant time."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from datetime import datetime, timedelta

from attrs import field, frozen

from omskit.core import PayloadError, aware

#: How far the sender's clock and a replay may be off.
WINDOW = timedelta(minutes=10)


def _lower(headers: Mapping[str, str]) -> Mapping[str, str]:
    return {name.lower(): value for name, value in headers.items()}


@frozen
class Webhook:
    """A webhook as it came, before anything is believed.

    Args:
        headers: By name, whatever the case.
        body: The raw bytes that the signature covers.
        path: From the root, with the query.
    """

    headers: Mapping[str, str] = field(converter=_lower)
    body: bytes = field(repr=False)
    path: str = ""

    def header(self, name: str) -> str:
        """Return a header.

        Raises:
            PayloadError: ``missing_field``.
        """
        value = self.headers.get(name.lower(), "")
        if not value:
            raise PayloadError("missing_field", f"the webhook has no header {name}", path=f"headers.{name}")
        return value


def same(given: str, expected: str) -> bool:
    """Return whether two signatures are equal, in a time that does not tell where they differ."""
    return hmac.compare_digest(given.encode("utf-8", "replace"), expected.encode("utf-8", "replace"))


def must_match(given: str, expected: str, what: str) -> None:
    """Refuse a signature that is not the expected one; the message holds neither.

    Raises:
        PayloadError: ``bad_signature``.
    """
    if not same(given, expected):
        raise PayloadError("bad_signature", f"{what} does not fit the secret and the body", path=what)


def must_be_fresh(sent_at: datetime, at: datetime, window: timedelta = WINDOW) -> None:
    """Refuse what was sent too long ago, or in the future.

    Raises:
        PayloadError: ``stale_webhook``.
    """
    off = aware(at) - aware(sent_at)
    if abs(off) > window:
        raise PayloadError(
            "stale_webhook", f"sent {off} ago; at most {window} apart", path="timestamp", sent_at=sent_at
        )


def hmac_of(secret: str, message: bytes, method: str = "sha256") -> bytes:
    """Return the HMAC of a message: ``sha256``, or ``md5`` and ``sha1`` where a gateway still asks for them."""
    return hmac.new(secret.encode(), message, getattr(hashlib, method)).digest()
