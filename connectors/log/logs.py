"""What an event log is: topics of partitions of numbered records, durable once ``append`` returns.

Both implementations keep the same topics, partitions, offsets, keys and headers; tests/connectors/log/ runs one
behaviour suite against both.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import pyarrow as pa

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

TopicPartition = tuple[str, int]


@dataclass(frozen=True, slots=True)
class LogRecord:
    """A record to append. ``key`` decides the partition: equal keys keep their order."""

    topic: str
    key: bytes | None
    value: bytes
    headers: Mapping[str, str] | None = None


class EventLog(Protocol):
    """The event log, as the collector and loaders fill it and the ingest job reads it."""

    def create_topics(self, topics: Sequence[str]) -> None:
        """Make the topics that are missing, with the partitions and retention of the settings."""
        ...

    def append(self, records: Sequence[LogRecord]) -> list[tuple[int, int]]:
        """Append records durably and give the (partition, offset) of each, in order.

        Missing topics are created. When this returns, the log holds every record on disk (acks=all on Kafka); when
        it raises, some may be in the log: append again, ingestion deduplicates on message id.

        Raises:
            RetriableError: the log did not take them in time.
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

        Offsets may have gaps (compaction, transactions, retention); every record in the range is given once.

        Raises:
            RetriableError: the log does not answer, or stopped answering before ``stop``.
        """
        ...

    def close(self) -> None:
        """Let go of connections and files; idempotent."""
        ...
