"""What ``status`` reports of log, lake, stages, gates and runs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pytest

from connectors.log.opening import open_log
from models.lakes import LAKE, Lake, open_lake
from pipelines.runs.manifests import RunManifest, write_manifest
from pipelines.runs.stages import record_stage
from pipelines.status_reports import report_gates, report_lake, report_log, report_runs, report_stages
from schemas.tables import OFFSETS
from tests.support.factories import make_event, make_record
from tests.support.lakes import at, make_lake, seeded_story
from tests.support.workspaces import make_workspace


@pytest.fixture
def lake(tmp_path: Path) -> Iterator[Lake]:
    """The seeded story, nothing published."""
    with open_lake(make_lake(tmp_path / "ws", "[log]\npartitions = 1\n")) as opened:
        seeded_story().write(opened)
        yield opened


def test_lag_is_what_the_lake_has_not_read_yet(lake: Lake) -> None:
    log = open_log(lake.workspace)
    try:
        log.append([make_record(make_event(f"m{number}")) for number in range(3)])
        log.append([make_record(make_event("s1", "pos.sale"))])
        before = report_log(log, None, lake.workspace)
        row = {"topic": "klantbeeld.web", "partition": 0, "next_offset": 2, "run_id": "r1"}
        lake.insert("ingest.offsets", pa.Table.from_pylist([row], schema=OFFSETS))
        after = report_log(log, lake, lake.workspace)
    finally:
        log.close()
    assert [(row["topic"], row["messages"], row["lag"]) for row in before if row["messages"]] == [
        ("klantbeeld.web", 3, 3),
        ("klantbeeld.pos", 1, 1),
    ]
    assert [(row["topic"], row["messages"], row["lag"]) for row in after if row["messages"]] == [
        ("klantbeeld.web", 3, 1),
        ("klantbeeld.pos", 1, 1),
    ]


def test_the_lake_is_told_in_counts_and_its_freshness(lake: Lake) -> None:
    report = report_lake(lake)
    assert report.pop("snapshot_id") > 0
    assert report == {
        "events": 93,
        "newest_event": at("2026-06-30T12:00"),
        "quarantined": 2,
        "quarantine_reasons": {"json": 2},
        "source_records": 13,
        "profiles": 12,
        "published_snapshot_id": None,
        "published_at": None,
    }
    assert len(report_lake(lake, with_hash=True)["events_hash"]) >= 32


def test_stages_stand_in_the_order_of_a_run_each_as_it_last_finished(lake: Lake) -> None:
    record_stage(lake, "build", "r1", "k1", at("2026-07-01"), {"models": 1})
    record_stage(lake, "ingest", "r1", "k1", at("2026-07-01"), {"events": 93})
    record_stage(lake, "build", "r2", "k2", at("2026-07-02"), {"models": 2})
    assert report_stages(lake) == [
        {"stage": "ingest", "finished_at": at("2026-07-01"), "run_id": "r1", "summary": {"events": 93}},
        {"stage": "build", "finished_at": at("2026-07-02"), "run_id": "r2", "summary": {"models": 2}},
    ]


def test_gates_are_those_of_the_newest_check(lake: Lake) -> None:
    assert report_gates(lake) == []
    lake.connection.execute(
        f"""insert into {LAKE}.ops.gates by name
        select run_id, 'resolved' as gate, 'everybody' as expectation, 'profiles' as subject, passed,
            '{{}}' as observed, checked_at::timestamptz as checked_at
        from (values ('r9', true, '2026-07-01'), ('r1', false, '2026-07-02')) as checks(run_id, passed, checked_at)"""
    )
    assert report_gates(lake) == [
        {
            "gate": "resolved",
            "expectation": "everybody",
            "subject": "profiles",
            "passed": False,
            "observed": "{}",
            "checked_at": at("2026-07-02"),
        }
    ]


def test_runs_are_the_newest_five(tmp_path: Path) -> None:
    workspace = make_workspace(tmp_path)
    assert report_runs(workspace) == []
    first = RunManifest("20260701T000000Z-aaaaaa", "run", "2026-07-01T00:00:00+00:00", "2026-07-01T00:00:00+00:00")
    for day in range(1, 8):
        write_manifest(workspace.runs, replace(first, run_id=f"2026070{day}T000000Z-aaaaaa"))
    assert [run["run_id"][:8] for run in report_runs(workspace)] == [
        "20260707",
        "20260706",
        "20260705",
        "20260704",
        "20260703",
    ]
