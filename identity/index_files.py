"""Match indexes as files: segments are written once and never changed; a manifest says which make an index.

A manifest has a name (the number of the resolution it belongs to), so that the older and the newer index stand side by
side until it is certain which of the two resolutions holds.
"""

from __future__ import annotations

from pathlib import Path

import duckdb
import msgspec
import pyarrow as pa
from msgspec import Struct

from identity.key_indexes import KeyIndex, read_segment, write_segment
from identity.match_indexes import INDEXES, MatchIndex

FORMAT = 1
HASHED_BY = f"duckdb {duckdb.__version__}"
"""Keys are hashes: another version may make others of the same values."""

MAX_RECORD_FILES = 64
"""More files of record ids than this are made one."""


class Manifest(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Which files make an index: of record ids in order, and per index the names of its segments."""

    format: int = FORMAT
    hashed_by: str = HASHED_BY
    records: list[str]
    rows: list[int]
    segments: dict[str, list[str]]
    totals: dict[str, tuple[int, int]]


def write_index(index: MatchIndex, folder: Path, name: str) -> None:
    """Write what is not in the folder yet, and at last the manifest ``<name>.json``."""
    folder.mkdir(parents=True, exist_ok=True)
    if index.record_ids.num_chunks > MAX_RECORD_FILES:
        index = index.with_one_chunk()
    records = []
    for place, chunk in enumerate(index.record_ids.chunks):
        file = index.record_files[place] if place < len(index.record_files) else f"{name}-records-{place}.arrow"
        if place >= len(index.record_files):
            with pa.OSFile(str(folder / file), "wb") as sink, pa.ipc.new_file(sink, _record_schema()) as writer:
                writer.write_batch(pa.record_batch([chunk], schema=_record_schema()))
        records.append(file)
    segments = {part: _write_segments(getattr(index, part), folder, f"{name}-{part}") for part in INDEXES}
    manifest = Manifest(
        records=records,
        rows=[len(chunk) for chunk in index.record_ids.chunks],
        segments=segments,
        totals=dict(index.totals),
    )
    path = folder / f"{name}.json"
    waiting = path.with_suffix(".json.part")
    waiting.write_bytes(msgspec.json.encode(manifest))
    waiting.replace(path)


def read_index(folder: Path, name: str) -> MatchIndex | None:
    """The index of a manifest, mapped from its files; None where it is not there whole, or was made by other means."""
    path = folder / f"{name}.json"
    try:
        manifest = msgspec.json.decode(path.read_bytes(), type=Manifest)
        if manifest.format != FORMAT or manifest.hashed_by != HASHED_BY:
            return None
        chunks = [_read_records(folder / file) for file in manifest.records]
        if [len(chunk) for chunk in chunks] != manifest.rows:
            return None
        indexes = {
            part: KeyIndex(tuple(read_segment(folder, file) for file in manifest.segments[part])) for part in INDEXES
        }
    except (OSError, ValueError, KeyError, msgspec.DecodeError, pa.ArrowInvalid):
        return None
    return MatchIndex(
        record_ids=pa.chunked_array(chunks, pa.string()),
        record_files=tuple(manifest.records),
        totals=manifest.totals,
        **indexes,
    )


def tidy_indexes(folder: Path, name: str) -> None:
    """Delete all files that the index of this name does not need; whoever has them open keeps them."""
    manifest = msgspec.json.decode((folder / f"{name}.json").read_bytes(), type=Manifest)
    stems = {file for files in manifest.segments.values() for file in files}
    for path in sorted(folder.iterdir()):
        kept = path.name == f"{name}.json" or path.name in manifest.records or path.name.split(".")[0] in stems
        if not kept:
            path.unlink()


def _write_segments(index: KeyIndex, folder: Path, name: str) -> list[str]:
    files = []
    for place, segment in enumerate(index.segments):
        file = segment.file or f"{name}-{place}"
        if segment.file is None:
            write_segment(segment, folder, file)
        files.append(file)
    return files


def _read_records(path: Path) -> pa.Array:
    with pa.memory_map(str(path)) as source:
        table = pa.ipc.open_file(source).read_all()
    return table["record_id"].combine_chunks()


def _record_schema() -> pa.Schema:
    return pa.schema([pa.field("record_id", pa.string(), nullable=False)])
