"""The whole way on a small demo: counts, people, a second run, kill -9 in every stage, and Kafka against embedded."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from models.lakes import open_lake
from models.workspaces import Workspace, open_workspace
from pipelines.build import segment_tables
from pipelines.ingest.content_hashes import hash_events
from tests.support.check_demo import check, run_json
from tests.support.ingests import people_of, query_lake
from tests.support.kills import run_killed

SMALL = ("--people", "600", "--events", "6000", "--seed", "3", "--as-of", "2026-11-20T12:00:00Z")

pytestmark = [pytest.mark.xdist_group("whole_way"), pytest.mark.timeout(600)]


def run_demo(folder: Path, *more: str) -> dict[str, Any]:
    """The demo in a process of its own, as a user runs it."""
    command = [Path(sys.executable).with_name("klantbeeld"), "demo", "--workspace", folder, "--json", *SMALL, *more]
    done = subprocess.run(command, capture_output=True, check=False, text=True)
    assert done.returncode == 0, done.stderr[-2000:]
    report: dict[str, Any] = json.loads(done.stdout)
    return report


@pytest.fixture(scope="module")
def embedded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("whole") / "demo"
    run_demo(folder)
    return folder


def tables_of(folder: Path) -> dict[str, Any]:
    """What the tables say, without names that differ from run to run (profile ids, run ids, places in a log)."""
    workspace = open_workspace(folder)
    with open_lake(workspace, read_only=True) as lake:
        events, segments = hash_events(lake, across_logs=True), segment_tables(lake)
    member = "(select min(record_id) as person, profile_id from lake.identity.record_profiles group by profile_id)"
    return {
        "events": events,
        "people": people_of(workspace),
        "quarantine": quarantine_of(workspace),
        "records": query_lake(workspace, "select * from lake.identity.records order by record_id"),
        "edges": query_lake(
            workspace, "select * from lake.identity.edges order by record_id_l, record_id_r, kind, rule"
        ),
        "profiles": query_lake(
            workspace,
            f"select person, profiles.* exclude (profile_id) from lake.profiles.profiles inner join {member}"
            " using (profile_id) order by person",
        ),
        "segments": {
            name: query_lake(
                workspace,
                f"select person, reason from lake.segments.{name} inner join {member} using (profile_id) order by 1",
            )
            for name in segments
        },
        "memberships": query_lake(
            workspace,
            "select audience, person, entered_reason, exited_reason from lake.audiences.memberships"
            f" inner join {member} using (profile_id) order by 1, 2",
        ),
    }


def quarantine_of(workspace: Workspace) -> list[tuple[Any, ...]]:
    """Quarantined messages without the moment of receipt in them, which is another each time they are sent."""
    rows = query_lake(workspace, "select source, type, stage, reasons, original from lake.ingest.quarantine")
    found = [(*row[:4], re.sub(rb'"received_at":\s*"[^"]*"', b"", row[4])) for row in rows]
    return sorted(found, key=repr)


def test_the_demo_finds_what_was_written_and_a_second_run_does_nothing(embedded: Path) -> None:
    assert check(embedded) == 0


def test_every_reading_command_answers_in_json(embedded: Path) -> None:
    where = ("--workspace", str(embedded))
    assert run_json("status", "--hash", *where)["lake"]["events"] == 6000
    audiences = [entry["name"] for entry in run_json("audience", "list", *where)]
    assert audiences == ["lapsed_high_value", "newsletter_never_bought", "open_complaint"]
    preview = run_json("audience", "preview", audiences[0], *where)
    assert preview["segment_size"] == preview["members"] + sum(preview["left_out"].values())
    exported = run_json("audience", "export", audiences[0], *where)
    assert [entry["audience"] for entry in exported] == [audiences[0]]
    showcase = json.loads((embedded / "data/demo/report.json").read_text(encoding="utf-8"))["showcase"]
    records = [row["record_id"] for row in run_json("profile", showcase, "--reveal", *where)["records"]]
    two = run_json("explain", records[0], records[-1], *where)
    assert two["verdict"] == "one person"
    for edge in two["path"]:
        assert sum(part["match_weight"] for part in edge["evidence"]) == pytest.approx(edge["match_weight"], abs=1e-9)


@pytest.mark.slow
@pytest.mark.kafka
def test_kafka_gives_the_same_tables_as_the_embedded_log(embedded: Path, tmp_path: Path, kafka_address: str) -> None:
    run_demo(tmp_path / "demo", "--kafka", kafka_address)
    one, other = tables_of(embedded), tables_of(tmp_path / "demo")
    assert set(one) == set(other)
    assert [name for name in one if one[name] != other[name]] == []


@pytest.mark.slow
@pytest.mark.parametrize(
    ("target", "moment"),
    [
        ("pipelines.ingest.ingestion.commit_chunks", "before"),
        ("pipelines.runs.running.record_stage", "before"),
        ("pipelines.resolve.full.write_names", "after"),
        ("pipelines.build.run_dbt", "after"),
        ("pipelines.gates.gates.publish", "before"),
        ("pipelines.audiences.syncs._commit", "after"),
    ],
)
def test_a_run_killed_in_any_stage_and_run_again_gives_the_undisturbed_tables(
    embedded: Path, tmp_path: Path, target: str, moment: str
) -> None:
    folder = tmp_path / "demo"
    arguments = ["demo", *SMALL]
    assert run_killed(target, moment, folder, *arguments) == -9
    run_json("run", "--as-of", "2026-11-20T12:00:00Z", "--workspace", str(folder))
    one, other = tables_of(embedded), tables_of(folder)
    assert [name for name in one if one[name] != other[name]] == []
