"""What only the Kafka log promises: bounds, time limits, log-in, and one clear line when the broker is not there."""

from __future__ import annotations

import logging
import socket
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from connectors.log.flights import InFlight
from connectors.log.kafka_clients import KafkaClients, load_kafka
from connectors.log.kafka_log import KafkaLog
from connectors.log.logs import LogRecord
from models.errors import RetriableError, UsageError
from models.settings import KafkaSettings
from tests.support.brokers import free_port, running_broker

pytestmark = pytest.mark.kafka


@pytest.fixture
def topic() -> str:
    return f"test-{uuid.uuid4().hex}.web"


@contextmanager
def silent_server() -> Iterator[str]:
    """Accepts connections and never says a word, as a broker that hangs."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield f"127.0.0.1:{listener.getsockname()[1]}"


@pytest.mark.parametrize("what", ["append", "begin_offsets", "end_offsets", "read", "create_topics"])
def test_a_broker_that_is_down_gives_one_line_that_names_it_in_time(
    what: str, caplog: pytest.LogCaptureFixture
) -> None:
    address = f"127.0.0.1:{free_port()}"
    log = KafkaLog(KafkaSettings(bootstrap_servers=address, connect_timeout_s=0.5))
    calls = {
        "append": lambda: log.append([LogRecord("web", b"k", b"v")]),
        "begin_offsets": lambda: log.begin_offsets(["web"]),
        "end_offsets": lambda: log.end_offsets(["web"]),
        "read": lambda: list(log.read("web", 0, 0, 10, 10)),
        "create_topics": lambda: log.create_topics(["web"]),
    }
    started = time.monotonic()
    with caplog.at_level(logging.DEBUG), pytest.raises(RetriableError) as caught:
        calls[what]()
    assert time.monotonic() - started < 3
    assert str(caught.value).startswith(f"Kafka at {address} did not connect")
    assert "\n" not in str(caught.value)
    assert [record for record in caplog.records if record.name.startswith("kafka")] == []
    log.close()


def test_a_broker_that_accepts_and_says_nothing_is_given_up(topic: str) -> None:
    with silent_server() as address:
        log = KafkaLog(KafkaSettings(bootstrap_servers=address, connect_timeout_s=0.5))
        started = time.monotonic()
        with pytest.raises(RetriableError, match=f"Kafka at {address}"):
            log.append([LogRecord(topic, b"k", b"v")])
        assert time.monotonic() - started < 5
        log.close()


def test_a_broker_that_dies_makes_append_and_read_retriable_and_a_new_one_is_found(tmp_path: Path, topic: str) -> None:
    port = free_port()
    settings = KafkaSettings(bootstrap_servers=f"127.0.0.1:{port}", connect_timeout_s=1, delivery_timeout_s=1.5)
    with closing(KafkaLog(settings, partitions=1)) as log:
        with running_broker(tmp_path / "first", port):
            log.append([LogRecord(topic, b"k", b"held")])
            assert len(list(log.read(topic, 0, 0, 1, 10))) == 1
        with pytest.raises(RetriableError, match=r"Kafka at 127\.0\.0\.1:\d+ did not (acknowledge|take)"):
            log.append([LogRecord(topic, b"k", b"lost?")])
        with pytest.raises(RetriableError, match="did not connect"):
            log.end_offsets([topic])
        with pytest.raises(RetriableError, match="did not connect"):
            list(log.read(topic, 0, 0, 1, 10))
        with running_broker(tmp_path / "second", port):
            assert log.append([LogRecord(topic, b"k", b"again")]) == [(0, 0)]
            assert log.end_offsets([topic]) == {(topic, 0): 1}


def test_a_read_that_gets_nothing_any_more_gives_up_and_says_where(
    kafka_address: str, topic: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Records that vanish between the look at the end and the read, as after an unclean change of leader.
    monkeypatch.setattr("connectors.log.kafka_log.check_range", lambda *_: None)
    settings = KafkaSettings(bootstrap_servers=kafka_address, connect_timeout_s=0.7)
    with closing(KafkaLog(settings, partitions=1)) as log:
        log.append([LogRecord(topic, b"k", b"1"), LogRecord(topic, b"k", b"2")])
        reading = log.read(topic, 0, 0, 5, 2)
        assert next(reading).num_rows == 2
        with pytest.raises(RetriableError, match=r"gave nothing of topic .* partition 0 at offset 2 for 0\.7 s"):
            next(reading)


def test_a_caller_over_the_bound_waits_and_everything_arrives(kafka_address: str, topic: str) -> None:
    with closing(KafkaLog(KafkaSettings(bootstrap_servers=kafka_address), partitions=2, max_in_flight=10)) as log:
        places = log.append([LogRecord(topic, str(number).encode(), b"value") for number in range(500)])
        assert len(set(places)) == 500
        assert sum(log.end_offsets([topic]).values()) == 500


def test_topics_are_created_with_the_settings_retention(kafka_address: str, topic: str) -> None:
    settings = KafkaSettings(bootstrap_servers=kafka_address)
    for_ever, for_a_day = topic, topic + ".day"
    with closing(KafkaLog(settings, partitions=2)) as log:
        log.create_topics([for_ever])
    with closing(KafkaLog(settings, partitions=2, retention_hours=24)) as log:
        log.create_topics([for_a_day])
    with KafkaClients(settings).admin() as admin:
        from kafka.admin import ConfigResource, ConfigResourceType

        resources = [ConfigResource(ConfigResourceType.TOPIC, name) for name in (for_ever, for_a_day)]
        found = admin.describe_configs(resources)
    assert "'-1'" in str(found)
    assert "'86400000'" in str(found)


def test_records_of_aborted_transactions_are_not_seen(kafka_address: str, topic: str) -> None:
    kafka = load_kafka()
    with closing(KafkaLog(KafkaSettings(bootstrap_servers=kafka_address), partitions=1)) as log:
        log.append([LogRecord(topic, b"k", b"before")])
        producer = kafka.KafkaProducer(bootstrap_servers=kafka_address, transactional_id=topic)
        producer.init_transactions()
        producer.begin_transaction()
        producer.send(topic, b"aborted", partition=0).get(10)
        producer.abort_transaction()
        producer.close()
        log.append([LogRecord(topic, b"k", b"after")])
        end = log.end_offsets([topic])[topic, 0]
        values = [value for batch in log.read(topic, 0, 0, end, 100) for value in batch.column("value").to_pylist()]
        assert values == [b"before", b"after"]


def test_log_in_settings_that_are_not_complete_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    log = KafkaLog(KafkaSettings(security_protocol="SASL_SSL", sasl_mechanism="PLAIN"))
    with pytest.raises(UsageError, match="SASL_SSL needs sasl_mechanism, username_env and password_env too"):
        log.end_offsets(["web"])
    monkeypatch.delenv("NO_SUCH_USER", raising=False)
    log = KafkaLog(
        KafkaSettings(
            security_protocol="SASL_PLAINTEXT",
            sasl_mechanism="SCRAM-SHA-256",
            username_env="NO_SUCH_USER",
            password_env="NO_SUCH_PASSWORD",
        )
    )
    with pytest.raises(UsageError, match="Environment variable NO_SUCH_USER is not set"):
        log.end_offsets(["web"])
    log = KafkaLog(KafkaSettings(security_protocol="SSL", ssl_cafile="no-such-file.pem"))
    with pytest.raises(UsageError, match=r"log\.kafka\.ssl_cafile: no file no-such-file\.pem"):
        log.append([LogRecord("web", None, b"v")])


def test_flights_let_a_waiting_caller_in_when_room_comes() -> None:
    flights = InFlight(max_messages=2, max_bytes=100)
    assert flights.take(60, timeout_s=0)
    assert not flights.take(60, timeout_s=0)
    timer = threading.Timer(0.05, flights.give_back, [60])
    timer.start()
    assert flights.take(60, timeout_s=5)
    assert flights.take(10, timeout_s=0)
    assert not flights.take(10, timeout_s=0)
    timer.join()


def test_flights_let_one_message_of_any_size_through() -> None:
    flights = InFlight(max_messages=2, max_bytes=100)
    assert flights.take(1_000, timeout_s=0)
    assert not flights.take(1, timeout_s=0)
    flights.give_back(1_000)
    assert flights.messages == 0
