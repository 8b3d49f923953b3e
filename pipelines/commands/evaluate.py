"""``klantbeeld evaluate``."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from identity.evaluation import FIGURES
from models.lakes import LAKE, published_lake
from models.workspaces import open_workspace
from pipelines.commands.options import json_option, print_facts, print_json, print_table


@click.command("evaluate")
@click.argument("crosswalk", required=False, type=click.Path(path_type=Path))
@click.option(
    "--truth",
    required=True,
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="CSV, JSON lines, Parquet or Excel with record_id and person_id.",
)
@click.option(
    "--complete",
    is_flag=True,
    help="The truth names every record of the people in it: other records in their profiles are mistakes.",
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
def command(crosswalk: Path | None, truth: Path, complete: bool, workspace: str | None, as_json: bool) -> None:
    """Compare people that were found with known truth.

    CROSSWALK is a file with record_id and profile_id, as klantbeeld clean writes it; without one, the newest published
    state of the workspace is compared. Pairwise counts pairs of records in one profile; B-cubed averages over records;
    exact is the share of people whose records are exactly one profile; over_merge the share of profiles of two records
    or more that mix people. Records that stand in one of the two only are counted, said, and left out. Each share has
    its 95 % interval, by resampling the people of the truth: they should be a random sample of all.

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
    comparison = evaluate_table(found, name, truth, truth_is_complete=complete)
    if comparison.unknown_records:
        click.echo(f"{truth.name}: {comparison.unknown_records:,} record ids are not in {name}; left out.", err=True)
    if comparison.records_without_truth:
        how = "taken for other people's" if complete else "left out"
        click.echo(f"{name}: {comparison.records_without_truth:,} records are not in {truth.name}; {how}.", err=True)
    if as_json:
        print_json(asdict(comparison))
        return
    figures = comparison.evaluation.to_dict()
    print_facts({name: figures[name] for name in ("records", "people", "clusters")})
    click.echo()
    rows = [(name.replace("_", " "), figures[name], *asdict(comparison.intervals[name]).values()) for name in FIGURES]
    print_table(rows, ["figure", "value", "95 % from", "to"])
