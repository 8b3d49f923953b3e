"""``klantbeeld history``."""

from __future__ import annotations

from dataclasses import asdict

import click

from models.lakes import published_lake
from models.workspaces import Workspace
from pipelines.commands.options import json_option, print_json, print_table, reveal_option, shown, workspace_option


@click.command("history")
@click.argument("who", metavar="PROFILE|RECORD")
@workspace_option
@json_option
@reveal_option
def command(who: str, workspace: Workspace, as_json: bool, reveal: bool) -> None:
    """The life of a profile or of a record: what came and went, when, why, and by which run.

    WHO is a profile id (retired ones too), a record id or an identifier. "true since" is in event time: the first
    moment at which what decided was there. Shows what is published.

    \b
    Example:
      klantbeeld history crm:crm_id:K-1042
      klantbeeld history anna@postbus.example --json
    """
    from pipelines.changes.histories import read_history

    with published_lake(workspace) as lake:
        history = shown(read_history(lake, who), workspace, reveal)
    if as_json:
        print_json(asdict(history))
        return
    if history.profile_id is None:
        now = "is no more"
    elif history.profile_id == history.subject:
        now = "is live"
    else:
        now = f"is in profile {history.profile_id}" if history.kind == "record" else f"is now {history.profile_id}"
    click.echo(f"{history.kind.capitalize()} {history.subject} {now}.\n")
    print_table(
        [[change["changed_at"], change["valid_at"], change["says"], change["run_id"]] for change in history.changes],
        ["when", "true since", "what", "run"],
    )
