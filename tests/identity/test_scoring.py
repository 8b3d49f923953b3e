"""Probabilistic edges: Splink's weights, with their evidence."""

from __future__ import annotations

import duckdb
import pyarrow as pa
import pytest

from benchmarks.people import make_people
from identity import blocking, scoring, sieves
from identity.blocking import blocking_keys, candidate_pairs
from identity.comparison_columns import comparison_columns
from identity.frequencies import count_people, known_people
from identity.identifiers import identifier_states
from identity.junk_values import without_junk_values
from identity.match_models import read_match_model
from identity.scoring import score_pairs, with_places
from identity.splink_scores import predict
from models.settings import IdentitySettings
from schemas.tables import EDGES
from tests.identity.factories import make_record, make_tables
from tests.identity.resolving import POLICIES, SETTINGS

pytestmark = pytest.mark.xdist_group("scoring")

ALL = IdentitySettings(keep_match_weight=-100.0)
ANNA = {"given_name": "Anna", "family_name": "de Wit", "birth_date": "1980-04-12", "email": "anna.dewit@post.nl"}


def score(*rows: dict[str, object], settings: IdentitySettings = ALL) -> list[dict[str, object]]:
    records, pairs = make_tables(*rows)
    states = identifier_states(records, pairs, POLICIES)
    return score_pairs(records, states, read_match_model(), settings).to_pylist()


def levels(edge: dict[str, object]) -> dict[str, str]:
    """Comparison -> level, without adjustments for rare and common values."""
    return {
        part["comparison"]: part["level"]
        for part in edge["evidence"]
        if part["level"] not in ("a rare value", "a common value")
    }


@pytest.fixture(scope="module")
def people() -> tuple[pa.Table, pa.Table]:
    records, pairs, _ = make_people(600, seed=3)
    return records, identifier_states(records, pairs, POLICIES)


@pytest.fixture(scope="module")
def edges(people: tuple[pa.Table, pa.Table]) -> pa.Table:
    return score_pairs(*people, read_match_model(), ALL)


def test_evidence_adds_up_to_the_match_weight(edges: pa.Table) -> None:
    assert edges.num_rows > 500
    worst = max(abs(sum(p["match_weight"] for p in e["evidence"]) - e["match_weight"]) for e in edges.to_pylist())
    assert worst < 1e-9


def test_the_match_weight_is_splinks_own(people: tuple[pa.Table, pa.Table], edges: pa.Table) -> None:
    with duckdb.connect() as sql:
        compared = with_places(comparison_columns(without_junk_values(*people)))
        [pairs] = candidate_pairs(blocking_keys(compared))
        counts, model = count_people(compared), read_match_model().of_records(compared.num_rows)
        _, scored = next(predict(sql, compared, [pairs], counts, known_people(counts), model, ALL.keeps_from))
        splinks = sql.execute(f"select match_weight from {scored} order by match_weight").fetchall()
    ours = sorted(edges["match_weight"].to_pylist())
    assert len(ours) == len(splinks) == pairs.num_rows
    assert max(abs(one - other) for one, (other,) in zip(ours, splinks, strict=True)) < 1e-9


def test_however_small_the_parts_the_edges_are_the_same(
    people: tuple[pa.Table, pa.Table], edges: pa.Table, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(blocking, "PART_PAIRS", 500)
    monkeypatch.setattr(scoring, "SPLINK_PAIRS", 700)
    monkeypatch.setattr(sieves, "FEW_PAIRS", 0)
    assert score_pairs(*people, read_match_model(), ALL).equals(edges)


def test_the_order_of_rows_changes_nothing(people: tuple[pa.Table, pa.Table], edges: pa.Table) -> None:
    records, states = people
    backwards = records.take(pa.array(range(records.num_rows))[::-1])
    assert score_pairs(backwards, states, read_match_model(), ALL).equals(edges)


def test_edges_are_sorted_ordered_pairs_in_the_tables_schema(edges: pa.Table) -> None:
    assert edges.schema.equals(EDGES)
    ends = [(row["record_id_l"], row["record_id_r"]) for row in edges.select(EDGES.names[:2]).to_pylist()]
    assert ends == sorted(set(ends))
    assert all(one < other for one, other in ends)
    assert set(edges["model_version"].to_pylist()) == {"people_v1"}


def test_only_pairs_worth_keeping_are_kept(people: tuple[pa.Table, pa.Table], edges: pa.Table) -> None:
    kept = score_pairs(*people, read_match_model(), SETTINGS)
    assert kept.num_rows == sum(weight >= SETTINGS.keeps_from for weight in edges["match_weight"].to_pylist())


def test_one_person_written_twice_scores_high_and_strangers_low() -> None:
    same, other = make_record("1", **ANNA), make_record("2", **ANNA | {"given_name": "Ana"})
    assert score(same, other)[0]["match_weight"] > 18
    stranger = make_record("3", given_name="Bert", family_name="Smit", birth_date="1980-04-12", email="b@else.nl")
    assert score(same, stranger)[0]["match_weight"] < 0


def test_null_columns_weigh_nothing() -> None:
    edge = score(make_record("1", **ANNA), make_record("2", family_name="de Wit", birth_date="1980-04-12"))[0]
    assert levels(edge) == {
        "prior": "one pair in about 63",
        "family_name": "the same",
        "birth_date": "the same",
    }


def test_a_customer_number_speaks_for_a_pair_whose_names_were_replaced_and_another_number_is_silent() -> None:
    born = {"birth_date": "1980-04-12", "street": "Kerkstraat", "postcode": "1234AB"}
    anna = make_record("1", given_name="Anna", family_name="de Wit", crm_id="7771880", **born)
    renamed = make_record("2", given_name="Rosa", family_name="Parr", crm_id="7771880", **born)
    other = make_record("3", given_name="Rosa", family_name="Parr", crm_id="7771881", **born)
    with_number, without_number, _ = score(anna, renamed, other)
    assert levels(with_number)["crm_id"] == "the same"
    assert "crm_id" not in levels(without_number)
    assert with_number["match_weight"] > without_number["match_weight"] + 5


def test_a_customer_number_that_is_nobodys_is_no_evidence() -> None:
    one = make_record("1", **ANNA, crm_id="unknown")
    other = make_record("2", **ANNA, crm_id="unknown")
    assert "crm_id" not in levels(score(one, other)[0])


def test_people_under_one_roof_stay_apart_until_something_of_their_own_agrees() -> None:
    home = {"family_name": "de Wit", "street": "Kerkstraat", "house_number": "12", "postcode": "1234AB"}
    strangers = [
        make_record(f"s{at:03}", given_name="Carla", family_name=f"{'abcdefghij'[at % 10]}{'klmnopqrst'[at // 10]}smit")
        for at in range(100)
    ]
    rows = [make_record("1", given_name="Anna", **home), make_record("2", given_name="Bert", **home)]
    edge = next(edge for edge in score(*rows, make_record("3", given_name="Anna", **home), *strangers))
    assert (edge["record_id_l"], edge["record_id_r"]) == ("1", "2")
    assert levels(edge)["address"] == "the surname and the address the same"
    assert "family_name" not in levels(edge)
    assert edge["match_weight"] < 1.0
    one_person = next(edge for edge in score(*rows, make_record("3", given_name="Anna", **home), *strangers)[1:])
    assert (one_person["record_id_l"], one_person["record_id_r"]) == ("1", "3")
    assert one_person["match_weight"] > 1.0


def test_swapped_names_speak_once() -> None:
    swapped = make_record("2", **ANNA | {"given_name": "de Wit", "family_name": "Anna"})
    found = levels(score(make_record("1", **ANNA | {"family_name": "Wit"}), swapped | {"given_name": "Wit"})[0])
    assert found["given_name"] == "swapped with the surname"
    assert "family_name" not in found


def test_junk_values_count_as_unknown() -> None:
    rows = [make_record(str(at), **ANNA | {"email": "test@test.com"}) for at in (1, 2)]
    assert "email" not in levels(score(*rows)[0])


def test_a_person_written_down_often_makes_a_value_no_more_common() -> None:
    twice = score(*(make_record(str(at), **ANNA) for at in range(2)))
    often = score(*(make_record(str(at), **ANNA) for at in range(20)))
    assert often[0]["match_weight"] == pytest.approx(twice[0]["match_weight"], abs=1e-9)


def test_no_candidates_give_an_empty_table() -> None:
    assert score(make_record("1", given_name="Anna"), make_record("2", given_name="Bert")) == []


def weight(one: dict[str, object], other: dict[str, object]) -> float:
    [edge] = score(make_record("a", **one), make_record("b", **other))
    return float(edge["match_weight"])


TWIN = {"given_name": "Anna", "family_name": "Brouwershaven", "birth_date": "1980-04-12"}


def test_another_second_name_speaks_against_a_pair_and_none_says_nothing() -> None:
    alone = weight(TWIN, TWIN)
    assert weight(TWIN | {"given_name": "Anna Maria"}, TWIN) == pytest.approx(alone)
    assert weight(TWIN | {"given_name": "Anna Maria"}, TWIN | {"given_name": "Anna M."}) > alone + 2
    assert weight(TWIN | {"given_name": "Anna Maria"}, TWIN | {"given_name": "Anna J."}) < alone - 2


def test_gender_tells_twins_apart_where_the_name_has_not_told_it() -> None:
    brother = TWIN | {"given_name": "Pim"}
    assert weight(TWIN | {"gender": "female"}, brother | {"gender": "male"}) < weight(TWIN, brother) - 2
    assert weight(TWIN | {"gender": "female"}, TWIN | {"gender": "male"}) == pytest.approx(weight(TWIN, TWIN))


def test_senior_and_junior_are_two() -> None:
    home = {"given_name": "Robert", "street": "Kerkstraat", "house_number": "12", "postcode": "1234 AB"}
    senior, junior = home | {"family_name": "Vos Sr"}, home | {"family_name": "Vos Jr"}
    assert weight(senior, home | {"family_name": "Vos"}) > weight(senior, junior) + 3


def test_initials_tell_the_e_mail_addresses_of_a_family_apart() -> None:
    [edge] = score(
        make_record("a", given_name="Mia", family_name="Waterink", email="waterinkm@post.nl", city="Breda"),
        make_record("b", given_name="Rolf", family_name="Waterink", email="waterinkr@post.nl", city="Breda"),
    )
    assert "email" not in levels(edge)


def test_a_mistyped_customer_number_speaks_for_a_pair_but_the_next_number_does_not() -> None:
    assert "crm_id" in levels(
        score(make_record("a", crm_id="4712888", **ANNA), make_record("b", crm_id="4172888", **ANNA))[0]
    )
    assert "crm_id" not in levels(
        score(make_record("a", crm_id="4712888", **ANNA), make_record("b", crm_id="4712889", **ANNA))[0]
    )


def test_names_that_begin_alike_and_end_otherwise_are_no_typing_error() -> None:
    [edge] = score(
        make_record("a", **TWIN | {"given_name": "Darla"}), make_record("b", **TWIN | {"given_name": "Darletta"})
    )
    assert levels(edge)["given_name"] == "different"
