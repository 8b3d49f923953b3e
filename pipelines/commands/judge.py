"""``klantbeeld judge``: decide who is who, see decisions, take them back."""

from __future__ import annotations

import getpass
from dataclasses import asdict
from typing import Any

import click

from identity.judgements import Judgement, Verdict
from models.errors import UsageError
from models.identifiers import custom_identifiers
from models.lakes import LAKE, Lake, published_lake
from models.workspaces import Workspace
from pipelines.commands.options import Command, json_option, now, print_json, print_table, workspace_option
from pipelines.decision_files import utc_text
from pipelines.judgements import add_decision, read_judgements, undo_decision
from pipelines.lookups import find_records, refuse_masked
from schemas.tables import IDENTIFIER_TYPES


def decision_options(function: Command) -> Command:
    """``--why``, ``--by`` and the workspace."""
    why = click.option("--why", required=True, metavar="TEXT", help="The reason, for whoever asks later.")
    by = click.option(
        "--by", default=getpass.getuser, show_default="your login name", envvar="KLANTBEELD_STEWARD", show_envvar=True,
        metavar="NAME", help="Who decides.",
    )  # fmt: skip
    return why(by(workspace_option(function)))


@click.group("judge")
def command() -> None:
    """Decide who is who: people's decisions overrule the evidence, and survive every rebuild.

    They stand in the workspace's folder judgements/, to be kept in git, and count from the next resolve on. A and B are
    record ids, profile ids or identifiers, as far as these stand for one record.

    \b
    Example:
      klantbeeld judge split crm:crm_id:K-1 crm:crm_id:K-2 --why "father and son"
      klantbeeld judge list
      klantbeeld judge undo 1
    """


@command.command("split")
@click.argument("one", metavar="A")
@click.argument("other", metavar="B")
@decision_options
def split_command(one: str, other: str, why: str, by: str, workspace: Workspace) -> None:
    """A and B are different people, and no other record brings them together."""
    _judge_pair(workspace, one, other, "different", by, why)


@command.command("join")
@click.argument("one", metavar="A")
@click.argument("other", metavar="B")
@decision_options
def join_command(one: str, other: str, why: str, by: str, workspace: Workspace) -> None:
    """A and B are one person, whatever the evidence says."""
    _judge_pair(workspace, one, other, "same", by, why)


@command.command("detach")
@click.argument("one", metavar="A")
@decision_options
def detach_command(one: str, why: str, by: str, workspace: Workspace) -> None:
    """A is not the person whom it is part of now: apart from each of that person's other records."""
    with published_lake(workspace) as lake:
        record = _find_record(lake, one)
        others = lake.rows(
            f"""select other.record_id
            from {LAKE}.identity.record_profiles as own
            inner join {LAKE}.identity.record_profiles as other using (profile_id)
            where own.record_id = $record and other.record_id <> $record order by 1""",
            {"record": record},
        )
    if not others:
        msg = "That record stands alone already. Keep it apart from one record with: klantbeeld judge split A B"
        raise UsageError(msg)
    _write_decision(workspace, [(record, other[0]) for other in others], "different", by, why)


@command.command("list")
@workspace_option
@json_option
def list_command(workspace: Workspace, as_json: bool) -> None:
    """Every judgement: the number of its decision, the records, who decided, when and why."""
    entries = read_judgements(workspace)
    if as_json:
        print_json([asdict(entry) for entry in entries])
        return
    print_table(
        [[str(e.number), e.record_id_a, e.judgement, e.record_id_b, e.judged_by, e.judged_at, e.reason]
         for e in entries],
        ["number", "record", "judgement", "record", "by", "at", "because"],
    )  # fmt: skip


@command.command("undo")
@click.argument("number", type=click.IntRange(min=1))
@workspace_option
def undo_command(number: int, workspace: Workspace) -> None:
    """Take the decision of this number back, as if it had never been made."""
    count = undo_decision(workspace, number)
    click.echo(f"Decision {number} is taken back ({count} judgements). It ends with: klantbeeld run", err=True)


def _judge_pair(workspace: Workspace, one: str, other: str, verdict: Verdict, by: str, why: str) -> None:
    with published_lake(workspace) as lake:
        pair = _find_record(lake, one), _find_record(lake, other)
    if pair[0] == pair[1]:
        msg = "A and B are one and the same source record. Name two records."
        raise UsageError(msg)
    _write_decision(workspace, [pair], verdict, by, why)


def _write_decision(workspace: Workspace, pairs: list[tuple[str, str]], verdict: Verdict, by: str, why: str) -> None:
    # On one line, so that git shows one line a judgement.
    words: dict[str, Any] = {"judged_by": " ".join(by.split()), "reason": " ".join(why.split())}
    if not all(words.values()):
        msg = "Say who decides (--by) and why (--why); neither may be empty."
        raise UsageError(msg)
    at = utc_text(now())
    number = add_decision(workspace, [Judgement(a, b, verdict, judged_at=at, **words) for a, b in pairs])
    click.echo(f"Decision {number}: {len(pairs)} judgements, {verdict}. It counts with: klantbeeld run", err=True)


def _find_record(lake: Lake, text: str) -> str:
    """The one record that a text points at; a record id that does not exist yet is one, and is said to wait."""
    found = find_records(lake, text)
    if len(found) == 1:
        return found[0]
    if found:
        several = ", ".join(found[:10]) + (", …" if len(found) > 10 else "")
        msg = f"That stands for {len(found)} records: {several}. Name one of them."
        raise UsageError(msg)
    refuse_masked(text)
    parts = text.split(":", 2)
    types = {*IDENTIFIER_TYPES, *custom_identifiers(lake.workspace.settings.identifier_policies())}
    if len(parts) == 3 and parts[1] in types and parts[0] and parts[2]:
        click.echo("A record of that id is not published (yet); the judgement waits for it.", err=True)
        return text
    msg = "Nothing is known under that name. Name a record id (source:type:value), a profile id or an identifier."
    raise UsageError(msg)
