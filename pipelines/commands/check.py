"""``klantbeeld check``."""

from __future__ import annotations

from pipelines.commands.stage_commands import stage_command

command = stage_command(
    "check",
    """Run the quality gates (Great Expectations), and publish the state when all pass.

    Readers (profile, explain, audience, exports) see the newest published state: a failed gate leaves the last good
    one visible and says why. Exit code 1 when a gate fails.

    \b
    Example:
      klantbeeld check --json
    """,
)
