"""Parquet: DuckDB reads it; the columns' own types say how a value becomes text and JSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import duckdb

from connectors.sources.files.columns import Column
from connectors.sources.files.contents import FileContent
from models.errors import UsageError

INTEGER_TYPES = ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT")
NAIVE_TYPES = ("TIMESTAMP", "TIMESTAMP_S", "TIMESTAMP_MS", "TIMESTAMP_NS")


class ParquetReader:
    """A Parquet file.

    Raises:
        UsageError: it is none.
    """

    def __init__(self, connection: duckdb.DuckDBPyConnection, content: FileContent) -> None:
        self.connection, self.path = connection, str(content.path)
        try:
            described = connection.execute(
                "describe select * from read_parquet([$path])", {"path": self.path}
            ).fetchall()
        except duckdb.Error as error:
            msg = f"{content.path} is not a Parquet file, or a broken one. Export it again, or correct its name."
            raise UsageError(msg) from error
        self.types = {str(name): str(column_type) for name, column_type, *_ in described}

    def names(self) -> Sequence[str]:
        """The file's columns."""
        return tuple(self.types)

    def stage(self, names: Sequence[str]) -> Mapping[str, Column]:
        """The named columns with their own types; null and "" say nothing. ``n`` is the row's place, from 1."""
        columns = "".join(f", {_identifier(name)} as c{place}" for place, name in enumerate(names))
        self.connection.execute(
            f"create temp table file_rows as select row_number() over () as n{columns} from read_parquet([$path])",
            {"path": self.path},
        )
        return {name: typed_column(f"c{place}", self.types[name]) for place, name in enumerate(names)}


def typed_column(value: str, column_type: str) -> Column:
    """The SQL of a column of a DuckDB type. Whole doubles lose their ``.0``: ids often come as doubles."""
    plain = f"{value}::varchar"
    if column_type.removeprefix("U") in INTEGER_TYPES or column_type.startswith("DECIMAL"):
        return Column(text=plain, json=plain, is_text="false")
    if column_type == "BOOLEAN":
        return Column(text=plain, json=plain, is_text="false")
    if column_type in ("DOUBLE", "FLOAT"):
        # Up to 2^53 a double counts exactly; else its digits after the fifteenth are noise (0.8500000000000004).
        is_whole = f"{value} = trunc({value}) and abs({value}) <= 9007199254740992"
        digits = plain if column_type == "FLOAT" else f"printf('%.15g', {value})"
        text = f"case when {is_whole} then {value}::bigint::varchar else {digits} end"
        return Column(text=text, json=f"number_json({text})", is_text="false")
    if column_type in NAIVE_TYPES:
        text = f"replace({value}::timestamp::varchar, ' ', 'T')"
        return Column(text=text, json=f"to_json({text})::varchar", is_text="false", is_moment=True)
    if column_type == "TIMESTAMP WITH TIME ZONE":
        text = f"rfc3339({value})"
        return Column(text=text, json=f"to_json({text})::varchar", is_text="false", is_moment=True)
    if column_type == "DATE":
        return Column(text=plain, json=f"to_json({plain})::varchar", is_text="false", is_moment=True)
    if column_type.endswith("]") or column_type.startswith(("STRUCT", "MAP")):
        text = f"to_json({value})::varchar"
        return Column(text=text, json=text, is_text="false")
    text = f"nullif({plain}, '')"
    return Column(text=text, json=f"to_json({text})::varchar")


def _identifier(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
