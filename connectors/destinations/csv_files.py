"""CSV files for a channel, delivered as one folder with a manifest, all at once or not at all.

UTF-8, RFC 4180: comma, CRLF, quotes where needed, a header row. An export is prepared in a hidden folder, written
through to disk, and revealed by one rename; who reads the folder never sees half of it.
"""

from __future__ import annotations

import csv
import hashlib
import json
import os
import shutil
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from models.errors import UsageError

MANIFEST = "manifest.json"
PREPARED = ".prepared"
BATCH_ROWS = 20_000

FORMULA = r"^[=+\-@\t\r\n]"
"""How a cell begins that a spreadsheet would calculate (CSV injection, OWASP)."""

PLAIN_NUMBER = r"^[+-]?[0-9]+(\.[0-9]+)?$"
"""Numbers and E.164 phone numbers: they begin with a sign too, but do no harm, and channels need them as they are."""


@dataclass(frozen=True)
class FileFacts:
    """What was written: name, rows without the header, bytes, SHA-256 of the bytes, cells that got an apostrophe."""

    name: str
    rows: int
    bytes: int
    sha256: str
    escaped_cells: int


def prepare_export(folder: Path, files: Mapping[str, pa.Table], manifest: Mapping[str, Any]) -> Path:
    """Write an export beside its folder, out of sight, the manifest last; reveal it with :func:`reveal_export`.

    ``manifest`` is completed with the facts of every file. What an earlier attempt left is replaced.

    Raises:
        UsageError: the folder is there already.
    """
    if folder.exists():
        msg = f"{folder} is there already; an export is never overwritten. Move it away, or run again with a new run."
        raise UsageError(msg)
    prepared = _prepared_folder(folder)
    drop_export(folder)
    prepared.mkdir(parents=True)
    facts = [write_csv(prepared / name, table) for name, table in files.items()]
    whole = {**manifest, "files": [asdict(fact) for fact in facts]}
    text = json.dumps(whole, indent=2, ensure_ascii=False) + "\n"
    _write_through(prepared / MANIFEST, text.encode())
    _sync_folder(prepared)
    return prepared


def reveal_export(folder: Path) -> Path:
    """Give a prepared export its final name, in one step; again is the same."""
    prepared = _prepared_folder(folder)
    if prepared.exists():
        prepared.rename(folder)
        _sync_folder(folder.parent)
    return folder


def prepared_exports(root: Path) -> list[Path]:
    """Final names (``root/<audience>/<run>``) of exports that were prepared and neither revealed nor dropped."""
    found = sorted(root.glob(f"*/.*{PREPARED}"))
    return [path.with_name(path.name.removeprefix(".").removesuffix(PREPARED)) for path in found]


def drop_export(folder: Path) -> None:
    """Remove what is prepared for a folder; a revealed export stays."""
    shutil.rmtree(_prepared_folder(folder), ignore_errors=True)


def write_csv(path: Path, table: pa.Table) -> FileFacts:
    """Write a table as CSV, rows in its order, nulls as empty cells, times as ISO 8601 in UTC, lists with ``;``.

    A cell that a spreadsheet would calculate gets an apostrophe in front; plain numbers and phone numbers do not.
    """
    texts = pa.table({name: _texts(table[name]) for name in table.column_names})
    escaped = 0
    with path.open("w", encoding="utf-8", newline="") as handle:
        writer = csv.writer(handle, lineterminator="\r\n")
        writer.writerow(texts.column_names)
        for batch in texts.to_batches(max_chunksize=BATCH_ROWS):
            columns = [_escape(column) for column in batch.columns]
            escaped += sum(count for _, count in columns)
            writer.writerows(zip(*(values.to_pylist() for values, _ in columns), strict=True))
        handle.flush()
        os.fsync(handle.fileno())
    with path.open("rb") as handle:
        digest = hashlib.file_digest(handle, "sha256").hexdigest()
    return FileFacts(path.name, table.num_rows, path.stat().st_size, digest, escaped)


def _prepared_folder(folder: Path) -> Path:
    return folder.parent / f".{folder.name}{PREPARED}"


def _texts(column: pa.ChunkedArray) -> pa.ChunkedArray:
    if pa.types.is_timestamp(column.type):
        seconds = column.cast(pa.timestamp("s", tz="UTC"), safe=False)
        return pc.strftime(seconds, format="%Y-%m-%dT%H:%M:%SZ")
    if pa.types.is_list(column.type):
        return pc.binary_join(column, ";")
    return column.cast(pa.string())


def _escape(column: pa.Array) -> tuple[pa.Array, int]:
    formula = pc.and_(
        pc.match_substring_regex(column, FORMULA), pc.invert(pc.match_substring_regex(column, PLAIN_NUMBER))
    )
    escaped = pc.if_else(pc.fill_null(formula, False), pc.binary_join_element_wise("'", column, ""), column)
    return escaped, int(pc.sum(formula).as_py() or 0)


def _write_through(path: Path, content: bytes) -> None:
    with path.open("wb") as handle:
        handle.write(content)
        handle.flush()
        os.fsync(handle.fileno())


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
