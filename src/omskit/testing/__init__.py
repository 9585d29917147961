"""Kits: what an adapter promises, as tests that its author subclasses and runs; needs pytest and hypothesis."""

from omskit.testing.channels import ChannelKit
from omskit.testing.steps import StepKit

__all__ = ["ChannelKit", "StepKit"]
