"""The picture of a comparison: planners side by side, one panel a figure, as SVG; needs the extra ``report``."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO

from omskit.allocation.simulate import Outcome
from omskit.core import UsageError, scale_of


def chart(outcomes: Sequence[Outcome], currency: str) -> bytes:
    """Return outcomes as bars in SVG: cost, freight, parcels, late days, held orders; the same bytes each time.

    Args:
        outcomes: As :func:`omskit.allocation.compare` returns them; at least one.
        currency: ISO 4217, of the costs.

    Raises:
        UsageError: ``nothing_to_draw`` without an outcome; ``report_missing`` without the package ``matplotlib``;
            ``unknown_currency``.
    """
    if not outcomes:
        raise UsageError("nothing_to_draw", "a chart needs at least one outcome")
    unit = 10 ** scale_of(currency)
    try:
        from matplotlib import rc_context  # noqa: PLC0415 - an extra
        from matplotlib.figure import Figure  # noqa: PLC0415
    except ImportError:
        raise UsageError("report_missing", "install omskit[report] for charts") from None
    names = [one.name for one in outcomes]
    panels = [
        (f"cost, {currency}", [one.cost_minor / unit for one in outcomes]),
        (f"freight, {currency}", [one.freight_minor / unit for one in outcomes]),
        ("parcels", [one.parcels for one in outcomes]),
        ("late days", [one.late_days for one in outcomes]),
        ("held orders", [one.held_orders for one in outcomes]),
    ]
    # a fixed salt and no date, so that the same outcomes are the same bytes
    with rc_context({"svg.hashsalt": "omskit", "svg.fonttype": "none"}):
        figure = Figure(figsize=(3 * len(panels), 1.2 + 0.4 * len(names)), layout="constrained")
        for axes, (title, values) in zip(figure.subplots(1, len(panels), sharey=True), panels, strict=True):
            bars = axes.barh(range(len(names)), values)
            axes.bar_label(bars, [f"{value:,.0f}" for value in values], padding=2)
            axes.set_title(title)
            axes.set_yticks(range(len(names)), names)
            axes.margins(x=0.35)
        if not figure.axes[0].yaxis_inverted():
            figure.axes[0].invert_yaxis()
        written = BytesIO()
        figure.savefig(written, format="svg", metadata={"Date": None})
    return written.getvalue()
