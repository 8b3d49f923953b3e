"""The one transaction that makes an ingest true: files, rows and offsets together."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa

from connectors.log.logs import TopicPartition
from models.errors import RetriableError
from models.lakes import LAKE, Lake
from pipelines.ingest.ranges import OffsetRange
from schemas.tables import OFFSETS

if TYPE_CHECKING:
    # The chunk function brings the normalisers, whose Arrow values bring pandas; `status` needs neither.
    from pipelines.ingest.chunks import WrittenChunk


def committed_offsets(lake: Lake) -> dict[TopicPartition, int]:
    """The next offset to read, per topic and partition."""
    rows = lake.rows(f"select topic, partition, next_offset from {LAKE}.ingest.offsets")
    return {(topic, partition): offset for topic, partition, offset in rows}


def commit_chunks(lake: Lake, run_id: str, ranges: Sequence[OffsetRange], written: Sequence[WrittenChunk]) -> None:
    """Commit what the job wrote, and the offsets it read to, in one transaction.

    Raises:
        RetriableError: another ingest committed these offsets meanwhile; nothing of this one was committed.
    """
    with lake.transaction(run_id, "ingest"):
        _check_still_ours(lake, ranges)
        lake.add_files("ingest.events", [part.events_file for part in written if part.events_file])
        for table, files in _row_files(written).items():
            if files:
                lake.connection.execute(
                    f"insert into {LAKE}.ingest.{table} by name select * from read_parquet(?)",
                    [[str(file) for file in files]],
                )
        _advance_offsets(lake, run_id, ranges)


def _row_files(written: Sequence[WrittenChunk]) -> dict[str, list[Path]]:
    """Tables with few rows a chunk: their rows are inserted together, so that one file a commit holds them."""
    return {
        "source_records": [part.source_records_file for part in written if part.source_records_file],
        "identifiers": [part.identifiers_file for part in written if part.identifiers_file],
        "quarantine": [part.quarantine_file for part in written if part.quarantine_file],
    }


def _check_still_ours(lake: Lake, ranges: Sequence[OffsetRange]) -> None:
    committed = committed_offsets(lake)
    for part in ranges:
        if committed.get((part.topic, part.partition), 0) > part.start:
            msg = (
                f"Another ingest committed topic {part.topic}, partition {part.partition} meanwhile. "
                "Nothing was doubled; run again to go on from there."
            )
            raise RetriableError(msg)


def _advance_offsets(lake: Lake, run_id: str, ranges: Sequence[OffsetRange]) -> None:
    ends: dict[TopicPartition, int] = {}
    for part in ranges:
        ends[part.topic, part.partition] = max(part.stop, ends.get((part.topic, part.partition), 0))
    rows = pa.Table.from_pylist(
        [
            {"topic": topic, "partition": partition, "next_offset": offset, "run_id": run_id}
            for (topic, partition), offset in sorted(ends.items())
        ],
        schema=OFFSETS,
    )
    lake.delete("ingest.offsets", rows.select(["topic", "partition"]))
    lake.insert("ingest.offsets", rows)
