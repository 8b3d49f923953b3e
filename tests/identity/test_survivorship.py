"""Which value of a trait survives, and where the golden record says that it came from."""

from __future__ import annotations

import json
import random
from datetime import UTC, datetime
from typing import Any

import pyarrow as pa
import pytest

from identity.profiles import golden_records, profile_identifiers
from identity.survivorship import OBSERVATIONS, surviving_traits
from models.policies import TraitRule, default_trait_rules
from schemas.tables import IDENTIFIER_STATES
from tests.identity.factories import NOON

PEOPLE = pa.table(
    {
        "profile_id": ["p1", "p1", "p1", "p2"],
        "source": ["crm", "shop", "desk", "crm"],
        "source_record_id": ["crm_id:1", "user_id:1", "email:1", "crm_id:2"],
    }
)


def day(number: int) -> datetime:
    return datetime(2026, 1, number, tzinfo=UTC)


def said(record: str, trait: str, value: str, on: int, *, times: int = 1, rank: int = 0) -> dict[str, Any]:
    """What a record (``source/id``) said about a trait, last on a day of January."""
    source, source_record_id = record.split("/")
    return {
        "source": source,
        "source_record_id": source_record_id,
        "trait": trait,
        "value": value,
        "rank": rank,
        "observed_at": day(on),
        "message_id": f"m-{record}-{trait}-{on}",
        "observed": times,
    }


def survivors(rules: dict[str, TraitRule], *rows: dict[str, Any]) -> dict[tuple[str, str], dict[str, Any]]:
    found = surviving_traits(pa.Table.from_pylist(list(rows), OBSERVATIONS), PEOPLE, rules).to_pylist()
    return {(row["profile_id"], row["trait"]): row for row in found}


NAMES = (
    said("crm/crm_id:1", "given_name", "Johanna", 1, times=2),
    said("shop/user_id:1", "given_name", "Jo", 2, times=1),
    said("desk/email:1", "given_name", "Jo", 3, times=2),
    said("desk/email:1", "given_name", "Hanneke", 9, times=1),
)


@pytest.mark.parametrize(
    ("rule", "value", "source"),
    [
        (TraitRule(rule="most_recent"), "Hanneke", "desk"),
        (TraitRule(rule="most_frequent"), "Jo", "desk"),
        (TraitRule(rule="longest"), "Hanneke", "desk"),
        (TraitRule(rule="source_priority", sources=("crm", "shop")), "Johanna", "crm"),
        (TraitRule(rule="source_priority", sources=("desk",)), "Hanneke", "desk"),
    ],
    ids=lambda value: value.rule if isinstance(value, TraitRule) else str(value),
)
def test_each_rule_chooses_its_value_and_says_where_it_came_from(rule: TraitRule, value: str, source: str) -> None:
    row = survivors({"given_name": rule}, *NAMES)["p1", "given_name"]
    assert (row["value"], row["source"], row["rule"], row["candidates"]) == (value, source, rule.rule, 3)


def test_the_row_names_the_message_that_said_it_last() -> None:
    row = survivors({"given_name": TraitRule(rule="most_frequent")}, *NAMES)["p1", "given_name"]
    assert (row["source_record_id"], row["message_id"], row["observed_at"]) == (
        "email:1",
        "m-desk/email:1-given_name-3",
        day(3),
    )


def test_a_name_beats_an_initial_however_often_the_initial_is_said() -> None:
    rows = (
        said("crm/crm_id:1", "given_name", "J.", 9, times=50, rank=0),
        said("shop/user_id:1", "given_name", "Johanna", 1, rank=1),
    )
    assert survivors(default_trait_rules(), *rows)["p1", "given_name"]["value"] == "Johanna"


def test_an_address_survives_whole() -> None:
    old = {"street": "Dorpsstraat", "house_number": "1", "postcode": "1234 AB", "city": "Ede", "country_code": "NL"}
    new = {"street": "Kerkweg", "house_number": "9", "postcode": None, "city": "Epe", "country_code": None}
    rows = (
        said("crm/crm_id:1", "address", json.dumps(old), 1, rank=1),
        said("shop/user_id:1", "address", json.dumps(new), 2, rank=1),
    )
    found = survivors(default_trait_rules(), *rows)
    assert {trait: row["value"] for (_, trait), row in found.items()} == {
        "street": "Kerkweg",
        "house_number": "9",
        "city": "Epe",
    }
    assert {row["candidates"] for row in found.values()} == {2}


def test_a_trait_without_a_rule_does_not_survive() -> None:
    assert survivors({"gender": TraitRule()}, *NAMES) == {}


def test_the_order_of_rows_changes_nothing() -> None:
    rows = [
        said(record, trait, value, on, times=times)
        for record in ("crm/crm_id:1", "shop/user_id:1", "desk/email:1", "crm/crm_id:2")
        for trait in ("given_name", "email")
        for value, on, times in (("x", 1, 1), ("y", 1, 1), ("z", 1, 1))
    ]
    expected = survivors(default_trait_rules(), *rows)
    for seed in range(10):
        random.Random(seed).shuffle(rows)
        assert survivors(default_trait_rules(), *rows) == expected


def test_golden_records_hold_the_survivors_and_what_is_known_of_each_person() -> None:
    observations = pa.Table.from_pylist(
        [*NAMES, said("crm/crm_id:1", "birth_date", "1980-02-29", 1), said("crm/crm_id:2", "email", "b@x.test", 1)],
        OBSERVATIONS,
    )
    activity = PEOPLE.select(["source", "source_record_id"])
    activity = activity.append_column("events", pa.array([1, 2, 3, 4], pa.int64()))
    for name, days in (("first_seen", (3, 2, 5, 1)), ("last_seen", (4, 9, 6, 2))):
        activity = activity.append_column(name, pa.array([day(d) for d in days], pa.timestamp("us", "UTC")))
    traits = surviving_traits(observations, PEOPLE, default_trait_rules())
    one, two = golden_records(traits, PEOPLE, activity).to_pylist()
    assert (one["given_name"], one["birth_date"].isoformat(), one["email"]) == ("Jo", "1980-02-29", None)
    assert (one["records"], one["events"], one["sources"]) == (3, 6, ["crm", "desk", "shop"])
    assert (one["first_seen"], one["last_seen"]) == (day(2), day(9))
    assert (two["profile_id"], two["email"], two["given_name"], two["events"]) == ("p2", "b@x.test", None, 4)


def test_identifiers_of_a_person_are_added_up_over_records_and_carry_their_state() -> None:
    members = pa.table({"record_id": ["a", "b"], "profile_id": ["p1", "p1"]})
    seen = {"first_seen": NOON, "last_seen": NOON, "type": "email", "value": "a@x.test"}
    pairs = pa.Table.from_pylist([seen | {"record_id": "a", "events": 2}, seen | {"record_id": "b", "events": 3}])
    state = {"type": "email", "value": "a@x.test", "records": 2, "people": 1, "state": "ok", "rule": "within limits"}
    found = profile_identifiers(members, pairs, pa.Table.from_pylist([state], IDENTIFIER_STATES)).to_pylist()
    assert [(row["profile_id"], row["value"], row["state"], row["events"]) for row in found] == [
        ("p1", "a@x.test", "ok", 5)
    ]
