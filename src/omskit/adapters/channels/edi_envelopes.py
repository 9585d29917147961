"""Interchanges around messages of EDI: ISA to IEA of X12, UNB to UNZ of EDIFACT.

Source: ASC X12 00401 interchange and functional group control, ISO 9735 version 4 (segments UNB, UNZ). The numbers
come from whoever runs the mailbox: each interchange between two partners has the next one.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from attrs import frozen

from omskit.adapters.channels.edi_notices import write_edifact, write_x12
from omskit.core import UsageError

#: Largest control number of an X12 interchange: it has nine digits.
_MAX_CONTROL = 999_999_999
_ID_WIDTH = 15


@frozen
class Partners:
    """Who sends an interchange to whom.

    Args:
        sender: Our id in the network, at most 15 characters for X12.
        receiver: The customer's id.
        sender_kind: Qualifier of the sender's id: ``ZZ`` mutually agreed, ``14`` a GLN in EDIFACT.
        receiver_kind: Qualifier of the receiver's id.
        test: Whether the other side is to process nothing of it.
    """

    sender: str
    receiver: str
    sender_kind: str = "ZZ"
    receiver_kind: str = "ZZ"
    test: bool = False


def x12_interchange(
    messages: Sequence[bytes], partners: Partners, control: int, at: datetime, group: str = "SH"
) -> bytes:
    """Return transaction sets, as ``x12_856`` writes them, in one functional group of one interchange.

    Args:
        messages: Each from its ST to its SE, with control numbers that differ.
        partners: Who sends it to whom.
        control: Number of the interchange and of its group.
        at: When it is made, in the zone that the partners count in.
        group: Functional identifier: ``SH`` for ship notices.

    Raises:
        UsageError: ``bad_envelope`` without messages, for an id that does not fit, a control number below 1 or of
            more than nine digits; ``bad_edi_text``.
    """
    _check(messages, control)
    for one in (partners.sender, partners.receiver):
        if not 0 < len(one) <= _ID_WIDTH:
            raise UsageError("bad_envelope", f"{one!r}: ids of X12 have 1 to {_ID_WIDTH} characters", value=one)
    for kind in (partners.sender_kind, partners.receiver_kind):
        if len(kind) != 2:
            raise UsageError("bad_envelope", f"{kind!r}: qualifiers of X12 have 2 characters", value=kind)
    day, time = f"{at:%Y%m%d}", f"{at:%H%M}"
    blank, padded = " " * 10, [f"{one:<{_ID_WIDTH}}" for one in (partners.sender, partners.receiver)]
    head = [
        ["ISA", "00", blank, "00", blank, partners.sender_kind, padded[0], partners.receiver_kind, padded[1]],
        ["GS", group, partners.sender, partners.receiver, day, time, str(control), "X", "004010"],
    ]
    opened, grouped = write_x12(head).split(b"\n", 1)
    usage = "T" if partners.test else "P"
    end = f"*{day[2:]}*{time}*U*00401*{control:09}*0*{usage}*>~\n"
    foot = [["GE", str(len(messages)), str(control)], ["IEA", "1", f"{control:09}"]]
    return b"".join((opened.removesuffix(b"~"), end.encode(), grouped, *messages, write_x12(foot)))


def edifact_interchange(messages: Sequence[bytes], partners: Partners, control: int, at: datetime) -> bytes:
    """Return messages, as ``edifact_desadv`` writes them, in one interchange in UTF-8.

    Args:
        messages: Each from its UNH to its UNT, with references that differ.
        partners: Who sends it to whom; the qualifier ``ZZ`` is EDIFACT's as well.
        control: Reference of the interchange.
        at: When it is made, in the zone that the partners count in.

    Raises:
        UsageError: ``bad_envelope`` without messages, or for a control number below 1 or of more than nine digits.
    """
    _check(messages, control)
    head: list[str | list[str]] = [
        "UNB",
        ["UNOY", "4"],
        [partners.sender, partners.sender_kind],
        [partners.receiver, partners.receiver_kind],
        [f"{at:%Y%m%d}", f"{at:%H%M}"],
        str(control),
        *([""] * 5 + ["1"] if partners.test else []),
    ]
    foot = ["UNZ", str(len(messages)), str(control)]
    return b"".join((write_edifact([head]), *messages, write_edifact([foot])))


def _check(messages: Sequence[bytes], control: int) -> None:
    if not messages:
        raise UsageError("bad_envelope", "an interchange holds at least one message")
    if not 1 <= control <= _MAX_CONTROL:
        raise UsageError("bad_envelope", f"{control}: control numbers go from 1 to {_MAX_CONTROL}", value=control)
