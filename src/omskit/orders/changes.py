"""Changes to a placed order, as values that can be proposed, looked at, and carried out together or not at all."""

from __future__ import annotations

from datetime import datetime

from attrs import frozen

from omskit.core import Component, Destination


@frozen
class SetQuantity:
    """Let a line be of another number of units, above those that have left or been cancelled already.

    Fewer units are cancelled, open ones first. More units need a price: that of the units so far where it divides
    evenly, else the line's own in a :class:`Reprice` of the same change set.
    """

    line: int
    quantity: int


@frozen
class RemoveLine:
    """Cancel all units of a line that have not left."""

    line: int


@frozen
class AddLine:
    """Add a line to the end of the order; the fields are those of :class:`omskit.orders.OrderLine`."""

    sku: str
    quantity: int
    list_minor: int = 0
    discount_minor: int = 0
    tax_minor: int = 0
    components: tuple[Component, ...] = ()
    external_id: str = ""
    title: str = ""
    group: str = ""
    item: str = ""
    gift: str = ""


@frozen
class MapLine:
    """Say what a line stands for whose channel item nobody had explained, while none of its units is in work."""

    line: int
    code: str
    components: tuple[Component, ...] = ()


@frozen
class Regroup:
    """Let a line leave together with those of a group; an empty one lets it leave by itself."""

    line: int
    leaves_with: str


@frozen
class Reprice:
    """Give a line other money for all its units, while none of them has been cancelled or returned."""

    line: int
    list_minor: int
    discount_minor: int = 0
    tax_minor: int = 0


@frozen
class SetCharge:
    """Let the charges of a code come to an amount together; 0 takes them away."""

    code: str
    amount_minor: int
    label: str = ""


@frozen
class Readdress:
    """Send the order elsewhere; it leaves its merge group, is planned again, and reviewed again if it can be."""

    destination: Destination
    merge_identity: str = ""


@frozen
class WishCourier:
    """Ask for another courier, or for none in particular; what was planned with another one is planned again."""

    courier: str


@frozen
class SetMemo:
    """Write another memo."""

    memo: str


@frozen
class SetPaid:
    """Say when it was paid; None when it is not paid after all."""

    at: datetime | None


@frozen
class SetDeadlines:
    """Agree on another latest hand-over and delivery; None leaves one open."""

    ship_by: datetime | None
    arrive_by: datetime | None = None


Change = (
    SetQuantity
    | RemoveLine
    | AddLine
    | MapLine
    | Regroup
    | Reprice
    | SetCharge
    | Readdress
    | WishCourier
    | SetMemo
    | SetPaid
    | SetDeadlines
)
Changes = tuple[Change, ...]


@frozen
class Proposal:
    """A change set that waits to be confirmed or discarded.

    Args:
        id: Unique within the order; who proposes gives it.
        changes: What is proposed.
        reason: Why, for people.
    """

    id: str
    changes: Changes
    reason: str = ""
