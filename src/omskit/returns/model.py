"""The return case: what a buyer wants back, where the goods are, and what became of the money."""

from __future__ import annotations

from datetime import datetime
from enum import Enum

from attrs import frozen

from omskit.core import UsageError, readable
from omskit.returns.lines import ReturnLine, Scan

#: Prefix of the readable numbers of cases.
NUMBER = "RA"


class CaseKind(Enum):
    """What a case is about."""

    #: Money for goods that never left, or that the buyer keeps.
    REFUND = "refund"
    #: Goods back for money.
    RETURN = "return"
    #: Goods back for other goods.
    EXCHANGE = "exchange"
    #: The same goods once more, at no price.
    REPLACEMENT = "replacement"
    #: Goods that come back, are mended and sent again.
    REPAIR = "repair"
    #: A part of the price back; no goods move.
    PRICE = "price"
    #: Goods that the buyer would not take at the door.
    REFUSED = "refused"
    #: Goods that came without being announced.
    BLIND = "blind"


#: Kinds that ask nothing back, so that goods which have not left go on.
KEEPING = frozenset({CaseKind.REPLACEMENT, CaseKind.REPAIR, CaseKind.PRICE})


@frozen
class ReturnCase:
    """A return case with all that is known of it; custody and money are two axes.

    Args:
        key: Its 64-bit key.
        kind: What it is about.
        custody: Where the goods stand; only a machine knows what the name means.
        money: Where the money stands; likewise.
        order: Key of the order; 0 while nobody knows it.
        channel: Code of the order's channel; empty without an order.
        channel_id: External id under which the channel knows the order.
        currency: ISO 4217, of every amount in it.
        lines: What is expected and what came.
        asked_minor: Money that was asked back.
        external_id: The channel's id of the request; empty when it came from elsewhere.
        version: The channel's counter, sent back with the answer.
        reason: Code or sentence.
        liable: Who answers for the cost: seller, warehouse, courier, supplier, buyer; empty leaves it open.
        warehouse: Where the goods are expected.
        deadline: Until when the goods may be sent; None for no end.
        answer_by: When the channel decides by itself.
        waybills: Of the parcels that come back.
        scans: What was scanned in.
        final: Whether the warehouse has said that no more will come.
        due_minor: What the goods carry that came back and were accepted, or never left.
        tax_minor: The tax within ``due_minor``.
        discount_minor: The discounts that ``due_minor`` has already been lessened by.
        agreed_minor: Money that was granted.
        conceded: Granted money for goods that are not back, by line of the order; line 0 stands for its charges.
        paid_minor: Granted money that was paid out.
        payments: References of what was paid out.
        orders: Orders that send goods in exchange, each with what of ``due_minor`` pays for it.
        process: Id of the process whose machines it follows; empty for the default.
    """

    key: int
    kind: CaseKind
    custody: str
    money: str
    order: int = 0
    channel: str = ""
    channel_id: str = ""
    currency: str = ""
    lines: tuple[ReturnLine, ...] = ()
    asked_minor: int = 0
    external_id: str = ""
    version: str = ""
    reason: str = ""
    liable: str = ""
    warehouse: str = ""
    deadline: datetime | None = None
    answer_by: datetime | None = None
    waybills: tuple[str, ...] = ()
    scans: tuple[Scan, ...] = ()
    final: bool = False
    due_minor: int = 0
    tax_minor: int = 0
    discount_minor: int = 0
    agreed_minor: int = 0
    conceded: tuple[tuple[int, int], ...] = ()
    paid_minor: int = 0
    payments: tuple[str, ...] = ()
    orders: tuple[tuple[int, int], ...] = ()
    process: str = ""

    def line(self, number: int) -> ReturnLine:
        """Return a line by number.

        Raises:
            UsageError: ``unknown_line``.
        """
        if not 1 <= number <= len(self.lines):
            raise UsageError("unknown_line", f"no line {number}; there are 1 to {len(self.lines)}", line=number)
        return self.lines[number - 1]

    @property
    def number(self) -> str:
        """Its readable number."""
        return readable(NUMBER, self.key)

    @property
    def credited_minor(self) -> int:
        """What of ``due_minor`` pays for goods in exchange, and is not paid out."""
        return sum(amount for _, amount in self.orders)

    @property
    def conceded_minor(self) -> int:
        """Granted money for goods that are not back."""
        return sum(amount for _, amount in self.conceded)

    @property
    def open_minor(self) -> int:
        """What accepted goods carry that is neither granted nor spent on an exchange; from zero."""
        return max(self._balance_minor, 0)

    @property
    def owed_minor(self) -> int:
        """What the buyer owes: an exchange was sent for goods that did not come back in full."""
        return max(-self._balance_minor, 0)

    @property
    def _balance_minor(self) -> int:
        return self.due_minor - self.credited_minor - (self.agreed_minor - self.conceded_minor)

    @property
    def is_complete(self) -> bool:
        """Whether nothing that is expected is still to come."""
        return not any(line.left for line in self.lines)
