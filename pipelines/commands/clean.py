"""``klantbeeld clean``."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from pipelines.commands.bars import progress_bars
from pipelines.commands.options import json_option, now, print_facts, print_json


@click.command("clean")
@click.argument("files", metavar="FILE...", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--out", required=True, metavar="DIR", type=click.Path(path_type=Path), help="Where the results go.")
@click.option(
    "--map",
    "texts",
    multiple=True,
    metavar="FIELD=COLUMN",
    help="What a column is; FIELD= leaves a field out. Repeatable.",
)
@click.option(
    "--id", "id_column", metavar="COLUMN", help="The column that names a record; by default file name and row."
)
@click.option("--country", default="NL", show_default=True, help="Alpha-2; where a row names no country.")
@json_option
def command(
    files: tuple[Path, ...], out: Path, texts: tuple[str, ...], id_column: str | None, country: str, as_json: bool
) -> None:
    """Deduplicate one or several exports (CSV, JSON lines, Parquet, Excel), without a workspace.

    Columns are told by their usual names in English, Dutch and German; how they were understood is said on stderr. DIR
    gets crosswalk.csv (record_id, profile_id), golden.csv (one row a person), review.csv (doubtful pairs, the most
    doubtful first) and report.html. The order of rows and files changes nothing. Of a workbook the first sheet is
    read; FILE.xlsx#SHEET names another.

    \b
    Example:
      klantbeeld clean crm.csv newsletter.csv --out cleaned
      klantbeeld clean export.csv --out cleaned --id number --map family_name=naam2
      klantbeeld clean 'customers.xlsx#Active' --out cleaned
    """
    from pipelines.clean import CleanOptions, clean_files
    from pipelines.clean.mappings import parse_wishes
    from pipelines.normalise.countries import country_code

    code = country_code(country)
    if code is None:
        msg = f"'{country}' is no country. Give its alpha-2 code, for example NL."
        raise click.BadParameter(msg, param_hint="--country")
    options = CleanOptions(out, now().date(), parse_wishes(texts), id_column, code)
    with progress_bars() as progress:
        summary = clean_files(files, options, lambda sentence: click.echo(sentence, err=True), progress)
    if as_json:
        print_json(asdict(summary))
        return
    facts = {name.replace("_", " "): _figures(value) for name, value in asdict(summary).items()}
    print_facts({name: value for name, value in facts.items() if value != ""})


def _figures(value: object) -> object:
    return ", ".join(f"{name} {count:,}" for name, count in value.items()) if isinstance(value, dict) else value
