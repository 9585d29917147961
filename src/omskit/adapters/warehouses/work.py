"""The port to a warehouse: work that it is given, facts that it reports; any format carries the same values."""

from __future__ import annotations

from datetime import datetime

from attrs import field, frozen

from omskit.core import UsageError

#: What a format has no word for: name to text.
Extra = tuple[tuple[str, str], ...]


@frozen
class Party:
    """Who sends or gets a parcel. Personal: its repr shows nothing.

    Args:
        name: Person or company.
        mobile: Phone, perhaps with an extension after a hyphen.
        province: As the country names it.
        city: As the country names it.
        area: District.
        address: Street and number.
        token: Ciphertext that the warehouse decrypts by itself (an OAID).
        zip: Postcode.
    """

    name: str = field(repr=False)
    mobile: str = field(repr=False)
    province: str = field(repr=False)
    city: str = field(repr=False)
    address: str = field(repr=False)
    area: str = field(default="", repr=False)
    token: str = field(default="", repr=False)
    zip: str = field(default="", repr=False)


@frozen
class WorkItem:
    """Pieces of one SKU within a piece of work.

    Args:
        item: The SKU, as the warehouse knows it.
        quantity: Pieces, above zero.
        owner: Whose goods they are.
        line: Number of the line.
        quality: ``ZP`` sellable, ``CC`` defective, ``JS`` damaged by machine, ``XS`` damaged box, ``ZT`` underway.
        paid_minor: What the buyer paid for all pieces, in fen.
        order: External id of the order it belongs to.
        extra: What else is said.

    Raises:
        UsageError: ``bad_quantity`` for a quantity below one.
    """

    item: str
    quantity: int
    owner: str
    line: str = ""
    quality: str = "ZP"
    paid_minor: int = 0
    order: str = ""
    extra: Extra = ()

    def __attrs_post_init__(self) -> None:
        if type(self.quantity) is not int or self.quantity < 1:
            raise UsageError("bad_quantity", f"{self.quantity!r} of {self.item}; at least 1", item=self.item)


@frozen
class DeliveryWork:
    """Pick, pack and hand over: the same code is the same work, however often it is told.

    Args:
        code: Our number of the work.
        warehouse: The warehouse's code.
        placed_at: When the buyer ordered.
        created_at: When the work was made.
        shop: Name of the shop.
        courier: The warehouse's code of the courier.
        sender: Who sends it.
        receiver: Whom it is for.
        lines: What to send.
        kind: ``JYCK`` a sale, ``HHCK`` an exchange, ``BFCK`` a replacement, ``QTCK`` another one.
        flags: ``COD``, ``PRESELL``, ``SPLIT`` ...
        waybill: When it was drawn before.
        freight_minor: What the buyer pays for delivery, in fen.
        collect_minor: What the courier has to collect, in fen.
        memo: What the buyer wrote.
        urgent: Whether it goes first.
        extra: What else is said.
    """

    code: str
    warehouse: str
    placed_at: datetime
    created_at: datetime
    shop: str
    courier: str
    sender: Party
    receiver: Party
    lines: tuple[WorkItem, ...]
    kind: str = "JYCK"
    flags: tuple[str, ...] = ()
    waybill: str = ""
    freight_minor: int = 0
    collect_minor: int = 0
    memo: str = ""
    urgent: bool = False
    extra: Extra = ()


@frozen
class EntryWork:
    """Receive goods that come in: bought, made, or moved from elsewhere."""

    code: str
    warehouse: str
    owner: str
    lines: tuple[WorkItem, ...]
    kind: str = "CGRK"
    extra: Extra = ()


@frozen
class ReturnWork:
    """Receive what a buyer sends back; ``original`` is the code of the delivery."""

    code: str
    warehouse: str
    original: str
    courier: str
    sender: Party
    lines: tuple[WorkItem, ...]
    waybill: str = ""
    kind: str = "THRK"
    extra: Extra = ()


@frozen
class StockOutWork:
    """Send goods that no buyer ordered: to another warehouse, back to a supplier, to a business."""

    code: str
    warehouse: str
    created_at: datetime
    receiver: Party
    lines: tuple[WorkItem, ...]
    kind: str = "PTCK"
    extra: Extra = ()


@frozen
class CancelWork:
    """Stop a piece of work; only an answer of success makes it void."""

    code: str
    warehouse: str
    owner: str = ""
    kind: str = ""
    reason: str = ""


@frozen
class HoldWork:
    """Hold a piece of work back, or let it go on."""

    code: str
    warehouse: str
    restore: bool = False


@frozen
class Goods:
    """A SKU as a warehouse has to know it; sizes in millimetres, weights in grams."""

    item: str
    name: str
    barcodes: tuple[str, ...]
    owner: str
    warehouse: str
    kind: str = "ZC"
    weight_g: int = 0
    length_mm: int = 0
    width_mm: int = 0
    height_mm: int = 0
    shelf_life_hours: int = 0
    known: bool = False


@frozen
class Kit:
    """A set and its pieces: (item, pieces) pairs."""

    item: str
    owner: str
    parts: tuple[tuple[str, int], ...]


Work = DeliveryWork | EntryWork | ReturnWork | StockOutWork | CancelWork | HoldWork | Goods | Kit


@frozen
class DoneLine:
    """What became of one line.

    Args:
        item: The SKU.
        quantity: Pieces that were sent or received; in an increment, those of this report only.
        quality: As in :class:`WorkItem`.
        line: Number of the line; empty when the warehouse does not say.
        planned: Pieces that were asked for, when the warehouse says so.
        batches: (batch, pieces) pairs.
    """

    item: str
    quantity: int
    quality: str = "ZP"
    line: str = ""
    planned: int | None = None
    batches: tuple[tuple[str, int], ...] = ()


@frozen
class Packed:
    """A parcel that left: its waybill, courier, weight in grams and (item, pieces) pairs."""

    waybill: str
    courier: str
    items: tuple[tuple[str, int], ...]
    weight_g: int = 0


@frozen
class Confirmed:
    """A warehouse's report that work is done, whole or in part.

    Args:
        work: ``delivery``, ``entry``, ``return`` or ``stockout``.
        code: Our number of the work.
        key: The report's own id: one that comes again has the same.
        final: Whether no more will come.
        lines: What was done.
        parcels: What left.
        warehouse: The warehouse's code.
        status: The warehouse's own status.
        at: When it was done.
        extra: What else is said.
    """

    work: str
    code: str
    key: str
    final: bool
    lines: tuple[DoneLine, ...]
    parcels: tuple[Packed, ...] = ()
    warehouse: str = ""
    status: str = ""
    at: datetime | None = None
    extra: Extra = ()


@frozen
class StockChanged:
    """A change of stock that the warehouse made by itself; the quantity is signed."""

    key: str
    item: str
    quantity: int
    warehouse: str
    owner: str
    quality: str = "ZP"
    order: str = ""
    at: datetime | None = None


@frozen
class Counted:
    """Differences that a count has found: (item, quality, signed pieces), one page of several."""

    key: str
    count: str
    warehouse: str
    owner: str
    differences: tuple[tuple[str, str, int], ...]
    page: int = 1
    pages: int = 1
    adjusts: bool = False


@frozen
class Lacking:
    """Lines that the warehouse cannot fill: (item, planned, lacking, reason)."""

    key: str
    code: str
    warehouse: str
    lines: tuple[tuple[str, int, int, str], ...]


@frozen
class Progress:
    """How far work has come; reports are only ever added, in whatever order they arrive."""

    code: str
    status: str
    at: datetime | None = None
    warehouse: str = ""
    operator: str = field(default="", repr=False)


@frozen
class StockFigure:
    """What a warehouse says it has: pieces free and locked."""

    item: str
    warehouse: str
    free: int
    locked: int = 0
    quality: str = "ZP"
    owner: str = ""


Fact = Confirmed | StockChanged | Counted | Lacking | Progress


@frozen
class Reply:
    """The answer to a request, either way."""

    ok: bool
    code: str = ""
    message: str = ""
    id: str = ""
