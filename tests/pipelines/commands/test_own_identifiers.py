"""Identifier types of a workspace's own where people name them: identify, judge, profile, explain."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from models.workspaces import Workspace
from pipelines.judgements import read_judgements
from tests.pipelines.commands.conftest import Klantbeeld
from tests.pipelines.resolve.test_custom_identifiers import MEMBER, take, visit
from tests.pipelines.resolve.test_resolution import profiles_by_record
from tests.support.built_lakes import publish_now
from tests.support.workspaces import make_workspace


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    """x1 and x2 are one person by their membership number, x3 has another; published."""
    workspace = make_workspace(tmp_path / "ws", MEMBER)
    take(workspace, [visit("x1"), visit("x2", member="1001"), visit("x3", member="1002")])
    publish_now(workspace)
    return workspace


def test_identify_knows_a_person_by_it_in_any_spelling(
    klantbeeld: Klantbeeld, workspace: Workspace, tmp_path: Path
) -> None:
    person = profiles_by_record(workspace)["webshop:anonymous_id:x1"]
    (tmp_path / "record.json").write_text(json.dumps({"membership_number": ["no. 10-01"]}), encoding="utf-8")
    by_json = klantbeeld("identify", tmp_path / "record.json", "--json", "-w", workspace.root).data
    given = ("--identifier", "membership_number=10 01")
    by_option = klantbeeld("identify", *given, "--json", "-w", workspace.root).data
    assert by_json == by_option
    assert (by_json["status"], by_json["profile_id"]) == ("known", person)
    assert {(edge["kind"], edge["rule"]) for edge in by_json["edges"]} == {("deterministic", "membership_number")}


def test_identify_refuses_a_type_that_the_workspace_does_not_have(klantbeeld: Klantbeeld, workspace: Workspace) -> None:
    refused = klantbeeld("identify", "--identifier", "membership_nubmer=1", "-w", workspace.root)
    assert refused.code == 2
    assert refused.refusal.startswith("klantbeeld: membership_nubmer: unknown field. Known: ")
    assert refused.refusal.endswith("Did you mean 'membership_number'?")
    for wrong in ("membership_number", "email=x@people.test"):
        assert "with a type of the workspace's own" in klantbeeld("identify", "--identifier", wrong).err


def test_a_value_of_it_that_cannot_be_used_is_said(klantbeeld: Klantbeeld, workspace: Workspace) -> None:
    given = ("--identifier", "membership_number=none", "--given-name", "Anna")
    answer = klantbeeld("identify", *given, "--json", "-w", workspace.root).data
    assert (answer["status"], answer["warnings"]) == ("new", ["membership_number: cannot be used"])


def test_judge_takes_it_for_the_record_that_carries_it(klantbeeld: Klantbeeld, workspace: Workspace) -> None:
    pair = ("membership_number:10-02", "webshop:anonymous_id:x1")
    assert klantbeeld("judge", "join", *pair, "--by", "kim", "--why", "asked them", "-w", workspace.root).code == 0
    [entry] = read_judgements(workspace)
    assert {entry.record_id_a, entry.record_id_b} == {"webshop:anonymous_id:x1", "webshop:anonymous_id:x3"}


def test_a_judgement_waits_for_a_record_that_is_named_by_it(klantbeeld: Klantbeeld, workspace: Workspace) -> None:
    pair = ("webshop:membership_number:1009", "webshop:anonymous_id:x1")
    said = klantbeeld("judge", "split", *pair, "--by", "kim", "--why", "not born yet", "-w", workspace.root)
    assert said.code == 0
    assert "the judgement waits for it" in said.err


def test_a_person_is_found_by_it_and_only_where_its_type_is_named(klantbeeld: Klantbeeld, workspace: Workspace) -> None:
    person = profiles_by_record(workspace)["webshop:anonymous_id:x3"]
    for text in ("membership_number:10 02", "1002"):
        found = klantbeeld("profile", text, "--json", "-w", workspace.root).data
        assert (found["profile"]["profile_id"], found["found_by"]) == (person, "membership_number")
    # Digits alone are that type's spelling, and no other text's.
    assert klantbeeld("profile", "card 1002", "-w", workspace.root).code == 2
