"""What one Beam worker does with one chunk; plain functions, no Beam in sight.

``stage_chunk`` reads, checks and normalises, and leaves the result as Arrow files outside the lake;
``write_chunk`` drops the duplicates that were found meanwhile and writes the Parquet files.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from connectors.log.logs import LOG_RECORDS, EventLog
from pipelines.ingest.ranges import Chunk
from pipelines.normalise.events import Normalised, NormaliseSettings, normalise_events
from schemas.tables import EVENTS, IDENTIFIERS, QUARANTINE, SOURCE_RECORDS

STAGED = ("events", "source_records", "identifiers")

KEYS = pa.schema([("message_id", pa.string()), ("chunk", pa.int32()), ("row", pa.int32())])
"""Message ids of a chunk's events; ``row`` is the message's place in the chunk."""


@dataclass(frozen=True, slots=True)
class StagedChunk:
    """A chunk that was read, checked and normalised; ``folder`` holds its Arrow files."""

    chunk: Chunk
    folder: Path
    messages: int
    events: int
    quarantined: int


@dataclass(frozen=True, slots=True)
class WrittenChunk:
    """A chunk's Parquet files, ready to be committed, and what they count. Paths are None where there are no rows."""

    index: int
    events_file: Path | None
    source_records_file: Path | None
    identifiers_file: Path | None
    quarantine_file: Path | None
    messages: int
    events: int
    duplicates: int
    quarantined: int


def read_chunk(log: EventLog, chunk: Chunk) -> pa.Table:
    """The chunk's log records with ``log_topic`` and ``log_partition`` beside them, in range and offset order."""
    parts: list[pa.Table] = []
    for part in chunk.ranges:
        batches = list(log.read(part.topic, part.partition, part.start, part.stop, max(part.messages, 1)))
        records = pa.Table.from_batches(batches, LOG_RECORDS)
        parts.append(_with_position(records, part.topic, part.partition))
    return pa.concat_tables(parts).combine_chunks()


def stage_chunk(records: pa.Table, chunk: Chunk, settings: NormaliseSettings, folder: Path, run_id: str) -> StagedChunk:
    """Check and normalise log records and leave them as Arrow files in ``folder``.

    Every record ends as an event or in quarantine: the counts add up, or this raises AssertionError.
    """
    folder.mkdir(parents=True, exist_ok=True)
    normalised = normalise_records(records, settings)
    position = records.select(["log_topic", "log_partition", "offset"]).rename_columns(
        ["log_topic", "log_partition", "log_offset"]
    )
    _write_arrow(folder / "events.arrow", _with_log(normalised.events, position, run_id))
    _write_arrow(folder / "source_records.arrow", _with_run(normalised.source_records, run_id))
    _write_arrow(folder / "identifiers.arrow", normalised.identifiers)
    quarantined = _with_log(normalised.quarantined, position, run_id)
    if quarantined.num_rows:
        ids = _position_ids(quarantined)
        table = quarantined.append_column("quarantine_id", ids).select(QUARANTINE.names).cast(QUARANTINE)
        pq.write_table(table, folder / "quarantine.parquet", compression="zstd", compression_level=1)
    return StagedChunk(chunk, folder, records.num_rows, normalised.events.num_rows, quarantined.num_rows)


def normalise_records(records: pa.Table, settings: NormaliseSettings) -> Normalised:
    """The chunk function: log records to checked, normalised rows. Rows in = events + quarantined."""
    values, appended_at, headers = (records[name].combine_chunks() for name in ("value", "appended_at", "headers"))
    normalised = normalise_events(values, appended_at, headers, settings)
    if normalised.events.num_rows + normalised.quarantined.num_rows != records.num_rows:
        msg = "normalise_events lost or doubled a row; this is a bug"
        raise AssertionError(msg)
    return normalised


def staged_keys(staged: StagedChunk) -> pa.Table:
    """The message ids of a staged chunk (:data:`KEYS`): all that travels between workers to find duplicates."""
    events = _read_arrow(staged.folder / "events.arrow")
    count = events.num_rows
    columns = [
        events["message_id"],
        pa.repeat(pa.scalar(staged.chunk.index, pa.int32()), count),
        events["row"].cast(pa.int32()),
    ]
    return pa.table(columns, schema=KEYS)


def write_chunk(staged: StagedChunk, dropped_rows: Sequence[int], events_file: Path, run_id: str) -> WrittenChunk:
    """Write a staged chunk's Parquet files without the dropped rows (duplicates).

    Args:
        dropped_rows: places in the chunk (``row``) of events that the store, or the run, holds already.
        events_file: where the events go, inside the lake's folder; the other files stay in staging.
    """
    tables = {name: _without(_read_arrow(staged.folder / f"{name}.arrow"), dropped_rows) for name in STAGED}
    identifiers = aggregate_identifiers(tables["identifiers"], run_id)
    quarantine = staged.folder / "quarantine.parquet"
    return WrittenChunk(
        index=staged.chunk.index,
        events_file=_write_parquet(events_file, tables["events"], EVENTS),
        source_records_file=_write_parquet(
            staged.folder / "source_records.parquet", tables["source_records"], SOURCE_RECORDS
        ),
        identifiers_file=_write_parquet(staged.folder / "identifiers.parquet", identifiers, IDENTIFIERS),
        quarantine_file=quarantine if quarantine.exists() else None,
        messages=staged.messages,
        events=tables["events"].num_rows,
        duplicates=staged.events - tables["events"].num_rows,
        quarantined=staged.quarantined,
    )


def aggregate_identifiers(seen: pa.Table, run_id: str) -> pa.Table:
    """One row per (source record, identifier) with first and last event time and the number of events."""
    keys = ["source", "source_record_id", "type", "value"]
    grouped = seen.group_by(keys).aggregate([("timestamp", "min"), ("timestamp", "max"), ("timestamp", "count")])
    renamed = grouped.rename_columns(
        {"timestamp_min": "first_seen", "timestamp_max": "last_seen", "timestamp_count": "events"}
    )
    return _with_run(renamed, run_id)


def _with_position(records: pa.Table, topic: str, partition: int) -> pa.Table:
    count = records.num_rows
    return records.append_column("log_topic", pa.repeat(pa.scalar(topic), count)).append_column(
        "log_partition", pa.repeat(pa.scalar(partition, pa.int32()), count)
    )


def _with_log(rows: pa.Table, position: pa.Table, run_id: str) -> pa.Table:
    taken = position.take(rows["row"])
    for name in taken.column_names:
        rows = rows.append_column(name, taken[name])
    return _with_run(rows, run_id)


def _with_run(rows: pa.Table, run_id: str) -> pa.Table:
    return rows.append_column("run_id", pa.repeat(pa.scalar(run_id), rows.num_rows))


def _position_ids(rows: pa.Table) -> pa.Array:
    """Ids of quarantined messages: their place in the log, which is the same however often it is read."""
    parts = [rows["log_topic"], rows["log_partition"].cast(pa.string()), rows["log_offset"].cast(pa.string())]
    return pc.binary_join_element_wise(*parts, "/")


def _without(rows: pa.Table, dropped_rows: Sequence[int]) -> pa.Table:
    if not dropped_rows:
        return rows
    return rows.filter(pc.invert(pc.is_in(rows["row"], pa.array(dropped_rows, rows["row"].type))))


def _write_arrow(path: Path, table: pa.Table) -> None:
    with pa.OSFile(str(path), "wb") as sink, pa.ipc.new_file(sink, table.schema) as writer:
        writer.write_table(table)


def _read_arrow(path: Path) -> pa.Table:
    with pa.memory_map(str(path)) as source:
        return pa.ipc.open_file(source).read_all()


def _write_parquet(path: Path, table: pa.Table, schema: pa.Schema) -> Path | None:
    if table.num_rows == 0:
        return None
    path.parent.mkdir(parents=True, exist_ok=True)
    # Ids and payloads hardly repeat: a dictionary would cost time and save nothing.
    flat = ("message_id", "payload", "log_offset", "timestamp", "original_timestamp", "sent_at", "received_at")
    dictionary = [name for name in schema.names if name not in flat]
    pq.write_table(
        table.select(schema.names).cast(schema),
        path,
        compression="zstd",
        compression_level=1,
        use_dictionary=dictionary,
    )
    return path
