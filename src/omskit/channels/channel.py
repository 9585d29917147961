"""The sales channel: a value of callables that read what it says, and of listings that say what it means."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from enum import Enum
from functools import lru_cache
from typing import NoReturn

from attrs import Factory, field, fields, frozen

from omskit.channels.answers import CancelAnswer, RefundAnswer, StockUpdate
from omskit.channels.documents import ChannelOrder, News, RefundRequest, Reversal, StatementLine
from omskit.channels.notices import Reporting, ShipmentNotice
from omskit.channels.requests import Request
from omskit.channels.webhooks import Webhook
from omskit.core import Component, Refusal, UsageError, quick

#: Reads one payload into documents; what cannot be read comes as a refusal beside the others.
Reader = Callable[[bytes], Iterable[ChannelOrder | Reversal | RefundRequest | Refusal]]
#: Reads one payload into refund requests and refusals.
RefundReader = Callable[[bytes], Iterable[RefundRequest | Refusal]]
#: Reads one payload into statement lines and refusals.
StatementReader = Callable[[bytes], Iterable[StatementLine | Refusal]]
#: Reads one payload into news about orders and refusals.
NewsReader = Callable[[bytes], Iterable[News | Refusal]]
#: ``verify(webhook, secret, at)`` returns when the channel sent it, and raises PayloadError otherwise.
Verifier = Callable[[Webhook, str, datetime], None]
#: ``write(notice, at)`` returns the requests that tell of a parcel that left at an instant.
ShipmentWriter = Callable[[ShipmentNotice, datetime], tuple[Request, ...]]
#: Returns the requests that publish stock, as few as the channel allows.
StockWriter = Callable[[Sequence[StockUpdate]], tuple[Request, ...]]
#: Returns the requests that answer a refund request.
RefundWriter = Callable[[RefundAnswer], tuple[Request, ...]]
#: Returns the requests that answer, or make, a cancellation.
CancelWriter = Callable[[CancelAnswer], tuple[Request, ...]]


class Meaning(Enum):
    """What a channel's item stands for."""

    GOODS = "goods"
    CHARGE = "charge"
    REFUSED = "refused"


@quick
@frozen
class Listing:
    """What one item of a channel stands for.

    Args:
        code: The SKU or bundle; for a charge its code; for a refused item the reason.
        meaning: Goods, money without goods, or nothing that may be ordered.
        components: What one unit is made of; empty stands for the SKU itself.
    """

    code: str
    meaning: Meaning = Meaning.GOODS
    components: tuple[Component, ...] = ()


@lru_cache(maxsize=65_536)
def _itself(item: str) -> Listing:
    """Return the listing of an item that is the SKU of that code."""
    return Listing(item)


@frozen
class Listings:
    """Item to listing, for one channel.

    Args:
        items: Listings by item code.
        open: Whether an item without listing is the SKU of that code; otherwise it holds its order.
        closed: Items that hold their order even so.
    """

    items: Mapping[str, Listing] = field(factory=dict)
    open: bool = False
    closed: frozenset[str] = frozenset()

    def get(self, item: str) -> Listing | None:
        """Return what an item stands for, None for what nobody has mapped."""
        known = self.items.get(item)
        return known or (_itself(item) if self.open and item not in self.closed else None)


@frozen
class _Missing:
    """Stands where a channel has no ability: calling it says so."""

    channel: str
    ability: str

    def __call__(self, *_: object) -> NoReturn:
        raise UsageError(
            "not_supported",
            f"channel {self.channel} cannot {self.ability}",
            channel=self.channel,
            ability=self.ability,
        )


def _missing(ability: str) -> _Missing:
    """Return the default of an ability, which knows the channel that lacks it."""
    made: _Missing = Factory(lambda self: _Missing(self.code, ability), takes_self=True)
    return made


@frozen
class Channel:
    """A sales channel as the host knows it: what it is able to do stands in its callables.

    An ability that is not given raises ``not_supported`` when it is asked for, so that abilities can be
    added without touching an adapter.

    Args:
        code: Unique among the host's channels; part of every order.
        read: Reads orders and reversals, and refund requests where they come in the same payloads.
        listings: What the channel's items stand for.
        returns_to: Warehouse that takes back what buyers return; empty books returns without stock.
        tolerance_minor: How far an order's sums may be from its payment; see :func:`omskit.channels.normalise`.
        reporting: When it is told of the parcels of a line.
        read_refunds: Reads refund requests.
        read_settlement: Reads statements.
        read_news: Reads notifications that name an order without telling all of it.
        verify: Proves that a webhook is the channel's.
        write_shipment: Tells of a parcel that left.
        write_stock: Publishes stock.
        write_refund_answer: Answers a refund request.
        write_cancel_answer: Answers a cancellation.

    Raises:
        UsageError: ``bad_code`` for an empty code; ``not_supported`` from an ability that is missing.
    """

    code: str = field()
    read: Reader = field(default=_missing("read"))
    listings: Listings = field(factory=lambda: Listings(open=True))
    returns_to: str = ""
    tolerance_minor: int = 0
    reporting: Reporting = Reporting.EACH
    read_refunds: RefundReader = field(default=_missing("read_refunds"))
    read_settlement: StatementReader = field(default=_missing("read_settlement"))
    read_news: NewsReader = field(default=_missing("read_news"))
    verify: Verifier = field(default=_missing("verify"))
    write_shipment: ShipmentWriter = field(default=_missing("write_shipment"))
    write_stock: StockWriter = field(default=_missing("write_stock"))
    write_refund_answer: RefundWriter = field(default=_missing("write_refund_answer"))
    write_cancel_answer: CancelWriter = field(default=_missing("write_cancel_answer"))

    @property
    def abilities(self) -> frozenset[str]:
        """Names of the callables that were given."""
        values = {one.name: getattr(self, one.name) for one in fields(Channel)}
        return frozenset(
            name for name, value in values.items() if callable(value) and not isinstance(value, _Missing)
        )

    @code.validator
    def _is_there(self, _: object, value: str) -> None:
        if not value:
            raise UsageError("bad_code", "a channel has a code")
