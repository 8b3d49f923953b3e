"""``klantbeeld status``."""

from __future__ import annotations

from contextlib import ExitStack
from typing import Any

import click

from connectors.log.opening import open_log
from models.errors import RetriableError, UsageError
from models.lakes import open_lake
from models.workspaces import Workspace
from pipelines.commands.options import json_option, print_facts, print_json, print_table, workspace_option
from pipelines.status_reports import report_gates, report_lake, report_log, report_runs, report_stages


@click.command("status")
@click.option("--hash", "with_hash", is_flag=True, help="Also a hash of the events table's content.")
@workspace_option
@json_option
def command(with_hash: bool, workspace: Workspace, as_json: bool) -> None:
    """How the workspace is: log and lag, lake and freshness, quarantine, stages, gates, last runs.

    \b
    Example:
      klantbeeld status
      klantbeeld status --json | jq '.log[] | select(.lag > 0)'
    """
    report = make_report(workspace, with_hash)
    if as_json:
        print_json(report)
    else:
        print_report(report)


def make_report(workspace: Workspace, with_hash: bool = False) -> dict[str, Any]:
    """Everything that status tells. A part that is not there yet, or does not answer, is said in its place."""
    report: dict[str, Any] = {"workspace": workspace.settings.workspace.name, "root": str(workspace.root)}
    with ExitStack() as stack:
        lake = None
        try:
            lake = stack.enter_context(open_lake(workspace, read_only=True))
        except UsageError:
            report["lake"] = None
        try:
            log = open_log(workspace)
            stack.callback(log.close)
            report["log"] = report_log(log, lake, workspace)
        except RetriableError as error:
            report["log"] = []
            report["log_error"] = str(error)
        if lake is not None:
            report["lake"] = report_lake(lake, with_hash)
            report["stages"] = report_stages(lake)
            report["gates"] = report_gates(lake)
    report["runs"] = report_runs(workspace)
    return report


def print_report(report: dict[str, Any]) -> None:
    """The report as text."""
    click.echo(f"Workspace {report['workspace']} in {report['root']}\n")
    if "log_error" in report:
        click.echo(f"Log: {report['log_error']}\n")
    else:
        print_table(
            [[row["topic"], row["partitions"], row["messages"], row["lag"]] for row in report["log"]],
            ["topic", "partitions", "messages", "lag"],
        )
        click.echo()
    if report["lake"] is None:
        click.echo("Lake: none yet. Fill the log (klantbeeld load, klantbeeld collect), then: klantbeeld run")
        return
    facts = {name.replace("_", " "): value for name, value in report["lake"].items() if name != "quarantine_reasons"}
    print_facts(facts)
    for rule, messages in report["lake"]["quarantine_reasons"].items():
        click.echo(f"  quarantined for {rule}: {messages:,}")
    click.echo()
    print_table(
        [[row["stage"], row["finished_at"], row["run_id"]] for row in report["stages"]],
        ["stage", "last finished", "run"],
    )
    failed = [row for row in report["gates"] if not row["passed"]]
    click.echo(f"\nGates: {len(report['gates']) - len(failed)} of {len(report['gates'])} expectations passed")
    for row in failed:
        click.echo(f"  FAILED {row['gate']}: {row['expectation']} on {row['subject']}: {row['observed']}")
    click.echo()
    print_table(
        [[run["run_id"], run["command"], run["status"], run["error"]] for run in report["runs"]],
        ["run", "command", "status", "error"],
    )
