"""Interchanges as they come in: their messages, each with what is wrong with itself and with what is around it.

Source: ASC X12 00401 interchange and functional group control (ISA to IEA, GS to GE, ST to SE), ISO 9735 (UNB to
UNZ, UNG to UNE, UNH to UNT). A count that does not hold says that something was lost or came twice: all that it
counts is refused. A number that does not agree, with counts that do, loses nothing: its orders are held for a
person, as are those of a test. Whether an interchange has come before is not asked: orders are known by their own
numbers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from attrs import define, evolve, field, frozen

from omskit.adapters.channels.edi_segments import Segment
from omskit.channels import ChannelHold, ChannelOrder
from omskit.core import PayloadError, Refusal

#: Hold of an order out of an interchange that is not marked as production.
TEST = "test_interchange"
#: Hold of an order whose control numbers differ between head and foot, or came before beside it.
CONTROL = "control_number"


@frozen
class Level:
    """One kind of envelope.

    Args:
        head: Tag that opens it.
        foot: Tag that closes it, with the count and then the number of the head.
        number: Element of the head that holds its control number.
        mode: Element of the head that tells a test from production; 0 for none.
        live: What stands there in production.
    """

    head: str
    foot: str
    number: int
    mode: int = 0
    live: str = ""


#: Envelopes of X12 from the outside in; the last is the message.
X12 = (Level("ISA", "IEA", 13, 15, "P"), Level("GS", "GE", 6), Level("ST", "SE", 2))
#: Envelopes of EDIFACT; the one in the middle may be missing.
EDIFACT = (Level("UNB", "UNZ", 5, 11), Level("UNG", "UNE", 5), Level("UNH", "UNT", 1))


@frozen
class Kind:
    """Messages that are read.

    Args:
        element: Where the head of a message says what it is.
        name: What it says.
        tag: Segment with the number by which a refusal names the message.
        number: Where it stands there.
    """

    element: int
    name: str
    tag: str
    number: int


@frozen
class Message:
    """One message.

    Args:
        segments: From its head on; the head of an envelope where there is no message left in it.
        fault: Why it must not be read; None where counts hold.
        holds: Why its order must not go on.
    """

    segments: Sequence[Segment]
    fault: PayloadError | None = None
    holds: tuple[ChannelHold, ...] = ()


#: Why what is in an envelope must not be read, and why its orders must not go on.
_Verdict = tuple[PayloadError | None, tuple[ChannelHold, ...]]


@define(eq=False)
class _Envelope:
    """An envelope while it is read: ``count`` is what its foot has to count."""

    level: Level
    head: Segment
    above: _Envelope | None = None
    inside: list[Segment] = field(factory=list)
    count: int = 0
    foot: Segment | None = None
    wrong: str = ""
    numbers: set[str] = field(factory=set)
    repeated: bool = False
    full: bool = False
    _known: _Verdict | None = None

    @property
    def number(self) -> str:
        return _plain(self.head.get(self.level.number))

    def verdict(self) -> _Verdict:
        """Return what counts for all within: its own verdict and those from around it."""
        if self._known is None:
            fault, holds = self.above.verdict() if self.above else (None, ())
            self._known = (self._fault() or fault, (*holds, *self._holds()))
        return self._known

    def _fault(self) -> PayloadError | None:
        head, foot = self.head, self.foot
        if self.wrong:
            return PayloadError("bad_edi", self.wrong, path=head.path)
        if foot is None:
            return PayloadError("bad_edi", f"no {self.level.foot} for {head.tag}", path=head.path)
        if _plain(foot.get(1)) != str(self.count):
            message = f"{foot.tag} counts {foot.get(1)[:20]} where there are {self.count}"
            return PayloadError("bad_edi", message, path=foot.path)
        return None

    def _holds(self) -> Iterator[ChannelHold]:
        head, level = self.head, self.level
        if level.mode and (mode := head.get(level.mode)) != level.live:
            yield ChannelHold(TEST, f"{head.tag} says {mode[:20]!r}: no production")
        told = _plain(self.foot.get(2)) if self.foot else self.number
        if told != self.number:
            yield ChannelHold(CONTROL, f"{head.tag} has number {self.number[:35]!r}, {level.foot} {told[:35]!r}")
        if self.repeated:
            yield ChannelHold(CONTROL, f"{head.tag} has number {self.number[:35]!r} a second time")


def _plain(number: str) -> str:
    """Return a number without the zeros and blanks in front that only fill its field."""
    return number.strip().lstrip("0") or "0"


def unwrapped(segments: Iterable[Segment], levels: Sequence[Level]) -> Iterator[Message]:
    """Yield the messages of an interchange, in order, when all of it has been looked at."""
    opened: list[_Envelope] = []
    found: list[_Envelope] = []
    heads = {level.head: depth for depth, level in enumerate(levels)}
    feet = {level.foot: level for level in levels}
    for one in segments:
        if (depth := heads.get(one.tag)) is not None:
            while opened and heads[opened[-1].level.head] >= depth:
                opened.pop()
            found.append(_opened(one, levels[depth], opened[-1] if opened else None))
            if not opened and depth:
                found[-1].wrong = f"{one.tag} stands outside of {levels[0].head}"
            opened.append(found[-1])
        if opened and opened[-1].level is levels[-1]:
            opened[-1].inside.append(one)
            opened[-1].count += 1
        if (level := feet.get(one.tag)) is not None:
            _close(opened, level, one)
    for envelope in found:
        fault, holds = envelope.verdict()
        if envelope.inside or (fault is not None and not envelope.full):
            yield Message(envelope.inside or [envelope.head], fault, holds)


def _opened(head: Segment, level: Level, above: _Envelope | None) -> _Envelope:
    made = _Envelope(level, head, above)
    if above is not None:
        above.count += 1
        made.repeated = made.number in above.numbers
        above.numbers.add(made.number)
        above.full = True
    return made


def _close(opened: list[_Envelope], level: Level, foot: Segment) -> None:
    """Close the envelope of a level, and leave open for ever what was open within."""
    if not any(one.level is level for one in opened):
        if opened:
            opened[-1].wrong = f"{foot.tag} at {foot.path} closes nothing"
        return
    while (closed := opened.pop()).level is not level:
        pass
    closed.foot = foot


def read_messages(
    messages: Iterable[Message], kind: Kind, read: Callable[[Sequence[Segment]], ChannelOrder]
) -> Iterator[ChannelOrder | Refusal]:
    """Read the messages of a kind; one that cannot be read comes as a refusal and stops no other.

    A refusal ``bad_edi`` stands for a message without its end, for one whose own count or that of an envelope
    around it is wrong, whatever its kind, and for an envelope that has lost all of its messages. Holds
    ``test_interchange`` and ``control_number`` are put in front of those of the order itself.
    """
    for one in messages:
        if one.fault is None and one.segments[0].get(kind.element) != kind.name:
            continue
        try:
            if one.fault is not None:
                raise one.fault
            order = read(one.segments)
            yield evolve(order, holds=(*one.holds, *order.holds)) if one.holds else order
        except PayloadError as error:
            yield Refusal.of(_subject(one.segments, kind), error)


def _subject(message: Sequence[Segment], kind: Kind) -> str:
    numbers = (one.get(kind.number)[:80] for one in message if one.tag == kind.tag)
    return next(filter(None, numbers), message[0].path)
