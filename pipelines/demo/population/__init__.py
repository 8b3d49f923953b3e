"""An invented population with known truth, and what the source systems of a shop chain would export about it."""

from pipelines.demo.population.sources import write_demo_sources
from pipelines.demo.population.truths import DemoTruth, ExpectedCounts, Showcase

__all__ = ["DemoTruth", "ExpectedCounts", "Showcase", "write_demo_sources"]
