"""What can be asked of a return case."""

from __future__ import annotations

from datetime import datetime

from attrs import frozen

from omskit.returns.lines import Found, Scan
from omskit.returns.model import ReturnCase


@frozen
class Request:
    """Open a case under a key that was handed out before, as it stands here.

    Without an order, its goods are registered as ownerless.
    """

    case: ReturnCase


@frozen
class Revise:
    """Take over what the channel says of its request by now."""

    asked_minor: int
    version: str = ""
    reason: str = ""
    answer_by: datetime | None = None


@frozen
class Authorise:
    """Let the goods come back, to a warehouse, until a deadline; empty and None leave both as they are."""

    warehouse: str = ""
    deadline: datetime | None = None


@frozen
class Reject:
    """Do not let the goods come back."""

    reason: str = ""


@frozen
class Withdraw:
    """The buyer does not want it any more, or the channel has closed it."""

    reason: str = ""


@frozen
class Expire:
    """The goods did not come in time."""


@frozen
class AnnounceWaybill:
    """A parcel is on its way."""

    waybill: str


@frozen
class Receive:
    """Take in what was scanned; a scan with the same id and content happens once."""

    scan: Scan


@frozen
class Judge:
    """Decide about pieces that came and were left open, of some lines of the case.

    Args:
        found: What was decided: its SKU and line of the order name the pieces.
        warehouse: Where they lie.
    """

    found: tuple[Found, ...]
    warehouse: str


@frozen
class Claim:
    """Say whose goods an ownerless parcel holds.

    Args:
        order: Key of the order.
        channel: Its channel.
        channel_id: External id under which the channel knows it.
        currency: Of its amounts.
        owned: (SKU, line of the order, pieces) of all that came; line 0 for what is not of this order.
    """

    order: int
    channel: str
    channel_id: str
    currency: str
    owned: tuple[tuple[str, int, int], ...]


@frozen
class StopGoods:
    """Count pieces as returned that never left; ``agree`` grants their money.

    The pairs are (line of the case, pieces that never left in all), each line once.
    """

    lines: tuple[tuple[int, int], ...]
    agree: bool = False


@frozen
class WaiveGoods:
    """Let the buyer keep what has not come."""

    reason: str = ""


@frozen
class Close:
    """Expect no more; what is left is short."""

    reason: str = ""


@frozen
class Credit:
    """Book what goods carry that came back or never left; the order says how much.

    Args:
        amount_minor: What the buyer is due for them.
        tax_minor: The tax within it.
        discount_minor: The discount that it was lessened by.
        returned: Money by line that had been granted ahead, and is backed by goods from now on.
    """

    amount_minor: int
    tax_minor: int = 0
    discount_minor: int = 0
    returned: tuple[tuple[int, int], ...] = ()


@frozen
class AgreeMoney:
    """Grant money, up to a total over the whole case.

    Args:
        total_minor: All that is granted then; None grants what accepted goods carry.
        conceded: What of it is for goods that are not back, by line of the order; line 0 for its charges.
        heard: Whether the channel has decided so itself, and need not be told.
    """

    total_minor: int | None = None
    conceded: tuple[tuple[int, int], ...] = ()
    heard: bool = False


@frozen
class DeclineMoney:
    """Grant nothing."""

    reason: str = ""
    heard: bool = False


@frozen
class Pay:
    """Granted money was paid out, all of it (None) or a part; a reference counts once."""

    reference: str
    amount_minor: int | None = None


@frozen
class Reorder:
    """Goods are sent in exchange by another order, paid for in part with what the returned goods carry."""

    order: int
    credited_minor: int = 0


@frozen
class DropOrder:
    """Another order sends no goods in exchange after all, and nothing is credited to it."""

    order: int


Command = (
    Request
    | Revise
    | Authorise
    | Reject
    | Withdraw
    | Expire
    | AnnounceWaybill
    | Receive
    | Judge
    | Claim
    | StopGoods
    | WaiveGoods
    | Close
    | Credit
    | AgreeMoney
    | DeclineMoney
    | Pay
    | Reorder
    | DropOrder
)
