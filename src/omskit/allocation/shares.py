"""Shares: how many parcels couriers or warehouses may still have so that the period keeps to their shares."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from omskit.core import UsageError, share


def quotas_by_share(
    shares: Mapping[str, int], had: Mapping[str, int], coming: int, *, unlimited: Collection[str] = ()
) -> dict[str, int]:
    """Return what each may take of the next parcels; for :attr:`Supply.quotas` or :attr:`Supply.parcels`.

    All parcels, those of before and those to come, are shared by largest remainder; a quota is what is missing to
    the share, and zero for who is beyond it. The quotas are enough for all that come. Where some of the holders
    cannot take some parcels, name one who has no limit: within the others' quotas, costs decide.

    Args:
        shares: Weights by code, as percentages or any other ints from 0.
        had: Parcels that each has had in the period.
        coming: Parcels to come, at most.
        unlimited: Codes that get no quota though they have a share.

    Raises:
        UsageError: ``negative_weight``; ``unsharable`` when no share is above zero; ``bad_quantity`` for a
            negative count.
    """
    counts = [coming, *had.values()]
    if any(type(count) is not int or count < 0 for count in counts):
        raise UsageError("bad_quantity", f"{counts}: parcels are counted from 0", value=counts)
    codes = sorted(shares)
    before = [had.get(code, 0) for code in codes]
    parts = share(sum(before) + coming, [shares[code] for code in codes])
    return {
        code: max(0, part - count)
        for code, part, count in zip(codes, parts, before, strict=True)
        if code not in unlimited
    }
