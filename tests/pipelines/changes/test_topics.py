"""Published changes reach the topic once each, on either log, whatever is killed on the way."""

from __future__ import annotations

import json
import uuid
from pathlib import Path
from typing import Any

import pytest

from connectors.log.opening import open_log
from models.errors import UsageError
from models.workspaces import Workspace
from pipelines.changes.topics import announce_changes, changes_topic
from tests.pipelines.changes.ledgers import append_runs, ledger_rows, published_ledger
from tests.support.built_lakes import publish_now
from tests.support.kills import run_killed
from tests.support.lakes import AS_OF, make_lake

ON = "[log]\nidentity_changes = true\n"


def announce(workspace: Workspace) -> int:
    log = open_log(workspace)
    try:
        return announce_changes(workspace, log, "run9", AS_OF)
    finally:
        log.close()


def messages(workspace: Workspace) -> list[dict[str, Any]]:
    """What the topic holds, by position."""
    log = open_log(workspace)
    topic = changes_topic(workspace.settings)
    try:
        found = [
            (json.loads(value), json.loads(headers))
            for (name, partition), end in log.end_offsets([topic]).items()
            for batch in log.read(name, partition, 0, end, 1000)
            for value, headers in zip(batch["value"].to_pylist(), batch["headers"].to_pylist(), strict=True)
        ]
    finally:
        log.close()
    assert all(headers == {"message_id": content["message_id"]} for content, headers in found)
    return sorted((content for content, _ in found), key=lambda content: int(content["position"]))


def ids(workspace: Workspace) -> list[str]:
    return [message["message_id"] for message in messages(workspace)]


EVERY_ID = [f"{row['run_id']}/{row['sequence']}" for row in ledger_rows()]


def test_every_published_change_is_told_once_with_all_that_the_ledger_says(tmp_path: Path) -> None:
    workspace = published_ledger(tmp_path / "ws", ON)
    assert announce(workspace) == 10
    assert announce(workspace) == 0
    told = messages(workspace)
    assert [message["message_id"] for message in told] == EVERY_ID
    merge = told[5]
    assert (merge["kind"], merge["old_profile_id"], merge["new_profile_id"]) == ("retire", "p2", "p1")
    assert (merge["cause"], merge["cause_rule"], merge["cause_match_weight"]) == ("edge", "email", 9.5)
    assert (merge["changed_at"], merge["valid_at"]) == ("2026-06-02T00:00:00Z", "2026-02-03T00:00:00Z")


def test_what_is_not_published_is_not_told(tmp_path: Path) -> None:
    workspace = make_lake(tmp_path / "ws", ON)
    append_runs(workspace, "run1")
    with pytest.raises(UsageError, match="published nothing yet"):
        announce(workspace)
    publish_now(workspace)
    append_runs(workspace, "run2")
    assert announce(workspace) == 4
    assert announce(workspace) == 0
    publish_now(workspace)
    assert announce(workspace) == 2
    assert ids(workspace) == EVERY_ID[:6]


def test_the_changes_of_a_record_keep_their_order(tmp_path: Path) -> None:
    workspace = published_ledger(tmp_path / "ws", ON)
    announce(workspace)
    log, topic = open_log(workspace), changes_topic(workspace.settings)
    for (name, partition), end in log.end_offsets([topic]).items():
        for batch in log.read(name, partition, 0, end, 1000):
            by_key: dict[bytes, list[int]] = {}
            for key, value in zip(batch["key"].to_pylist(), batch["value"].to_pylist(), strict=True):
                by_key.setdefault(key, []).append(json.loads(value)["position"])
            assert all(positions == sorted(positions) for positions in by_key.values())
    log.close()


def test_a_kafka_topic_gets_the_same(tmp_path: Path, kafka_address: str) -> None:
    prefix = f"t{uuid.uuid4().hex[:8]}."
    kafka = f'kind = "kafka"\ntopic_prefix = "{prefix}"\n[log.kafka]\nbootstrap_servers = "{kafka_address}"\n'
    workspace = published_ledger(tmp_path / "ws", ON + kafka)
    assert announce(workspace) == 10
    assert announce(workspace) == 0
    assert ids(workspace) == EVERY_ID


@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize("target", ["connectors.log.embedded.EmbeddedLog.append", "pipelines.changes.topics._remember"])
def test_killed_at_any_moment_and_run_again_every_change_is_there_once(
    tmp_path: Path, target: str, moment: str
) -> None:
    workspace = published_ledger(tmp_path / "ws", ON)
    assert run_killed(target, moment, workspace.root, "sync") == -9
    assert ids(workspace) == ([] if target.endswith("append") and moment == "before" else EVERY_ID)
    assert announce(workspace) == (10 if target.endswith("append") and moment == "before" else 0)
    assert ids(workspace) == EVERY_ID


def test_a_log_that_holds_a_part_gets_the_rest(tmp_path: Path) -> None:
    workspace = make_lake(tmp_path / "ws", ON)
    append_runs(workspace, "run1")
    publish_now(workspace)
    assert run_killed("pipelines.changes.topics._remember", "before", workspace.root, "sync") == -9
    append_runs(workspace, "run2")
    publish_now(workspace)
    assert announce(workspace) == 2
    assert ids(workspace) == EVERY_ID[:6]
