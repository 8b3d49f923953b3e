"""``klantbeeld sync``."""

from __future__ import annotations

from pipelines.commands.stage_commands import stage_command

command = stage_command(
    "sync",
    """Export the audiences of the published state, and keep membership history with the reason of each entry and exit.

    \b
    Example:
      klantbeeld sync && ls data/exports
    """,
)
