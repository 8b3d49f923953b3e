"""The event log in one SQLite file: no server, several processes, on disk before ``append`` returns.

One table per topic and partition with the offset as its integer primary key (four times as fast as one table for
all); the next offset of each partition is kept apart, so that retention never makes an offset be used again.
"""

from __future__ import annotations

import itertools
import sqlite3
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pyarrow as pa

from connectors.log.logs import (
    LOG_RECORDS,
    MAX_BATCH_BYTES,
    LogRecord,
    TopicPartition,
    check_range,
    check_sizes,
    to_headers_text,
)
from connectors.log.partitions import Partitioner
from connectors.log.sqlite_files import connect, explained, transaction

Row = tuple[int, int, bytes | None, bytes, str | None]

_TABLES = """
create table if not exists partitions (
    topic text not null,
    partition integer not null,
    records text not null unique,
    next_offset integer not null,
    primary key (topic, partition)
) without rowid
"""

_FETCH_ROWS = 64  # of the largest records these stay under the 2 GiB that one Arrow column can address
_PURGE_ROWS = 10_000
_MICROSECONDS_PER_HOUR = 3_600_000_000


class EmbeddedLog:
    """An :class:`~connectors.log.logs.EventLog` in a SQLite file; threads and processes may share it.

    ``clock`` gives nanoseconds since 1970 in UTC, for the records' ``appended_at`` and for retention.
    """

    def __init__(
        self, path: Path, partitions: int = 4, retention_hours: int = -1, clock: Callable[[], int] = time.time_ns
    ) -> None:
        """Open the log, made when it is not there, and drop what is older than ``retention_hours`` (-1: nothing).

        Raises:
            FatalError: the file is no event log, or is damaged.
            RetriableError: the file cannot be opened now (rights, disk, another process).
        """
        self._path = path
        self._partitions = partitions
        self._retention_hours = retention_hours
        self._clock = clock
        self._partitioner = Partitioner()
        self._counts: dict[str, int] = {}
        self._lock = threading.Lock()
        with explained(path):
            self._writer: sqlite3.Connection | None = connect(path)
            with transaction(self._writer):
                self._writer.execute(_TABLES)
        self._purge_all()

    def create_topics(self, topics: Sequence[str]) -> None:
        """Make the topics that are missing; one that exists keeps its partition count."""
        with self._writing() as writer:
            for topic in topics:
                if not self._count(writer, topic):
                    self._create(writer, topic)

    def append(self, records: Sequence[LogRecord]) -> list[tuple[int, int]]:
        """As :meth:`EventLog.append`: one transaction, synced to disk; all of the records or none."""
        check_sizes(records)
        with self._writing() as writer:
            counts = {topic: self._count(writer, topic) for topic in {record.topic for record in records}}
            for topic in [topic for topic, count in counts.items() if not count]:
                self._create(writer, topic)
                counts[topic] = self._partitions
            chosen = self._partitioner.choose(records, counts)
            return self._insert(writer, records, chosen)

    def begin_offsets(self, topics: Sequence[str]) -> dict[TopicPartition, int]:
        """As :meth:`EventLog.begin_offsets`."""
        with self._reading() as reader:
            return {
                (topic, partition): _first_offset(reader, table, next_offset)
                for topic, partition, table, next_offset in _layout(reader, topics)
            }

    def end_offsets(self, topics: Sequence[str]) -> dict[TopicPartition, int]:
        """As :meth:`EventLog.end_offsets`."""
        with self._reading() as reader:
            return {(topic, partition): offset for topic, partition, _, offset in _layout(reader, topics)}

    def read(self, topic: str, partition: int, start: int, stop: int, max_records: int) -> Iterator[pa.RecordBatch]:
        """As :meth:`EventLog.read`; no read transaction stays open between two batches."""
        with self._reading() as reader:
            table, end = _place(reader, topic, partition)
            check_range(topic, partition, stop, end)
            while start < stop:
                # Each batch is a query of its own: an open one would keep SQLite from reusing its write-ahead log.
                rows = _fetch(reader, table, start, stop, max_records)
                if not rows:
                    return
                start = rows[-1][0] + 1
                yield _to_batch(rows)

    def close(self) -> None:
        """Let go of the file; idempotent."""
        with self._lock:
            if self._writer is not None:
                self._writer.close()
                self._writer = None

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        with self._lock, explained(self._path):
            if self._writer is None:
                # Reopened rather than refused: closing lets go of the file, it does not end the log.
                self._writer = connect(self._path)
            with transaction(self._writer):
                yield self._writer

    @contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection]:
        with explained(self._path):
            connection = connect(self._path)
        with closing(connection), explained(self._path):
            yield connection

    def _count(self, writer: sqlite3.Connection, topic: str) -> int:
        if topic not in self._counts:
            (count,) = writer.execute("select count(*) from partitions where topic = ?", (topic,)).fetchone()
            if not count:
                return 0
            self._counts[topic] = count
        return self._counts[topic]

    def _create(self, writer: sqlite3.Connection, topic: str) -> None:
        (made,) = writer.execute("select count(*) from partitions").fetchone()
        for partition in range(self._partitions):
            table = f"records_{made + partition}"
            writer.execute(
                f"create table {table} (offset integer primary key, appended_at integer not null, key blob,"
                " value blob not null, headers text)"
            )
            writer.execute("insert into partitions values (?, ?, ?, 0)", (topic, partition, table))

    def _insert(
        self, writer: sqlite3.Connection, records: Sequence[LogRecord], chosen: Sequence[int]
    ) -> list[tuple[int, int]]:
        places: defaultdict[TopicPartition, list[int]] = defaultdict(list)
        for position, (record, partition) in enumerate(zip(records, chosen, strict=True)):
            places[record.topic, partition].append(position)
        appended_at = self._clock() // 1_000
        offsets = [0] * len(records)
        for (topic, partition), positions in places.items():
            table, next_offset = _place(writer, topic, partition)
            numbered = list(enumerate(positions, next_offset))
            for offset, position in numbered:
                offsets[position] = offset
            writer.executemany(
                f"insert into {table} values (?, ?, ?, ?, ?)",
                [_to_row(records[position], offset, appended_at) for offset, position in numbered],
            )
            writer.execute(
                "update partitions set next_offset = ? where topic = ? and partition = ?",
                (next_offset + len(numbered), topic, partition),
            )
            # Twice what came in: retention keeps up with any load, and no append waits for a long purge.
            self._purge(writer, table, 2 * len(numbered), appended_at)
        return list(zip(chosen, offsets, strict=True))

    def _purge_all(self) -> None:
        with self._reading() as reader:
            tables = [table for (table,) in reader.execute("select records from partitions")]
        for table in tables:
            purged = _PURGE_ROWS
            while purged == _PURGE_ROWS:
                with self._writing() as writer:
                    purged = self._purge(writer, table, _PURGE_ROWS, self._clock() // 1_000)

    def _purge(self, writer: sqlite3.Connection, table: str, at_most: int, now: int) -> int:
        """Delete the oldest records that are past retention, at most so many, and say how many."""
        if self._retention_hours < 0:
            return 0
        cutoff = now - self._retention_hours * _MICROSECONDS_PER_HOUR
        oldest_first = f"select offset, appended_at from {table} order by offset limit ?"
        with closing(writer.execute(oldest_first, (at_most,))) as oldest:
            expired = list(itertools.takewhile(lambda row: row[1] < cutoff, oldest))
        if expired:
            writer.execute(f"delete from {table} where offset <= ?", (expired[-1][0],))
        return len(expired)


def _layout(reader: sqlite3.Connection, topics: Sequence[str]) -> list[tuple[str, int, str, int]]:
    marks = ", ".join("?" * len(topics))
    return reader.execute(
        f"select topic, partition, records, next_offset from partitions where topic in ({marks})"
        " order by topic, partition",
        list(topics),
    ).fetchall()


def _place(reader: sqlite3.Connection, topic: str, partition: int) -> tuple[str, int]:
    """Table and next offset of a partition; of one that does not exist, no table and 0."""
    row = reader.execute(
        "select records, next_offset from partitions where topic = ? and partition = ?", (topic, partition)
    ).fetchone()
    return row or ("", 0)


def _first_offset(reader: sqlite3.Connection, table: str, next_offset: int) -> int:
    (first,) = reader.execute(f"select min(offset) from {table}").fetchone()
    return next_offset if first is None else first


def _fetch(reader: sqlite3.Connection, table: str, start: int, stop: int, max_records: int) -> list[Row]:
    with closing(
        reader.execute(
            f"select offset, appended_at, key, value, headers from {table} where offset >= ? and offset < ?"
            " order by offset limit ?",
            (start, stop, max_records),
        )
    ) as cursor:
        rows: list[Row] = []
        size = 0
        while size < MAX_BATCH_BYTES and (more := cursor.fetchmany(_FETCH_ROWS)):
            rows += more
            size += sum(len(row[3]) for row in more)
        return rows


def _to_batch(rows: Sequence[Row]) -> pa.RecordBatch:
    columns = zip(*rows, strict=True)
    return pa.record_batch(
        [pa.array(column, field.type) for column, field in zip(columns, LOG_RECORDS, strict=True)], schema=LOG_RECORDS
    )


def _to_row(record: LogRecord, offset: int, appended_at: int) -> tuple[Any, ...]:
    return offset, appended_at, record.key, record.value, to_headers_text(record.headers)
