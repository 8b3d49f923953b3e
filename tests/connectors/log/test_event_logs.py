"""One behaviour suite for every event log; the same tests run against SQLite and against a Kafka-protocol broker."""

from __future__ import annotations

import datetime
import threading
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import pyarrow as pa
import pytest

from connectors.log.embedded import EmbeddedLog
from connectors.log.kafka_log import KafkaLog
from connectors.log.logs import LOG_RECORDS, MAX_RECORD_BYTES, EventLog, LogRecord
from models.errors import FatalError
from models.settings import KafkaSettings

Opener = Callable[[], EventLog]


@pytest.fixture(params=["embedded", pytest.param("kafka", marks=pytest.mark.kafka)])
def open_again(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Opener]:
    """Opens the same log once more, as another process would."""
    logs: list[EventLog] = []

    def opener() -> EventLog:
        if request.param == "embedded":
            logs.append(EmbeddedLog(tmp_path / "log" / "log.sqlite", partitions=3))
        else:
            settings = KafkaSettings(bootstrap_servers=request.getfixturevalue("kafka_address"))
            logs.append(KafkaLog(settings, partitions=3))
        return logs[-1]

    yield opener
    for log in logs:
        log.close()


@pytest.fixture
def log(open_again: Opener) -> EventLog:
    return open_again()


@pytest.fixture
def topic() -> str:
    return f"test-{uuid.uuid4().hex}.web"


def records(topic: str, *values: bytes, key: bytes | None = b"someone") -> list[LogRecord]:
    return [LogRecord(topic, key, value, {"source": "webshop"}) for value in values]


def read_all(log: EventLog, topic: str, max_records: int = 1_000) -> dict[int, list[bytes]]:
    """Every value of a topic, by partition."""
    begins = log.begin_offsets([topic])
    return {
        partition: [
            value
            for batch in log.read(topic, partition, begins[topic, partition], end, max_records)
            for value in batch.column("value").to_pylist()
        ]
        for (_, partition), end in log.end_offsets([topic]).items()
    }


def test_a_new_topic_has_the_partitions_of_the_settings_and_starts_at_zero(log: EventLog, topic: str) -> None:
    log.create_topics([topic])
    assert log.begin_offsets([topic]) == {(topic, 0): 0, (topic, 1): 0, (topic, 2): 0}
    assert log.end_offsets([topic]) == {(topic, 0): 0, (topic, 1): 0, (topic, 2): 0}


def test_creating_topics_again_keeps_what_they_hold(log: EventLog, topic: str) -> None:
    places = log.append(records(topic, b"kept"))
    log.create_topics([topic, topic + ".other"])
    assert log.end_offsets([topic])[topic, places[0][0]] == 1
    assert len(log.end_offsets([topic + ".other"])) == 3


def test_append_creates_a_missing_topic(log: EventLog, topic: str) -> None:
    assert [offset for _, offset in log.append(records(topic, b"first"))] == [0]


def test_offsets_of_topics_that_do_not_exist_are_left_out(log: EventLog, topic: str) -> None:
    assert log.begin_offsets([topic]) == {}
    assert log.end_offsets([topic, topic + ".other"]) == {}
    assert log.end_offsets([]) == {}


def test_records_of_one_key_keep_their_order_and_get_consecutive_offsets(log: EventLog, topic: str) -> None:
    first = log.append(records(topic, b"1", b"2", b"3"))
    second = log.append(records(topic, b"4", b"5"))
    assert len({partition for partition, _ in first + second}) == 1
    assert [offset for _, offset in first + second] == [0, 1, 2, 3, 4]
    assert read_all(log, topic)[first[0][0]] == [b"1", b"2", b"3", b"4", b"5"]


def test_a_key_is_placed_as_kafkas_default_partitioner_places_it(log: EventLog, topic: str) -> None:
    # Three partitions; numbers of the Java client's Utils.murmur2 for these keys.
    keys = [b"21", b"foobar", b"a-little-bit-long-string", b"a-little-bit-longer-string", b"abc"]
    hashes = [-973932308, -790332482, -985981536, -1486304829, 479470107]
    places = log.append([LogRecord(topic, key, b"value") for key in keys])
    assert [partition for partition, _ in places] == [(number & 0x7FFFFFFF) % 3 for number in hashes]


def test_records_without_a_key_are_spread_over_all_partitions(log: EventLog, topic: str) -> None:
    places = log.append(records(topic, *[b"value"] * 9, key=None))
    assert sorted(partition for partition, _ in places) == [0, 0, 0, 1, 1, 1, 2, 2, 2]


def test_places_come_back_in_the_order_of_the_records(log: EventLog, topic: str) -> None:
    mixed = [LogRecord(topic, str(number % 7).encode(), str(number).encode()) for number in range(50)]
    places = log.append(mixed)
    held = read_all(log, topic)
    assert [held[partition][offset] for partition, offset in places] == [record.value for record in mixed]


def test_a_record_comes_back_whole(log: EventLog, topic: str) -> None:
    before = datetime.datetime.now(datetime.UTC) - datetime.timedelta(seconds=1)
    record = LogRecord(topic, "Zoë".encode(), b"\x00\xff not text", {"source": "till", "error": "row 7: não é JSON"})
    ((partition, offset),) = log.append([record])
    (batch,) = log.read(topic, partition, offset, offset + 1, 10)
    assert batch.schema == LOG_RECORDS
    (row,) = batch.to_pylist()
    assert before <= row.pop("appended_at") <= datetime.datetime.now(datetime.UTC)
    assert row == {
        "offset": 0,
        "key": "Zoë".encode(),
        "value": b"\x00\xff not text",
        "headers": '{"source": "till", "error": "row 7: não é JSON"}',
    }


def test_key_and_headers_may_be_absent_and_the_value_empty(log: EventLog, topic: str) -> None:
    ((partition, offset),) = log.append([LogRecord(topic, None, b"")])
    (batch,) = log.read(topic, partition, offset, offset + 1, 10)
    assert batch.select(["key", "value", "headers"]).to_pylist() == [{"key": None, "value": b"", "headers": None}]


@pytest.mark.parametrize(
    ("start", "stop", "expected"),
    [(0, 10, range(10)), (3, 7, range(3, 7)), (9, 10, [9]), (4, 4, []), (10, 10, []), (7, 3, [])],
)
def test_a_range_is_read_precisely(
    log: EventLog, topic: str, start: int, stop: int, expected: list[int] | range
) -> None:
    ((partition, _), *_) = log.append(records(topic, *[str(number).encode() for number in range(10)]))
    batches = list(log.read(topic, partition, start, stop, 4))
    assert [offset for batch in batches for offset in batch.column("offset").to_pylist()] == list(expected)
    assert all(0 < batch.num_rows <= 4 for batch in batches)


def test_batches_hold_at_most_max_records(log: EventLog, topic: str) -> None:
    ((partition, _), *_) = log.append(records(topic, *[b"value"] * 250))
    assert [batch.num_rows for batch in log.read(topic, partition, 0, 250, 100)] == [100, 100, 50]


def test_an_empty_topic_gives_nothing(log: EventLog, topic: str) -> None:
    log.create_topics([topic])
    assert list(log.read(topic, 0, 0, 0, 100)) == []


def test_reading_past_the_end_says_that_the_log_was_replaced(log: EventLog, topic: str) -> None:
    ((partition, _),) = log.append(records(topic, b"only"))
    with pytest.raises(FatalError, match=r"ends at offset 1, before offset 5 .* emptied or replaced"):
        list(log.read(topic, partition, 0, 5, 100))
    with pytest.raises(FatalError, match="ends at offset 0"):
        list(log.read("never-made." + topic, 0, 0, 1, 100))


def test_large_values_come_back_unchanged(log: EventLog, topic: str) -> None:
    values = [bytes([65 + number]) * (1 << 20) for number in range(3)] + [b"z" * (5 << 20)]
    ((partition, _), *_) = log.append(records(topic, *values))
    assert read_all(log, topic)[partition] == values


def test_a_value_over_the_limit_is_refused_and_nothing_is_appended(log: EventLog, topic: str) -> None:
    log.create_topics([topic])
    with pytest.raises(FatalError, match=r"Record 1 of 2 .* has 16777217 bytes; the log takes at most 16777216"):
        log.append(records(topic, b"small", b"x" * (MAX_RECORD_BYTES + 1)))
    assert set(log.end_offsets([topic]).values()) == {0}


def test_a_log_opened_again_holds_everything_and_goes_on(open_again: Opener, topic: str) -> None:
    first = open_again()
    ((partition, _), *_) = first.append(records(topic, b"1", b"2"))
    first.close()
    second = open_again()
    assert second.append(records(topic, b"3")) == [(partition, 2)]
    assert read_all(second, topic)[partition] == [b"1", b"2", b"3"]


def test_closing_twice_is_harmless(log: EventLog, topic: str) -> None:
    log.append(records(topic, b"value"))
    log.close()
    log.close()


def test_threads_may_append_and_read_at_once(log: EventLog, topic: str) -> None:
    log.create_topics([topic])

    def fill(thread: int) -> None:
        for number in range(20):
            log.append(records(topic, f"{thread}:{number}".encode(), key=str(thread).encode()))
            read_all(log, topic)

    threads = [threading.Thread(target=fill, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    held = [value for values in read_all(log, topic).values() for value in values]
    by_thread = [[value for value in held if value.startswith(b"%d:" % number)] for number in range(4)]
    assert by_thread == [[b"%d:%d" % (thread, number) for number in range(20)] for thread in range(4)]


def test_leaving_a_read_half_way_leaves_the_log_usable(log: EventLog, topic: str) -> None:
    ((partition, _), *_) = log.append(records(topic, *[b"value"] * 10))
    reading = log.read(topic, partition, 0, 10, 2)
    assert isinstance(next(reading), pa.RecordBatch)
    reading.close()  # type: ignore[attr-defined]
    assert len(read_all(log, topic)[partition]) == 10
