"""The sales channel: a value of callables that read what it says, and of listings that say what it means."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from enum import Enum

from attrs import field, frozen

from omskit.channels.documents import ChannelOrder, Reversal
from omskit.core import Component, Refusal, UsageError

#: Reads one payload into documents; what cannot be read comes as a refusal beside the others.
Reader = Callable[[bytes], Iterable[ChannelOrder | Reversal | Refusal]]


class Meaning(Enum):
    """What a channel's item stands for."""

    GOODS = "goods"
    CHARGE = "charge"
    REFUSED = "refused"


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


@frozen
class Listings:
    """Item to listing, for one channel.

    Args:
        items: Listings by item code.
        open: Whether an item without listing is the SKU of that code; otherwise it holds its order.
    """

    items: Mapping[str, Listing] = field(factory=dict)
    open: bool = False

    def get(self, item: str) -> Listing | None:
        """Return what an item stands for, None for what nobody has mapped."""
        known = self.items.get(item)
        return known or (Listing(item) if self.open else None)


@frozen
class Channel:
    """A sales channel as the host knows it.

    Args:
        code: Unique among the host's channels; part of every order.
        read: Reads payloads.
        listings: What the channel's items stand for.
        returns_to: Warehouse that takes back what buyers return; empty books returns without stock.

    Raises:
        UsageError: ``bad_code`` for an empty code.
    """

    code: str = field()
    read: Reader
    listings: Listings = field(factory=lambda: Listings(open=True))
    returns_to: str = ""

    @code.validator
    def _is_there(self, _: object, value: str) -> None:
        if not value:
            raise UsageError("bad_code", "a channel has a code")
