"""load and ingest: from a file to the lake, and the one line for what is wrong with a file or its mapping."""

from __future__ import annotations

from pathlib import Path

import pytest

from models.workspaces import Workspace
from tests.pipelines.commands.conftest import Klantbeeld
from tests.support.workspaces import make_workspace

SETTINGS = """
[log]
partitions = 1

[sources.crm]
kind = "file"
type = "crm.contact"
[sources.crm.columns]
"external_ids.crm_id" = "id"
"traits.email" = "email"
"original_timestamp" = "changed_at"

[sources.webshop]
kind = "collector"
"""
CONTACTS = (
    "id,email,changed_at\n1,zoe@people.test,2026-05-01T10:00:00Z\n2,tom@people.test,not a time\n3,too,many,fields\n"
)


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    """Three contacts in ``contacts.csv``: one well, one with an impossible time, one row that cannot be read."""
    (tmp_path / "contacts.csv").write_text(CONTACTS)
    return make_workspace(tmp_path, SETTINGS)


def test_a_file_is_loaded_once_and_ingested_once_and_nothing_is_lost(
    klantbeeld: Klantbeeld, workspace: Workspace
) -> None:
    where = ("-w", workspace.root)
    file = workspace.root / "contacts.csv"
    loaded = klantbeeld("load", file, "--source", "crm", "--json", *where)
    assert loaded.code == 0
    [report] = loaded.data
    assert (report["rows"], report["events"], report["rejected"], report["appended"]) == (3, 2, 1, 3)
    assert "contacts.csv" in loaded.err
    again = klantbeeld("load", file, "--source", "crm", *where)
    assert again.out.splitlines()[-1].endswith("loaded before")

    ingested = klantbeeld("ingest", "--json", *where)
    assert ingested.code == 0
    assert "ingest: 3 of 3" in ingested.err
    assert (ingested.data["status"], ingested.data["command"]) == ("ok", "ingest")
    [stage] = ingested.data["stages"]
    summary = {name: stage["summary"][name] for name in ("messages", "events", "duplicates", "quarantined")}
    assert summary == {"messages": 3, "events": 1, "duplicates": 0, "quarantined": 2}
    assert "people.test" not in ingested.out + ingested.err
    assert klantbeeld("ingest", *where).out.split()[-2:] == ["nothing", "new"]

    status = klantbeeld("status", "--json", "--hash", *where).data
    assert (status["lake"]["events"], status["lake"]["quarantined"]) == (1, 2)
    assert {row["topic"]: (row["messages"], row["lag"]) for row in status["log"]}["klantbeeld.crm"] == (3, 0)
    assert len(status["lake"]["events_hash"]) >= 32
    told = klantbeeld("status", *where).out
    assert "events                 1" in told
    assert "Gates: 0 of 0 expectations passed" in told


@pytest.mark.parametrize(
    ("source", "told"),
    [
        (
            "crn",
            "No source named 'crn' in klantbeeld.toml. Known: crm, webshop. Did you mean 'crm'? Add [sources.crn].",
        ),
        ("webshop", "Source 'webshop' in klantbeeld.toml is of kind 'collector', this command needs kind 'file'."),
    ],
)
def test_a_source_that_files_cannot_be_loaded_for(
    klantbeeld: Klantbeeld, workspace: Workspace, source: str, told: str
) -> None:
    refused = klantbeeld("load", workspace.root / "contacts.csv", "--source", source, "-w", workspace.root)
    assert (refused.code, refused.refusal) == (2, f"klantbeeld: {told}")


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("gone.csv", None, ("gone.csv", "No")),
        ("empty.csv", "", ("empty.csv is empty",)),
        ("other.csv", "klant,email,changed_at\n1,a@people.test,2026-05-01\n", ("'id'", "other.csv", "klant")),
        ("notes.docx", "hello", ("notes.docx", "format")),
        ("fake.parquet", "hello", ("fake.parquet is not a Parquet file",)),
    ],
)
def test_a_file_that_cannot_be_loaded_is_named_and_nothing_is_appended(
    klantbeeld: Klantbeeld, workspace: Workspace, name: str, content: str | None, told: tuple[str, ...]
) -> None:
    file = workspace.root / name
    if content is not None:
        file.write_text(content)
    refused = klantbeeld("load", file, "--source", "crm", "-w", workspace.root)
    assert refused.code == 2
    assert all(part in refused.refusal for part in told)
    assert "people.test" not in refused.refusal
    log = klantbeeld("status", "--json", "-w", workspace.root).data["log"]
    assert sum(row["messages"] for row in log) == 0
