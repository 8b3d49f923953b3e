"""Several exports as one table of facts, with what to say about each file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from models.errors import UsageError
from pipelines.clean.exports import Export, ExportFile, open_export
from pipelines.clean.fields import FIELDS
from pipelines.clean.mappings import ColumnMapping, Wishes, map_columns, refuse_unknown_columns
from pipelines.clean.records import Facts, normalise_export
from schemas.tables import IDENTIFIER_TYPES, TRAITS

WEAK_ALONE = frozenset({*TRAITS, "country"}) - {"house_number"}


@dataclass(frozen=True)
class FileFacts:
    """How one file was understood."""

    name: str
    rows: int
    unreadable: int
    mapping: ColumnMapping


@dataclass(frozen=True)
class Load:
    """All rows: ``facts`` (TRAITS, IDENTIFIER_TYPES, ``source``, ``external_id``: what the user calls the record,
    ``place``: a number of its own); ``held``: (identifier type, places, values)."""

    facts: pa.Table
    held: list[tuple[str, pa.Array, pa.Array]]
    files: list[FileFacts]


def load_exports(
    paths: Sequence[Path],
    wishes: Wishes,
    id_column: str | None,
    country: str,
    latest: date,
    say: Callable[[str], None],
) -> Load:
    """The rows of all files, normalised.

    Raises:
        UsageError: a file cannot be read, a column is not there, ids are not unique, or nothing can be compared.
    """
    _refuse_equal_names(paths)
    parts: list[pa.Table] = []
    held: list[tuple[str, pa.Array, pa.Array]] = []
    files: list[FileFacts] = []
    with ExitStack() as stack:
        opened = {path.name: stack.enter_context(open_export(path)) for path in paths}
        refuse_unknown_columns(wishes, id_column, {name: file.columns for name, file in opened.items()})
        start = 0
        for name, file in opened.items():
            mapping = map_columns(file.columns, wishes, id_column)
            _refuse_unusable(name, mapping)
            export = _read(file, mapping)
            facts = normalise_export(export.table, mapping.fields, country, latest)
            places = pa.array(range(start, start + len(export.rows)), pa.int64())
            start += len(export.rows)
            files.append(FileFacts(name, len(export.rows), export.unreadable, mapping))
            _say_how(say, files[-1], export, facts)
            parts.append(_part(name, export, facts, places, id_column))
            held += [(kind, places, values) for kind, values in facts.further]
    table = pa.concat_tables(parts).combine_chunks()
    _refuse_nothing(table, opened)
    _refuse_doubles(table["external_id"], id_column)
    return Load(table, held, files)


def _read(file: ExportFile, mapping: ColumnMapping) -> Export:
    named = [column for columns in mapping.fields.values() for column in columns]
    ids = [] if mapping.id_column is None else [mapping.id_column]
    return file.read(list(dict.fromkeys([*named, *ids])))


def _part(name: str, export: Export, facts: Facts, places: pa.Array, id_column: str | None) -> pa.Table:
    if id_column is None:
        ids = pc.binary_join_element_wise(name, export.rows.cast(pa.string()), ":")
    else:
        ids = export.table[id_column].combine_chunks()
        if ids.null_count:
            msg = f"--id {id_column}: {ids.null_count} rows of {name} have none. Fill it in, or leave --id away."
            raise UsageError(msg)
    columns = {column: facts.columns[column] for column in (*TRAITS, *IDENTIFIER_TYPES)}
    source = pa.repeat(pa.scalar(name), len(places))
    return pa.table({**columns, "source": source, "external_id": ids.cast(pa.string()), "place": places})


def _say_how(say: Callable[[str], None], file: FileFacts, export: Export, facts: Facts) -> None:
    used = ", ".join(f"{name} = {' and '.join(columns)}" for name, columns in file.mapping.fields.items())
    say(f"{file.name}: {file.rows:,} rows; {used}.")
    if file.mapping.ignored:
        say(f"{file.name}: ignored columns: {', '.join(file.mapping.ignored)}.")
    for note in export.notes:
        say(f"{file.name}: {note}")
    if export.encoding != "utf-8":
        say(f"{file.name}: not UTF-8, read as {export.encoding}.")
    if export.unreadable:
        say(f"{file.name}: {export.unreadable:,} rows could not be read; they are in no result.")
    for name, count in facts.unusable.items():
        say(f"{file.name}: {name}: {count:,} values cannot be used.")
    for name in file.mapping.fields:
        if name in facts.columns and facts.columns[name].null_count == file.rows and file.rows:
            say(f"{file.name}: {name}: no row says it.")


def _refuse_equal_names(paths: Sequence[Path]) -> None:
    for name, count in Counter(path.name for path in paths).items():
        if count > 1:
            msg = f"{name} is named {count} times. Give each file once, by a name of its own."
            raise UsageError(msg)


def _refuse_unusable(name: str, mapping: ColumnMapping) -> None:
    if not mapping.fields:
        msg = (
            f"{name}: no usable column among {', '.join(mapping.ignored) or 'none'}. "
            f"Say what they are with --map field=column; fields: {', '.join(FIELDS)}."
        )
        raise UsageError(msg)
    if len(mapping.fields) == 1 and set(mapping.fields) <= WEAK_ALONE:
        [only] = mapping.fields
        msg = (
            f"{name}: only {only} is usable, and one such field cannot tell people apart. "
            "Map more with --map field=column."
        )
        raise UsageError(msg)


def _refuse_nothing(table: pa.Table, opened: dict[str, ExportFile]) -> None:
    names = ", ".join(opened)
    if table.num_rows == 0:
        msg = f"{names}: no rows that can be read. Export them again."
        raise UsageError(msg)
    if all(table[name].null_count == table.num_rows for name in (*TRAITS, *IDENTIFIER_TYPES) if name != "country_code"):
        msg = f"{names}: no row says anything in the usable columns. Map others with --map field=column."
        raise UsageError(msg)


def _refuse_doubles(ids: pa.ChunkedArray, id_column: str | None) -> None:
    doubles = len(ids) - pc.count_distinct(ids).as_py()
    if doubles:
        msg = (
            f"--id {id_column}: {doubles} rows repeat an id that another row has. Name a column that is unique over "
            "all files, or leave --id away: then file name and row number name a record."
        )
        raise UsageError(msg)
