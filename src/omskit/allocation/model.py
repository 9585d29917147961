"""What is asked of the planner: demands of orders, and the supply they are planned on."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from attrs import field, frozen

from omskit.allocation.carried import Carried, Commitment, by_carried
from omskit.core import Cell, Component, Destination, UsageError, aware, quick


@quick
@frozen
class DemandLine:
    """Units of one line of an order that need a warehouse.

    Args:
        number: Unique within the demand.
        sku: What was sold.
        quantity: Units, above zero.
        components: What one unit is made of; empty stands for the SKU itself. A unit travels whole.
        group: Lines of one group travel whole in one parcel; empty for none.
        barred: Codes of warehouses that are not asked for this line.

    Raises:
        UsageError: ``bad_quantity``.
    """

    number: int
    sku: str
    quantity: int
    components: tuple[Component, ...] = ()
    group: str = ""
    barred: frozenset[str] = frozenset()

    def __attrs_post_init__(self) -> None:
        if type(self.quantity) is not int or self.quantity < 1:
            raise UsageError(
                "bad_quantity", f"line {self.number} asks for {self.quantity}; at least 1", line=self.number
            )

    @property
    def parts(self) -> tuple[Component, ...]:
        """The components of one unit; the SKU itself when none are given."""
        return self.components or (Component(self.sku),)


@quick
@frozen
class Demand:
    """What one order asks for.

    Args:
        key: The order's key; breaks ties of rank.
        rank: Lower goes first.
        destination: Where it goes.
        currency: Of the order; the network has to have the same.
        lines: At least one, with different numbers.
        channel: Code of the channel; warehouses may serve only some.
        ship_complete: Whether it goes as a whole or not at all.
        ship_by: Latest hand-over to a courier.
        arrive_by: Latest delivery.
        cod: Whether the courier has to collect money.
        warehouse: The only warehouse that may send it; empty for any.
        courier: The only courier that may carry it; empty for any.
        barred: Codes of warehouses that are not asked.
        placed_at: The instant that is held against cut-offs; None takes the time of planning.
        max_parcels: Most parcels in one plan; 0 leaves it to the policy.

    Raises:
        UsageError: ``bad_demand`` without lines, with a number twice or a negative number of parcels;
            ``naive_datetime``.
    """

    key: int
    rank: int
    destination: Destination
    currency: str
    lines: tuple[DemandLine, ...]
    channel: str = ""
    ship_complete: bool = False
    ship_by: datetime | None = None
    arrive_by: datetime | None = None
    cod: bool = False
    warehouse: str = ""
    courier: str = ""
    barred: frozenset[str] = frozenset()
    placed_at: datetime | None = None
    max_parcels: int = 0

    def __attrs_post_init__(self) -> None:
        numbers = {line.number for line in self.lines}
        if not self.lines or len(numbers) < len(self.lines) or self.max_parcels < 0:
            raise UsageError(
                "bad_demand",
                f"demand {self.key}: at least one line, each number once, and parcels from 0",
                key=self.key,
            )
        for instant in (self.ship_by, self.arrive_by, self.placed_at):
            if instant is not None:
                aware(instant)

    @property
    def units(self) -> int:
        """Units of all lines."""
        return sum(line.quantity for line in self.lines)


def _checked(available: Mapping[Cell, int]) -> Mapping[Cell, int]:
    for cell, count in available.items():
        if type(count) is not int or count < 0:
            raise UsageError(
                "bad_quantity", f"{count!r} of {cell.sku} at {cell.warehouse}: an int from 0", sku=cell.sku
            )
    return available


def _counted(left: Mapping[str, int]) -> Mapping[str, int]:
    for code, count in left.items():
        if type(count) is not int or count < 0:
            raise UsageError("bad_quantity", f"{count!r} left of {code}: an int from 0", warehouse=code)
    return left


@frozen
class Kept:
    """Pieces that some demands may use and no others, beside what is available.

    Args:
        demands: Keys of the demands.
        pieces: By cell, above any safety stock.

    Raises:
        UsageError: ``bad_quantity``.
    """

    demands: frozenset[int]
    pieces: Mapping[Cell, int] = field(converter=_checked)


@frozen
class Supply:
    """What a plan may use up.

    Args:
        available: Pieces that can be promised, by cell; what is not in it counts zero.
        parcels: Parcels that a warehouse can still pack, by code; no limit for those that are not in it.
        units: Units of lines that a warehouse can still pick, by code; no limit for those that are not in it.
        quotas: Parcels that a courier still takes, by his code or by :class:`omskit.allocation.Carried`, which may
            name a service, a warehouse and days; no limit for what is not in it. All that name a parcel hold.
        commitments: Parcels that couriers should still have at least.
        kept: What only some demands may use.

    Raises:
        UsageError: ``bad_quantity``.
    """

    available: Mapping[Cell, int] = field(converter=_checked)
    parcels: Mapping[str, int] = field(factory=dict, converter=_counted)
    units: Mapping[str, int] = field(factory=dict, converter=_counted)
    quotas: Mapping[Carried, int] = field(factory=dict, converter=by_carried)
    commitments: tuple[Commitment, ...] = ()
    kept: tuple[Kept, ...] = ()
