"""Households: who lives together, and why; bounds on what is one."""

from __future__ import annotations

from typing import Any

import pyarrow as pa

from identity.households import find_households, household_rows
from models.policies import HouseholdPolicy
from schemas.tables import HOUSEHOLD_MEMBERS
from tests.identity.dwellers import HOME, held, make_dwellers

POLICY = HouseholdPolicy()


def households_of(
    profiles: list[dict[str, Any]], identifiers: list[tuple[str, str, str]] = (), policy: HouseholdPolicy = POLICY
) -> list[set[str]]:
    found = find_households(make_dwellers(profiles), held(identifiers), policy)
    by_name: dict[str, set[str]] = {}
    for row in found.assignments.to_pylist():
        by_name.setdefault(row["household"], set()).add(row["profile_id"])
    return [by_name[name] for name in sorted(by_name)]


def alarms_of(profiles: list[dict[str, Any]], policy: HouseholdPolicy = POLICY) -> list[tuple[Any, ...]]:
    found = find_households(make_dwellers(profiles), held([]), policy)
    return [tuple(row.values()) for row in found.alarms.to_pylist()]


def person(profile_id: str, family_name: str | None = "Vos", **columns: Any) -> dict[str, Any]:
    return {"profile_id": profile_id, "family_name": family_name} | HOME | columns


def test_people_of_one_surname_at_one_address_are_a_household() -> None:
    assert households_of([person("a"), person("b"), person("c", house_number="14")]) == [{"a", "b"}]


def test_a_door_is_the_same_however_it_is_written() -> None:
    doors = [person("a", house_number="12 A"), person("b", house_number="12a"), person("c", house_number="12-A")]
    assert households_of([*doors, person("d", house_number="12-1"), person("e", house_number="121")]) == [
        {"a", "b", "c"}
    ]


def test_a_double_surname_is_of_both_families() -> None:
    family = [person("a", "Bakker"), person("b", "Bakker-de Vries"), person("c", "de Vries")]
    assert households_of(family) == [{"a", "b", "c"}]


def test_neighbours_of_other_names_are_no_household_unless_they_share_a_phone() -> None:
    two = [person("a", "Vos"), person("b", "Bos")]
    phone = [("a", "phone", "+31201234567"), ("b", "phone", "+31201234567")]
    assert households_of(two) == []
    assert households_of(two, phone) == [{"a", "b"}]
    assert households_of(two, phone, HouseholdPolicy(rules=("address_surname",))) == []
    assert households_of(two, policy=HouseholdPolicy(rules=("address",))) == [{"a", "b"}]


def test_a_surname_and_an_email_address_in_common_are_a_household_where_addresses_do_not_contradict() -> None:
    homeless = {"postcode": None, "house_number": None, "street": None}
    email = [(name, "email", "thuis@vos.test") for name in "abc"]
    assert households_of([person("a"), person("b", **homeless)], email) == [{"a", "b"}]
    moved = person("c", house_number="99")
    assert households_of([person("a"), moved], email) == []
    assert households_of([person("a"), person("b", **homeless), moved], email) == []


def test_outside_the_netherlands_and_britain_the_street_is_part_of_the_address() -> None:
    german = {"country_code": "DE", "postcode": "10115"}
    one = person("a", "Koch", street="Schulstraße", **german)
    assert households_of([one, person("b", "Koch", street="Schulstr.", **german)]) == [{"a", "b"}]
    assert households_of([one, person("b", "Koch", street="Gartenweg", **german)]) == []
    assert households_of([one, person("b", "Koch", street=None, **german)]) == []


def test_an_office_of_two_hundred_people_is_no_household_and_tells_so() -> None:
    office = [person(f"p{at:03}", "Jansen") for at in range(200)]
    assert households_of(office) == []
    assert alarms_of(office) == [("address", "1234ab 12", 200, 0)]


def test_a_student_house_is_no_household_and_a_family_in_it_is_found_by_its_own() -> None:
    policy = HouseholdPolicy(max_people=4, rules=("address", "address_surname"))
    students = [person(f"s{at}", f"{letter}eeman") for at, letter in enumerate("BDHKL")]
    house = [*students, person("v1"), person("v2")]
    assert households_of(house, policy=policy) == [{"v1", "v2"}]
    assert alarms_of(house, policy) == [("people", "s0", 7, 1)]


def test_no_household_is_larger_than_allowed_even_of_one_name() -> None:
    seven = [person(f"p{at}") for at in range(7)]
    assert households_of(seven, policy=HouseholdPolicy(max_people=6)) == []
    assert alarms_of(seven, HouseholdPolicy(max_people=6)) == [("people", "p0", 7, 0)]


def test_the_phone_of_a_shop_makes_nobody_live_together() -> None:
    many = [person(f"p{at:02}", f"Name{chr(97 + at)}") for at in range(12)]
    assert households_of(many, [(row["profile_id"], "phone", "+31201234567") for row in many]) == []


def test_junk_counts_for_nothing_and_households_may_be_switched_off() -> None:
    two = [person("a", "Vos"), person("b", "Bos")]
    junk = held([("a", "email", "x@x.test"), ("b", "email", "x@x.test")], state="junk")
    assert find_households(make_dwellers(two), junk, POLICY).assignments.num_rows == 0
    assert households_of([person("a"), person("b")], policy=HouseholdPolicy(enabled=False)) == []


def test_a_household_tells_where_it_lives_who_it_is_and_why() -> None:
    profiles = make_dwellers([person("a", "Bakker"), person("b", "Bakker-de Vries"), person("c", None)])
    found = find_households(profiles, held([("b", "phone", "+3120"), ("c", "phone", "+3120")]), POLICY)
    members = pa.table([["h1", "h1", "h1"], ["a", "b", "c"]], schema=HOUSEHOLD_MEMBERS)
    [row] = household_rows(members, profiles, {"h1": found.evidence["a"]}).to_pylist()
    evidence = row.pop("evidence")
    assert row == {
        "household_id": "h1",
        "people": 3,
        "surnames": ["Bakker", "Bakker-de Vries"],
        "street": "Dorpsstraat",
        "house_number": "12",
        "postcode": "1234 AB",
        "city": "Breda",
        "country_code": "NL",
    }
    assert [(part["rule"], part["surname"], part["type"], part["profile_ids"]) for part in evidence] == [
        ("address_contact", None, "phone", ["b", "c"]),
        ("address_surname", "bakker", None, ["a", "b"]),
    ]
