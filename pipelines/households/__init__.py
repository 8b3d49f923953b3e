"""Households in the lake: kept with every resolution, read back with their evidence and life."""

from pipelines.households.updating import HouseholdSummary, update_households

__all__ = ["HouseholdSummary", "update_households"]
