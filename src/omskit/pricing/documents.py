"""Promotions as JSON text, so that a host keeps them wherever it keeps its settings."""

from __future__ import annotations

import json

from cattrs.errors import BaseValidationError, StructureHandlerNotFoundError
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

_converter = make_converter()
for _union in (f.Reward, f.Effect):
    configure_tagged_union(_union, _converter, tag_name="kind", tag_generator=_TAGS.__getitem__)


def dump_promotion(promotion: Promotion) -> str:
    """Return a promotion as JSON text; what is at its default is left out, and an effect says its kind."""
    document = _converter.unstructure(promotion, Promotion)
    return json.dumps(document, ensure_ascii=False, separators=(",", ":"), default=str)


def load_promotion(text: str) -> Promotion:
    """Read a promotion that was written by :func:`dump_promotion`, or by hand.

    Raises:
        PayloadError: ``bad_document`` when the text is no promotion, with what is wrong.
    """
    try:
        return _converter.structure(json.loads(text), Promotion)
    except (
        KeyError, ValueError, TypeError, ArithmeticError, OmsError, BaseValidationError, StructureHandlerNotFoundError
    ) as error:
        raise PayloadError("bad_document", f"no promotion: {error!r}", path="$", value=text) from error
