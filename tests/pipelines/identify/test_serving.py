"""Who one record is, over HTTP."""

from __future__ import annotations

import gzip
import json
import logging
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from models.lakes import open_lake
from models.workspaces import Workspace
from pipelines.identify.serving import running_service
from pipelines.identify.serving.services import MAX_WAITING, IdentifyService
from tests.connectors.sources.collector.collecting import Answer, post
from tests.pipelines.resolve.test_custom_identifiers import MEMBER, take, visit
from tests.pipelines.resolve.test_resolution import ANNA_SHOP, identify, profiles_by_record, resolved
from tests.support.built_lakes import publish_now
from tests.support.ingests import RESOLVED_AT, append_events, ingest_all, resolve_all
from tests.support.workspaces import make_workspace

SECRET = "a-secret-of-some-length"
ANNA = {"given_name": "Anna", "family_name": "de Wit", "email": "anna@people.test"}


def ask(url: str, body: object, secret: str = SECRET, path: str = "/v1/identify", **more: Any) -> Answer:
    return post(url, path, body, key=None, authorization=f"Bearer {secret}", **more)


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """Anna, known by three records, and Bert, published; read it only."""
    workspace = resolved(tmp_path_factory.mktemp("served"))
    publish_now(workspace)
    return workspace


@pytest.fixture
def url(published: Workspace) -> Iterator[str]:
    with running_service(published, SECRET, lambda: RESOLVED_AT) as (base, _):
        yield base


def test_a_record_is_answered_with_who_it_is(url: str, published: Workspace) -> None:
    answer = ask(url, ANNA)
    assert (answer.status, answer.headers["cache-control"]) == (200, "no-store")
    found = answer.json
    assert (found["status"], found["profile_id"]) == ("known", profiles_by_record(published)[ANNA_SHOP])
    assert {part["comparison"] for edge in found["edges"] for part in edge["evidence"]} >= {"prior", "email"}
    packed = ask(url, gzip.compress(json.dumps(ANNA).encode()), content_encoding="gzip")
    assert packed.json == found


def test_an_identifier_of_the_workspaces_own_is_asked_by_in_any_spelling(tmp_path: Path) -> None:
    workspace = make_workspace(tmp_path, MEMBER)
    take(workspace, [visit("x1"), visit("x2", member="1002")])
    publish_now(workspace)
    with running_service(workspace, SECRET, lambda: RESOLVED_AT) as (base, _):
        found = ask(base, {"membership_number": "no. 10-01"}).json
        refused = ask(base, {"membership_nubmer": "1001"})
    assert (found["status"], found["profile_id"]) == ("known", profiles_by_record(workspace)["webshop:anonymous_id:x1"])
    assert [edge["rule"] for edge in found["edges"]] == ["membership_number"]
    assert [fault["field"] for fault in refused.json["faults"]] == ["membership_nubmer"]


def test_a_wrong_or_missing_secret_is_refused(url: str) -> None:
    for answer in (ask(url, ANNA, "another"), ask(url, ANNA, ""), post(url, "/v1/identify", ANNA, key="x")):
        assert (answer.status, answer.json["code"]) == (401, "wrong_secret")
        assert "www-authenticate" in answer.headers


def test_all_faults_of_a_record_come_at_once_and_without_values(url: str) -> None:
    answer = ask(url, {"emial": "anna@people.test", "phone": {}})
    assert (answer.status, answer.json["code"]) == (400, "invalid_record")
    assert [fault["field"] for fault in answer.json["faults"]] == ["emial", "phone"]
    assert b"anna@" not in answer.body


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b'{"email": ', 400, "invalid_json"),
        (b"\xff", 400, "invalid_json"),
        (b"[]", 400, "invalid_record"),
        (b"{" + b" " * 40_000 + b"}", 413, "too_large"),
    ],
)
def test_a_body_that_is_none_is_refused(url: str, body: bytes, status: int, code: str) -> None:
    answer = ask(url, body)
    assert (answer.status, answer.json["code"]) == (status, code)


def test_other_addresses_and_methods_are_answered_in_the_same_shape(url: str) -> None:
    assert ask(url, b"", path="/v1/track").json["code"] == "unknown_address"
    assert ask(url, b"", method="GET").json["code"] == "wrong_method"
    assert ask(url, b"", path="/healthz", method="GET").json == {"status": "ok"}
    assert ask(url, b"", path="/readyz", method="GET").json == {"status": "ready"}


def test_before_anything_is_published_it_says_so_and_then_answers(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    workspace = make_workspace(tmp_path / "workspace")
    with caplog.at_level(logging.WARNING), running_service(workspace, SECRET) as (url, service):
        answer = ask(url, ANNA)
        assert (answer.status, answer.json["code"]) == (503, "nothing_published")
        assert answer.headers["retry-after"] == "10"
        assert ask(url, b"", path="/readyz", method="GET").status == 503
        service.refresh()
        assert len(caplog.records) == 1
        append_events(workspace, [identify("m1", user_id="u1", anonymous_id=None, traits=ANNA)])
        ingest_all(workspace)
        resolve_all(workspace)
        publish_now(workspace)
        assert service.refresh()
        assert ask(url, ANNA).json["status"] == "known"


def test_a_new_publication_is_read_and_an_unpublished_one_is_not(tmp_path: Path) -> None:
    workspace = resolved(tmp_path / "workspace")
    publish_now(workspace)
    zoe = {"given_name": "Zoe", "family_name": "Zand", "email": "zoe@people.test"}
    with running_service(workspace, SECRET) as (url, service):
        assert ask(url, zoe).json["status"] == "new"
        append_events(workspace, [identify("m7", user_id="u7", anonymous_id=None, traits=zoe)])
        ingest_all(workspace, "r2")
        resolve_all(workspace, "r2")
        assert not service.refresh()
        assert ask(url, zoe).json["status"] == "new"
        publish_now(workspace)
        assert service.refresh()
        assert ask(url, zoe).json["status"] == "known"
        assert not service.refresh()


def test_a_lake_that_is_gone_leaves_the_answers_of_before(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    workspace = resolved(tmp_path / "workspace")
    publish_now(workspace)
    with caplog.at_level(logging.WARNING), running_service(workspace, SECRET) as (url, service):
        workspace.lake_catalog.rename(tmp_path / "elsewhere")
        assert not service.refresh()
        assert not service.refresh()
        assert ask(url, ANNA).json["status"] == "known"
    assert len(caplog.records) == 1


def test_many_at_once_are_all_answered_or_told_to_come_again(published: Workspace) -> None:
    statuses: list[int] = []
    with running_service(published, SECRET) as (url, _):
        threads = [
            threading.Thread(target=lambda: statuses.append(ask(url, ANNA).status)) for _ in range(2 * MAX_WAITING)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert len(statuses) == 2 * MAX_WAITING
    assert set(statuses) <= {200, 503}
    assert statuses.count(200) >= MAX_WAITING


def test_nothing_of_a_person_is_logged(published: Workspace, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG, "pipelines"), running_service(published, SECRET) as (url, _):
        ask(url, ANNA)
        ask(url, {"emial": "anna@people.test"})
    assert "anna" not in caplog.text.lower()


def test_a_service_that_fails_says_no_more_than_that(
    published: Workspace, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(_service: IdentifyService, raw: object) -> None:
        raise ValueError(raw)

    monkeypatch.setattr(IdentifyService, "_answer", broken)
    with running_service(published, SECRET) as (url, _):
        answer = ask(url, ANNA)
    assert (answer.status, answer.json["code"]) == (500, "unexpected")
    assert "anna" not in (caplog.text + answer.body.decode()).lower()


def test_the_lake_may_be_written_while_it_is_answered(tmp_path: Path) -> None:
    workspace = resolved(tmp_path / "workspace")
    publish_now(workspace)
    with running_service(workspace, SECRET) as (url, _), open_lake(workspace):
        assert ask(url, ANNA).json["status"] == "known"
