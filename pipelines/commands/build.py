"""``klantbeeld build``."""

from __future__ import annotations

from pipelines.commands.stage_commands import stage_command

command = stage_command(
    "build",
    """Build marts and segments with dbt: the product's models and the workspace's own in segments/.

    \b
    Example:
      klantbeeld build --as-of 2026-11-22
    """,
)
