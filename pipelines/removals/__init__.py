"""The workspace's removals: CSV files in its folder ``removals/``, kept in git and heeded by every resolve."""

from pipelines.removals.decisions import add_removal, read_removals, removals_key, undo_removal
from pipelines.removals.files import Entry

__all__ = ["Entry", "add_removal", "read_removals", "removals_key", "undo_removal"]
