"""Ingest: nothing is lost, nothing doubles, whatever arrives and whenever it dies."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from models.errors import FatalError
from models.lakes import LAKE, open_lake
from models.workspaces import Workspace
from pipelines.ingest.content_hashes import hash_events
from tests.support.factories import make_event, make_record
from tests.support.ingests import append_events, ingest_all, query_lake
from tests.support.kills import killed_at, run_killed
from tests.support.workspaces import make_workspace

SMALL = "[ingest]\nchunk_messages = 100\nmax_messages_per_commit = 250\n"


def shop_events(count: int) -> list[dict[str, Any] | bytes]:
    """Pages and sales of forty visitors, every tenth message sent twice, every fiftieth broken."""
    events: list[dict[str, Any] | bytes] = []
    for number in range(count):
        visitor = f"visitor-{number % 40}"
        if number % 50 == 49:
            events.append(b'{"message_id": "broken-%d", "type"' % number)
        elif number % 2:
            events.append(make_event(f"m{number}", anonymous_id=visitor))
        else:
            events.append(
                make_event(f"m{number}", "pos.sale", "tills", external_ids={"loyalty_id": visitor},
                           properties={"receipt_id": f"r{number}", "total": 12.5, "currency": "EUR"})
            )  # fmt: skip
        if number % 10 == 3:
            events.append(events[-1])
    return events


def test_every_message_is_in_the_lake_once_or_in_quarantine(tmp_path: Path) -> None:
    workspace = make_workspace(tmp_path, SMALL)
    events = shop_events(600)
    append_events(workspace, events)
    summary = ingest_all(workspace)
    assert summary.messages == len(events) == 660
    assert summary.quarantined == 12
    assert summary.duplicates == 60
    assert summary.events == 588
    assert summary.commits == 3
    ids = {json.loads(make_record(event).value)["message_id"] for event in events if isinstance(event, dict)}
    assert {row[0] for row in query_lake(workspace, f"select message_id from {LAKE}.ingest.events")} == ids
    assert query_lake(workspace, f"select count(*), sum(amount) from {LAKE}.ingest.events where type = 'pos.sale'") == [
        (300, 3750)
    ]
    assert not list(workspace.staging.iterdir())


def test_a_quarantined_message_keeps_its_bytes_and_every_reason(tmp_path: Path) -> None:
    workspace = make_workspace(tmp_path)
    wrong = make_event("m1", "pos.sale", "tills", properties={"total": "much"})
    append_events(workspace, [b"\xff\xfe not text", wrong, make_event("m2")])
    summary = ingest_all(workspace)
    assert (summary.events, summary.quarantined) == (1, 2)
    rows = query_lake(
        workspace,
        f"select original, reasons, source from {LAKE}.ingest.quarantine order by octet_length(original)",
    )
    assert rows[0][0] == b"\xff\xfe not text"
    assert rows[0][2] == "webshop"
    assert rows[1][0] == make_record(wrong).value
    assert [(reason["path"], reason["rule"]) for reason in rows[1][1]] == [
        ("properties.receipt_id", "required"),
        ("properties.total", "pattern"),
    ]


def test_a_message_sent_again_later_adds_nothing(tmp_path: Path) -> None:
    workspace = make_workspace(tmp_path)
    append_events(workspace, [make_event("m1"), make_event("m2")])
    ingest_all(workspace, "r1")
    append_events(workspace, [make_event("m2"), make_event("m3"), make_event("m3")])
    summary = ingest_all(workspace, "r2")
    assert (summary.events, summary.duplicates) == (1, 2)
    assert query_lake(workspace, f"select message_id from {LAKE}.ingest.events order by 1") == [
        ("m1",),
        ("m2",),
        ("m3",),
    ]


def test_nothing_new_changes_nothing(tmp_path: Path) -> None:
    workspace = make_workspace(tmp_path)
    append_events(workspace, [make_event("m1")])
    ingest_all(workspace, "r1")
    with open_lake(workspace, read_only=True) as lake:
        before = lake.snapshot_id()
    assert ingest_all(workspace, "r2").messages == 0
    with open_lake(workspace, read_only=True) as lake:
        assert lake.snapshot_id() == before


def test_batching_does_not_matter(tmp_path: Path) -> None:
    events = shop_events(300)
    whole, pieces = make_workspace(tmp_path / "whole", SMALL), make_workspace(tmp_path / "pieces", SMALL)
    append_events(whole, events)
    ingest_all(whole)
    for number, start in enumerate(range(0, len(events), 70)):
        append_events(pieces, events[start : start + 70])
        ingest_all(pieces, f"r{number}")
    hashes = []
    for workspace in (whole, pieces):
        with open_lake(workspace, read_only=True) as lake:
            hashes.append(hash_events(lake, across_logs=True))
    assert hashes[0] == hashes[1]


def test_an_identifier_is_counted_per_record_and_value(tmp_path: Path) -> None:
    workspace = make_workspace(tmp_path)
    append_events(workspace, [make_event(f"m{number}", anonymous_id="a1", user_id="u1") for number in range(3)])
    ingest_all(workspace)
    rows = query_lake(
        workspace, f"select source_record_id, type, value, events from {LAKE}.ingest.identifiers order by type"
    )
    assert rows == [("user_id:u1", "anonymous_id", "a1", 3), ("user_id:u1", "user_id", "u1", 3)]


def test_a_log_that_is_not_the_lakes_is_refused(tmp_path: Path) -> None:
    workspace = make_workspace(tmp_path)
    append_events(workspace, [make_event("m1"), make_event("m2")])
    ingest_all(workspace)
    for file in workspace.log_file.parent.iterdir():
        file.unlink()
    append_events(workspace, [make_event("m3", anonymous_id="device-of-m1")])
    with pytest.raises(FatalError, match="another log than the lake was filled from"):
        ingest_all(workspace)


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, list[tuple[Any, ...]]]:
    workspace = make_workspace(tmp_path_factory.mktemp("undisturbed"), SMALL)
    append_events(workspace, shop_events(600))
    ingest_all(workspace)
    return content(workspace)


def content(workspace: Workspace) -> tuple[str, list[tuple[Any, ...]]]:
    """The events' hash, and the counts of everything else that an ingest commits."""
    with open_lake(workspace, read_only=True) as lake:
        counts = lake.rows(
            f"""
            select 'events', count(*), count(distinct message_id) from {LAKE}.ingest.events
            union all select 'records', count(*), count(distinct message_id) from {LAKE}.ingest.source_records
            union all select 'identifiers', sum(events), count(distinct value) from {LAKE}.ingest.identifiers
            union all select 'quarantine', count(*), count(distinct quarantine_id) from {LAKE}.ingest.quarantine
            union all select 'offsets', sum(next_offset), count(*) from {LAKE}.ingest.offsets
            """
        )
        return hash_events(lake), counts


@killed_at(
    ("pipelines.ingest.beam_job.stage_chunk", "after"),
    ("models.lakes.Lake.add_files", "after"),
    ("pipelines.ingest.ingestion.commit_chunks", "after"),
    ("pipelines.ingest.beam_job.stage_chunk", "before"),
    ("pipelines.ingest.beam_job.find_duplicates", "after"),
    ("pipelines.ingest.beam_job.write_chunk", "after"),
    ("pipelines.ingest.ingestion.commit_chunks", "before"),
    ("pipelines.ingest.commits._advance_offsets", "after"),
    ("pipelines.ingest.ingestion.quarantine_reasons", "before"),
    quickly=3,
)
def test_killed_anywhere_and_run_again_gives_the_undisturbed_result(
    tmp_path: Path, undisturbed: tuple[str, list[tuple[Any, ...]]], target: str, moment: str
) -> None:
    workspace = make_workspace(tmp_path, SMALL)
    append_events(workspace, shop_events(600))
    assert run_killed(target, moment, tmp_path, "ingest") == -9
    ingest_all(workspace, "again")
    assert content(workspace) == undisturbed
    on_disk = set((workspace.lake_data / "ingest" / "events").glob("*.parquet"))
    with open_lake(workspace, read_only=True) as lake:
        assert lake.files("ingest.events") == on_disk
    assert not list(workspace.staging.iterdir())
