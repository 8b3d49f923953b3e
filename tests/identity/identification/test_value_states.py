"""The rule for one identifier value says what the SQL says for all."""

from __future__ import annotations

import random

import pytest

from identity.comparison_columns import comparison_columns
from identity.identification.value_states import Description, Policies, count_value_people, value_state
from identity.identifiers import identifier_states
from tests.identity.factories import make_record, make_tables
from tests.identity.resolving import POLICIES

FIRST = [None, "Anna", "Ana", "A.", "Bob", "Robert", "Zoe", "Wit"]
FAMILY = [None, "Wit", "Wut", "Vos", "Zoe"]
BORN = [None, "1980-04-12", "1980-12-04", "1980-01-01", "1955-11-23"]


@pytest.mark.parametrize("size", [1, 2, 4, 8, 30, 90])
@pytest.mark.parametrize("kind", ["email", "anonymous_id", "phone", "loyalty_id"])
def test_people_and_state_of_a_value_are_those_of_a_full_evaluation(size: int, kind: str) -> None:
    for seed in range(6):
        chance = random.Random(f"{size} {kind} {seed}")
        rows = []
        for at in range(size):
            said = {"given_name": chance.choice(FIRST), "family_name": chance.choice(FAMILY)}
            said |= {"birth_date": chance.choice(BORN), "user_id": chance.choice([None, "u1", f"u{at}"])}
            said |= {"email": chance.choice([None, "a@post.nl", f"{at}@post.nl", "test@test.com"])}
            if size > 60:
                said |= {"city": None, "crm_id": chance.choice([None, f"c{at}"])}
            rows.append(make_record(f"{at:03}", **said | {kind: "one@post.nl" if kind == "email" else "+31687051942"}))
        assert people_of(rows, kind) == expected_people(rows, kind)


def test_a_blocked_value_is_junk_however_few_carry_it() -> None:
    policies = Policies(POLICIES)
    assert value_state("email", "Test@Test.com", 1, 1, policies) == "junk"
    assert value_state("email", "noreply@post.nl", 1, 1, policies) == "junk"
    assert value_state("email", "anna@post.nl", 26, 6, policies) == "junk"
    assert value_state("email", "anna@post.nl", 26, 5, policies) == "shared"
    assert value_state("email", "anna@post.nl", 26, 3, policies) == "ok"
    assert value_state("fax", "1", 2, 4, policies) == "shared"


def people_of(rows: list[dict[str, object]], kind: str) -> tuple[int, str]:
    records, pairs = make_tables(*rows)
    value, policies = str(rows[0][kind]), Policies(POLICIES)
    compared = {row["record_id"]: row for row in comparison_columns(records).to_pylist()}
    descriptions = []
    for row in rows:
        said = compared[row["record_id"]]
        roots = said["first_name_roots"]
        accounts = (row["user_id"], row["loyalty_id"], row["crm_id"])
        names = (said["first_name"], roots[0] if roots else None, said["family_name"], said["birth_date"])
        descriptions.append(Description(*names, *accounts))
    emails = [row["value"] for row in pairs.to_pylist() if row["type"] == "email"]
    people = count_value_people(kind, descriptions, [one for one in emails if not policies.blocks("email", one)])
    return people, value_state(kind, value, len(rows), people, policies)


def expected_people(rows: list[dict[str, object]], kind: str) -> tuple[int, str]:
    states = identifier_states(*make_tables(*rows), POLICIES).to_pylist()
    [state] = [one for one in states if (one["type"], one["value"]) == (kind, rows[0][kind])]
    return state["people"], state["state"]
