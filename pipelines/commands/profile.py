"""``klantbeeld profile``."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Any

import click

from models.errors import UsageError
from models.lakes import open_lake, published_lake
from models.workspaces import Workspace
from pipelines.commands.options import (
    json_option,
    parse_time,
    print_facts,
    print_json,
    print_table,
    reveal_option,
    shown,
    workspace_option,
)
from pipelines.lookups import find_one
from pipelines.profile_views import read_profile


@click.command("profile")
@click.argument("who", metavar="ID-OR-IDENTIFIER")
@click.option("--events", default=20, show_default=True, help="How many of the newest events to show.")
@click.option(
    "--as-of",
    "known_at",
    metavar="TIME",
    callback=lambda _context, _parameter, value: value and parse_time(value),
    help="Which records it had, as was known at that moment (ISO 8601, UTC if no offset).",
)
@click.option(
    "--valid-at",
    metavar="TIME",
    callback=lambda _context, _parameter, value: value and parse_time(value),
    help="With --as-of: and as was true then, in event time.",
)
@workspace_option
@json_option
@reveal_option
def command(
    who: str,
    events: int,
    known_at: datetime | None,
    valid_at: datetime | None,
    workspace: Workspace,
    as_json: bool,
    reveal: bool,
) -> None:
    """Everything known of one person: golden record, where each value came from, identifiers, records, timeline.

    WHO is a profile id (old ones lead to their successor), a record id, an e-mail address, a phone number, or any
    identifier, if need be with its type (loyalty_id:10042). Shows the newest published state.

    \b
    Example:
      klantbeeld profile anna@postbus.example
      klantbeeld profile loyalty_id:10042 --json
      klantbeeld profile anna@postbus.example --as-of 2026-11-01
    """
    if known_at is not None:
        _show_moment(workspace, who, known_at, valid_at, as_json, reveal)
        return
    if valid_at is not None:
        msg = "--valid-at goes with --as-of: name also the moment at which it was known, for example now."
        raise UsageError(msg)
    with published_lake(workspace) as lake, open_lake(workspace, read_only=True) as newest:
        found = find_one(lake, who)
        view = read_profile(lake, newest, found.profile_id, events) | {"found_by": found.how}
    view = shown(view, workspace, reveal)
    if found.how == "retired profile id":
        click.echo(f"Profile {who} is now {found.profile_id}. How that came: klantbeeld history {who}", err=True)
    if as_json:
        print_json(view)
    else:
        print_profile(view)


def _show_moment(
    workspace: Workspace, who: str, known_at: datetime, valid_at: datetime | None, as_json: bool, reveal: bool
) -> None:
    from pipelines.changes.moments import read_moment

    with published_lake(workspace) as lake:
        moment = shown(read_moment(lake, who, known_at, valid_at), workspace, reveal)
    if as_json:
        print_json(asdict(moment))
        return
    print_facts(
        {
            "profile": moment.profile_id,
            "as known at": known_at,
            "as true at": valid_at,
            "is now": moment.now or "no more",
        }
    )
    _section("source records then")
    print_table([[row["record_id"], row["now"]] for row in moment.records], ["record", "is in profile now"])


def print_profile(view: dict[str, Any]) -> None:
    """The view as text."""
    profile = view["profile"]
    known = {name: value for name, value in profile.items() if value is not None}
    print_facts({name.replace("_", " "): value for name, value in known.items()})
    if view["household"]:
        _section("household")
        print_facts(view["household"])
    _section("where each value came from")
    print_table(
        [
            [row["trait"], row["value"], row["rule"], f"{row['source']}:{row['source_record_id']}", row["observed_at"],
             row["candidates"]]
            for row in view["traits"]
        ],
        ["trait", "value", "rule", "record", "observed", "values"],
    )  # fmt: skip
    _section("identifiers")
    print_table(
        [[row["type"], row["value"], row["state"], row["events"], row["last_seen"]] for row in view["identifiers"]],
        ["type", "value", "state", "events", "last seen"],
    )
    _section("source records")
    print_table(
        [[row["record_id"], row["first_seen"], row["last_seen"]] for row in view["records"]],
        ["record", "first seen", "last seen"],
    )
    _section("newest events")
    print_table(
        [
            [row["timestamp"], row["type"], row["name"] or row["reference"], row["amount"], row["currency"]]
            for row in view["timeline"]
        ],
        ["when", "type", "what", "amount", "currency"],
    )
    if view["audiences"]:
        _section("audiences")
        print_table(
            [
                [row["audience"], row["entered_at"], row["entered_reason"], row["exited_at"]]
                for row in view["audiences"]
            ],
            ["audience", "entered", "why", "exited"],
        )


def _section(title: str) -> None:
    click.echo(f"\n{title}")
