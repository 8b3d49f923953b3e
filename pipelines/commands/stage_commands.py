"""What the commands that run stages share: options, execution, and how the result is told."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Any

import click

from models.workspaces import Workspace
from pipelines.commands.bars import progress_bars
from pipelines.commands.options import as_of_option, json_option, now, print_json, workspace_option
from pipelines.runs.manifests import RunManifest
from pipelines.runs.running import run_stages
from pipelines.runs.wiring import STAGES

HIDDEN_FACTS = frozenset({"seconds"})


def stage_command(name: str, text: str) -> click.Command:
    """The command of one stage; ``text`` is its help."""

    @click.command(name, help=text)
    @workspace_option
    @as_of_option
    @click.option("--force", is_flag=True, help="Do it again even if nothing changed.")
    @json_option
    def command(workspace: Workspace, as_of: datetime | None, force: bool, as_json: bool) -> None:
        run_and_tell(workspace, (name,), name, as_of, force, as_json)

    return command


def run_and_tell(
    workspace: Workspace, names: tuple[str, ...], command: str, as_of: datetime | None, force: bool, as_json: bool
) -> RunManifest:
    """Run stages and print what each did."""
    with progress_bars() as progress:
        stages = [STAGES[name] for name in names]
        manifest = run_stages(workspace, stages, command, now, as_of, progress, force)
    if as_json:
        print_json(asdict(manifest))
    else:
        print_manifest(manifest)
    return manifest


def print_manifest(manifest: RunManifest) -> None:
    """A line a stage: what it did, and how long it took."""
    for record in manifest.stages:
        facts = _facts(record.summary) if record.status == "done" else record.summary["because"]
        click.echo(f"{record.stage:<8} {record.seconds:6.1f} s  {facts}")


def _facts(summary: dict[str, Any]) -> str:
    parts = []
    for name, value in summary.items():
        if name in HIDDEN_FACTS or value in (None, [], {}, ()):
            continue
        label = name.replace("_", " ")
        if isinstance(value, dict):
            inner = ", ".join(f"{key} {_figure(amount)}" for key, amount in value.items())
            parts.append(f"{label}: {inner}")
        elif isinstance(value, list | tuple):
            parts.append(f"{label}: {len(value)}")
        else:
            parts.append(f"{label} {_figure(value)}")
    return " · ".join(parts)


def _figure(value: Any) -> str:
    if isinstance(value, int) and not isinstance(value, bool):
        return f"{value:,}"
    return f"{value:,.3f}" if isinstance(value, float) else str(value)
