"""``klantbeeld load``."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from models.workspaces import Workspace
from pipelines.commands.bars import progress_bars
from pipelines.commands.options import json_option, now, print_json, print_table, workspace_option


@click.command("load")
@click.argument("files", metavar="FILE...", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--source", required=True, metavar="NAME", help="The source in klantbeeld.toml whose mapping to use.")
@click.option("--again", is_flag=True, help="Append files that were loaded already; ingestion drops the duplicates.")
@workspace_option
@json_option
def command(files: tuple[Path, ...], source: str, again: bool, workspace: Workspace, as_json: bool) -> None:
    """Load CSV, JSON lines or Parquet files into the event log, by the source's column mapping.

    Killed and run again it goes on where it was; a file loaded twice adds nothing. Rows that cannot be read go to
    quarantine with their bytes, when they are ingested.

    \b
    Example:
      klantbeeld load tills-*.csv --source tills
      klantbeeld run
    """
    from connectors.log.opening import open_log
    from connectors.sources.files.loads import load_file

    settings = workspace.settings.source(source, kind="file")
    log = open_log(workspace)
    try:
        with progress_bars() as progress:
            reports = [
                load_file(path, source, settings, workspace, log, progress, received_at=now(), again=again)
                for path in files
            ]
    finally:
        log.close()
    if as_json:
        print_json([asdict(report) for report in reports])
        return
    print_table(
        [
            [
                report.file,
                report.rows,
                report.events,
                report.rejected,
                report.appended,
                "loaded before"
                if report.already_loaded
                else f"went on at {report.resumed_at:,}" * (report.resumed_at > 0),
            ]
            for report in reports
        ],
        ["file", "rows", "events", "unreadable", "appended", ""],
    )
