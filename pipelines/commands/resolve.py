"""``klantbeeld resolve``."""

from __future__ import annotations

from datetime import datetime

import click

from models.workspaces import Workspace
from pipelines.commands.options import as_of_option, json_option, workspace_option
from pipelines.commands.stage_commands import run_and_tell


@click.command("resolve")
@workspace_option
@as_of_option
@click.option("--force", is_flag=True, help="Do it again even if nothing changed, and look at all records.")
@click.option(
    "--backend",
    type=click.Choice(["duckdb", "spark"]),
    help="What looks at all records, in place of identity.backend in the settings.",
)
@json_option
def command(workspace: Workspace, as_of: datetime | None, force: bool, backend: str | None, as_json: bool) -> None:
    """Find out which source records are one person, and make the golden records.

    People are a function of records, rules and match model: neither the order of arrival nor the batching matters, nor
    whether DuckDB or Apache Spark evaluates it. Profile ids are carried over from the previous state.

    \b
    Example:
      klantbeeld resolve && klantbeeld explain anna@postbus.example
      klantbeeld resolve --backend spark --force
    """
    if backend is not None:
        from pipelines.resolve.backends import with_backend

        workspace = with_backend(workspace, "spark" if backend == "spark" else "duckdb")
    run_and_tell(workspace, ("resolve",), "resolve", as_of, force, as_json)
