"""What an event log is: topics of partitions of numbered records, durable once ``append`` returns.

Both implementations keep the same topics, partitions, offsets, keys and headers; tests/connectors/log/ runs one
behaviour suite against both.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import pyarrow as pa

from models.errors import FatalError

FAMILIES = ("web", "email", "pos", "service", "crm")
"""Event families; each has a topic. The family is the part of an event type before the dot."""

LOG_RECORDS = pa.schema(
    [
        pa.field("offset", pa.int64(), nullable=False),
        pa.field("appended_at", pa.timestamp("us", tz="UTC"), nullable=False),
        pa.field("key", pa.binary()),
        pa.field("value", pa.binary(), nullable=False),
        pa.field("headers", pa.string()),
    ]
)
"""One row a record, in offset order. ``headers`` is a JSON object of strings, null when there are none."""

MAX_RECORD_BYTES = 16 * 1024 * 1024
"""Largest value that a log takes: far over what ingest accepts, so that ingest quarantines what is too big."""

MAX_BATCH_BYTES = 64 * 1024 * 1024
"""A batch that is read ends at this many bytes of values, so that large records do not fill the memory."""

TopicPartition = tuple[str, int]


@dataclass(frozen=True, slots=True)
class LogRecord:
    """A record to append. ``key`` decides the partition: equal keys keep their order."""

    topic: str
    key: bytes | None
    value: bytes
    headers: Mapping[str, str] | None = None


def check_sizes(records: Sequence[LogRecord]) -> None:
    """Refuse what no log takes, before anything is appended.

    Raises:
        FatalError: a value is larger than :data:`MAX_RECORD_BYTES`.
    """
    for position, record in enumerate(records):
        if len(record.value) > MAX_RECORD_BYTES:
            msg = (
                f"Record {position} of {len(records)} for topic {record.topic} has {len(record.value)} bytes; the log"
                f" takes at most {MAX_RECORD_BYTES}. Nothing was appended. Split the record, or leave it out."
            )
            raise FatalError(msg)


def check_range(topic: str, partition: int, stop: int, end: int) -> None:
    """Raise FatalError when a range to read goes past the partition's end."""
    if stop > end:
        msg = (
            f"Topic {topic} partition {partition} ends at offset {end}, before offset {stop} that was asked for. The"
            " log was emptied or replaced after those offsets were noted. Restore the log, or use a new workspace."
        )
        raise FatalError(msg)


def to_headers_text(headers: Mapping[str, str] | None) -> str | None:
    """Headers as the log gives them: a JSON object of strings, or nothing."""
    return _to_json(tuple(headers.items())) if headers else None


@functools.lru_cache(maxsize=1_024)
def _to_json(items: tuple[tuple[str, str], ...]) -> str:
    return json.dumps(dict(items), ensure_ascii=False)


class EventLog(Protocol):
    """The event log, as the collector and loaders fill it and the ingest job reads it."""

    def create_topics(self, topics: Sequence[str]) -> None:
        """Make the topics that are missing, with the partitions and retention of the settings."""
        ...

    def append(self, records: Sequence[LogRecord]) -> list[tuple[int, int]]:
        """Append records durably and give the (partition, offset) of each, in order.

        Missing topics are created. When this returns, the log holds every record on disk (acks=all on Kafka); when
        it raises RetriableError, some may be in the log: append again, ingestion deduplicates on message id.
        Safe to call from several threads.

        Raises:
            RetriableError: the log did not take them in time.
            FatalError: a value is larger than MAX_RECORD_BYTES (nothing was appended), or the log is corrupt.
        """
        ...

    def begin_offsets(self, topics: Sequence[str]) -> dict[TopicPartition, int]:
        """The oldest offset still held, per partition; topics that do not exist are left out."""
        ...

    def end_offsets(self, topics: Sequence[str]) -> dict[TopicPartition, int]:
        """The offset that the next record will get, per partition; topics that do not exist are left out."""
        ...

    def read(self, topic: str, partition: int, start: int, stop: int, max_records: int) -> Iterator[pa.RecordBatch]:
        """Records with ``start <= offset < stop`` in :data:`LOG_RECORDS`, in batches of at most ``max_records``.

        Offsets may have gaps (compaction, transactions, retention); every record in the range is given once, and no
        batch is empty.

        Raises:
            RetriableError: the log does not answer, or stopped answering before ``stop``.
            FatalError: the partition ends before ``stop``: this is not the log that the offsets came from.
        """
        ...

    def close(self) -> None:
        """Let go of connections and files; idempotent."""
        ...
