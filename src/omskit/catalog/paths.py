"""The paths of a product's fields: what columns, cells, problems and requirements name."""

from __future__ import annotations

import re

#: Paths that stand for one field each.
PLAIN_PATHS = (
    "name",
    "type",
    "axes",
    "family",
    "unit",
    "bundle",
    "handling.weight_g",
    "handling.length_mm",
    "handling.width_mm",
    "handling.height_mm",
    "handling.un_number",
    "handling.hazard_class",
    "handling.packing_group",
    "handling.limited_quantity",
    "handling.lithium",
    "handling.temperature",
    "handling.shelf_life_days",
    "handling.remaining_days",
    "handling.traits",
    "customs.hs_code",
    "customs.origin",
    "customs.declared",
    "customs.description",
)
#: An attribute: code, language, channel.
PLACE = re.compile(r"attribute\.([^\[\]@;]+)(?:\[([^\[\]@;]+)\])?(?:@([^\[\]@;]+))?")
_KEYED = re.compile(
    r"option\.[^;]+|category\.[^;]+|relation\.[^;]+|handling\.remaining_days@[^;]+"
    r"|identifier\.[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)?|pack\.[A-Za-z0-9_-]+(\.gross_g|\.size_mm)?"
)


def is_path(path: str) -> bool:
    """Whether a path leads to a field of a product."""
    return path in PLAIN_PATHS or bool(PLACE.fullmatch(path) or _KEYED.fullmatch(path))
