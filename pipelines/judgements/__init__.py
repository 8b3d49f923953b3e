"""The workspace's judgements: CSV files in its folder ``judgements/``, kept in git and read by every resolve."""

from pipelines.judgements.decisions import add_decision, judgements_key, read_judgements, undo_decision
from pipelines.judgements.files import Entry

__all__ = ["Entry", "add_decision", "judgements_key", "read_judgements", "undo_decision"]
