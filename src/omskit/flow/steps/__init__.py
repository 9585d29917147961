"""The steps that omskit ships: review, merge, source, release."""

from omskit.flow.steps.merge import merge_step
from omskit.flow.steps.release import release_step
from omskit.flow.steps.review import review_step
from omskit.flow.steps.source import source_step

__all__ = ["merge_step", "release_step", "review_step", "source_step"]
