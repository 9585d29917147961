"""What it takes to open a return case, and what tells two of them apart under one key."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from attrs import field, frozen

from omskit.engine.once import digest_of
from omskit.returns import CaseKind


@frozen
class Opening:
    """A case to open.

    Args:
        order: Number of the order.
        kind: What it is about.
        units: Units by line of the order; empty for all that the order still stands for. Gifts go along.
        reason: Code or sentence.
        liable: Who answers for the cost.
        warehouse: Where goods are to come to.
        waybill: Of the parcel that comes back, when it is known.
        asked_minor: Money that is asked back.
        deadline: Until when goods may be sent.
        authorised: Whether goods may come back at once.
        key: Idempotency key: a repeat returns the case of the first time; empty for none.
    """

    order: str
    kind: CaseKind
    units: Mapping[int, int] = field(factory=dict)
    reason: str = ""
    liable: str = ""
    warehouse: str = ""
    waybill: str = ""
    asked_minor: int = 0
    deadline: datetime | None = None
    authorised: bool = False
    key: str = ""


def digest(one: Opening) -> str:
    """Return what tells an opening apart from another one under the same key."""
    asked = (one.order, one.kind.value, sorted(one.units.items()), one.reason, one.liable)
    return digest_of([*asked, one.warehouse, one.waybill, one.asked_minor, str(one.deadline), one.authorised])
