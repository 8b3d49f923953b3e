"""JSON lines, one object a line: DuckDB checks the objects and takes them apart; refused lines keep their bytes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import duckdb
import orjson
import pyarrow as pa

from connectors.sources.files.columns import REJECTS, Column, insert_arrow
from connectors.sources.files.contents import PYTHON_ENCODINGS, FileContent, text_blocks
from models.settings import SourceSettings


class JsonLinesReader:
    """A file of JSON lines. Its columns are the paths of its objects: ``id``, ``customer.email``."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, content: FileContent, settings: SourceSettings) -> None:
        self.connection, self.content, self.encoding = connection, content, settings.encoding
        self._stage_lines()
        self.paths = self._find_paths()

    def names(self) -> Sequence[str]:
        """Dotted paths of everything that an object of the file holds."""
        return tuple(self.paths)

    def stage(self, names: Sequence[str]) -> Mapping[str, Column]:
        """The named paths of every object, each of its own JSON type; null, "" and absent say nothing."""
        pointers = [self.paths[name] for name in names]
        self.connection.execute(
            "create temp table file_rows as select n, json_extract(line, $pointers::varchar[]) as v from file_lines",
            {"pointers": pointers},
        )
        self.connection.execute("drop table file_lines")
        return {name: _column(f"v[{place}]") for place, name in enumerate(names, 1)}

    def _stage_lines(self) -> None:
        """Fill ``file_lines`` with the objects and ``file_rejects`` with the lines that are none."""
        self.connection.execute("create temp table file_lines (n bigint, line varchar)")
        for lines, unreadable in self._blocks():
            insert_arrow(self.connection, "file_lines", lines)
            insert_arrow(self.connection, "file_rejects", unreadable)
        refused = "from file_lines where json_type(case when json_valid(line) then line end) is distinct from 'OBJECT'"
        rows = self.connection.execute(f"select n, line, json_valid(line) {refused}").fetchall()
        python_encoding = PYTHON_ENCODINGS[self.encoding]
        rejects = [
            {"n": n, "original": line.encode(python_encoding), "what": "not a JSON object" if valid else "not JSON"}
            for n, line, valid in rows
        ]
        insert_arrow(self.connection, "file_rejects", pa.Table.from_pylist(rejects, REJECTS))
        self.connection.execute(f"delete {refused}")

    def _blocks(self) -> Iterator[tuple[pa.Table, pa.Table]]:
        rest, first = b"", 1
        for block, final in text_blocks(self.content):
            *whole, rest = (rest + block).split(b"\n")
            if final:
                whole.append(rest)
            yield self._lines(whole, first)
            first += len(whole)

    def _lines(self, lines: list[bytes], first: int) -> tuple[pa.Table, pa.Table]:
        """The lines as text with their numbers, and those that are not in the source's encoding."""
        decoded: list[dict[str, Any]] = []
        unreadable: list[dict[str, Any]] = []
        for n, raw in enumerate(lines, first):
            line = raw.removesuffix(b"\r")
            if not line.strip():
                continue
            try:
                decoded.append({"n": n, "line": line.decode(PYTHON_ENCODINGS[self.encoding])})
            except UnicodeDecodeError as error:
                unreadable.append({"n": n, "original": line, "what": f"byte {error.start + 1} is not {self.encoding}"})
        schema = pa.schema([("n", pa.int64()), ("line", pa.string())])
        return pa.Table.from_pylist(decoded, schema), pa.Table.from_pylist(unreadable, REJECTS)

    def _find_paths(self) -> dict[str, str]:
        """Dotted path -> JSON pointer, for every path in the objects; a key that has a dot itself wins."""
        found = self.connection.execute("select json_group_structure(line::json)::varchar from file_lines").fetchone()
        structure = orjson.loads(found[0]) if found and found[0] else {}
        nested: dict[str, str] = {}
        _walk(structure, "", "", nested)
        return nested | {key: f"/{_escaped(key)}" for key in structure}


def _walk(structure: Any, name: str, pointer: str, found: dict[str, str]) -> None:
    if isinstance(structure, dict):
        for key, value in structure.items():
            path, inner = (f"{name}.{key}" if name else key), f"{pointer}/{_escaped(key)}"
            found[path] = inner
            _walk(value, path, inner, found)


def _escaped(key: str) -> str:
    return key.replace("~", "~0").replace("/", "~1")


def _column(value: str) -> Column:
    text = f"nullif({value} ->> '$', '')"
    return Column(
        text=text,
        json=f"case when {text} is not null then {value}::varchar end",
        is_text=f"json_type({value}) = 'VARCHAR'",
    )
