"""Tracking: what couriers say finds its parcels by waybill, batch by batch, with one outcome each."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial

from attrs import frozen

from omskit.core import Refusal, Refused, readable
from omskit.engine.units import Shop, save
from omskit.flow import Workspace, react
from omskit.fulfillment import FULFILLMENTS, Fact, FulfillmentOrder, Parcel, Track
from omskit.storage import After, Op, Unit, Where

#: Most fulfillment orders that one search returns.
PAGE = 1000


@frozen
class Scan:
    """What a courier says of a waybill.

    Args:
        waybill: The courier's number.
        facts: In any order; what was said before may come again.
        courier: Whose number it is, as parcels name their courier; empty where that is clear.
    """

    waybill: str
    facts: tuple[Fact, ...]
    courier: str = ""


@frozen
class Located:
    """Where the parcel of a waybill stands.

    Args:
        waybill: As it was given.
        number: Readable number of its fulfillment order.
        parcel: Its number there.
        status: Where it stands now.
        changed: Whether something was said that was not known.
    """

    waybill: str
    number: str
    parcel: int
    status: str
    changed: bool


@frozen
class Tracking:
    """Takes what couriers say."""

    shop: Shop
    batch: int

    def track(
        self, scans: Sequence[Scan], actor: str, progress: Callable[[int], object]
    ) -> list[Located | Refusal]:
        """Take scans in batches; ``progress`` hears how many are through, after each unit."""
        outcomes: list[Located | Refusal] = []
        for start in range(0, len(scans), self.batch):
            some = scans[start : start + self.batch]
            outcomes += self.shop.attempt(partial(self._batch, some, actor))
            progress(len(outcomes))
        return outcomes

    def _batch(
        self, scans: Sequence[Scan], actor: str, unit: Unit, _lock: bool  # noqa: FBT001
    ) -> list[Located | Refusal]:
        work = self.shop.workspace(unit, actor)
        waybills = tuple(sorted({scan.waybill for scan in scans if scan.waybill}))
        work.know_fulfillments(unit.of(FULFILLMENTS).load(_keys(unit, waybills), lock=True))
        places = _places(work)
        outcomes = [self._one(work, scan, places) for scan in scans]
        react(work)
        save(unit, work, joined=self.shop.joined)
        return outcomes

    def _one(
        self, work: Workspace, scan: Scan, places: Mapping[str, Sequence[tuple[int, int]]]
    ) -> Located | Refusal:
        found = [
            (key, number)
            for key, number in places.get(scan.waybill, ())
            if not scan.courier or scan.courier == _courier(*_parcel(work, key, number), scan.waybill)
        ]
        current = [place for place in found if _parcel(work, *place)[1].waybill == scan.waybill]
        found = current or found
        if len(found) > 1:
            found = [place for place in found if _parcel(work, *place)[1].left_at is not None] or found
        if len(found) != 1:
            return _nowhere(scan, found)
        (key, number), = found
        before = _parcel(work, key, number)[1]
        try:
            work.fulfillment(key, Track(number, scan.facts), "tracking")
        except Refused as refusal:
            return Refusal.of(scan.waybill, refusal)
        after = _parcel(work, key, number)[1]
        fo = readable(FULFILLMENTS.number, key)
        return Located(scan.waybill, fo, number, after.status, changed=after is not before)


def _keys(unit: Unit, waybills: tuple[str, ...]) -> list[int]:
    keys: list[int] = []
    after: After | None = None
    here = Where("parcels.waybill", Op.IN, waybills)
    while waybills and (page := unit.of(FULFILLMENTS).find(here, limit=PAGE, after=after)):
        keys += page
        if len(page) < PAGE:
            break
        after = After(None, page[-1])
    return keys


def _places(work: Workspace) -> dict[str, list[tuple[int, int]]]:
    """Return the parcels by their waybills; by one that was taken off them only where nobody has it now."""
    places: dict[str, list[tuple[int, int]]] = {}
    old: dict[str, list[tuple[int, int]]] = {}
    for key, track in work.fulfillments.items():
        for parcel in track.state.parcels if track.state else ():
            places.setdefault(parcel.waybill, []).append((key, parcel.number))
            for label in parcel.former:
                old.setdefault(label.waybill, []).append((key, parcel.number))
    return {waybill: list(dict.fromkeys(found)) for waybill, found in old.items()} | places


def _parcel(work: Workspace, key: int, number: int) -> tuple[FulfillmentOrder, Parcel]:
    state = work.fulfillments[key].state
    assert state is not None  # noqa: S101 - it was found by its parcel
    return state, state.parcels[number - 1]


def _courier(state: FulfillmentOrder, parcel: Parcel, waybill: str) -> str:
    if parcel.waybill != waybill:
        return next(label.courier for label in parcel.former if label.waybill == waybill)
    return parcel.courier or state.courier


def _nowhere(scan: Scan, found: Sequence[tuple[int, int]]) -> Refusal:
    if not found:
        return Refusal(scan.waybill, "unknown_waybill", "no parcel has it", {"courier": scan.courier})
    numbers = tuple(f"{readable(FULFILLMENTS.number, key)}/{number}" for key, number in found)
    message = f"several parcels have it; name the courier: {', '.join(numbers)}"
    return Refusal(scan.waybill, "ambiguous_waybill", message, {"parcels": numbers})
