"""Where a parcel is: facts of all couriers in one vocabulary, and a track that only ever goes forward."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from enum import Enum

from attrs import field, frozen


class Milestone(Enum):
    """How far a parcel has come. ``PROBLEM`` and ``NOTED`` say something without moving it.

    Two branches: the way out ends with ``DELIVERED``; the way back begins with ``REFUSED`` or ``RETURNING``, ends
    with ``RETURNED``, and is never left again.
    """

    NOTED = "noted"
    ANNOUNCED = "announced"
    PICKED_UP = "picked_up"
    MOVING = "moving"
    CUSTOMS = "customs"
    OUT_FOR_DELIVERY = "out_for_delivery"
    READY_FOR_PICKUP = "ready_for_pickup"
    PROBLEM = "problem"
    DELIVERED = "delivered"
    REFUSED = "refused"
    RETURNING = "returning"
    LOST = "lost"
    RETURNED = "returned"


#: How far each goes; equal ranks do not push each other aside.
_RANK = {
    Milestone.ANNOUNCED: 1,
    Milestone.PICKED_UP: 2,
    Milestone.MOVING: 3,
    Milestone.CUSTOMS: 3,
    Milestone.OUT_FOR_DELIVERY: 4,
    Milestone.READY_FOR_PICKUP: 4,
    Milestone.DELIVERED: 5,
    Milestone.LOST: 6,
    Milestone.REFUSED: 7,
    Milestone.RETURNING: 8,
    Milestone.RETURNED: 9,
}


@frozen
class TrackingFact:
    """One scan, as a courier tells it.

    Args:
        waybill: The parcel's number.
        at: When.
        milestone: What it says in our words; what is not known is ``NOTED``.
        text: What the courier says. May hold names: its repr shows nothing.
        place: Where.
        code: The courier's own code.
    """

    waybill: str
    at: datetime
    milestone: Milestone
    text: str = field(default="", repr=False)
    place: str = ""
    code: str = ""


@frozen
class Track:
    """What is known of a parcel.

    Args:
        facts: Every scan once, oldest first.
        milestone: The furthest; None before the first.
        reached_at: When it was first reached.
        troubled: Whether the last scan tells of a problem.
    """

    facts: tuple[TrackingFact, ...] = ()
    milestone: Milestone | None = None
    reached_at: datetime | None = None
    troubled: bool = False


def follow(track: Track, facts: Iterable[TrackingFact]) -> Track:
    """Return the track with more scans: in whatever order, however often, they give the same track.

    The milestone is the furthest by rank, whatever the clock of a late scan says; a scan counts once by time,
    text and meaning.
    """
    known = {_identity(one): one for one in (*facts, *track.facts)}
    ordered = tuple(known[key] for key in sorted(known))
    furthest: TrackingFact | None = None
    for one in ordered:
        if _RANK.get(one.milestone, 0) > (_RANK.get(furthest.milestone, 0) if furthest else 0):
            furthest = one
    if furthest is None:
        return Track(ordered, troubled=_troubled(ordered))
    return Track(ordered, furthest.milestone, furthest.at, _troubled(ordered))


def _identity(one: TrackingFact) -> tuple[datetime, str, str, str]:
    return one.at, one.text, one.code, one.milestone.value


def _troubled(facts: tuple[TrackingFact, ...]) -> bool:
    return bool(facts) and facts[-1].milestone is Milestone.PROBLEM
