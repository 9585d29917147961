"""Who changed what of a product, and when: told from its entries."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from attrs import frozen

from omskit.catalog.products.decide import OPEN_SCHEMA
from omskit.catalog.products.events import Advanced, Created
from omskit.catalog.products.evolve import evolve
from omskit.catalog.products.flat import Difference, differences
from omskit.catalog.products.model import Product
from omskit.catalog.schema import Schema
from omskit.core import Entry


@frozen
class Step:
    """One entry of a product's history, as people ask for it.

    Args:
        at: When.
        actor: Who.
        cause: Through what: a command, an import.
        what: ``created``, ``revised``, or the move that was made.
        differences: What became another.
        status: Where it stood afterwards.
        reason: As the actor gave it.
    """

    at: datetime
    actor: str
    cause: str
    what: str
    differences: tuple[Difference, ...]
    status: str
    reason: str = ""

    def __str__(self) -> str:
        moved = f" to {self.status}" if self.what not in ("created", "revised") else ""
        reason = f" ({self.reason})" if self.reason else ""
        changes = f": {'; '.join(map(str, self.differences))}" if self.differences else ""
        return f"{self.at:%Y-%m-%d %H:%M}Z {self.actor or 'somebody'} {self.what}{moved}{reason}{changes}"


def history(entries: Iterable[Entry], schema: Schema = OPEN_SCHEMA) -> tuple[Step, ...]:
    """Return a product's history, step by step.

    Args:
        entries: Of one product, from the first on.
        schema: Gives the symbols of units.

    Raises:
        StorageError: ``bad_history`` when the entries do not begin with its creation.
    """
    steps = []
    product: Product | None = None
    for entry in entries:
        event, before = entry.event, product
        product = evolve(product, event)
        what = (
            event.trigger
            if isinstance(event, Advanced)
            else "created"
            if isinstance(event, Created)
            else "revised"
        )
        reason = event.reason if isinstance(event, Advanced) else ""
        found = differences(before, product, schema)
        steps.append(Step(entry.at, entry.actor, entry.cause, what, found, product.status, reason))
    return tuple(steps)


def last_change(entries: Iterable[Entry], path: str, schema: Schema = OPEN_SCHEMA) -> Step | None:
    """Return the step that last changed a path; None when nothing ever stood there.

    Raises:
        StorageError: ``bad_history``.
    """
    steps = [step for step in history(entries, schema) if any(one.path == path for one in step.differences)]
    return steps[-1] if steps else None
