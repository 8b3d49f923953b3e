"""Resolve: from what was ingested to people and their golden records, in one transaction of the lake."""

from pipelines.resolve.resolution import ResolveSummary, resolve_workspace
from pipelines.resolve.resolutions import match_model_key, rules_key

__all__ = ["ResolveSummary", "match_model_key", "resolve_workspace", "rules_key"]
