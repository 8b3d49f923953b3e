"""``klantbeeld identify``."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import IO, Any, TypeVar

import click
import orjson

from identity.identification import Answer, AnswerEdge
from models.workspaces import Workspace
from pipelines.commands.options import json_option, now, print_facts, print_json, print_table, workspace_option
from pipelines.identify import FIELDS, UnreadableRecordError, open_finder, read_question
from pipelines.identify.views import answer_view
from schemas.tables import IDENTIFIER_TYPES

Command = TypeVar("Command", bound=Callable[..., Any])

MAX_BYTES = 100_000


def field_options(function: Command) -> Command:
    """``--given-name`` and so on: one option a field of a record, identifiers as often as wanted."""
    for name in reversed(FIELDS):
        several = name in IDENTIFIER_TYPES
        option = click.option(f"--{name.replace('_', '-')}", name, metavar="TEXT", multiple=several)
        function = option(function)
    return function


@click.command("identify")
@click.argument("file", metavar="[FILE]", type=click.File("rb"), required=False)
@field_options
@click.option(
    "--identifier",
    "own",
    metavar="TYPE=TEXT",
    multiple=True,
    callback=lambda _context, _parameter, texts: _own_identifiers(texts),
    help="An identifier of a type of the workspace's own.",
)
@workspace_option
@json_option
def command(
    file: IO[bytes] | None, own: dict[str, list[str]], workspace: Workspace, as_json: bool, **fields: Any
) -> None:
    """Who one record is: the person it would join if it were resolved now, or nobody who is known.

    The record is a JSON object in FILE (- is stdin), or given by options. Identifiers may be lists in JSON, and be
    given several times as options. Answers from the newest published state, with the evidence of every edge and the
    unions that were refused; weights are those of 'klantbeeld resolve'.

    \b
    Example:
      klantbeeld identify --given-name Anna --family-name "de Wit" --email anna@postbus.example
      echo '{"phone": "06 12345678", "birth_date": "1980-04-12"}' | klantbeeld identify - --json
    """
    from pipelines.ingest.ingestion import normalise_settings

    given = {name: list(value) if isinstance(value, tuple) else value for name, value in fields.items() if value} | own
    if (file is None) == (not given):
        msg = "Give the record as a JSON object in a file (- is stdin), or its fields as options; one of both."
        raise click.UsageError(msg)
    raw = given if file is None else _read(file)
    question = read_question(raw, normalise_settings(workspace), now().date())
    published = open_finder(workspace)
    with published.finder as finder:
        answer = finder.identify(question.record, question.identifiers)
    for warning in question.warnings:
        click.echo(warning, err=True)
    if as_json:
        print_json(answer_view(answer, question, published.snapshot_id))
    else:
        print_answer(answer)


def _own_identifiers(texts: Iterable[str]) -> dict[str, list[str]]:
    """By type, the values of ``TYPE=TEXT``. Which types there are, the question knows."""
    found: dict[str, list[str]] = {}
    for text in texts:
        kind, sign, value = text.partition("=")
        if not (kind and sign and value) or kind in FIELDS:
            msg = "Write TYPE=TEXT, with a type of the workspace's own; those that are built in have options."
            raise click.BadParameter(msg)
        found.setdefault(kind, []).append(value)
    return found


def _read(file: IO[bytes]) -> Any:
    text = file.read(MAX_BYTES + 1)
    if len(text) > MAX_BYTES:
        raise UnreadableRecordError({"": f"The record is over {MAX_BYTES} bytes."})
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError as error:
        name = "stdin" if file.name == "<stdin>" else file.name
        raise UnreadableRecordError(
            {"": f"{name} holds no JSON: line {error.lineno}, column {error.colno}."}
        ) from error


def print_answer(answer: Answer) -> None:
    """The answer as text."""
    print_facts(
        {
            "status": answer.status,
            "profile": answer.profile_id,
            "match weight": answer.match_weight,
            "because": answer.because,
        }
    )
    if len(answer.candidates) > 1:
        click.echo("\nPeople that it would make one")
        print_table(
            [[one.profile_id, one.match_weight, one.records] for one in answer.candidates],
            ["profile", "weight", "records"],
        )
    if answer.edges:
        click.echo("\nWhat speaks for it")
        _print_edges(answer.edges)
    if answer.refused:
        click.echo("\nRefused: records that an edge would have joined it to")
        print_table(
            [[one.record_id, one.profile_id, one.match_weight, one.reason] for one in answer.refused],
            ["record", "profile", "weight", "because"],
        )
    if answer.other_edges:
        click.echo("\nWhat there is between it and others")
        _print_edges(answer.other_edges)


def _print_edges(edges: Iterable[AnswerEdge]) -> None:
    for edge in edges:
        how = "shares" if edge.kind == "deterministic" else "is alike, found by"
        click.echo(f"{edge.match_weight:+.1f}  {edge.record_id}  {how} {edge.rule.replace('_', ' ')}")
        for part in edge.evidence:
            values = "" if part.value_l is None else f": {part.value_l}"
            if part.value_r is not None and part.value_r != part.value_l:
                values += f" / {part.value_r}"
            click.echo(f"      {part.match_weight:+6.1f}  {part.comparison.replace('_', ' ')} {part.level}{values}")
