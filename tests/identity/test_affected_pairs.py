"""A change of how common a value is reaches the pairs that weigh by it, and no others."""

from __future__ import annotations

from typing import Any

import msgspec
import pyarrow as pa
import pytest

from identity.affected_pairs import FLIPPED, Touched, affected_pairs, shared_columns, weakened_pairs
from identity.comparison_columns import comparison_columns
from identity.frequencies import COUNTED, frequency_keys
from identity.match_indexes import MatchIndex
from identity.match_models import MatchModel, read_match_model
from identity.resolved_states import ENDS
from identity.scoring import with_places
from models.errors import UsageError
from tests.identity.factories import make_record, make_tables

SHARED = shared_columns(read_match_model())
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


def touched(index: MatchIndex, records: tuple[str, ...], rarer: dict[str, str], commoner: dict[str, str]) -> Touched:
    """These records are others, and these have a value in a column that became rarer or commoner."""

    def flipped(found: dict[str, str]) -> pa.Table:
        terms = frequency_keys(compared({name: ROWS[name] for name in found} or {"none": {}}))
        names = sorted(found)
        rows = [
            {"number": int(index.find_numbers(pa.array([names[row["place"]]]))[0]), **row}
            for row in terms.select(["place", "name", "value_key"]).to_pylist()
            if row["name"] == found[names[row["place"]]]
        ]
        return pa.Table.from_pylist(rows, FLIPPED)

    numbers = index.find_numbers(pa.array(records, pa.string()))
    return Touched(numbers, flipped(rarer), flipped(commoner)).weighed_by(SHARED)


def pairs_of(found: pa.Table) -> set[tuple[str, ...]]:
    return set(zip(*(found[name].to_pylist() for name in ENDS.names), strict=True))


def affected(rarer: dict[str, str], records: tuple[str, ...] = ()) -> set[tuple[str, ...]]:
    """Pairs, each in order, when these records have a rarer value in a column and those are others."""
    rows = compared(ROWS)
    index = MatchIndex.of(rows)
    mine = rows.filter(pa.array([name in {*rarer, *records} for name in rows["record_id"].to_pylist()]))
    mine = with_places(mine.drop_columns("place"))
    found = affected_pairs(index, touched(index, records, rarer, {}), mine, SHARED)
    return {
        tuple(sorted(pair))
        for pair in zip(found["record_id_l"].to_pylist(), found["record_id_r"].to_pylist(), strict=True)
    }


def weakened(commoner: dict[str, str], *edges: tuple[str, str], records: tuple[str, ...] = ()) -> set[tuple[str, ...]]:
    """Pairs of the edges when these records have a commoner value in a column, and those are others."""
    ends = pa.table({"record_id_l": [one for one, _ in edges], "record_id_r": [other for _, other in edges]})
    index = MatchIndex.of(compared(ROWS)).with_edges(ends.slice(0, 0), ends)
    found = weakened_pairs(index, touched(index, records, {}, commoner), SHARED)
    return pairs_of(found)


def test_a_rarer_value_reaches_those_who_share_it() -> None:
    assert affected({"anna1": "family_name"}) == {("anna1", "bert")}
    assert affected({"anna1": "first_name"}) == {("anna1", "anna2")}


def test_a_rarer_home_reaches_those_in_the_same_street_with_another_postcode() -> None:
    assert affected({"anna1": "home"}) == {("anna1", "anna2")}


def test_a_column_that_the_model_does_not_adjust_by_reaches_nobody() -> None:
    assert affected({"anna1": "address"}) == set()


def test_a_record_that_is_another_reaches_all_its_candidates() -> None:
    assert affected({}, ("anna1",)) == {("anna1", "anna2"), ("anna1", "bert")}
    assert affected({"bert": "city"}, ("anna1",)) == {("anna1", "anna2"), ("anna1", "bert"), ("anna2", "bert")}


ALL = (("anna1", "anna2"), ("anna1", "bert"), ("anna2", "bert"))


def test_a_commoner_value_weakens_the_edges_of_two_who_have_it() -> None:
    both = {"anna1": "family_name", "bert": "family_name"}
    assert weakened(both, *ALL) == {("anna1", "bert")}
    assert weakened(both, ("anna1", "anna2")) == set()


def test_a_commoner_home_weakens_every_edge_of_those_who_live_there() -> None:
    assert weakened({"anna1": "home"}, *ALL) == {("anna1", "anna2"), ("anna1", "bert")}


def test_a_record_that_is_another_has_no_edge_that_is_only_weakened() -> None:
    assert weakened({"anna1": "home"}, *ALL, records=("bert",)) == {("anna1", "anna2")}


def test_a_commoner_value_that_the_model_does_not_adjust_by_weakens_nothing() -> None:
    assert weakened({"anna1": "address", "anna2": "address"}, *ALL) == set()
