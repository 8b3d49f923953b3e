"""Clients of kafka-python, made from the settings; its faults in plain words.

kafka-python costs 0.2 s to import, so it is imported here, inside functions, and nowhere else.
"""

from __future__ import annotations

import importlib.util
import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

from connectors.log.logs import MAX_RECORD_BYTES
from models.errors import FatalError, KlantbeeldError, RetriableError, UsageError
from models.settings import KafkaSettings, secret

# Room for a record's key and headers and for the protocol around them.
MAX_MESSAGE_BYTES = MAX_RECORD_BYTES + 64 * 1024

_BATCH_BYTES = 128 * 1024
_LINGER_MS = 20
_FETCH_BYTES = 8 * 1024 * 1024


def load_kafka() -> ModuleType:
    """The kafka package, with fast checksums and without its own log lines."""
    if "crc32c" not in sys.modules and importlib.util.find_spec("crc32c") is None:
        # Its checksums come from the LGPL package crc32c, or from Python at 0.5 ms per KB. google-crc32c is as fast
        # and freely licensed, but takes bytes only.
        import google_crc32c

        stand_in = SimpleNamespace(crc32c=lambda data: google_crc32c.value(bytes(data)))
        sys.modules["crc32c"] = stand_in  # type: ignore[assignment]
    import kafka

    own_lines = logging.getLogger("kafka")
    if own_lines.level == logging.NOTSET:
        # It logs every failed connection, and at DEBUG the records themselves; we raise one clear error instead.
        own_lines.setLevel(logging.CRITICAL + 1)

    return kafka


@dataclass(frozen=True)
class KafkaClients:
    """Makes producers, consumers and admin clients of one cluster. Each connects when it is made."""

    settings: KafkaSettings

    def producer(self) -> Any:
        """An idempotent producer that waits for all in-sync replicas."""
        settings = self.settings
        delivery_ms = int(settings.delivery_timeout_s * 1000)
        kafka = load_kafka()
        with self.explained("connect"):
            return kafka.KafkaProducer(
                **self._connection(),
                acks="all",
                enable_idempotence=True,
                allow_auto_create_topics=False,
                delivery_timeout_ms=delivery_ms,
                request_timeout_ms=max(1, min(30_000, delivery_ms - _LINGER_MS)),
                max_block_ms=int(settings.connect_timeout_s * 1000),
                batch_size=_BATCH_BYTES,
                linger_ms=_LINGER_MS,
                max_request_size=MAX_MESSAGE_BYTES,
                metrics_enabled=False,
            )

    def consumer(self) -> Any:
        """A consumer without a group, which sees committed records only."""
        kafka = load_kafka()
        with self.explained("connect"):
            return kafka.KafkaConsumer(
                **self._connection(),
                group_id=None,
                enable_auto_commit=False,
                allow_auto_create_topics=False,
                # Only when retention passes the position while we read; the start is always sought.
                auto_offset_reset="earliest",
                isolation_level="read_committed",
                max_partition_fetch_bytes=_FETCH_BYTES,
                metrics_enabled=False,
            )

    @contextmanager
    def admin(self) -> Iterator[Any]:
        """An administration client, closed at the end of the block."""
        kafka = load_kafka()
        with self.explained("connect"):
            client = kafka.KafkaAdminClient(
                **self._connection(), request_timeout_ms=max(1_000, int(self.settings.connect_timeout_s * 1000))
            )
        try:
            with self.explained("answer"):
                yield client
        finally:
            client.close()

    @contextmanager
    def explained(self, doing: str) -> Iterator[None]:
        """Turn kafka-python's errors into ours, naming the cluster."""
        try:
            yield
        except KlantbeeldError:
            raise
        except Exception as error:
            raise self.translate(error, doing) from error

    def translate(self, error: BaseException, doing: str) -> KlantbeeldError:
        """Our error for one of kafka-python's: what may pass is retriable, what the settings got wrong is usage."""
        errors = load_kafka().errors
        where = self.settings.bootstrap_servers
        if isinstance(error, errors.SaslAuthenticationFailedError | errors.UnsupportedSaslMechanismError):
            return UsageError(
                f"Kafka at {where} refused the log-in ({_name(error)}). Check log.kafka.sasl_mechanism and the"
                " environment variables that username_env and password_env name."
            )
        if isinstance(error, errors.AuthorizationError):
            return UsageError(
                f"Kafka at {where} does not allow this user to do that ({_name(error)}). Ask for the rights to"
                " describe, create, read and write the topics of log.topic_prefix."
            )
        if isinstance(error, errors.MessageSizeTooLargeError | errors.RecordListTooLargeError):
            return FatalError(
                f"Kafka at {where} refused a message as too large. Raise max.message.bytes of the topic to"
                f" {MAX_MESSAGE_BYTES}, as topics made by Klantbeeld have."
            )
        if isinstance(error, errors.KafkaConfigurationError):
            return UsageError(f"The settings log.kafka cannot be used: {error}.")
        return RetriableError(
            f"Kafka at {where} did not {doing} ({_name(error)}). Check that the broker runs and that"
            " log.kafka.bootstrap_servers names it, then try again."
        )

    def _connection(self) -> dict[str, Any]:
        settings = self.settings
        configuration: dict[str, Any] = {
            "bootstrap_servers": [server.strip() for server in settings.bootstrap_servers.split(",")],
            "client_id": "klantbeeld",
            "bootstrap_timeout_ms": int(settings.connect_timeout_s * 1000),
            "security_protocol": settings.security_protocol,
            "reconnect_backoff_max_ms": 1_000,
        }
        if settings.security_protocol.endswith("SSL") and settings.ssl_cafile:
            if not Path(settings.ssl_cafile).is_file():
                msg = f"log.kafka.ssl_cafile: no file {settings.ssl_cafile}."
                raise UsageError(msg)
            configuration["ssl_cafile"] = settings.ssl_cafile
        if settings.security_protocol.startswith("SASL"):
            configuration |= self._login()
        return configuration

    def _login(self) -> dict[str, str]:
        settings = self.settings
        if not (settings.sasl_mechanism and settings.username_env and settings.password_env):
            msg = (
                f"log.kafka.security_protocol {settings.security_protocol} needs sasl_mechanism, username_env and"
                " password_env too."
            )
            raise UsageError(msg)
        return {
            "sasl_mechanism": settings.sasl_mechanism,
            "sasl_plain_username": secret(settings.username_env, "the Kafka user name"),
            "sasl_plain_password": secret(settings.password_env, "the Kafka password"),
        }


def _name(error: BaseException) -> str:
    return type(error).__name__.removesuffix("Error")
