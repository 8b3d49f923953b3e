"""Plans: what other rules, another match model or new judgements would do, before anything is applied."""

from pipelines.plans.plans import Plan, make_plan
from pipelines.plans.proposals import Proposal

__all__ = ["Plan", "Proposal", "make_plan"]
