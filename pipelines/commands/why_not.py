"""``klantbeeld why-not``."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from models.lakes import published_lake
from models.workspaces import Workspace
from pipelines.commands.evidence_prints import print_keys
from pipelines.commands.explain import print_pair
from pipelines.commands.options import json_option, print_json, reveal_option, shown, workspace_option
from pipelines.commands.pictures import picture_options, write_pictures
from pipelines.explanations import explain_two


@click.command("why-not")
@click.argument("one", metavar="A")
@click.argument("other", metavar="B")
@workspace_option
@json_option
@reveal_option
@picture_options
def command(
    one: str, other: str, workspace: Workspace, as_json: bool, reveal: bool, html: Path | None, svg: Path | None
) -> None:
    """Why A and B are not one person: what forbids it, what is missing, or that nothing brought them together.

    A and B are record ids, profile ids or identifiers. Where no run has compared the two, they are compared now, with
    the weights that a run would give, and the blocking keys of both are shown. Shows the newest published state.

    \b
    Example:
      klantbeeld why-not crm:crm_id:K-1042 tills:loyalty_id:2000042
    """
    with published_lake(workspace) as lake:
        explanation = explain_two(lake, one, other)
        write_pictures(lake, explanation, html, svg, reveal)
    explanation = shown(explanation, workspace, reveal)
    if as_json:
        print_json(asdict(explanation))
        return
    print_pair(explanation)
    if explanation.keys:
        click.echo("\nWhat could have brought A and B together")
        print_keys(explanation.keys)
