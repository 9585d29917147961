"""The steps that omskit ships: review, merge, source, release."""

from omskit.flow.steps.merge import merge_step
from omskit.flow.steps.prices import GIFT_SHORT, PRICE_GAP, free_gifts, gift_step, price_check_step
from omskit.flow.steps.release import release_step
from omskit.flow.steps.review import review_step
from omskit.flow.steps.source import KEPT, LEVELS, Headroom, source_step

__all__ = [
    "GIFT_SHORT",
    "KEPT",
    "LEVELS",
    "PRICE_GAP",
    "Headroom",
    "free_gifts",
    "gift_step",
    "merge_step",
    "price_check_step",
    "release_step",
    "review_step",
    "source_step",
]
