"""Who one record is: what a full evaluation with it would say."""

from __future__ import annotations

import random
from typing import Any

import pyarrow as pa
import pytest

from benchmarks.people import make_people
from identity.identification import Answer, PersonFinder
from tests.identity.factories import make_record, make_tables
from tests.identity.identification.asking import (
    ask,
    assert_same_edges,
    evaluate_all,
    people_joined,
    person_finder,
    without,
)

ANNA = {"given_name": "Anna", "family_name": "de Wit", "birth_date": "1980-04-12", "email": "anna.dewit@post.nl"}
STRANGERS = [
    make_record(f"s{at:03}", given_name="Carla", family_name=f"{'abcdefghij'[at % 10]}{'klmnopqrst'[at // 10]}smit")
    for at in range(100)
]


def finder_of(*rows: dict[str, Any]) -> PersonFinder:
    tables = make_tables(*rows, *STRANGERS)
    return person_finder(*tables, evaluate_all(*tables))


def identify(finder: PersonFinder, **columns: Any) -> Answer:
    records, pairs = make_tables(make_record("new", **columns))
    return ask(finder, records, pairs, "new")


def test_records_taken_out_of_a_population_are_who_they_are_in_a_full_evaluation() -> None:
    records, pairs, _ = make_people(1_500, seed=17, numbered=True)
    taken = random.Random(2).sample(records["record_id"].to_pylist(), 16)
    rest = [without(table, taken) for table in (records, pairs)]
    before = evaluate_all(*rest)
    statuses = []
    with person_finder(*rest, before) as finder:
        for record_id in taken:
            answer = ask(finder, records, pairs, record_id)
            others = [other for other in taken if other != record_id]
            full = evaluate_all(without(records, others), without(pairs, others))
            assert_same_edges(answer, full)
            joined = people_joined(full, before, record_id)
            assert joined in (None, {one.profile_id for one in answer.candidates})
            statuses.append((answer.status, joined is not None))
    assert statuses.count(("known", True)) > 8


def test_someone_written_down_differently_is_known_with_evidence_that_adds_up() -> None:
    with finder_of(make_record("1", **ANNA), make_record("2", **ANNA)) as finder:
        answer = identify(finder, **ANNA | {"given_name": "Ana"})
    assert (answer.status, answer.profile_id) == ("known", "1")
    assert answer.because == "it joins 2 records of this person"
    assert {edge.kind for edge in answer.edges} == {"deterministic", "probabilistic"}
    assert answer.match_weight == answer.edges[0].match_weight
    for edge in answer.edges:
        assert sum(part.match_weight for part in edge.evidence) == pytest.approx(edge.match_weight, abs=1e-9)


def test_nobody_alike_is_new() -> None:
    with finder_of(make_record("1", **ANNA)) as finder:
        answer = identify(finder, given_name="Bert", family_name="Vos", email="bert@else.nl")
    assert (answer.status, answer.profile_id, answer.edges) == ("new", None, ())


def test_a_record_without_a_usable_field_is_new() -> None:
    with finder_of(make_record("1", **ANNA)) as finder:
        assert identify(finder).because == "nothing that is known speaks for anybody"


def test_a_union_that_breaks_a_limit_is_refused_with_its_reason() -> None:
    with finder_of(make_record("1", **ANNA, loyalty_id="26000001")) as finder:
        answer = identify(finder, **ANNA, loyalty_id="26000002")
    assert answer.status == "new"
    assert [(refused.profile_id, refused.reason) for refused in answer.refused] == [
        ("1", "loyalty_id: more than 1 for one person")
    ]
    assert answer.other_edges[0].record_id == "1"
    assert answer.because == "every union that something speaks for is refused"


def test_who_shares_an_address_with_another_name_is_not_them() -> None:
    with finder_of(make_record("1", **ANNA)) as finder:
        answer = identify(finder, given_name="Bert", birth_date="1955-11-23", email=ANNA["email"])
    assert answer.status == "new"
    assert answer.refused[0].reason == "different first names"


def test_a_record_that_would_weld_two_people_is_ambiguous_and_names_both() -> None:
    phone = "+31687051942"
    anna = make_record("1", **ANNA | {"email": None}, phone=phone)
    other = make_record("2", given_name="A.", user_id="u2")
    with finder_of(anna, other) as finder:
        answer = identify(finder, phone=phone, user_id="u2")
    assert answer.status == "ambiguous"
    assert {candidate.profile_id for candidate in answer.candidates} == {"1", "2"}
    assert answer.profile_id == answer.candidates[0].profile_id
    assert answer.because == "it would make one person of 2"


def test_a_junk_value_links_nobody_and_is_no_evidence() -> None:
    with finder_of(make_record("1", email="test@test.com"), make_record("2", **ANNA)) as finder:
        assert identify(finder, email="test@test.com").edges == ()


def test_a_value_that_one_record_more_makes_shared_links_nobody() -> None:
    device = {"anonymous_id": "a1"}
    with finder_of(make_record("1", **ANNA, **device)) as finder:
        answer = identify(finder, given_name="Bert", family_name="Vos", birth_date="1955-11-23", **device)
    assert (answer.status, answer.edges, answer.other_edges) == ("new", (), ())


def test_a_record_whose_id_is_known_is_that_record() -> None:
    records, pairs = make_tables(make_record("1", given_name="Zoe"))
    with finder_of(make_record("1", **ANNA)) as finder:
        answer = ask(finder, records, pairs, "1")
    assert (answer.status, answer.profile_id, answer.because) == ("known", "1", "the source record itself is known")


@pytest.mark.parametrize("holders", [3, 6, 7, 12])
def test_many_holders_of_a_value_are_linked_by_hubs_as_in_a_full_evaluation(holders: int) -> None:
    names = [None, "Anna", "A.", "Ana"]
    rows = [make_record(f"{at:02}", given_name=names[at % 4], user_id="u1") for at in range(holders)]
    for asked in (make_record("00a", user_id="u1"), make_record("new", given_name="Anna", user_id="u1")):
        tables, (record, pairs) = make_tables(*rows, *STRANGERS), make_tables(asked)
        full = evaluate_all(*(pa.concat_tables(both) for both in zip(tables, (record, pairs), strict=True)))
        with finder_of(*rows) as finder:
            assert_same_edges(ask(finder, record, pairs, str(asked["record_id"])), full)
