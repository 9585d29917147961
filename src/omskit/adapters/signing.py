"""Signatures of Chinese gateways: sorted parameters, a secret, a digest; only what is sent off carries one.

Source: the gateways' documentation of their signing rules; the vectors that tests hold are published ones.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from urllib.parse import quote_plus

from omskit.channels import Request, form_request, hmac_of


def joined(parameters: Mapping[str, str]) -> str:
    """Return names and values one after the other, sorted by name; ``sign`` and empty values are left out."""
    kept = sorted((name, value) for name, value in parameters.items() if name != "sign" and value)
    return "".join(name + value for name, value in kept)


def wrapped_md5(parameters: Mapping[str, str], secret: str, body: str = "") -> str:
    """Return the MD5, upper hex, of secret + joined parameters + body + secret.

    So sign TOP (``sign_method=md5``), Pinduoduo and JD, without body, and Qimen over the raw XML.
    """
    text = f"{secret}{joined(parameters)}{body}{secret}"
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest().upper()


def joined_hmac(parameters: Mapping[str, str], secret: str, method: str = "md5") -> str:
    """Return the HMAC, upper hex, of the joined parameters: TOP's ``sign_method=hmac`` and ``hmac-sha256``."""
    return hmac_of(secret, joined(parameters).encode(), method).hex().upper()


def wangdiantong(parameters: Mapping[str, str], secret: str) -> str:
    """Return the signature of Wangdiantong: lengths before names and values, joined by ``;``, then the secret."""
    kept = sorted((name, value) for name, value in parameters.items() if name != "sign")
    text = ";".join(f"{len(name):02d}-{name}:{len(value):04d}-{value}" for name, value in kept)
    return hashlib.md5(f"{text}{secret}".encode(), usedforsecurity=False).hexdigest()


def douyin(app_key: str, method: str, param_json: str, timestamp: str, secret: str) -> str:
    """Return the signature of Douyin: HMAC-SHA256, hex, of five parameters in the order of their names.

    ``param_json`` has to be the very text that is sent, its keys sorted; see :func:`sorted_json`.
    """
    text = f"app_key{app_key}method{method}param_json{param_json}timestamp{timestamp}v2"
    return hmac_of(secret, f"{secret}{text}{secret}".encode()).hex()


def sorted_json(document: object) -> str:
    """Return JSON with sorted keys and no blanks, as Douyin signs it."""
    return json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def md5_upper(*parts: str) -> str:
    """Return the MD5, upper hex, of parts put together: Kuaidi100's ``param + key + customer``."""
    return hashlib.md5("".join(parts).encode(), usedforsecurity=False).hexdigest().upper()


def sf_digest(message: str, timestamp: str, checkword: str) -> bytes:
    """Return the digest that SF Express wants in base64: MD5 over the URL-encoded message, time and checkword."""
    text = quote_plus(f"{message}{timestamp}{checkword}")
    return hashlib.md5(text.encode(), usedforsecurity=False).digest()


def signed_form(request: Request, public: Mapping[str, str], secret: str) -> Request:
    """Return a request of a gateway with its public parameters and an MD5 signature: TOP, Pinduoduo, JD.

    Args:
        request: As an adapter has written it.
        public: Application key, session, time and version, by the gateway's names.
        secret: The application's.
    """
    fields = {**dict(request.fields), **public}
    fields["sign"] = wrapped_md5(fields, secret)
    return form_request(request.path, fields, request.key)
