"""``klantbeeld ingest``."""

from __future__ import annotations

from pipelines.commands.stage_commands import stage_command

command = stage_command(
    "ingest",
    """Take what is new in the event log into the lake.

    Every message ends in the lake once or in quarantine, with its bytes and every reason. Killed at any moment and
    run again, the result is the same.

    \b
    Example:
      klantbeeld ingest --workspace my-company
    """,
)
