"""What a channel is sent: requests as values, without secrets, for the host's HTTP client."""

from __future__ import annotations

import json
from collections.abc import Mapping
from urllib.parse import quote, urlencode

from attrs import field, frozen

from omskit.core import UsageError

_METHODS = frozenset({"GET", "POST", "PUT", "PATCH", "DELETE"})
_SECRET_HEADERS = frozenset({"authorization", "cookie", "proxy-authorization", "x-api-key"})


def _sorted(headers: Mapping[str, str] | tuple[tuple[str, str], ...]) -> tuple[tuple[str, str], ...]:
    return tuple(sorted(headers.items() if isinstance(headers, Mapping) else headers))


@frozen
class Request:
    """One HTTP request to make; the host adds address, credentials and signature.

    Args:
        method: ``GET``, ``POST``, ``PUT``, ``PATCH`` or ``DELETE``.
        path: From the root, with the query; empty for a gateway that has one address.
        headers: (name, value) pairs without secrets.
        body: As it has to be sent, to the byte. May be personal: its repr shows nothing.
        key: The same for every try of one intention; give it as the idempotency key where there is one.
        fields: Parameters of a gateway that signs them; the host's signer turns them into the body.

    Raises:
        UsageError: ``bad_request`` for another method, a secret in the headers or a line break in one.
    """

    method: str
    path: str
    headers: tuple[tuple[str, str], ...] = field(default=(), converter=_sorted)
    body: bytes = field(default=b"", repr=False)
    key: str = ""
    fields: tuple[tuple[str, str], ...] = field(default=(), converter=_sorted, repr=False)

    def __attrs_post_init__(self) -> None:
        secret = sorted(name for name, _ in self.headers if name.lower() in _SECRET_HEADERS)
        if self.method not in _METHODS or secret:
            raise UsageError(
                "bad_request",
                f"{self.method} with headers {secret}: a known method, and no secrets",
                secret=secret,
            )
        if any(mark in text for text in (self.path, *sum(self.headers, ())) for mark in "\r\n"):
            raise UsageError("bad_request", f"a line break in the path or a header of {self.path!r}")


def json_request(method: str, path: str, document: object, key: str = "") -> Request:
    """Return a request that carries JSON, compact and in UTF-8."""
    body = json.dumps(document, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()
    return Request(method, path, {"Content-Type": "application/json"}, body, key)


def form_request(path: str, fields: Mapping[str, str], key: str = "") -> Request:
    """Return a request that carries a form; the fields stay readable for a signer."""
    body = urlencode(sorted(fields.items())).encode()
    headers = {"Content-Type": "application/x-www-form-urlencoded;charset=utf-8"}
    return Request("POST", path, headers, body, key, fields)


def segment(id_: str) -> str:
    """Return an id as one segment of a path: nothing in it can reach another resource."""
    return quote(id_, safe="")


def numeric(id_: str) -> int:
    """Return an id that a channel wants as a number.

    Raises:
        UsageError: ``bad_id`` for anything but ASCII digits.
    """
    if not (id_.isascii() and id_.isdigit() and len(id_) < 20):
        raise UsageError("bad_id", f"{id_[:80]!r} is no numeric id of this channel", value=id_[:80])
    return int(id_)
