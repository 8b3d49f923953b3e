"""``klantbeeld plan``."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from pathlib import Path

import click

from models.workspaces import Workspace
from pipelines.commands.bars import progress_bars
from pipelines.commands.options import (
    as_of_option,
    json_option,
    now,
    print_json,
    reveal_option,
    shown,
    workspace_option,
)
from pipelines.commands.plan_prints import plan_facts, print_plan
from pipelines.runs.manifests import new_run_id


@click.command("plan")
@workspace_option
@click.option(
    "--settings",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="Plan with these settings in place of the workspace's klantbeeld.toml.",
)
@click.option(
    "--match-model",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="Plan with this match model in place of the one that the settings name.",
)
@click.option(
    "--examples", type=click.IntRange(min=0), default=5, show_default=True, metavar="N", help="How many examples."
)
@click.option("--no-audiences", is_flag=True, help="Leave out segments and audiences: no dbt, so it takes less time.")
@as_of_option
@json_option
@reveal_option
def command(
    workspace: Workspace,
    settings: Path | None,
    match_model: Path | None,
    examples: int,
    no_audiences: bool,
    as_of: datetime | None,
    as_json: bool,
    reveal: bool,
) -> None:
    """What the next resolve would do to people, profile ids and audiences, without doing it.

    Compares the state resolved last with what the workspace's settings, match model and judgements as they are now (or
    those named) would make of it: people merged and split, ids that end or move, who would enter and leave each
    audience, and examples with the edges that decide. Works on a copy of the lake's catalog in the folder for
    temporary files (TMPDIR); nothing in the workspace is written.

    \b
    Example:
      klantbeeld plan
      klantbeeld plan --settings stricter.toml --examples 20
      klantbeeld plan --match-model models/people_v2.json --no-audiences --json
    """
    from pipelines.plans import Proposal, make_plan

    moment = now()
    with progress_bars() as progress:
        plan = make_plan(
            workspace,
            Proposal(settings, match_model),
            new_run_id(moment),
            moment,
            as_of or moment,
            progress,
            examples=examples,
            with_audiences=not no_audiences,
        )
    examples_shown, audiences_shown = shown((plan.examples, plan.audiences), workspace, reveal)
    # Not the whole of it: it names every record whose person is another.
    plan = replace(plan, examples=examples_shown, audiences=audiences_shown)
    if as_json:
        print_json(plan_facts(plan))
    else:
        print_plan(plan)
