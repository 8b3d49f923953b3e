"""What a check found: one result per expectation, and the report that decides whether a snapshot is published."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class GateResult:
    """One expectation of one gate. ``observed`` is JSON with figures and names of sources, never values of people."""

    gate: str
    expectation: str
    subject: str
    passed: bool
    observed: str
    advice: str

    def __str__(self) -> str:
        what = f"gate '{self.gate}', {self.subject}: expected that {self.expectation}; found {self.observed}."
        return f"{what} {self.advice}"


@dataclass(frozen=True)
class GateReport:
    """All results of one check of one snapshot of the lake."""

    run_id: str
    checked_at: datetime
    snapshot_id: int
    results: tuple[GateResult, ...]

    @property
    def failures(self) -> tuple[GateResult, ...]:
        """The expectations that were not met."""
        return tuple(result for result in self.results if not result.passed)

    @property
    def passed(self) -> bool:
        """Whether every expectation was met."""
        return not self.failures
