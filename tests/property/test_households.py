"""Households are a function of the set of people: order changes nothing, bounds hold, and people stay people."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from identity.households import find_households
from models.policies import HouseholdPolicy
from tests.identity.dwellers import held, make_dwellers
from tests.support.examples import examples

# Small alphabets, so that doors, names and phones collide.
PERSON = st.fixed_dictionaries(
    {
        "family_name": st.sampled_from([None, "Vos", "de Wit", "Vos-de Wit", "Bos", "Bos Wit"]),
        "postcode": st.sampled_from([None, "1234AB", "1234AC", "10115"]),
        "house_number": st.sampled_from([None, "1", "1A", "2"]),
        "street": st.sampled_from([None, "Kerkstraat"]),
    }
)
PEOPLE = st.lists(PERSON, min_size=1, max_size=16)
HELD = st.lists(
    st.tuples(st.integers(0, 15), st.sampled_from(["email", "phone", "device_id"]), st.sampled_from(["x", "y", "z"])),
    max_size=12,
)
POLICIES = st.builds(
    HouseholdPolicy,
    max_people=st.integers(2, 6),
    max_people_per_address=st.integers(2, 8),
    rules=st.lists(
        st.sampled_from(["address_surname", "address_contact", "contact_surname", "address"]), unique=True
    ).map(tuple),
)


def tables(people: list[dict[str, Any]], pairs: list[tuple[int, str, str]]) -> tuple[pa.Table, pa.Table]:
    profiles = make_dwellers({"profile_id": f"p{at:02}"} | row for at, row in enumerate(people))
    return profiles, held(sorted({(f"p{at:02}", kind, value) for at, kind, value in pairs if at < len(people)}))


@examples(40, few=12)
@given(PEOPLE, HELD, POLICIES, st.randoms(use_true_random=False))
def test_any_order_of_people_and_identifiers_gives_the_same_households(
    people: list[dict[str, Any]], pairs: list[tuple[int, str, str]], policy: HouseholdPolicy, chance: Any
) -> None:
    given_tables = tables(people, pairs)
    found = find_households(*given_tables, policy)
    shuffled = (
        table.take(pa.array(chance.sample(range(table.num_rows), table.num_rows), pa.int64())) for table in given_tables
    )
    again = find_households(*shuffled, policy)
    assert (again.assignments, again.evidence, again.alarms) == (found.assignments, found.evidence, found.alarms)


@examples(60, few=20)
@given(PEOPLE, HELD, POLICIES)
def test_bounds_hold_and_everybody_stays_one_person_with_evidence(
    people: list[dict[str, Any]], pairs: list[tuple[int, str, str]], policy: HouseholdPolicy
) -> None:
    profiles, identifiers = tables(people, pairs)
    found = find_households(profiles, identifiers, policy)
    rows = found.assignments.to_pylist()
    names = [row["profile_id"] for row in rows]
    # Each person once at most, and nobody who is not there: people are neither merged nor made.
    assert len(names) == len(set(names))
    assert set(names) <= set(profiles["profile_id"].to_pylist())
    sizes: dict[str, int] = {}
    for row in rows:
        sizes[row["household"]] = sizes.get(row["household"], 0) + 1
    assert all(2 <= size <= policy.max_people for size in sizes.values())
    assert sizes.keys() == found.evidence.keys()
    for commons in found.evidence.values():
        assert {common.rule for common in commons} <= set(policy.rules)
        assert len({home for common in commons for home in common.homes}) <= 1


@examples(25, few=8)
@given(PEOPLE, HELD, POLICIES)
def test_people_who_share_nothing_with_the_others_change_nothing_for_them(
    people: list[dict[str, Any]], pairs: list[tuple[int, str, str]], policy: HouseholdPolicy
) -> None:
    profiles, identifiers = tables(people, pairs)
    alone = find_households(profiles, identifiers, policy)
    elsewhere = make_dwellers(
        {"profile_id": name, "family_name": "Elders", "postcode": "9999ZZ", "house_number": "7"}
        for name in ("q1", "q2")
    )
    both = find_households(pa.concat_tables([profiles, elsewhere]), identifiers, policy)
    mine = [row for row in both.assignments.to_pylist() if not row["profile_id"].startswith("q")]
    assert mine == alone.assignments.to_pylist()
