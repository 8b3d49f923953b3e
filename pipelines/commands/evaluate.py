"""``klantbeeld evaluate``."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from models.lakes import LAKE, published_lake
from models.workspaces import open_workspace
from pipelines.commands.options import json_option, print_facts, print_json


@click.command("evaluate")
@click.argument("crosswalk", required=False, type=click.Path(path_type=Path))
@click.option(
    "--truth",
    required=True,
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="CSV, JSON lines or Parquet with record_id and person_id.",
)
@click.option(
    "--workspace",
    "-w",
    metavar="DIR",
    envvar="KLANTBEELD_WORKSPACE",
    show_envvar=True,
    help="Without a CROSSWALK: the workspace to evaluate; by default the current folder.",
)
@json_option
def command(crosswalk: Path | None, truth: Path, workspace: str | None, as_json: bool) -> None:
    """Compare people that were found with known truth.

    CROSSWALK is a file with record_id and profile_id, as klantbeeld clean writes it; without one, the newest published
    state of the workspace is compared. Pairwise counts pairs of records in one profile; B-cubed averages over records;
    exact is the share of people whose records are exactly one profile; over_merge the share of profiles of two records
    or more that mix people. Records that stand in one of the two only are counted, said, and left out.

    \b
    Example:
      klantbeeld evaluate cleaned/crosswalk.csv --truth truth.csv
      klantbeeld evaluate --workspace my-company --truth truth.csv --json
    """
    from pipelines.clean.evaluations import evaluate_table, read_crosswalk

    if crosswalk is not None:
        found, name = read_crosswalk(crosswalk), crosswalk.name
    else:
        with published_lake(open_workspace(Path(workspace or "."))) as lake:
            found = lake.sql(f"select record_id, profile_id from {LAKE}.identity.record_profiles order by record_id")
        name = "the workspace"
    comparison = evaluate_table(found, name, truth)
    if comparison.unknown_records:
        click.echo(f"{truth.name}: {comparison.unknown_records:,} record ids are not in {name}; left out.", err=True)
    if comparison.records_without_truth:
        click.echo(f"{name}: {comparison.records_without_truth:,} records are not in {truth.name}; left out.", err=True)
    if as_json:
        print_json(asdict(comparison))
        return
    print_facts({name.replace("_", " "): value for name, value in comparison.evaluation.to_dict().items()})
