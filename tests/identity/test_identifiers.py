"""What each identifier value may do."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from identity.identifiers import identifier_states, without_junk
from models.policies import IdentifierPolicy, default_identifier_policies
from tests.identity.factories import make_record, make_tables
from tests.identity.resolving import POLICIES


def states_of(*rows: dict[str, Any], **policies: IdentifierPolicy) -> dict[tuple[str, str], tuple[int, str, str]]:
    """(type, value) -> (people, state, rule)"""
    states = identifier_states(*make_tables(*rows), POLICIES | policies).to_pylist()
    return {(row["type"], row["value"]): (row["people"], row["state"], row["rule"]) for row in states}


def named(number: int, name: str, **columns: Any) -> dict[str, Any]:
    return make_record(f"{number:03}", given_name=name, family_name="Vos", **columns)


FAMILY = ("Anna", "Bert", "Carla", "Dirk", "Eva")
STRANGERS = ("Anna", "Bert", "Carla", "Dirk", "Eva", "Floor")


def test_a_value_of_one_person_links() -> None:
    assert states_of(named(1, "Anna", email="a@vos.nl"), named(2, "A.", email="a@vos.nl")) == {
        ("email", "a@vos.nl"): (1, "ok", "within limits")
    }


def test_nicknames_typing_errors_and_nameless_records_are_no_second_person() -> None:
    rows = [named(1, "Robert", crm_id="7"), named(2, "Bob", crm_id="7"), named(3, "Robret", crm_id="7")]
    assert states_of(*rows, make_record("4", crm_id="7"))["crm_id", "7"] == (1, "ok", "within limits")


def test_a_value_of_more_people_than_the_policy_allows_is_shared() -> None:
    family = [named(at, name, email="thuis@vos.nl") for at, name in enumerate(FAMILY)]
    assert states_of(*family[:3])["email", "thuis@vos.nl"] == (3, "ok", "within limits")
    assert states_of(*family[:4])["email", "thuis@vos.nl"] == (4, "shared", "more people than the limit of 3")


def test_twins_are_two_people_and_a_mistyped_birth_date_is_one() -> None:
    twins = [named(1, "Anna", birth_date="1990-05-01"), named(2, "Bert", birth_date="1990-05-01")]
    assert states_of(*(row | {"crm_id": "7"} for row in twins))["crm_id", "7"][0] == 2
    slips = [named(1, "Anna", birth_date="1990-05-01"), named(2, "Anna", birth_date="1990-05-10")]
    assert states_of(*(row | {"crm_id": "7"} for row in slips))["crm_id", "7"][0] == 1


def test_a_value_in_many_records_of_many_people_is_junk() -> None:
    crowd = [named(at, STRANGERS[at % 6], phone="+31687051942") for at in range(26)]
    assert states_of(*crowd)["phone", "+31687051942"] == (6, "junk", "more than 25 records and 5 people")


def test_a_busy_person_is_not_junk() -> None:
    assert states_of(*(named(at, "Anna", email="a@vos.nl") for at in range(40)))["email", "a@vos.nl"][1] == "ok"


def test_when_the_fan_out_falls_the_value_links_again() -> None:
    family = [named(at, name, email="thuis@vos.nl") for at, name in enumerate(FAMILY)]
    assert states_of(*family)["email", "thuis@vos.nl"][1] == "shared"
    assert states_of(*family[2:])["email", "thuis@vos.nl"][1] == "ok"


def test_blocked_values_are_junk_in_any_case() -> None:
    found = states_of(make_record("1", user_id="Guest", email="Test@Test.com"))
    assert found["user_id", "Guest"] == (1, "junk", "blocked value")
    assert found["email", "Test@Test.com"] == (1, "junk", "blocked value")


def test_blocked_patterns_match_the_whole_value() -> None:
    found = states_of(
        make_record("1", phone="+0000000000", email="noreply@shop.nl"), make_record("2", email="mynoreply@shop.nl")
    )
    assert found["phone", "+0000000000"] == (1, "junk", "blocked pattern")
    assert found["email", "noreply@shop.nl"] == (1, "junk", "blocked pattern")
    assert found["email", "mynoreply@shop.nl"][1] == "ok"


def test_a_browser_on_which_many_leave_only_an_address_is_shared() -> None:
    kiosk = [make_record(f"{at}", anonymous_id="kiosk", email=f"person{at}@vos.nl") for at in range(6)]
    assert states_of(*kiosk)["anonymous_id", "kiosk"] == (4, "shared", "more people than the limit of 1")


def test_a_value_of_many_different_descriptions_is_counted_by_person_key() -> None:
    letters = "abcdefghijklmnopqrstuvwxyz"
    crowd = [named(at, f"{letters[at // 26]}x{letters[at % 26]}qqq", phone="+31687051942") for at in range(70)]
    assert states_of(*crowd)["phone", "+31687051942"][:2] == (70, "junk")


def test_the_order_of_rows_changes_nothing() -> None:
    records, pairs = make_tables(
        *(named(at, STRANGERS[at % 6], email=f"{at % 3}@vos.nl", phone="+31687051942") for at in range(12))
    )
    backwards = pa.array(range(records.num_rows))[::-1], pa.array(range(pairs.num_rows))[::-1]
    assert identifier_states(records.take(backwards[0]), pairs.take(backwards[1]), POLICIES).equals(
        identifier_states(records, pairs, POLICIES)
    )


def test_without_junk_keeps_shared_values_and_drops_junk() -> None:
    rows = [named(at, name, email="thuis@vos.nl", user_id="guest") for at, name in enumerate(FAMILY)]
    records, pairs = make_tables(*rows)
    kept = without_junk(pairs, identifier_states(records, pairs, POLICIES))
    assert pc.unique(kept["type"]).to_pylist() == ["email"]
    assert kept.num_rows == 5


def test_numbers_of_one_digit_over_and_over_are_junk_with_their_country_code_too() -> None:
    numbers = ("0000000000", "+31600000000", "+311111111111", "+31680976634")
    rows = [make_record(f"r{place}", phone=number) for place, number in enumerate(numbers)]
    found = identifier_states(*make_tables(*rows), default_identifier_policies()).to_pylist()
    assert {row["value"]: row["state"] for row in found} == {
        "0000000000": "junk",
        "+31600000000": "junk",
        "+311111111111": "junk",
        "+31680976634": "ok",
    }


def test_a_number_that_somebody_may_have_is_blocked_by_no_default() -> None:
    found = identifier_states(
        *make_tables(make_record("r1", loyalty_id="1234"), make_record("r2", user_id="123456")),
        default_identifier_policies(),
    )
    assert found["state"].to_pylist() == ["ok", "ok"]
