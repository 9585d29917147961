"""The steps that omskit ships: review, source, release."""

from omskit.flow.steps.release import release_step
from omskit.flow.steps.review import review_step
from omskit.flow.steps.source import source_step

__all__ = ["release_step", "review_step", "source_step"]
