"""The master problem over pools of columns, solved by HiGHS: the extra ``solver``.

As a linear program it gives the prices of scarce things that the pools as they stand call for (Dantzig-Wolfe); as
a mixed-integer program it gives the best batch plan out of the pools. Numbers inside HiGHS are floats: prices are
rounded to whole minor units, which leaves the bound that is worked out from them valid, and plans are columns.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from omskit.allocation.columns import Column
from omskit.core import UsageError

#: Most nodes of the search for the best batch plan out of the pools.
_NODES = 200


class Master:
    """The master problem.

    Args:
        pools: The columns of each case.
        caps: How much there is of each scarce thing.

    Raises:
        UsageError: ``solver_missing`` without the package ``highspy``.
    """

    def __init__(self, pools: Sequence[Sequence[Column]], caps: Sequence[int]) -> None:
        try:
            import highspy  # noqa: PLC0415 - an extra
        except ImportError:
            raise UsageError("solver_missing", "install omskit[solver] for plans with a solver") from None
        self._highs: Any = highspy
        self._caps = caps
        self._columns = [(case, column) for case, pool in enumerate(pools) for column in pool]
        things = sorted({thing for _, column in self._columns for thing, _ in column.uses})
        self._rows = {thing: len(pools) + number for number, thing in enumerate(things)}
        self._model: Any = highspy.HighsLp()
        lp, inf = self._model, highspy.kHighsInf
        lp.num_col_, lp.num_row_ = len(self._columns), len(pools) + len(things)
        lp.col_cost_ = [float(column.cost) for _, column in self._columns]
        lp.col_lower_ = [0.0] * len(self._columns)
        lp.col_upper_ = [1.0] * len(self._columns)
        lp.row_lower_ = [1.0] * len(pools) + [-inf] * len(things)
        lp.row_upper_ = [1.0] * len(pools) + [float(caps[thing]) for thing in things]
        start, index, value = [0], [], []
        for case, column in self._columns:
            index += [case, *(self._rows[thing] for thing, _ in column.uses)]
            value += [1.0, *(float(amount) for _, amount in column.uses)]
            start.append(len(index))
        lp.a_matrix_.format_ = highspy.MatrixFormat.kColwise
        lp.a_matrix_.start_, lp.a_matrix_.index_, lp.a_matrix_.value_ = start, index, value

    def prices(self) -> list[int]:
        """Return the prices of the scarce things, in minor units."""
        solver = self._solved()
        duals = solver.getSolution().row_dual
        found = [0] * len(self._caps)
        for thing, row in self._rows.items():
            found[thing] = max(0, round(-duals[row]))
        return found

    def chosen(self, pools: Sequence[Sequence[Column]], known: Sequence[Column]) -> list[Column] | None:
        """Return a column for each case that together use no more than there is; None when none was found.

        Args:
            pools: As the master was made from.
            known: Columns of a plan that is possible.
        """
        highs = self._highs
        self._model.integrality_ = [highs.HighsVarType.kInteger] * len(self._columns)
        start = [
            1.0 if column is known[case] or column == known[case] else 0.0 for case, column in self._columns
        ]
        values = self._solved(start).getSolution().col_value
        if len(values) != len(self._columns):
            return None
        best: list[Column | None] = [None] * len(pools)
        for (case, column), part in zip(self._columns, values, strict=True):
            if part > 0.5:
                best[case] = column
        return [column for column in best if column is not None] if None not in best else None

    def _solved(self, start: Sequence[float] | None = None) -> Any:
        highs = self._highs
        # the plain class: its heir writes a banner to the standard output when it is made
        solver = highs.Highs.__base__()
        for option, value in (
            ("output_flag", False),
            ("threads", 1),
            ("random_seed", 0),
            ("mip_max_nodes", _NODES),
            ("mip_rel_gap", 0.0002),
        ):
            solver.setOptionValue(option, value)
        solver.passModel(self._model)
        if start is not None:
            solution = highs.HighsSolution()
            solution.col_value = list(start)
            solver.setSolution(solution)
        solver.run()
        return solver
