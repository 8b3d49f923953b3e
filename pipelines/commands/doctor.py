"""``klantbeeld doctor``."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from models.errors import UsageError
from models.workspaces import open_workspace
from pipelines.checkups import Checkup, check_installation, check_workspace
from pipelines.commands.options import json_option, print_json, print_table


@click.command("doctor")
@click.option("--workspace", "-w", default=".", envvar="KLANTBEELD_WORKSPACE", show_envvar=True, metavar="DIR",
              help="The workspace; by default the current folder.")  # fmt: skip
@json_option
def command(workspace: str, as_json: bool) -> int:
    """Check that everything is in place: Python, packages, settings, secrets, disk, event log, lake.

    Exit code 1 when something is wrong.

    \b
    Example:
      klantbeeld doctor --workspace my-company
    """
    checkups = list(check_installation())
    try:
        checkups += check_workspace(open_workspace(Path(workspace)))
    except UsageError as error:
        checkups.append(Checkup("settings", False, str(error)))
    if as_json:
        print_json([asdict(checkup) for checkup in checkups])
    else:
        print_table(
            [["ok" if checkup.ok else "WRONG", checkup.name, checkup.detail] for checkup in checkups],
            ["", "check", "found"],
        )
    return 0 if all(checkup.ok for checkup in checkups) else 1
