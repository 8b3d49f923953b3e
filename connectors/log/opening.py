"""The event log of a workspace, as its settings choose it."""

from __future__ import annotations

from connectors.log.embedded import EmbeddedLog
from connectors.log.kafka_log import KafkaLog
from connectors.log.logs import FAMILIES, EventLog
from models.settings import Settings
from models.workspaces import Workspace


def open_log(workspace: Workspace) -> EventLog:
    """The log of a workspace. The embedded one is opened and made when missing; Kafka is connected at first use.

    Raises:
        FatalError: the embedded log's file is damaged.
        RetriableError: the embedded log's file cannot be opened now.
    """
    log = workspace.settings.log
    if log.kind == "kafka":
        return KafkaLog(log.kafka, log.partitions, log.retention_hours, log.max_in_flight)
    return EmbeddedLog(workspace.log_file, log.partitions, log.retention_hours)


def family_topics(settings: Settings) -> tuple[str, ...]:
    """The topic of each event family, in the order of ``connectors.log.logs.FAMILIES``."""
    return tuple(settings.log.topic_prefix + family for family in FAMILIES)
