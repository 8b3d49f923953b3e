"""Options and output that commands share."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, TypeVar

import click

from models.masking import masked
from models.workspaces import Workspace, open_workspace

Command = TypeVar("Command", bound=Callable[..., Any])
View = TypeVar("View")


def workspace_option(function: Command) -> Command:
    """``--workspace DIR``: gives the command a checked :class:`Workspace`."""
    return click.option(
        "--workspace",
        "-w",
        default=".",
        envvar="KLANTBEELD_WORKSPACE",
        show_envvar=True,
        metavar="DIR",
        callback=lambda _context, _parameter, value: open_workspace(Path(value)),
        help="The workspace; by default the current folder.",
    )(function)


def json_option(function: Command) -> Command:
    """``--json``: JSON for machines in place of text for people."""
    return click.option("--json", "as_json", is_flag=True, help="Print JSON, for machines.")(function)


def reveal_option(function: Command) -> Command:
    """``--reveal``: show personal values whole (:func:`shown`)."""
    text = "Show e-mail addresses, phones, birth dates and other personal values whole; else they are masked."
    return click.option("--reveal", is_flag=True, help=text)(function)


def shown(view: View, workspace: Workspace, reveal: bool) -> View:
    """What leaves for the screen: the view, its personal values masked unless they are to be revealed."""
    return view if reveal else masked(view, workspace.settings.identifier_policies())


def as_of_option(function: Command) -> Command:
    """``--as-of TIME``: the moment that segments are computed for; None means now."""
    return click.option(
        "--as-of",
        metavar="TIME",
        callback=lambda _context, _parameter, value: None if value is None else parse_time(value),
        help="Compute segments as of this moment (ISO 8601, UTC if no offset); by default now.",
    )(function)


def parse_time(text: str) -> datetime:
    """An ISO 8601 date or timestamp, in UTC.

    Raises:
        click.BadParameter: it is none.
    """
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        msg = f"'{text}' is no ISO 8601 date or time, for example 2026-11-22 or 2026-11-22T08:00:00Z."
        raise click.BadParameter(msg) from error
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def now() -> datetime:
    """The clock, at the rim: functions inside take the time as an argument."""
    return datetime.now(UTC)


def print_json(value: Any) -> None:
    """One JSON document on stdout, as :func:`json_text`."""
    click.echo(json_text(value))


def json_text(value: Any) -> str:
    """One JSON document; timestamps ISO 8601, decimals as strings (they stay exact)."""
    return json.dumps(value, indent=2, ensure_ascii=False, default=_plain)


def print_table(rows: Iterable[Sequence[Any]], header: Sequence[str]) -> None:
    """A table on stdout, columns aligned; numbers to the right."""
    body = [[_cell(value) for value in row] for row in rows]
    cells = [list(header), *body]
    widths = [max(len(row[place]) for row in cells) for place in range(len(header))]
    rights = [
        bool(body) and all(row[place] in ("", "-") or _is_number(row[place]) for row in body)
        for place in range(len(header))
    ]
    for number, row in enumerate(cells):
        parts = [
            text.rjust(width) if right else text.ljust(width)
            for text, width, right in zip(row, widths, rights, strict=True)
        ]
        click.echo("  ".join(parts).rstrip())
        if number == 0:
            click.echo("  ".join("-" * width for width in widths))


def print_facts(facts: Mapping[str, Any], indent: str = "") -> None:
    """Name and value, a line each, on stdout."""
    width = max((len(name) for name in facts), default=0)
    for name, value in facts.items():
        click.echo(f"{indent}{name.ljust(width)}  {_cell(value)}")


def _cell(value: Any) -> str:
    if value is None:
        return "-"
    if isinstance(value, datetime):
        return value.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, float):
        return f"{value:,.3f}"
    if isinstance(value, list | tuple):
        return ", ".join(_cell(part) for part in value)
    return str(value)


def _is_number(text: str) -> bool:
    return text.replace(",", "").replace(".", "", 1).lstrip("-").isdigit()


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal | Path):
        return str(value)
    if isinstance(value, bytes):
        return value.decode("utf-8", "backslashreplace")
    if isinstance(value, set | frozenset):
        return sorted(value)
    msg = f"no JSON for {type(value).__name__}"
    raise TypeError(msg)
