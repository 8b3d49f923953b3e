"""The demo's workspace."""

from __future__ import annotations

from pathlib import Path

import pytest

from connectors.sources.files.mappings import check_mapping
from models.errors import UsageError
from models.settings import parse_settings
from pipelines.demo.population import DemoTruth
from pipelines.demo.workspaces import SETTINGS, WRITE_KEY_ENV, demo_workspace


def test_its_settings_are_valid_and_name_every_source_and_audience(demo: DemoTruth) -> None:
    settings = parse_settings(SETTINGS.read_text(encoding="utf-8"))
    assert set(settings.sources) == set(demo.files)
    assert settings.sources["webshop"].write_key_env == WRITE_KEY_ENV == "KLANTBEELD_WEBSHOP_WRITE_KEY"
    assert {name: audience.segment for name, audience in settings.audiences.items()} == {
        "lapsed_high_value": "lapsed_high_value_buyers",
        "newsletter_never_bought": "newsletter_readers_who_never_bought",
        "open_complaint": "open_complaints",
    }


def test_its_mappings_are_sound() -> None:
    settings = parse_settings(SETTINGS.read_text(encoding="utf-8"))
    for name, source in settings.sources.items():
        if source.kind == "file":
            check_mapping(name, source)


def test_it_is_on_the_embedded_log_by_itself(tmp_path: Path) -> None:
    workspace = demo_workspace(tmp_path / "demo")
    assert workspace.settings.log.kind == "embedded"
    assert (tmp_path / "demo" / ".gitignore").read_text() == "data/\n"


def test_it_can_be_on_a_cluster_under_topics_of_its_own(tmp_path: Path) -> None:
    workspace = demo_workspace(tmp_path, kafka="localhost:19092", topic_prefix="demo7.")
    assert workspace.settings.log.kind == "kafka"
    assert workspace.settings.log.kafka.bootstrap_servers == "localhost:19092"
    assert workspace.settings.log.topic_prefix == "demo7."


def test_making_it_again_changes_nothing_and_other_settings_are_kept(tmp_path: Path) -> None:
    demo_workspace(tmp_path)
    demo_workspace(tmp_path)
    with pytest.raises(UsageError, match="holds other settings"):
        demo_workspace(tmp_path, kafka="localhost:19092")
    assert demo_workspace(tmp_path).settings.log.kind == "embedded"
