"""The parcel: a box from its packing to its end, with its labels and all that couriers have said of it."""

from __future__ import annotations

from datetime import datetime

from attrs import field, frozen

from omskit.core import UsageError, aware
from omskit.fulfillment.machine import EXCEPTION, FACTS


@frozen
class Fact:
    """One thing that a courier says of a parcel.

    Args:
        kind: One of :data:`omskit.fulfillment.FACTS`.
        at: When it happened, as the courier says; aware.
        note: The courier's own words.
        place: Where.

    Raises:
        UsageError: ``unknown_fact``; ``naive_datetime``.
    """

    kind: str = field()
    at: datetime = field(converter=aware)
    note: str = ""
    place: str = ""

    @property
    def order(self) -> tuple[datetime, int, str, str]:
        """Where it belongs among others: by instant, then by how far it is on the way."""
        return (self.at, FACTS.index(self.kind), self.note, self.place)

    @kind.validator
    def _is_known(self, _: object, value: str) -> None:
        if value not in FACTS:
            raise UsageError("unknown_fact", f"{value!r}; there are: {', '.join(FACTS)}", kind=value)


@frozen
class Label:
    """One request for a courier's number; a parcel has at most one that is asked for or holds.

    Args:
        number: 1, 2, 3 ... within the parcel.
        courier: Who was asked.
        status: Where it stands in :data:`omskit.fulfillment.LABEL_MACHINE`.
        waybill: The courier's number; empty before it came.
        print_data: What a printer is given, as the courier gave it; opaque.
        reason: Why it failed, or why it is void or could not be made void.
        then: Who is asked next if it fails.
    """

    number: int
    courier: str
    status: str
    waybill: str = ""
    print_data: str = ""
    reason: str = ""
    then: tuple[str, ...] = ()


@frozen
class LotPieces:
    """Pieces of one lot, or the one with a serial number, for a work line.

    Args:
        line: Number of the work line.
        sku: Of what: the line's SKU, or a part of it.
        lot: The lot's code, or the serial number.
        pieces: How many, above zero.

    Raises:
        UsageError: ``bad_quantity``.
    """

    line: int
    sku: str
    lot: str
    pieces: int = 1

    def __attrs_post_init__(self) -> None:
        if self.pieces < 1:
            raise UsageError("bad_quantity", f"{self.pieces} pieces of lot {self.lot}: from 1", lot=self.lot)


@frozen
class Parcel:
    """A box: packed, handed to a courier, on its way, at its end.

    Args:
        number: 1, 2, 3 ... within the fulfillment order.
        waybill: The courier's number of it; empty before there is one, and for what a buyer collects.
        lines: (work line number, units) pairs.
        courier: Who carries it; empty for the one that was planned.
        weight_g: As weighed; 0 when it was not.
        length_mm: As measured, the longest side; 0 when it was not.
        width_mm: As measured.
        height_mm: As measured.
        left_at: When its hand-over was told; None before, and for those of before this was kept.
        status: Where it stands in its machine.
        facts: What couriers have said, in order of time; each once.
        labels: Every label that was asked for.
        interception: Where an attempt to stop it on its way stands; empty for none.
        lots: Of which lots the pieces are, as far as the warehouse says so.
    """

    number: int
    waybill: str
    lines: tuple[tuple[int, int], ...]
    courier: str = ""
    weight_g: int = 0
    length_mm: int = 0
    width_mm: int = 0
    height_mm: int = 0
    left_at: datetime | None = None
    status: str = "left"
    facts: tuple[Fact, ...] = ()
    labels: tuple[Label, ...] = ()
    interception: str = ""
    lots: tuple[LotPieces, ...] = ()

    @property
    def former(self) -> tuple[Label, ...]:
        """Labels whose numbers were its waybill, or were to be, and are not any more; oldest first.

        A courier that was told too late may still carry the parcel under one of them.
        """
        return tuple(label for label in self.labels if label.waybill not in {"", self.waybill})

    @property
    def is_troubled(self) -> bool:
        """Whether the last that was heard of it is an exception."""
        return bool(self.facts) and self.facts[-1].kind == EXCEPTION
