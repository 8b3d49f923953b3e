"""``klantbeeld changes``."""

from __future__ import annotations

from dataclasses import asdict

import click

from models.lakes import published_lake
from models.workspaces import Workspace
from pipelines.commands.options import json_option, print_json, print_table, workspace_option


@click.command("changes")
@click.option("--since", default=0, type=click.IntRange(min=0), metavar="CURSOR", help="Only what came after; 0: all.")
@click.option("--limit", default=1000, show_default=True, type=click.IntRange(min=1), help="How many at most.")
@workspace_option
@json_option
def command(since: int, limit: int, workspace: Workspace, as_json: bool) -> None:
    """Who became who: every change of profile ids after a cursor, oldest first, with its cause.

    For those who keep profile ids in another system: read, apply, keep the cursor that the answer gives, and ask again
    from there. Shows what is published; a change is given once, in an order that never changes.

    \b
    Example:
      klantbeeld changes --json
      klantbeeld changes --since 1042 --json
    """
    from pipelines.changes.feeds import read_page
    from pipelines.changes.sentences import say_cause

    with published_lake(workspace) as lake:
        page = read_page(lake, since, limit)
    if as_json:
        print_json(asdict(page))
        return
    print_table(
        [
            [str(row["position"]), row["changed_at"], row["kind"], row["record_id"], row["old_profile_id"],
             row["new_profile_id"], say_cause(row)]
            for row in page.changes
        ],
        ["position", "when", "kind", "record", "from", "to", "because"],
    )  # fmt: skip
    more = "that is all" if page.is_last else f"there is more: klantbeeld changes --since {page.cursor}"
    click.echo(f"Cursor {page.cursor}; {more}.", err=True)
