"""Clean: find out who is who in a few exported files, without a log, a lake or a workspace."""

from pipelines.clean.cleaning import CleanOptions, CleanSummary, clean_files

__all__ = ["CleanOptions", "CleanSummary", "clean_files"]
