"""Order never matters: any order and any batching of the same events give the same people and golden records."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support.factories import make_event
from tests.support.ingests import append_events, ingest_all, people_of, query_lake, resolve_all
from tests.support.workspaces import make_workspace

# Few values, so that they collide: households, shared browsers, typing errors, one moment for several events.
GIVEN = ("Anna", "Ana", "Bert", "A.")
FAMILY = ("de Wit", "Blok")
EMAILS = ("one@people.test", "two@people.test")
DEVICES = ("a1", "a2")
USERS = ("u1", "u2", "u3")


@st.composite
def events(draw: st.DrawFn) -> list[dict[str, Any]]:
    found = []
    for number in range(draw(st.integers(2, 12))):
        moment = f"2026-04-{draw(st.integers(1, 3)):02d}T10:00:00Z"
        if draw(st.booleans()):
            traits = {
                "firstName": draw(st.sampled_from(GIVEN)),
                "lastName": draw(st.sampled_from(FAMILY)),
                "email": draw(st.sampled_from(EMAILS)),
            }
            fields = {"user_id": draw(st.sampled_from(USERS)), "anonymous_id": draw(st.sampled_from(DEVICES))}
            kept = {name: value for name, value in traits.items() if draw(st.booleans())}
            event = make_event(f"m{number}", "web.identify", original_timestamp=moment, traits=kept, **fields)
        else:
            event = make_event(f"m{number}", original_timestamp=moment, anonymous_id=draw(st.sampled_from(DEVICES)))
        found.append(event)
    return found


def outcome(batches: list[list[dict[str, Any]]]) -> tuple[Any, ...]:
    """People, golden records and edges after these batches, each ingested and resolved before the next arrives."""
    with tempfile.TemporaryDirectory() as folder:
        workspace = make_workspace(Path(folder))
        for number, batch in enumerate(batches):
            append_events(workspace, batch)
            ingest_all(workspace, f"r{number}")
            resolve_all(workspace, f"r{number}")
        golden = query_lake(
            workspace,
            "select members.record_id, profiles.* exclude (profile_id) from lake.profiles.profiles as profiles"
            " inner join lake.identity.record_profiles as members using (profile_id) order by members.record_id",
        )
        edges = query_lake(workspace, "select * from lake.identity.edges order by record_id_l, record_id_r, kind, rule")
        return people_of(workspace), golden, edges


@pytest.mark.slow
@pytest.mark.timeout(1500)
@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_any_order_and_any_batching_give_the_same_people(data: st.DataObject) -> None:
    sent = data.draw(events())
    shuffled = data.draw(st.permutations(sent))
    cut = data.draw(st.integers(0, len(sent)))
    assert outcome([shuffled[:cut], shuffled[cut:]]) == outcome([sent])


@pytest.mark.slow
def test_reversed_one_by_one_gives_the_same_people_as_all_at_once() -> None:
    sent = [
        make_event("m1", anonymous_id="a1"),
        make_event("m2", "web.identify", anonymous_id="a1", user_id="u1",
                   traits={"firstName": "Anna", "lastName": "de Wit", "email": "one@people.test"}),
        make_event("m3", "web.identify", anonymous_id="a2", user_id="u2",
                   traits={"firstName": "Ana", "lastName": "de Wit", "email": "one@people.test"}),
        make_event("m4", "web.identify", anonymous_id="a2", user_id="u3", traits={"firstName": "Bert"}),
        make_event("m5", "crm.contact", "crm", external_ids={"crm_id": "K1"},
                   traits={"firstName": "A.", "lastName": "de Wit", "phone": "+31612345678"}),
        make_event("m6", "crm.contact", "crm", external_ids={"crm_id": "K1"}, traits={"email": "one@people.test"}),
    ]  # fmt: skip
    assert outcome([[event] for event in reversed(sent)]) == outcome([sent])
