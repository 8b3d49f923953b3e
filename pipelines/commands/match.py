"""``klantbeeld match``: train match models, show what they say, compare them."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from models.errors import UsageError
from models.workspaces import Workspace
from pipelines.commands.bars import progress_bars
from pipelines.commands.match_views import (
    head,
    print_comparison,
    print_description,
    print_training,
    say_warnings,
    training_facts,
)
from pipelines.commands.options import json_option, now, print_json, workspace_option

if TYPE_CHECKING:
    from pipelines.match_models.inputs import TrainingData

FILE_OPTIONS = "--map, --id and --country say how files are read; give --file as well, or leave them away."


@click.group("match")
def command() -> None:
    """Match models: how much each likeness says about two records being one person.

    A model is a JSON file of the workspace's folder match_models/, with a card beside it. The shipped one is called
    default. The setting identity.match_model says which one resolve uses.

    \b
    Example:
      klantbeeld match train --truth truth.csv
      klantbeeld match show people_20261124
      klantbeeld match compare default people_20261124
    """


@command.command("train")
@workspace_option
@click.option(
    "--file", "files", multiple=True, metavar="FILE", type=click.Path(path_type=Path),
    help="Train on exported files, read as klantbeeld clean reads them, and not on the lake. Repeatable.",
)  # fmt: skip
@click.option("--map", "texts", multiple=True, metavar="FIELD=COLUMN", help="With --file: what a column is.")
@click.option("--id", "id_column", metavar="COLUMN", help="With --file: the column that names a record.")
@click.option("--country", help="With --file: alpha-2, where a row names none; by default the workspace's.")
@click.option(
    "--truth", metavar="FILE", type=click.Path(path_type=Path), help="record_id and person_id of known people."
)
@click.option(
    "--held-out", default=0.2, show_default=True, metavar="SHARE", type=click.FloatRange(0, 0.9),
    help="With --truth: the share of people kept from training, to measure on.",
)  # fmt: skip
@click.option("--version", metavar="NAME", help="Name of the model; by default people_ and the date.")
@click.option(
    "--freeze-frequencies", is_flag=True, help="Keep how common values were in a Parquet file beside the model."
)
@click.option(
    "--max-pairs", default=5e6, show_default="5,000,000", metavar="NUMBER", type=click.FloatRange(1e4, 1e9),
    help="Random pairs to count u in, at most.",
)  # fmt: skip
@json_option
def train_command(
    workspace: Workspace,
    files: tuple[Path, ...],
    texts: tuple[str, ...],
    id_column: str | None,
    country: str | None,
    truth: Path | None,
    held_out: float,
    version: str | None,
    freeze_frequencies: bool,
    max_pairs: float,
    as_json: bool,
) -> None:
    """Train a match model on the workspace's records, or on files.

    Trains on the records of the newest resolve. With truth, m is counted, and the model measured on people held out of
    training; without, m comes from expectation maximisation. Judgements of the workspace are measured against and never
    trained on. Writes the model, and its card as JSON and HTML, into match_models/; nothing uses it until
    identity.match_model names it.
    """
    from pipelines.judgements import read_judgements
    from pipelines.match_models.inputs import read_truth
    from pipelines.match_models.outputs import FOLDER, free_version
    from pipelines.match_models.training import TrainingOptions, train_model

    if not files and (texts or id_column is not None or country is not None):
        raise UsageError(FILE_OPTIONS)
    today = now().date()
    folder = workspace.root / FOLDER
    data = _training_data(workspace, files, texts, id_column, country)
    known = None if truth is None else read_truth(truth, data.records)
    if known is not None and known.unknown_records:
        click.echo(f"{known.file}: {known.unknown_records:,} record ids are not among the records; left out.", err=True)
    options = TrainingOptions(
        version=version or free_version(folder, f"people_{today:%Y%m%d}"),
        today=today,
        held_out=held_out,
        max_pairs=max_pairs,
        freeze_frequencies=freeze_frequencies,
        # Those of the lake's records; the rows of a file are called otherwise.
        judgements=() if files else read_judgements(workspace),
    )
    settings = workspace.settings
    with progress_bars() as progress:
        card, written = train_model(
            data, known, options, folder, settings.identity, settings.identifier_policies(), progress
        )
    say_warnings(card.warnings)
    if as_json:
        print_json(training_facts(card, written))
    else:
        print_training(training_facts(card, written))


@command.command("show")
@click.argument("model")
@workspace_option
@json_option
def show_command(model: str, workspace: Workspace, as_json: bool) -> None:
    """What MODEL says, in plain words: default, a version in match_models/, or a file.

    m is how often a level occurs among matches, u among others; the match weight is log2(m / u), and every point
    doubles the odds. Where a value's frequency counts, equal rare values weigh more and common ones less.
    """
    from pipelines.match_models.descriptions import describe_model

    found = describe_model(model, workspace.root)
    if as_json:
        print_json(found.to_dict())
        return
    print_description(found)


@command.command("compare")
@click.argument("one", metavar="A")
@click.argument("other", metavar="B")
@workspace_option
@json_option
def compare_command(one: str, other: str, workspace: Workspace, as_json: bool) -> None:
    """What match models A and B say differently: thresholds, and level by level what it weighs in each."""
    from pipelines.match_models.descriptions import compare_levels, describe_model

    a, b = describe_model(one, workspace.root), describe_model(other, workspace.root)
    differences = compare_levels(a, b)
    if as_json:
        changes = [asdict(difference) | {"change": difference.change} for difference in differences]
        print_json({"a": head(a), "b": head(b), "levels": changes})
        return
    print_comparison(a, b, differences)


def _training_data(
    workspace: Workspace, files: tuple[Path, ...], texts: tuple[str, ...], id_column: str | None, country: str | None
) -> TrainingData:
    from pipelines.clean.mappings import parse_wishes
    from pipelines.match_models.inputs import read_file_records, read_lake_records
    from pipelines.normalise.countries import country_code

    if not files:
        return read_lake_records(workspace)
    code = country_code(country or workspace.settings.workspace.default_country)
    if code is None:
        msg = f"'{country}' is no country. Give its alpha-2 code, for example NL."
        raise click.BadParameter(msg, param_hint="--country")
    policies = workspace.settings.identifier_policies()

    def say(sentence: str) -> None:
        click.echo(sentence, err=True)

    return read_file_records(files, parse_wishes(texts), id_column, code, now().date(), policies, say)
