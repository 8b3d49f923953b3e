"""Which column of a file says what: by their usual names, and as the user says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from models.errors import UsageError, suggest
from pipelines.clean.fields import FIELDS, NOT_ALONE, PLACES, SEVERAL, bare_key, column_key

Wishes = Mapping[str, tuple[str, ...]]
"""Field -> the columns that the user named for it; no column: the field is not to be used."""


@dataclass(frozen=True)
class ColumnMapping:
    """``fields``: field -> its columns. ``ignored``: columns that say nothing, in the order of the file."""

    fields: dict[str, tuple[str, ...]]
    ignored: tuple[str, ...]
    id_column: str | None = field(default=None)


def parse_wishes(texts: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """The wishes of ``field=column`` texts; ``field=`` leaves the field out.

    Raises:
        UsageError: no such text, an unknown field, or two columns for a field that takes one.
    """
    wishes: dict[str, tuple[str, ...]] = {}
    for text in texts:
        name, equals, column = (part.strip() for part in text.partition("="))
        if not equals:
            msg = f"--map {text}: write field=column, for example --map family_name=achternaam."
            raise UsageError(msg)
        if name not in FIELDS:
            msg = f"--map {text}: no field '{name}'. {suggest(name, FIELDS)}"
            raise UsageError(msg)
        if wishes.get(name) and name not in SEVERAL:
            msg = f"--map {text}: '{name}' is mapped twice. Only {', '.join(sorted(SEVERAL))} take several columns."
            raise UsageError(msg)
        wishes[name] = (*wishes.get(name, ()), *([column] if column else []))
    return wishes


def refuse_unknown_columns(wishes: Wishes, id_column: str | None, files: Mapping[str, Sequence[str]]) -> None:
    """Raise UsageError where a mapped column is in no file, or the id is missing in one; ``files``: name -> columns."""
    everywhere = {column for columns in files.values() for column in columns}
    for name, columns in wishes.items():
        for column in columns:
            if column not in everywhere:
                msg = (
                    f"--map {name}={column}: no column '{column}' in {', '.join(files)}. {suggest(column, everywhere)}"
                )
                raise UsageError(msg)
            if column == id_column:
                msg = (
                    f"--map {name}={column}: '{column}' is the --id. It names records and cannot compare them as well."
                )
                raise UsageError(msg)
    for file, held in files.items():
        if id_column is not None and id_column not in held:
            msg = f"--id {id_column}: {file} has no such column. {suggest(id_column, held)}"
            raise UsageError(msg)


def map_columns(columns: Sequence[str], wishes: Wishes, id_column: str | None) -> ColumnMapping:
    """The mapping of one file's columns. Of several usual names for one field the likeliest counts."""
    wished = {column for named in wishes.values() for column in named}
    found: dict[str, list[tuple[int, int, str]]] = {}
    for order, column in enumerate(columns):
        place = None if column == id_column or column in wished else _place(column, columns)
        if place is not None and place[0] not in wishes:
            found.setdefault(place[0], []).append((place[1], order, column))
    fields = {
        name: tuple(column for _, _, column in sorted(places)[: None if name in SEVERAL else 1])
        for name, places in found.items()
    }
    for name, named in wishes.items():
        here = tuple(column for column in named if column in columns)
        if here:
            fields[name] = here
    for name, whole in NOT_ALONE.items():
        if whole not in fields:
            fields.pop(name, None)
    used = {id_column, *(column for named in fields.values() for column in named)}
    in_order = {name: fields[name] for name in FIELDS if name in fields}
    return ColumnMapping(in_order, tuple(column for column in columns if column not in used), id_column)


def _place(column: str, columns: Sequence[str]) -> tuple[str, int] | None:
    """The field of a usual name; of a path into a JSON object (``customer.email``) the last word may tell.

    A name with a word around it (``billing_city``) stands behind all that are usual as they are.
    """
    if any(other.startswith(f"{column}.") for other in columns):
        return None
    last = column.rpartition(".")[2]
    usual = PLACES.get(column_key(column)) or PLACES.get(column_key(last))
    if usual is None and (found := PLACES.get(bare_key(last))) is not None:
        return found[0], found[1] + len(PLACES)
    return usual
