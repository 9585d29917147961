"""Couriers: where a parcel is, in one vocabulary; waybills, rates, coverage and bills."""

from omskit.adapters.couriers.tracking import Milestone, Track, TrackingFact, follow

__all__ = ["Milestone", "Track", "TrackingFact", "follow"]
