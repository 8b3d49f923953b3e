"""A change of how common a value is reaches the pairs that weigh by it, and no others."""

from __future__ import annotations

from typing import Any

import msgspec
import pyarrow as pa
import pytest

from identity.affected_pairs import Touched, affected_pairs, shared_columns
from identity.comparison_columns import comparison_columns
from identity.frequencies import COUNTED, frequency_keys
from identity.match_indexes import MatchIndex
from identity.match_models import MatchModel, read_match_model
from identity.scoring import with_places
from models.errors import UsageError
from tests.identity.factories import make_record, make_tables

COLUMNS = {
    "given_name": "Anna",
    "family_name": "Vos",
    "birth_date": "1980-01-05",
    "email": "anna@vos.test",
    "phone": "+31612345678",
    "crm_id": "C-1",
    "street": "Lange Laan",
    "house_number": "1",
    "postcode": "1011AB",
    "city": "Delft",
}


def compared(rows: dict[str, dict[str, Any]]) -> pa.Table:
    return with_places(
        comparison_columns(make_tables(*(make_record(name, **columns) for name, columns in sorted(rows.items())))[0])
    )


def with_condition(condition: str) -> MatchModel:
    """A model that adjusts by first names wherever this holds."""
    model = read_match_model()
    level = {"sql_condition": condition, "tf_adjustment_column": "first_name", "label_for_charts": "as told"}
    comparison = {"output_column_name": "given_name", "comparison_levels": [level]}
    return msgspec.structs.replace(model, settings=model.settings | {"comparisons": [comparison]})


def test_the_counted_columns_are_those_of_the_sql() -> None:
    assert set(frequency_keys(compared({"one": COLUMNS}))["name"].to_pylist()) == set(COUNTED)


def test_the_shipped_model_tells_of_every_column_what_adjusted_pairs_share() -> None:
    shared = shared_columns(read_match_model())
    assert shared.pop("home") == frozenset({"street", "postcode"})
    assert shared == {name: frozenset((name,)) for name in shared}


@pytest.mark.parametrize(
    ("condition", "shared"),
    [
        ('"first_name_l" = "first_name_r"', {"first_name"}),
        ('"first_name_r" = "first_name_l" and length("first_name_l") > 1', {"first_name"}),
        ('("city_l" = "city_r" or "email_l" = "email_r") and "first_name_l" = "first_name_r"', {"first_name"}),
        ('"city_l" = "city_r" or "email_l" = "email_r"', {"city", "email"}),
        ('"city_l" = "city_r" or length("first_name_l") > 1', None),
        ('"first_name_l" = "family_name_r"', None),
        ('"first_name_l" = "first_name_l"', None),
        ('"gender_l" = "gender_r"', None),
        ('not "first_name_l" = "first_name_r"', None),
    ],
)
def test_what_adjusted_pairs_share_is_read_from_the_condition(condition: str, shared: set[str] | None) -> None:
    assert shared_columns(with_condition(condition)) == {"first_name": None if shared is None else frozenset(shared)}


def test_a_condition_that_cannot_be_read_is_named() -> None:
    with pytest.raises(UsageError, match="given_name: as told"):
        shared_columns(with_condition("no sql ("))


ROWS: dict[str, dict[str, Any]] = {
    "anna1": COLUMNS,
    "anna2": COLUMNS | {"postcode": "1011 AC", "family_name": "Vis"},
    "bert": COLUMNS | {"given_name": "Bert", "email": None, "postcode": None, "street": None, "family_name": "Vos"},
}


def affected(flipped: dict[str, str], records: tuple[str, ...] = ()) -> set[tuple[str, str]]:
    """Pairs, each in order, when these records have a flipped value in a column and those are others."""
    rows = compared(ROWS)
    index = MatchIndex.of(rows)
    numbers = index.find_numbers(pa.array(list(flipped)))
    table = pa.table({"number": pa.array(numbers), "name": pa.array(flipped.values(), pa.string())})
    columns = shared_columns(read_match_model())
    touched = Touched(index.find_numbers(pa.array(records, pa.string())), table).weighed_by(columns)
    mine = rows.filter(pa.array(name in {*flipped, *records} for name in rows["record_id"].to_pylist()))
    found = affected_pairs(index, touched, with_places(mine.drop_columns("place")), columns)
    return {tuple(sorted(pair)) for pair in zip(found["one"].to_pylist(), found["other"].to_pylist(), strict=True)}


def test_a_commoner_value_reaches_those_who_share_it() -> None:
    assert affected({"anna1": "family_name"}) == {("anna1", "bert")}
    assert affected({"anna1": "first_name"}) == {("anna1", "anna2")}


def test_a_commoner_home_reaches_those_in_the_same_street_with_another_postcode() -> None:
    assert affected({"anna1": "home"}) == {("anna1", "anna2")}


def test_a_column_that_the_model_does_not_adjust_by_reaches_nobody() -> None:
    assert affected({"anna1": "address"}) == set()


def test_a_record_that_is_another_reaches_all_its_candidates() -> None:
    assert affected({}, ("anna1",)) == {("anna1", "anna2"), ("anna1", "bert")}
    assert affected({"bert": "city"}, ("anna1",)) == {("anna1", "anna2"), ("anna1", "bert"), ("anna2", "bert")}
