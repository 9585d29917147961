"""Promotions as JSON text, so that a host keeps them wherever it keeps its settings."""

from __future__ import annotations

import json
from datetime import time
from functools import lru_cache
from typing import Any

from attrs import has
from cattrs import Converter
from cattrs.errors import ForbiddenExtraKeysError
from cattrs.gen import make_dict_structure_fn
from cattrs.strategies import configure_tagged_union

from omskit.core import OmsError, PayloadError, make_converter
from omskit.pricing import effects as f
from omskit.pricing.promotion import Promotion

_TAGS = {
    f.Percent: "percent",
    f.Amount: "amount",
    f.FixedPrice: "fixed_price",
    f.EveryNth: "every_nth",
    f.BuyGet: "buy_get",
    f.Ladder: "ladder",
    f.BundlePrice: "bundle_price",
    f.Gift: "gift",
}


_UNKNOWN = ForbiddenExtraKeysError


def _exactly(value: Any, kind: type[Any]) -> Any:
    """Take a value as it is, or not at all: a float is no amount, and a number no text."""
    if type(value) is not kind:
        said = f"{value!r} where {kind.__name__} belongs"
        raise TypeError(said)
    return value


@lru_cache(maxsize=1)
def _converter() -> Converter:
    converter = make_converter()
    for plain in (int, str, bool):
        converter.register_structure_hook(plain, _exactly)
    converter.register_unstructure_hook(time, time.isoformat)
    converter.register_structure_hook(time, lambda value, _: time.fromisoformat(value))
    converter.register_structure_hook_factory(
        has,
        lambda cls: make_dict_structure_fn(
            cls, converter, _cattrs_detailed_validation=False, _cattrs_forbid_extra_keys=True
        ),
    )
    converter.forbid_extra_keys = True  # lets the strategy take its tag away before fields are checked
    for union in (f.Reward, f.Effect):
        configure_tagged_union(union, converter, tag_name="kind", tag_generator=_TAGS.__getitem__)
    return converter


def dump_promotion(promotion: Promotion) -> str:
    """Return a promotion as JSON text; what is at its default is left out, and an effect says its kind."""
    document = _converter().unstructure(promotion, Promotion)
    return json.dumps(document, ensure_ascii=False, separators=(",", ":"))


def load_promotion(text: str) -> Promotion:
    """Read a promotion that was written by :func:`dump_promotion`, or by hand.

    Raises:
        PayloadError: ``bad_document`` when the text is no promotion, with what is wrong; a field that
            nobody knows is wrong too.
    """
    try:
        return _converter().structure(json.loads(text), Promotion)
    except (LookupError, ValueError, TypeError, AttributeError, ArithmeticError, OmsError, _UNKNOWN) as error:
        raise PayloadError("bad_document", f"no promotion: {error!r}", path="$", value=text) from error
