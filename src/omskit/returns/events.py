"""What happened to a return case; each event that moves an axis carries the status it led to."""

from __future__ import annotations

from datetime import datetime

from attrs import frozen

from omskit.returns.lines import Found, ReturnLine, Scan
from omskit.returns.model import ReturnCase


@frozen
class Requested:
    """The case was opened, as it stands here."""

    case: ReturnCase


@frozen
class Revised:
    """The channel says something else of its request."""

    asked_minor: int
    version: str = ""
    reason: str = ""
    answer_by: datetime | None = None


@frozen
class Authorised:
    """The goods may come back."""

    custody: str
    warehouse: str = ""
    deadline: datetime | None = None


@frozen
class Rejected:
    """The goods may not come back."""

    custody: str
    reason: str = ""


@frozen
class Withdrawn:
    """The buyer, or the channel, gave it up."""

    custody: str
    reason: str = ""


@frozen
class Expired:
    """The goods did not come in time."""

    custody: str


@frozen
class WaybillAnnounced:
    """A parcel is on its way."""

    custody: str
    waybill: str


@frozen
class Received:
    """A parcel was scanned in."""

    custody: str
    scan: Scan


@frozen
class Judged:
    """What was left open has been decided."""

    found: tuple[Found, ...]
    warehouse: str


@frozen
class Claimed:
    """The goods are of an order; the lines are those that the case has from now on."""

    custody: str
    order: int
    channel: str
    channel_id: str
    currency: str
    lines: tuple[ReturnLine, ...]


@frozen
class GoodsStopped:
    """Pieces never left: (line of the case, pieces) pairs; with ``agree`` their money is to be granted."""

    custody: str
    lines: tuple[tuple[int, int], ...]
    agree: bool = False


@frozen
class GoodsWaived:
    """The buyer keeps what has not come."""

    custody: str
    reason: str = ""


@frozen
class Closed:
    """No more is expected."""

    custody: str
    reason: str = ""


@frozen
class Credited:
    """The buyer is due what goods carry; money by line that had been granted ahead is backed by them."""

    amount_minor: int
    tax_minor: int = 0
    discount_minor: int = 0
    returned: tuple[tuple[int, int], ...] = ()


@frozen
class MoneyAgreed:
    """More money was granted, of which some by line of the order for goods that are not back."""

    money: str
    amount_minor: int
    conceded: tuple[tuple[int, int], ...] = ()
    heard: bool = False


@frozen
class MoneyDeclined:
    """Nothing was granted."""

    money: str
    reason: str = ""
    heard: bool = False


@frozen
class Paid:
    """Granted money was paid out."""

    money: str
    reference: str
    amount_minor: int


@frozen
class Reordered:
    """Another order sends goods in exchange."""

    order: int
    credited_minor: int = 0


@frozen
class OrderDropped:
    """An order in exchange is not sent."""

    order: int


Event = (
    Requested
    | Revised
    | Authorised
    | Rejected
    | Withdrawn
    | Expired
    | WaybillAnnounced
    | Received
    | Judged
    | Claimed
    | GoodsStopped
    | GoodsWaived
    | Closed
    | Credited
    | MoneyAgreed
    | MoneyDeclined
    | Paid
    | Reordered
    | OrderDropped
)
