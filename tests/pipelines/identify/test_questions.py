"""One record as it is sent, normalised as ingest would."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from pipelines.identify import Question, UnreadableRecordError, read_question
from pipelines.ingest.ingestion import normalise_settings
from schemas.tables import TRAITS
from tests.pipelines.resolve.test_resolution import identify as identify_event
from tests.support.ingests import append_events, ingest_all, query_lake
from tests.support.workspaces import make_workspace

TODAY = date(2026, 6, 1)


@pytest.fixture
def ask(tmp_path: Path) -> Any:
    settings = normalise_settings(make_workspace(tmp_path / "workspace"))

    def read(raw: object) -> Question:
        return read_question(raw, settings, TODAY)

    return read


def test_a_record_is_normalised_as_ingest_normalises_it(ask: Any, tmp_path: Path) -> None:
    traits = {"name": "DE WIT, ANNA", "birth_date": "12-04-1980", "gender": "v", "phone": "06 87051942"}
    traits |= {"street": "kerkstraat", "house_number": "12a", "postcode": "1234ab", "city": "DEN HAAG"}
    traits |= {"country": "Nederland", "email": " Anna@People.Test "}
    workspace = make_workspace(tmp_path / "ingested")
    append_events(workspace, [identify_event("m1", user_id="u1", anonymous_id=None, traits=traits)])
    ingest_all(workspace)
    asked = ask(traits | {"user_id": "u1", "source": "webshop"})
    [stored] = query_lake(workspace, f"select {', '.join(TRAITS)} from lake.ingest.source_records")
    assert tuple(asked.record[name] for name in TRAITS) == stored
    held = query_lake(workspace, "select source || ':' || source_record_id, type, value from lake.ingest.identifiers")
    assert {(asked.record["record_id"], *pair) for pair in asked.identifiers} == set(held)
    assert asked.warnings == []


def test_identifiers_may_be_several_and_the_first_stands_in_the_record(ask: Any) -> None:
    asked = ask({"email": ["b@post.nl", "a@post.nl", "b@post.nl"], "crm_id": 77})
    assert asked.identifiers == [("crm_id", "77"), ("email", "b@post.nl"), ("email", "a@post.nl")]
    assert asked.record["email"] == "b@post.nl"
    assert asked.record["record_id"] == "identify:crm_id:77"


def test_what_cannot_be_used_is_said_without_its_value(ask: Any) -> None:
    asked = ask({"given_name": "Anna", "email": "no address", "birth_date": "31-02-1980", "user_id": "unknown"})
    assert asked.warnings == ["birth_date: cannot be used", "user_id: blocked value", "email: cannot be used"]
    assert asked.identifiers == []


@pytest.mark.parametrize(
    ("raw", "faults"),
    [
        ([], {"": "The record must be a JSON object"}),
        ({}, {"": "no usable field"}),
        ({"email": " ", "country": "NL"}, {"": "no usable field"}),
        ({"emial": "a@post.nl", "phone": {}}, {"emial": "Did you mean 'email'?", "phone": "must be a text"}),
        (
            {"given_name": ["Anna"], "city": 1.5, "gender": True},
            {"given_name": "text", "city": "text", "gender": "text"},
        ),
        ({"city": "x" * 1001}, {"city": "more than 1000 characters"}),
        ({"email": ["a@post.nl"] * 21}, {"email": "more than 20 values"}),
        ({"city": "\ud800"}, {"city": "half a surrogate pair"}),
    ],
)
def test_all_faults_of_a_record_are_said_by_field(ask: Any, raw: object, faults: dict[str, str]) -> None:
    with pytest.raises(UnreadableRecordError) as raised:
        ask(raw)
    assert raised.value.faults.keys() == faults.keys()
    assert all(text in raised.value.faults[field] for field, text in faults.items())
