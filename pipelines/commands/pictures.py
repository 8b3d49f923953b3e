"""``--html`` and ``--svg``: an explanation as a picture, beside what a command prints."""

from __future__ import annotations

from pathlib import Path

import click

from identity.explanations import PairExplanation
from models.errors import UsageError
from models.lakes import Lake
from pipelines.commands.options import Command, shown
from pipelines.explanations import PersonExplanation
from pipelines.thresholds import joining_match_weight


def picture_options(function: Command) -> Command:
    """``--html FILE`` and ``--svg FILE``; both may be given."""
    file = click.Path(dir_okay=False, path_type=Path)
    html = click.option(
        "--html", type=file, metavar="FILE", help="Write it as a page with pictures: holds people's data."
    )
    svg = click.option("--svg", type=file, metavar="FILE", help="Write the graph of the records as a picture.")
    return html(svg(function))


def write_pictures(
    lake: Lake, explanation: PersonExplanation | PairExplanation, html: Path | None, svg: Path | None, reveal: bool
) -> None:
    """Write what was asked for and say where, on stderr; personal values are masked unless they are to be revealed.

    Raises:
        UsageError: a file cannot be written.
    """
    if html is None and svg is None:
        return
    from pipelines.pictures.drawings import draw
    from pipelines.pictures.pages import pair_page, person_page
    from pipelines.pictures.people import pair_graph, person_graph

    weight = joining_match_weight(lake.workspace)
    if isinstance(explanation, PersonExplanation):
        graph = person_graph(lake, explanation)
    else:
        graph = pair_graph(lake, explanation)
    told, graph = shown((explanation, graph), lake.workspace, reveal)
    page = person_page(told, graph, weight) if isinstance(told, PersonExplanation) else pair_page(told, graph, weight)
    for file, text in ((html, page), (svg, draw(graph))):
        if file is not None:
            _write(file, text)


def _write(file: Path, text: str) -> None:
    try:
        file.write_text(text, encoding="utf-8")
    except OSError as error:
        msg = f"Cannot write {file}: {error.strerror}. Name a file in a folder that exists and that you may write to."
        raise UsageError(msg) from error
    click.echo(f"Picture: {file}", err=True)
