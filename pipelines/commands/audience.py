"""``klantbeeld audience``: list, preview, why, export."""

from __future__ import annotations

from dataclasses import asdict

import click

from models.lakes import published_lake
from models.workspaces import Workspace
from pipelines.audiences.overviews import list_audiences, preview_audience, why_member
from pipelines.commands.options import (
    json_option,
    now,
    print_facts,
    print_json,
    print_table,
    reveal_option,
    shown,
    workspace_option,
)


@click.group("audience")
def command() -> None:
    """List, preview, explain and export audiences.

    \b
    Example:
      klantbeeld audience list
      klantbeeld audience preview open_complaint --limit 5
      klantbeeld audience why open_complaint anna@postbus.example
      klantbeeld audience export open_complaint
    """


@command.command("list")
@workspace_option
@json_option
def list_command(workspace: Workspace, as_json: bool) -> None:
    """Every audience: its segment, channel, members at the last sync.

    \b
    Example:
      klantbeeld audience list
    """
    entries = list_audiences(workspace)
    if as_json:
        print_json([asdict(entry) for entry in entries])
        return
    print_table(
        [[entry.name, entry.label, entry.channel, entry.members, entry.synced_at] for entry in entries],
        ["audience", "segment", "channel", "members", "last sync"],
    )


@command.command("preview")
@click.argument("name", metavar="AUDIENCE")
@click.option("--limit", default=10, show_default=True, type=click.IntRange(min=0), help="How many members to show.")
@workspace_option
@json_option
@reveal_option
def preview_command(name: str, limit: int, workspace: Workspace, as_json: bool, reveal: bool) -> None:
    """Whom an audience would reach now, per channel, and who is left out and why. Writes nothing.

    \b
    Example:
      klantbeeld audience preview lapsed_high_value
    """
    preview = shown(preview_audience(workspace, name, limit), workspace, reveal)
    if as_json:
        print_json(asdict(preview))
        return
    print_facts(
        {
            "audience": preview.name,
            "segment": preview.segment,
            "channel": preview.channel,
            "in the segment": preview.segment_size,
            "would be exported": preview.members,
            **{f"left out: {reason}": count for reason, count in preview.left_out.items()},
            **{f"reach by {channel}": count for channel, count in preview.reach.items()},
        }
    )
    if preview.rows:
        click.echo()
        print_table([list(row.values()) for row in preview.rows], list(preview.rows[0]))


@command.command("why")
@click.argument("name", metavar="AUDIENCE")
@click.argument("who", metavar="ID-OR-IDENTIFIER")
@workspace_option
@json_option
@reveal_option
def why_command(name: str, who: str, workspace: Workspace, as_json: bool, reveal: bool) -> None:
    """Why a person is in an audience, or why not, with the history of their stays.

    \b
    Example:
      klantbeeld audience why open_complaint anna@postbus.example
    """
    from pipelines.lookups import find_profile

    with published_lake(workspace) as lake:
        profile_id = find_profile(lake, who)
    answer = shown(why_member(workspace, name, profile_id), workspace, reveal)
    if as_json:
        print_json(asdict(answer))
        return
    print_facts(
        {
            "audience": answer.audience,
            "profile": answer.profile_id,
            "member": answer.is_member,
            "because": answer.reason,
            "since": answer.entered_at,
        }
    )
    if answer.stays:
        click.echo()
        print_table(
            [[stay.entered_at, stay.entered_reason, stay.exited_at, stay.exited_reason] for stay in answer.stays],
            ["entered", "because", "exited", "because"],
        )


@command.command("export")
@click.argument("names", metavar="[AUDIENCE]...", nargs=-1)
@workspace_option
@json_option
def export_command(names: tuple[str, ...], workspace: Workspace, as_json: bool) -> None:
    """Export the audiences that changed since their last export, and say where each export is.

    The same as ``klantbeeld sync``, told for the audiences named (by default all).

    \b
    Example:
      klantbeeld audience export open_complaint
    """
    from pipelines.audiences.candidates import audience_settings
    from pipelines.audiences.exports import newest_exports
    from pipelines.commands.bars import progress_bars
    from pipelines.runs.running import run_stages
    from pipelines.runs.wiring import STAGES

    for name in names:
        audience_settings(workspace, name)
    with progress_bars() as progress:
        run_stages(workspace, [STAGES["sync"]], "audience export", now, progress=progress)
    exports = [export for export in newest_exports(workspace) if not names or export["audience"] in names]
    if as_json:
        print_json(exports)
        return
    print_table(
        [[export["audience"], export["members"], export["created_at"], export["folder"]] for export in exports],
        ["audience", "members", "exported", "folder"],
    )
