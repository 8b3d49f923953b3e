"""The whole way with the lake's catalog in PostgreSQL gives the people and segments that SQLite's gives."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.support.check_demo import run_json
from tests.support.factories import make_event
from tests.support.ingests import append_events, people_of
from tests.support.postgres import new_database, postgres_server
from tests.support.workspaces import make_workspace

VARIABLE = "KB_TEST_CATALOG_DSN"
# One message in four is broken here.
AUDIENCE = '[gates]\nmax_quarantine_share = 0.5\n[audiences.complaints]\nsegment = "open_complaints"\nchannel = "any"\n'
POSTGRES = f'[lake]\ncatalog = "postgres"\npostgres_dsn_env = "{VARIABLE}"\n'
AS_OF = "2026-05-03T12:00:00Z"


def events() -> list[dict[str, Any] | bytes]:
    traits = {"firstName": "Anna", "lastName": "de Wit", "email": "anna@people.test"}
    ids = {"external_ids": {"email": "anna@people.test"}}
    return [
        make_event("m1", "web.identify", user_id="u1", anonymous_id="a1", traits=traits),
        make_event(
            "m2", "service.ticket_opened", "desk", properties={"ticket_id": "T1", "category": "complaint"}, **ids
        ),
        make_event("m3", "email.opened", "mail", properties={"email_id": "e1"}, **ids),
        b"not an event",
    ]


def outcome(root: Path, settings: str) -> tuple[Any, ...]:
    """People, members and what a second run does, after a run on these settings."""
    workspace = make_workspace(root, AUDIENCE + settings)
    append_events(workspace, events())
    where = ("--workspace", str(root))
    run_json("run", "--as-of", AS_OF, *where)
    again = [stage["status"] for stage in run_json("run", "--as-of", AS_OF, *where)["stages"]]
    (audience,) = run_json("audience", "list", *where)
    person = run_json("profile", "anna@people.test", *where)
    status = run_json("status", *where)["lake"]
    return (
        people_of(workspace),
        audience["members"],
        again,
        person["profile"]["given_name"],
        [stay["entered_reason"] for stay in person["audiences"]],
        (status["events"], status["quarantined"]),
    )


@pytest.mark.slow
@pytest.mark.timeout(400)
def test_a_run_on_a_postgres_catalog_gives_what_a_run_on_sqlite_gives(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with postgres_server() as server:
        monkeypatch.setenv(VARIABLE, new_database(server))
        on_postgres = outcome(tmp_path / "postgres", POSTGRES)
        assert not (tmp_path / "postgres/data/catalog.sqlite").exists()
    assert on_postgres == outcome(tmp_path / "sqlite", "")
    assert on_postgres[1:] == (
        1,
        ["skipped"] * 5,
        "Anna",
        ["1 open complaint, newest opened 2026-05-01 (ticket T1), in the last 14 days"],
        (3, 1),
    )
