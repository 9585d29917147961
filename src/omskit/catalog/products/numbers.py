"""From a number to the products that carry it, as a scanner at the packing table asks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction

from attrs import frozen

from omskit.catalog.identifiers import GTIN
from omskit.catalog.products.model import Product
from omskit.catalog.scans import Scan
from omskit.core import PayloadError


@frozen
class Carrier:
    """A product, or a pack of it, that carries a number.

    Args:
        code: The product.
        unit: Which pack.
        factor: Stock units in it.
        retired: Whether the number is no longer printed.
    """

    code: str
    unit: str
    factor: Fraction
    retired: bool = False


#: (scheme, value) to everything that carries the number.
Numbers = Mapping[tuple[str, str], tuple[Carrier, ...]]


def by_number(products: Iterable[Product]) -> Numbers:
    """Return all numbers of products, retired ones too; more than one carrier that is not retired is a clash."""
    found: dict[tuple[str, str], list[Carrier]] = {}
    for product in products:
        packs = product.packs
        for one in product.identifiers:
            unit = one.unit or packs.base
            known = unit in packs.units
            carrier = Carrier(product.code, unit, packs.factor(unit) if known else Fraction(1), one.retired)
            found.setdefault((one.scheme, one.value), []).append(carrier)
    return {number: tuple(sorted(carriers, key=_live_first)) for number, carriers in found.items()}


def _live_first(carrier: Carrier) -> tuple[bool, str]:
    return carrier.retired, carrier.code


def scanned(scan: Scan, numbers: Numbers) -> tuple[Carrier, Fraction]:
    """Return what a label's GTIN is carried by, and how many stock units the label stands for.

    A count on the label (37 or 30) multiplies; a container (02) counts what is in it.

    Raises:
        PayloadError: ``missing_element`` for a label without GTIN; ``unknown_number`` when no product carries it,
            ``ambiguous_number`` when several do that are not retired, with their ``codes``.
    """
    gtin = scan.gtin
    carriers = numbers.get((GTIN, gtin.key), ())
    live = [one for one in carriers if not one.retired] or list(carriers)
    if not live:
        raise PayloadError("unknown_number", f"no product carries {gtin}", value=gtin.text)
    if len(live) > 1:
        codes = tuple(one.code for one in live)
        raise PayloadError("ambiguous_number", f"{gtin} is on {', '.join(codes)}", value=gtin.text, codes=codes)
    return live[0], live[0].factor * scan.count
