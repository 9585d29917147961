"""Shares: how many parcels couriers or warehouses may or should have so that a period keeps to their shares."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from omskit.allocation.carried import Carried, Commitment
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


def commitments_by_share(
    shares: Mapping[Carried, int], had: Mapping[Carried, int], period: int, *, short_minor: int
) -> tuple[Commitment, ...]:
    """Return what is missing to least shares of a period's parcels; for :attr:`Supply.commitments`.

    A courier who should have a tenth of 95 parcels should have 10 of them. Who has had enough is left out.

    Args:
        shares: Hundredths of all parcels of the period, from 0 to 100.
        had: Parcels that each has had in the period.
        period: All parcels of the period, those of before and those to come.
        short_minor: What each missing parcel costs.

    Raises:
        UsageError: ``bad_quantity`` for a share that is none, or a negative count; ``bad_policy`` for a price
            below 1.
    """
    counts = [period, *had.values()]
    if any(type(count) is not int or count < 0 for count in counts):
        raise UsageError("bad_quantity", f"{counts}: parcels are counted from 0", value=counts)
    found = []
    for carried, hundredths in sorted(shares.items(), key=lambda pair: pair[0].rung):
        if type(hundredths) is not int or not 0 <= hundredths <= 100:
            raise UsageError("bad_quantity", f"{hundredths!r} hundredths; 0 to 100", value=hundredths)
        missing = -(-period * hundredths // 100) - had.get(carried, 0)
        if missing > 0:
            found.append(Commitment(carried, missing, short_minor))
    return tuple(found)
