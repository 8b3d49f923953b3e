"""``klantbeeld run``."""

from __future__ import annotations

import time
from datetime import datetime

import click

from models.errors import RetriableError
from models.workspaces import Workspace
from pipelines.commands.options import as_of_option, json_option, workspace_option
from pipelines.commands.stage_commands import run_and_tell
from pipelines.runs.stages import STAGE_NAMES


@click.command("run")
@workspace_option
@as_of_option
@click.option("--follow", is_flag=True, help="Go on: run again whenever the log holds something new.")
@click.option("--every", default=5.0, show_default=True, metavar="SECONDS", help="With --follow: how often to look.")
@click.option("--force", is_flag=True, help="Redo every stage even if nothing changed.")
@json_option
def command(
    workspace: Workspace, as_of: datetime | None, follow: bool, every: float, force: bool, as_json: bool
) -> None:
    """Ingest, resolve, build, check and sync: only the stages that have something new.

    \b
    Example:
      klantbeeld run
      klantbeeld run --follow --every 10
    """
    run_and_tell(workspace, STAGE_NAMES, "run", as_of, force, as_json)
    while follow:
        time.sleep(every)
        try:
            if _has_new(workspace):
                run_and_tell(workspace, STAGE_NAMES, "run", as_of, force=False, as_json=as_json)
        except RetriableError as error:
            # The broker or another writer is away for now: following means to wait for it.
            click.echo(f"klantbeeld: {error} Trying again in {every:g} s.", err=True)


def _has_new(workspace: Workspace) -> bool:
    """Whether the log holds something beyond the lake; a run that has nothing to do would still leave a manifest."""
    from connectors.log.opening import open_log
    from models.lakes import open_lake
    from pipelines.ingest.ingestion import find_new

    log = open_log(workspace)
    try:
        with open_lake(workspace, read_only=True) as lake:
            return find_new(log, lake, workspace).messages > 0
    finally:
        log.close()
