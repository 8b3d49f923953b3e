"""``klantbeeld resolve``."""

from __future__ import annotations

from pipelines.commands.stage_commands import stage_command

command = stage_command(
    "resolve",
    """Find out which source records are one person, and make the golden records.

    People are a function of records, rules and match model: neither the order of arrival nor the batching matters.
    Profile ids are carried over from the previous state.

    \b
    Example:
      klantbeeld resolve && klantbeeld explain anna@postbus.example
    """,
)
