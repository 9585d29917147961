"""What later documents of UBL make of an Order: an OrderChange put into it, as if the order had been sent anew.

Source: OASIS UBL 2.1, document OrderChange; code list LineStatusCode 2.0, and UN/EDIFACT 1229, which profiles use
in its place. A change need not say all of an order again, and the standard does not tell what its silence means.
Here silence changes nothing: a line leaves the order by its status alone.
"""

from __future__ import annotations

from collections.abc import Sequence

from attrs import evolve

from omskit.channels import Fields, Node, Standing
from omskit.core import PayloadError

#: Line statuses that let a line stand; any other, save the two of a line that goes, holds its line.
LINES = dict.fromkeys(("", "Added", "Revised", "NoStatus", "1", "3", "4"), Standing.READY)
_GONE = frozenset({"Cancelled", "2"})
#: What names the document, not the order.
_OWN = frozenset(
    "UBLVersionID CustomizationID ProfileID ID UUID CopyIndicator SalesOrderID IssueDate IssueTime"
    " SequenceNumberID OrderReference OrderLine".split()
)
#: Parts that make sense only together: half of one address and half of another is no address.
_WHOLE = frozenset({"Address", "DeliveryAddress", "PostalAddress", "Country", "Item", "Price", "TaxTotal"})
_SUMS = ("LineExtensionAmount", "TotalTaxAmount")


def in_sequence(changes: Sequence[Node]) -> list[Node]:
    """Return OrderChanges in the buyer's own sequence, and within a number as they came."""
    return sorted(changes, key=lambda one: int(_sequence(one)) if _sequence(one).isdecimal() else 0)


def _sequence(change: Node) -> str:
    return change.first("SequenceNumberID").text[:18]


def put_in(order: Node, change: Node) -> Node:
    """Return an Order as an OrderChange leaves it.

    Of sums that the change does not say again, those of what it changes are left out.

    Raises:
        PayloadError: ``line_twice`` where lines of the order cannot be told apart; ``missing_field`` for a line
            without id.
    """
    said = [one for one in change.children if one.name not in _OWN]
    made = _merged(order, evolve(change, children=said))
    lines: dict[str, Node] = {}
    for one in order.all("OrderLine"):
        if lines.setdefault(id_ := _line_id(one), one) is not one:
            raise PayloadError("line_twice", f"two lines {id_[:80]!r} @ {order.path}", path=one.path)
    for one in change.all("OrderLine"):
        id_ = _line_id(one)
        if one.first("LineItem", "LineStatusCode").text in _GONE:
            lines.pop(id_, None)
        else:
            lines[id_] = _line(lines[id_], one) if id_ in lines else one
    names = {one.name for one in change.children}
    stale: set[str] = {"OrderLine"}
    if names & {"OrderLine", "AllowanceCharge", "TaxTotal"}:
        stale |= {"AnticipatedMonetaryTotal"} - names
    if "OrderLine" in names:
        stale |= {"TaxTotal"} - names
    return evolve(made, children=[*(one for one in made.children if one.name not in stale), *lines.values()])


def _line_id(line: Node) -> str:
    return Fields({"ID": line.first("LineItem", "ID").text or None}, f"{line.path}/LineItem").key("ID")


def _line(before: Node, after: Node) -> Node:
    """Return a line as changed; sums go where quantity or price are said without them."""
    told = {one.name for one in after.first("LineItem").children}
    gone = {name for name in _SUMS if name not in told} if told & {"Quantity", "Price", *_SUMS} else set()
    item = before.first("LineItem")
    kept = evolve(item, children=[one for one in item.children if one.name not in gone])
    others = [one for one in before.children if one.name != "LineItem"]
    return _merged(evolve(before, children=[*others, kept]), after)


def _merged(before: Node, after: Node) -> Node:
    """Return an element with what is said later in place of what was said before, part by part."""
    if after.name in _WHOLE or not after.children or not before.children:
        return after
    names = dict.fromkeys(one.name for one in after.children)
    children = [one for one in before.children if one.name not in names]
    for name in names:
        old, new = list(before.all(name)), list(after.all(name))
        children += [_merged(old[0], new[0])] if len(old) == len(new) == 1 else new
    return evolve(before, children=children)
