"""``klantbeeld remove``: take a record, an identifier or a batch out of the picture, see what was, take it back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import click

from identity.removals import Kind, Removal
from models.errors import UsageError
from models.lakes import LAKE, Lake, open_lake
from models.workspaces import Workspace
from pipelines.commands.judge import decision_options
from pipelines.commands.options import json_option, now, print_json, print_table, workspace_option
from pipelines.decision_files import utc_text
from pipelines.removals import Entry, add_removal, read_removals, undo_removal
from schemas.tables import IDENTIFIER_TYPES


@click.group("remove")
def command() -> None:
    """Take a record, an identifier or a batch out: people are as if it had never been seen, until it is taken back.

    Removals stand in the workspace's folder removals/, to be kept in git, and count from the next resolve on. What was
    ingested stays in the lake; nothing is erased.

    \b
    Example:
      klantbeeld remove identifier email info@shop.example --why "the shop's own address"
      klantbeeld remove batch 20261124T101500-1f2e --why "a test export"
      klantbeeld remove list
      klantbeeld remove undo 1
    """


@command.command("record")
@click.argument("record_id", metavar="RECORD_ID")
@decision_options
def record_command(record_id: str, why: str, by: str, workspace: Workspace) -> None:
    """A source record, with all its events, also those that are still to come."""
    with open_lake(workspace, read_only=True) as lake:
        statement = f"select 1 from {LAKE}.ingest.events where source || ':' || source_record_id = ? limit 1"
        if not lake.rows(statement, [record_id]):
            msg = "No event of a record of that id was ingested. Its form is source:type:value; see: klantbeeld profile"
            raise UsageError(msg)
        _write(lake, "record", [record_id], None, by, why)


@command.command("identifier")
@click.argument(
    "identifier_type",
    metavar="TYPE",
)
@click.argument("value", metavar="VALUE")
@click.option("--record", "record_id", metavar="RECORD_ID", help="Of this source record alone; by default nobody's.")
@decision_options
def identifier_command(
    identifier_type: str, value: str, record_id: str | None, why: str, by: str, workspace: Workspace
) -> None:
    """A value that is nobody's, or (--record) not this record's.

    Events go on under their next identifier; those that carry no other are about nobody.
    """
    from pipelines.lookups import stored_forms

    types = [*dict.fromkeys([*IDENTIFIER_TYPES, *workspace.settings.identifier_policies()])]
    if identifier_type not in types:
        msg = f"'{identifier_type}' is no identifier type. Known: {', '.join(types)}."
        raise UsageError(msg)
    with open_lake(workspace, read_only=True) as lake:
        held = lake.rows(
            f"""select distinct value from {LAKE}.ingest.identifiers
            where type = $type and value in (select unnest($forms))
                and ($record is null or source || ':' || source_record_id = $record)""",
            {"type": identifier_type, "forms": stored_forms(lake, value, identifier_type), "record": record_id},
        )
        if not held:
            whose = "No record carries" if record_id is None else f"Record {record_id} does not carry"
            msg = f"{whose} that {identifier_type}. Is it spelled right?"
            raise UsageError(msg)
        _write(lake, "identifier", [f"{identifier_type}:{found}" for (found,) in held], record_id, by, why)


@command.command("batch")
@click.argument("run_id", metavar="[RUN_ID]", required=False)
@click.option("--source", metavar="NAME", help="With --file: the source whose mapping it was loaded by.")
@click.option("--file", "path", metavar="FILE", type=click.Path(path_type=Path), help="What this file brought.")
@click.option("--from", "first", metavar="PLACE", help="The first message of the log, topic/partition/offset.")
@click.option("--to", "last", metavar="PLACE", help="The last message of the log, in the same partition.")
@decision_options
def batch_command(
    run_id: str | None, source: str | None, path: Path | None, first: str | None, last: str | None, why: str, by: str,
    workspace: Workspace,
) -> None:  # fmt: skip
    """What one run ingested, what one file brought, or what stands between two places of the log.

    A message counts to what brought it first. The batch is kept as places in the log, so that it is also left out of a
    lake that is built anew from that log.
    """
    from pipelines.removals.batches import places_between, places_of_file, places_of_run

    named = {"run": run_id, "source": source, "file": path, "from": first, "to": last}
    given = {name for name, value in named.items() if value is not None}
    with open_lake(workspace, read_only=True) as lake:
        if given == {"run"}:
            places = places_of_run(lake, str(run_id))
        elif source is not None and path is not None and given == {"source", "file"}:
            places = places_of_file(lake, path, source)
        elif given == {"from", "to"}:
            places = places_between(str(first), str(last))
        else:
            msg = "Name one batch: RUN_ID, or --source and --file, or --from and --to."
            raise UsageError(msg)
        _write(lake, "batch", places, None, by, why)


@command.command("list")
@workspace_option
@json_option
def list_command(workspace: Workspace, as_json: bool) -> None:
    """Every removal: its number, what is removed, who decided, when and why."""
    entries = read_removals(workspace)
    if as_json:
        print_json([asdict(entry) for entry in entries])
        return
    print_table(
        [[str(e.number), e.kind, e.what, e.record_id, e.removed_by, e.removed_at, e.reason] for e in entries],
        ["number", "kind", "what", "of record", "by", "at", "because"],
    )


@command.command("undo")
@click.argument("number", type=click.IntRange(min=1))
@workspace_option
def undo_command(number: int, workspace: Workspace) -> None:
    """Take the removal of this number back, as if it had never been made."""
    undo_removal(workspace, number)
    click.echo(f"Removal {number} is taken back. It ends with: klantbeeld run", err=True)


def _write(lake: Lake, kind: Kind, whats: Sequence[str], record_id: str | None, by: str, why: str) -> None:
    # On one line, so that git shows one line a removal.
    by, why = " ".join(by.split()), " ".join(why.split())
    if not by or not why:
        msg = "Say who decides (--by) and why (--why); neither may be empty."
        raise UsageError(msg)
    at = utc_text(now())
    number = add_removal(lake.workspace, [Removal(kind, what, record_id, by, at, why) for what in whats])
    entries = [entry for entry in read_removals(lake.workspace) if entry.number == number]
    click.echo(f"Removal {number}: {_say_effects(lake, entries)} It counts with: klantbeeld run", err=True)


def _say_effects(lake: Lake, entries: Sequence[Entry]) -> str:
    """What a removal alone does to the lake as it is. Whoever opted out in what is removed is asked for by name."""
    from pipelines.removals.effects import find_effects

    events = find_effects(lake, entries).events
    with lake.registered(events, "removed_now"):
        out, others, refusals = lake.rows(
            f"""select count(*) filter (where is_removed), count(*) filter (where not is_removed),
                count(*) filter (where is_removed and type in ('email.unsubscribed', 'email.complained'))
            from removed_now inner join {LAKE}.ingest.events using (message_id)"""
        )[0]
    told = f"{out:,} events are left out, {others:,} lose an identifier."
    if refusals:
        told += f" Among them {refusals:,} unsubscriptions or complaints, which then hold no more."
    return told
