"""Which order goes first: each gets the instant by which it should be dealt with.

An order ranks by ``placed_at`` plus the patience of its grade, or by its ship-by deadline less a lead, whichever
comes first. Ranks are instants, so a waiting order moves ahead by itself: nothing that arrives later than its rank
can ever pass it, and no grade starves.
"""

from __future__ import annotations

from datetime import timedelta

from attrs import field, frozen

from omskit.core import UsageError, to_ms
from omskit.orders.model import Terms


@frozen
class Grading:
    """How long each customer grade can wait.

    Args:
        patience: Ten durations, for grade 0 to 9; by default 1 hour to 46 hours in steps of 5.
        urgent: What an urgent order waits instead.
        lead: How long before its ship-by deadline an order becomes due.

    Raises:
        UsageError: ``bad_grading`` unless there are ten durations that never fall.
    """

    patience: tuple[timedelta, ...] = field(default=tuple(timedelta(hours=1 + 5 * grade) for grade in range(10)))
    urgent: timedelta = timedelta(0)
    lead: timedelta = timedelta(hours=4)

    @patience.validator
    def _ten_that_never_fall(self, _: object, value: tuple[timedelta, ...]) -> None:
        if len(value) != 10 or list(value) != sorted(value):
            raise UsageError("bad_grading", "patience has one duration for each grade 0 to 9, none below the last")

    def rank(self, terms: Terms) -> int:
        """Return the rank of an order: milliseconds since 1970, lower goes first."""
        since = terms.paid_at or terms.placed_at
        due = since + (self.urgent if terms.urgent else self.patience[terms.grade])
        return to_ms(min(due, terms.ship_by - self.lead) if terms.ship_by else due)


#: The grading that is used where none is given.
GRADING = Grading()
