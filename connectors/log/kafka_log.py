"""The event log on a Kafka cluster, through kafka-python 3."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, suppress
from typing import Any

import pyarrow as pa

from connectors.log.flights import InFlight
from connectors.log.kafka_clients import MAX_MESSAGE_BYTES, KafkaClients, load_kafka
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
from models.errors import RetriableError
from models.settings import KafkaSettings

_MAX_IN_FLIGHT_BYTES = 64 * 1024 * 1024
_POLL_MS = 500


class KafkaLog:
    """An :class:`~connectors.log.logs.EventLog` on Kafka; threads may share it, and it connects when first used."""

    def __init__(
        self, settings: KafkaSettings, partitions: int = 4, retention_hours: int = -1, max_in_flight: int = 10_000
    ) -> None:
        """Nothing is connected yet. ``partitions`` and ``retention_hours`` are for topics that this log creates."""
        self._settings = settings
        self._partitions = partitions
        self._retention_hours = retention_hours
        self._timeout_ms = int(settings.connect_timeout_s * 1000)
        self._clients = KafkaClients(settings)
        self._in_flight = InFlight(max_in_flight, _MAX_IN_FLIGHT_BYTES)
        self._partitioner = Partitioner()
        self._lock = threading.Lock()
        self._producer: Any = None
        self._known: set[str] = set()

    def create_topics(self, topics: Sequence[str]) -> None:
        """Make the topics that are missing; one that exists keeps its partitions and configuration.

        Raises:
            RetriableError: the cluster does not answer, or cannot make them now.
        """
        with self._clients.admin() as admin:
            missing = [topic for topic, partitions in _describe(admin, topics).items() if not partitions]
            if not missing:
                return
            made = admin.create_topics(
                {topic: self._topic_settings() for topic in missing},
                timeout_ms=self._timeout_ms,
                raise_errors=False,
            )
            errors = load_kafka().errors
            for topic in made["topics"]:
                error = errors.for_code(topic["error_code"])
                if error not in (errors.NoError, errors.TopicAlreadyExistsError):
                    raise error(topic["error_message"])
            admin.wait_for_topics(missing, timeout_ms=self._timeout_ms)

    def append(self, records: Sequence[LogRecord]) -> list[tuple[int, int]]:
        """As :meth:`EventLog.append`. At most ``max_in_flight`` messages are under way, over all threads."""
        check_sizes(records)
        topics = {record.topic for record in records}
        producer = self._open_producer()
        if missing := topics - self._known:
            self.create_topics(sorted(missing))
            self._known |= missing
        deadline = time.monotonic() + self._settings.delivery_timeout_s
        try:
            with self._clients.explained("take the messages"):
                counts = {topic: len(producer.partitions_for(topic)) for topic in topics}
                chosen = self._partitioner.choose(records, counts)
                sent = [
                    self._send(producer, record, partition, deadline)
                    for record, partition in zip(records, chosen, strict=True)
                ]
                return self._acknowledged(producer, sent, deadline)
        except BaseException:
            # A producer that failed once may still send what it holds, and its sequence numbers are in doubt.
            self._drop_producer(producer)
            raise

    def begin_offsets(self, topics: Sequence[str]) -> dict[TopicPartition, int]:
        """As :meth:`EventLog.begin_offsets`."""
        with self._clients.admin() as admin:
            return _offsets(admin, topics, "EARLIEST")

    def end_offsets(self, topics: Sequence[str]) -> dict[TopicPartition, int]:
        """As :meth:`EventLog.end_offsets`: the last stable offset, so open transactions count as not yet there."""
        with self._clients.admin() as admin:
            return _offsets(admin, topics, "LATEST")

    def read(self, topic: str, partition: int, start: int, stop: int, max_records: int) -> Iterator[pa.RecordBatch]:
        """As :meth:`EventLog.read`; gives up when nothing came for ``connect_timeout_s``."""
        if start >= stop:
            return
        with self._clients.admin() as admin:
            check_range(topic, partition, stop, _offsets(admin, [topic], "LATEST").get((topic, partition), 0))
            # What retention took is not waited for.
            start = max(start, _offsets(admin, [topic], "EARLIEST")[topic, partition])
        with closing(self._clients.consumer()) as consumer:
            place = load_kafka().TopicPartition(topic, partition)
            consumer.assign([place])
            consumer.seek(place, start)
            while batch := self._next_batch(consumer, place, stop, max_records):
                yield _to_batch(batch)

    def close(self) -> None:
        """Let go of all connections; idempotent."""
        with self._lock:
            producer, self._producer = self._producer, None
        if producer is not None:
            _close_producer(producer, self._settings.connect_timeout_s)

    def _topic_settings(self) -> dict[str, Any]:
        retention_ms = -1 if self._retention_hours < 0 else self._retention_hours * 3_600_000
        return {
            "num_partitions": self._partitions,
            "replication_factor": self._settings.replication_factor,
            "configs": {
                "cleanup.policy": "delete",
                "retention.ms": str(retention_ms),
                "max.message.bytes": str(MAX_MESSAGE_BYTES),
                # Retention counts from arrival: history that another producer replays would be deleted at once.
                "message.timestamp.type": "LogAppendTime",
            },
        }

    def _open_producer(self) -> Any:
        with self._lock:
            if self._producer is None:
                self._producer = self._clients.producer()
            return self._producer

    def _drop_producer(self, producer: Any) -> None:
        with self._lock:
            if self._producer is producer:
                self._producer = None
                self._known.clear()
        _close_producer(producer, 0)

    def _send(self, producer: Any, record: LogRecord, partition: int, deadline: float) -> Any:
        size = len(record.value)
        if not self._in_flight.take(size, deadline - time.monotonic()):
            raise self._too_slow(self._in_flight.messages)
        headers = [(name, text.encode()) for name, text in (record.headers or {}).items()]
        try:
            future = producer.send(
                record.topic, key=record.key, value=record.value, headers=headers, partition=partition
            )
        except BaseException:
            self._in_flight.give_back(size)
            raise
        future.add_both(lambda _: self._in_flight.give_back(size))
        return future

    def _acknowledged(self, producer: Any, sent: Sequence[Any], deadline: float) -> list[tuple[int, int]]:
        with suppress(load_kafka().errors.KafkaTimeoutError):
            producer.flush(timeout=max(0.0, deadline - time.monotonic()))
        if waiting := sum(not future.is_done for future in sent):
            raise self._too_slow(waiting)
        return [(metadata.partition, metadata.offset) for metadata in (future.get(0) for future in sent)]

    def _too_slow(self, messages: int) -> RetriableError:
        return RetriableError(
            f"Kafka at {self._settings.bootstrap_servers} did not acknowledge {messages} messages within"
            f" {self._settings.delivery_timeout_s:g} s. Check the brokers and their disks, then try again."
        )

    def _next_batch(self, consumer: Any, place: Any, stop: int, max_records: int) -> list[Any]:
        """The next records before ``stop``; none at the end of the range."""
        batch: list[Any] = []
        size = 0
        deadline = time.monotonic() + self._settings.connect_timeout_s
        with self._clients.explained("answer"):
            position = consumer.position(place, self._timeout_ms)
            while position < stop and len(batch) < max_records and size < MAX_BATCH_BYTES:
                polled = consumer.poll(timeout_ms=_POLL_MS, max_records=max_records - len(batch)).get(place, [])
                batch += [record for record in polled if record.offset < stop]
                size += sum(len(record.value or b"") for record in polled)
                # The position also passes what no reader sees: markers and aborted records of transactions. It is
                # unknown while the client looks for the partition's beginning, after retention took our place.
                before, position = position, consumer.position(place, self._timeout_ms) or position
                if position > before:
                    deadline = time.monotonic() + self._settings.connect_timeout_s
                elif time.monotonic() > deadline:
                    msg = (
                        f"Kafka at {self._settings.bootstrap_servers} gave nothing of topic {place.topic} partition"
                        f" {place.partition} at offset {position} for {self._settings.connect_timeout_s:g} s, before"
                        f" offset {stop}. Check that the brokers run, then try again."
                    )
                    raise RetriableError(msg)
        return batch


def _describe(admin: Any, topics: Sequence[str]) -> dict[str, list[int]]:
    """Partitions of each topic; none of one that does not exist."""
    described = {topic["name"]: topic for topic in admin.describe_topics(list(topics))} if topics else {}
    return {
        topic: sorted(partition["partition_index"] for partition in described[topic]["partitions"])
        if topic in described
        else []
        for topic in topics
    }


def _offsets(admin: Any, topics: Sequence[str], which: str) -> dict[TopicPartition, int]:
    """The EARLIEST or LATEST (stable) offset of every partition of the topics that exist."""
    kafka = load_kafka()
    from kafka.admin import OffsetSpec

    places = {
        kafka.TopicPartition(topic, partition): OffsetSpec[which]
        for topic, partitions in _describe(admin, topics).items()
        for partition in partitions
    }
    if not places:
        return {}
    found = admin.list_partition_offsets(places, isolation_level="read_committed")
    return {(place.topic, place.partition): found[place].offset for place in sorted(found)}


def _close_producer(producer: Any, timeout_s: float) -> None:
    """Close it whatever it holds; flushing inside may time out, which leaves the first attempt half done."""
    errors = load_kafka().errors
    with suppress(errors.KafkaError):
        producer.close(timeout=timeout_s)
        return
    producer._sender.force_close()


def _to_batch(records: Sequence[Any]) -> pa.RecordBatch:
    return pa.record_batch(
        [
            pa.array([record.offset for record in records], pa.int64()),
            pa.array([record.timestamp * 1000 for record in records], pa.timestamp("us", tz="UTC")),
            pa.array([record.key for record in records], pa.binary()),
            # A tombstone, which we never write, is an empty message: ingest quarantines it.
            pa.array([record.value or b"" for record in records], pa.binary()),
            pa.array([_headers_text(record.headers) for record in records], pa.string()),
        ],
        schema=LOG_RECORDS,
    )


def _headers_text(headers: Sequence[tuple[str, bytes]]) -> str | None:
    return to_headers_text({name: (value or b"").decode("utf-8", "replace") for name, value in headers})
