"""``klantbeeld household``."""

from __future__ import annotations

from typing import Any

import click

from models.lakes import published_lake
from models.workspaces import Workspace
from pipelines.commands.options import (
    json_option,
    print_facts,
    print_json,
    print_table,
    reveal_option,
    shown,
    workspace_option,
)


@click.command("household")
@click.argument("what", metavar="ID-OR-IDENTIFIER")
@workspace_option
@json_option
@reveal_option
def command(what: str, workspace: Workspace, as_json: bool, reveal: bool) -> None:
    """Who lives together, and why they are taken for one household.

    WHAT is a household id (ended ones lead to their successor), or anybody in it: a profile id, a record id, an e-mail
    address, a phone number. A household never makes two people one. Shows the newest published state.

    \b
    Example:
      klantbeeld household anna@postbus.example
      klantbeeld household 019f22b3-3e00-7ad3-8511-624b33094079 --json
    """
    from pipelines.households.views import read_household

    with published_lake(workspace) as lake:
        view = shown(read_household(lake, what), workspace, reveal)
    if view["found_by"] == "ended household id":
        click.echo(f"Household {what} is now {view['household']['household_id']}.", err=True)
    if as_json:
        print_json(view)
    else:
        print_household(view)


def print_household(view: dict[str, Any]) -> None:
    """The view as text."""
    from pipelines.households.views import change_words

    household = view["household"]
    print_facts({name.replace("_", " "): value for name, value in household.items() if value not in (None, [])})
    click.echo("\npeople")
    print_table(
        [
            [person["profile_id"], person["given_name"], person["family_name"], person["birth_date"]]
            for person in view["people"]
        ],
        ["profile", "first name", "surname", "born"],
    )
    click.echo("\nwhy they are one household")
    for part in view["evidence"]:
        click.echo(f"  {part['words']}: {', '.join(part['profile_ids'])}")
    click.echo("\nits life")
    print_table(
        [[change["changed_at"], change_words(change, household["household_id"])] for change in view["history"]],
        ["when", "what"],
    )
