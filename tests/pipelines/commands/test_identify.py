"""identify: who one record is, asked of what is published."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from models.workspaces import Workspace
from tests.pipelines.commands.conftest import Klantbeeld
from tests.pipelines.resolve.test_resolution import ANNA_MAIL, ANNA_SHOP, identify, profiles_by_record, resolved
from tests.support.built_lakes import publish_now
from tests.support.ingests import append_events, ingest_all, resolve_all
from tests.support.workspaces import make_workspace

ANNA = {"given_name": "Ana", "family_name": "Wit", "email": "anna@people.test"}


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """Anna, known by three records, and Bert, published; read it only."""
    workspace = resolved(tmp_path_factory.mktemp("identified"))
    publish_now(workspace)
    return workspace


def written(folder: Path, record: Any) -> Path:
    path = folder / "record.json"
    path.write_text(json.dumps(record), encoding="utf-8")
    return path


def test_a_record_of_somebody_known_is_answered_with_its_profile_and_evidence(
    klantbeeld: Klantbeeld, published: Workspace, tmp_path: Path
) -> None:
    answer = klantbeeld("identify", written(tmp_path, ANNA), "--json", "-w", published.root).data
    assert (answer["status"], answer["profile_id"]) == ("known", profiles_by_record(published)[ANNA_SHOP])
    assert {edge["record_id"] for edge in answer["edges"]} >= {ANNA_SHOP, ANNA_MAIL}
    for edge in answer["edges"]:
        weights = [part["match_weight"] for part in edge["evidence"]]
        assert sum(weights) == pytest.approx(edge["match_weight"], abs=1e-9)


def test_the_answer_is_what_becomes_of_the_record_when_it_is_sent(klantbeeld: Klantbeeld, tmp_path: Path) -> None:
    workspace = resolved(tmp_path / "sent")
    publish_now(workspace)
    record = ANNA | {"source": "desk", "user_id": "d9"}
    answer = klantbeeld("identify", written(tmp_path, record), "--json", "-w", workspace.root).data
    traits = {"first_name": "Ana", "last_name": "Wit", "email": ANNA["email"]}
    append_events(workspace, [identify("m9", source="desk", user_id="d9", anonymous_id=None, traits=traits)])
    ingest_all(workspace, "r2")
    resolve_all(workspace, "r2")
    assert profiles_by_record(workspace)["desk:user_id:d9"] == answer["profile_id"]


def test_fields_may_be_options_and_the_answer_is_text(klantbeeld: Klantbeeld, published: Workspace) -> None:
    told = klantbeeld("identify", "--email", "anna@people.test", "--given-name", "Anna", "-w", published.root)
    assert (told.code, told.err) == (0, "")
    assert "known" in told.out
    assert "shares email" in told.out
    assert "email the same: anna@people.test" in told.out


def test_nobody_known_is_new(klantbeeld: Klantbeeld, published: Workspace) -> None:
    answer = klantbeeld("identify", "--email", "zoe@people.test", "--json", "-w", published.root).data
    assert (answer["status"], answer["profile_id"], answer["edges"]) == ("new", None, [])


def test_what_could_not_be_used_is_said_beside_the_answer(klantbeeld: Klantbeeld, published: Workspace) -> None:
    told = klantbeeld("identify", "--email", "anna@people.test", "--phone", "12", "--json", "-w", published.root)
    assert told.data["warnings"] == ["phone: cannot be used"]
    assert told.err == "phone: cannot be used\n"


def test_a_record_that_cannot_be_read_is_a_usage_error_without_its_values(
    klantbeeld: Klantbeeld, published: Workspace, tmp_path: Path
) -> None:
    told = klantbeeld("identify", written(tmp_path, {"emial": "anna@people.test"}), "-w", published.root)
    assert told.code == 2
    assert "emial: unknown field." in told.refusal
    assert "Did you mean 'email'?" in told.refusal
    assert "anna@" not in told.refusal
    broken = tmp_path / "broken.json"
    broken.write_text('{"email": ', encoding="utf-8")
    told = klantbeeld("identify", broken, "-w", published.root)
    assert (told.code, told.refusal) == (2, f"klantbeeld: {broken} holds no JSON: line 1, column 11.")


def test_a_record_is_given_one_way_and_no_other(klantbeeld: Klantbeeld, published: Workspace, tmp_path: Path) -> None:
    for arguments in ((), (written(tmp_path, ANNA), "--city", "Utrecht")):
        told = klantbeeld("identify", *arguments, "-w", published.root)
        assert told.code == 2
        assert "one of both" in told.err


def test_before_anything_is_published_it_is_said_what_to_do(klantbeeld: Klantbeeld, tmp_path: Path) -> None:
    workspace = make_workspace(tmp_path / "empty")
    told = klantbeeld("identify", "--email", "anna@people.test", "-w", workspace.root)
    assert told.code == 2
    assert "klantbeeld ingest" in told.refusal


def test_without_a_match_index_the_answer_is_the_same(klantbeeld: Klantbeeld, tmp_path: Path) -> None:
    workspace = resolved(tmp_path / "without_index")
    publish_now(workspace)
    asked = ("identify", "--email", "anna@people.test", "--given-name", "Anna", "--json", "-w", workspace.root)
    with_index = klantbeeld(*asked).data
    for path in workspace.match_index.iterdir():
        path.unlink()
    assert klantbeeld(*asked).data == with_index
