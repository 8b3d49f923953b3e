"""What ``doctor`` looks at, and what it says when something is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from models.workspaces import Workspace
from pipelines import checkups
from pipelines.checkups import (
    Checkup,
    check_disk,
    check_installation,
    check_ownership,
    check_secrets,
    check_workspace,
)
from tests.support.brokers import free_port
from tests.support.lakes import make_lake
from tests.support.workspaces import make_workspace

SECRETS = """
[log]
kind = "kafka"
[log.kafka]
username_env = "KB_TEST_USER"
password_env = "KB_TEST_PASSWORD"
[lake]
catalog = "postgres"
postgres_dsn_env = "KB_TEST_DSN"
[sources.shop]
kind = "collector"
write_key_env = "KB_TEST_KEY"
"""


def outcome(workspace: Workspace) -> dict[str, Checkup]:
    return {checkup.name: checkup for checkup in check_workspace(workspace)}


def test_this_installation_is_well() -> None:
    found = list(check_installation())
    assert [checkup.name for checkup in found] == ["python", "packages", "package names", "dbt folder"]
    assert all(checkup.ok for checkup in found)
    assert "duckdb 1.5.5" in found[1].detail


def test_a_package_of_another_that_has_our_name_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    foreign = tmp_path / "face_login-1.0.dist-info"
    foreign.mkdir()
    (foreign / "METADATA").write_text("Metadata-Version: 2.1\nName: face-login\nVersion: 1.0\n")
    (foreign / "top_level.txt").write_text("identity\n")
    monkeypatch.syspath_prepend(tmp_path)
    assert check_ownership() == Checkup(
        "package names",
        False,
        "taken by others: identity (from face-login). Uninstall those, then reinstall klantbeeld.",
    )


def test_secrets_that_the_settings_name_and_nobody_set_are_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace = make_workspace(tmp_path, SECRETS)
    monkeypatch.setenv("KB_TEST_PASSWORD", "s3cret")
    assert check_secrets(workspace) == Checkup(
        "secrets",
        False,
        "not set in the environment: KB_TEST_KEY (sources.shop.write_key_env), KB_TEST_USER (log.kafka.username_env),"
        " KB_TEST_DSN (lake.postgres_dsn_env)",
    )
    for name in ("KB_TEST_KEY", "KB_TEST_USER", "KB_TEST_DSN"):
        monkeypatch.setenv(name, "s3cret")
    assert check_secrets(workspace) == Checkup("secrets", True, "every variable that the settings name is set")


def test_too_little_room_on_the_disk_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    workspace = make_workspace(tmp_path)
    assert check_disk(workspace).ok
    monkeypatch.setattr(checkups, "FREE_BYTES_WANTED", 2**80)
    found = check_disk(workspace)
    assert not found.ok
    assert "GiB free; at least" in found.detail


def test_a_workspace_is_well_before_and_after_its_lake_is_made(tmp_path: Path) -> None:
    fresh = outcome(make_workspace(tmp_path / "fresh"))
    assert all(checkup.ok for checkup in fresh.values())
    assert fresh["lake"].detail == "none yet; the first ingest makes it"
    assert fresh["duckdb extensions"].detail == "ducklake, sqlite_scanner load from their packages"
    made = outcome(make_lake(tmp_path / "made"))
    assert made["lake"].detail.startswith("sqlite catalog answers, snapshot ")


def test_a_broker_that_is_down_and_a_catalog_that_is_none_are_found_both(tmp_path: Path) -> None:
    port = free_port()
    workspace = make_workspace(
        tmp_path,
        f'[log]\nkind = "kafka"\n[log.kafka]\nbootstrap_servers = "127.0.0.1:{port}"\nconnect_timeout_s = 0.5\n',
    )
    workspace.data.mkdir()
    workspace.lake_catalog.write_bytes(b"this is no database, and longer than its header would be" * 4)
    found = outcome(workspace)
    assert [name for name, checkup in found.items() if not checkup.ok] == ["event log", "lake"]
    assert f"127.0.0.1:{port}" in found["event log"].detail
    assert str(workspace.lake_catalog) in found["lake"].detail
