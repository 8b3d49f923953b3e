"""The forms of a single record are those that a batch has."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.people import make_people
from identity.blocking import blocking_keys
from identity.comparison_columns import comparison_columns
from identity.frequencies import frequency_keys
from identity.identification import comparison_names
from identity.identification.asked_records import Forms
from identity.identification.shown_values import shown_values
from identity.match_models import read_match_model
from identity.scoring import with_places
from tests.identity.factories import make_record, make_tables
from tests.support.examples import examples

COMPARISONS = comparison_names(read_match_model())
WORDS = st.sampled_from(
    ["van", "Berg", "J.", "Bob", "JR", "'t", "O’Brien", "Müller", "Ян", "İ", "ß", "ŁÓDŹ", "12", "12a", "3-b", "-", "²"]
)
TEXTS = st.none() | st.lists(WORDS, max_size=4).map(" ".join) | st.text(st.characters(exclude_categories=["Cs"]))
ROWS = st.fixed_dictionaries(
    dict.fromkeys(("given_name", "family_name", "street", "house_number", "postcode", "city", "crm_id"), TEXTS)
    | {
        "email": st.sampled_from([None, "a@post.nl", "Anna@post.nl", "ÄNNA@x.de", "no address", " ", "@", ""]),
        "phone": st.sampled_from([None, "+31 6-12", "none", "", "٣"]),
        "birth_date": st.sampled_from([None, "1980-04-12"]),
    }
)


@examples(25, few=4)
@given(st.lists(ROWS, min_size=1, max_size=10))
def test_any_record_has_the_forms_of_a_batch(rows: list[dict[str, Any]]) -> None:
    assert_same([make_record(f"{at:02}", **row) for at, row in enumerate(rows)])


@pytest.mark.parametrize("seed", [23, 24])
def test_an_invented_population_has_the_forms_of_a_batch(seed: int) -> None:
    assert_same(make_people(400, seed=seed, numbered=True)[0].to_pylist())


def assert_same(rows: list[dict[str, Any]]) -> None:
    records, _ = make_tables(*sorted(rows, key=lambda row: row["record_id"]))
    compared = with_places(comparison_columns(records))
    keys = blocking_keys(compared).to_pylist()
    terms = frequency_keys(compared).to_pylist()
    shown = shown_values(records, COMPARISONS).to_pylist()
    with Forms(COMPARISONS) as forms:
        for place, (row, expected) in enumerate(zip(records.to_pylist(), compared.to_pylist(), strict=True)):
            described = forms.describe(row)
            assert described | {"place": place} == expected
            asked = forms.make(row, described)
            assert sorted(asked.keys) == sorted((one["rule"], one["key"]) for one in keys if one["place"] == place)
            assert sorted((term.name, term.value_key, term.witness_key) for term in asked.terms) == sorted(
                (one["name"], one["value_key"], one["witness_key"]) for one in terms if one["place"] == place
            )
            assert {"record_id": row["record_id"]} | forms.show(row) == shown[place]
