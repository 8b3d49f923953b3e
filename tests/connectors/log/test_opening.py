"""The settings choose the log."""

from __future__ import annotations

from pathlib import Path

from connectors.log.embedded import EmbeddedLog
from connectors.log.kafka_log import KafkaLog
from connectors.log.logs import LogRecord
from connectors.log.opening import family_topics, open_log
from models.settings import parse_settings
from models.workspaces import Workspace


def test_the_embedded_log_is_the_default_and_lives_in_the_workspace(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path, parse_settings("[log]\npartitions = 2\n"))
    log = open_log(workspace)
    log.append([LogRecord("klantbeeld.web", b"k", b"v")])
    assert isinstance(log, EmbeddedLog)
    assert len(log.end_offsets(["klantbeeld.web"])) == 2
    assert (tmp_path / "data" / "log" / "log.sqlite").is_file()
    log.close()


def test_kafka_is_opened_without_connecting(tmp_path: Path) -> None:
    settings = parse_settings('[log]\nkind = "kafka"\n[log.kafka]\nbootstrap_servers = "127.0.0.1:1"\n')
    log = open_log(Workspace(tmp_path, settings))
    assert isinstance(log, KafkaLog)
    log.close()


def test_each_family_has_a_topic() -> None:
    assert family_topics(parse_settings('[log]\ntopic_prefix = "shop-"\n')) == (
        "shop-web",
        "shop-email",
        "shop-pos",
        "shop-service",
        "shop-crm",
    )
