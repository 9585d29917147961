"""What answers of Chinese gateways have in common: one field around them that is named after the method."""

from __future__ import annotations

from datetime import datetime

from omskit.channels import Fields, parse_json
from omskit.core import PayloadError


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
