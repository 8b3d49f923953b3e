"""What is said of conditions on many pairs is never what DuckDB contradicts."""

from __future__ import annotations

from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from identity.conditions import leaves, parse
from identity.record_numbers import RecordNumbers
from identity.truths import Pairs
from tests.support.examples import examples

RECORDS = pa.schema(
    [
        ("name", pa.string()),
        ("other", pa.string()),
        ("names", pa.list_(pa.string())),
        ("age", pa.int32()),
        ("known", pa.bool_()),
        ("height", pa.float64()),
        ("place", pa.int64()),
    ]
)
TEXTS = st.one_of(st.none(), st.text("ab", max_size=5), st.sampled_from(["é", "anna", "hanna", "anan", "12"]))
ROWS = st.fixed_dictionaries(
    {
        "name": TEXTS,
        "other": TEXTS,
        "names": st.one_of(st.none(), st.lists(TEXTS, max_size=3)),
        "age": st.one_of(st.none(), st.integers(0, 3)),
        "known": st.one_of(st.none(), st.booleans()),
        "height": st.sampled_from([None, 1.5, float("nan")]),
    }
)

SETTLED = [
    "name_l = name_r",
    '"name_l" <> "other_r"',
    "name_l is distinct from name_r",
    "name_l is not distinct from name_r",
    "name_l is null or other_r is null",
    "substr(name_l, 1, 1) = substr(other_r, 1, 1)",
    "length(name_l) >= 2 and length(name_r) >= 2",
    "abs(length(name_l) - length(name_r)) <= 1",
    "age_l = age_r",
    "age_l - age_r > 1 or not coalesce(name_l = name_r, true)",
    "coalesce(known_l, false) and not known_r",
    "not (coalesce(age_l <> age_r, false) or known_l)",
]
VAGUE = [
    "jaro_winkler_similarity(name_l, name_r) >= 0.8",
    "jaro_winkler_similarity(name_l, other_r) > 0.9",
    "jaro_winkler_similarity(name_l, name_r) < 0.9",
    "damerau_levenshtein(name_l, name_r) <= 1",
    "damerau_levenshtein(name_l, other_r) < 2",
    "damerau_levenshtein(name_l, name_r) = 1",
    "damerau_levenshtein(name_l, name_r) >= 3",
    "array_length(list_intersect(names_l, names_r)) >= 1",
    "len(list_intersect(names_l, names_r)) > 0",
    "array_length(list_intersect(names_l, names_r)) >= 0",
    "list_contains(names_l, name_r)",
    "not coalesce(damerau_levenshtein(name_l, name_r) <= 1 and age_l = age_r, false)",
    "jaro_winkler_similarity(name_l, name_r) >= 0.8 or coalesce(age_l = age_r, known_l)",
    "levenshtein(name_l, name_r) <= 1 and name_l = other_r",
    "height_l = height_r",
    "true",
]


def table_of(rows: list[dict[str, Any]]) -> pa.Table:
    return pa.Table.from_pylist([row | {"place": place} for place, row in enumerate(rows)], RECORDS)


@examples(60, few=10)
@given(st.lists(ROWS, min_size=1, max_size=7))
def test_what_duckdb_says_is_among_what_may_be(rows: list[dict[str, Any]]) -> None:
    table = table_of(rows)
    places = np.arange(len(rows))
    sides = {"l": np.repeat(places, len(rows)), "r": np.tile(places, len(rows))}
    with duckdb.connect() as sql:
        pairs = Pairs(RecordNumbers(sql, table, {}), sides)
        for condition in [*SETTLED, *VAGUE]:
            expected = told(sql, table, sides, condition)
            truth = pairs.truth(parse(condition))
            for may, value in zip(zip(*truth, strict=True), expected, strict=True):
                found = [said for said, flag in zip((True, False, None), may, strict=True) if flag]
                assert value in found if condition in VAGUE else found == [value], condition


def told(sql: duckdb.DuckDBPyConnection, table: pa.Table, sides: dict[str, Any], condition: str) -> list[bool | None]:
    """What DuckDB says of each pair."""
    columns = {
        f"{name}_{side}": table[name].take(pa.array(rows))
        for side, rows in sides.items()
        for name in table.schema.names
    }
    sql.register("compared", pa.table(columns))
    return [value for (value,) in sql.execute(f"select try({condition}) from compared").fetchall()]


@pytest.mark.parametrize("condition", VAGUE)
def test_what_is_vague_is_known_to_be_and_is_settled_by_what_is_learned(condition: str) -> None:
    rows = [{"name": "anna", "names": ["a"], "age": 1}, {"name": "hanna", "other": "anna", "names": ["b"]}, {}]
    table = table_of([dict.fromkeys(RECORDS.names) | row for row in rows])
    sides = {"l": np.array([0, 0, 1]), "r": np.array([1, 2, 0])}
    with duckdb.connect() as sql:
        pairs, tree = Pairs(RecordNumbers(sql, table, {}), sides), parse(condition)
        vague = [leaf for leaf in leaves(tree) if not pairs.settles(leaf)]
        assert vague
        for leaf in vague:
            pairs.learn(leaf, pa.chunked_array([pa.array(told(sql, table, sides, leaf.sql("duckdb")), pa.bool_())]))
        truth = pairs.truth(tree)
        expected = told(sql, table, sides, condition)
    assert truth.true.tolist() == [value is True for value in expected]
    assert truth.false.tolist() == [value is False for value in expected]
    assert truth.null.tolist() == [value is None for value in expected]


@pytest.mark.parametrize(
    ("condition", "other"),
    [
        ("jaro_winkler_similarity(name_l, name_r) >= 0.8", {"name": "pieter"}),
        ("damerau_levenshtein(name_l, name_r) <= 2", {"name": "annabella"}),
        ("list_contains(names_l, name_r)", {"name": "pieter"}),
        ("array_length(list_intersect(names_l, names_r)) >= 1", {"names": ["pieter", "jan"]}),
    ],
)
def test_what_cannot_hold_is_known_without_asking(condition: str, other: dict[str, Any]) -> None:
    empty = dict.fromkeys(RECORDS.names)
    table = table_of([empty | {"name": "anna", "names": ["anna"]}, empty | other])
    with duckdb.connect() as sql:
        truth = Pairs(RecordNumbers(sql, table, {}), {"l": np.array([0]), "r": np.array([1])}).truth(parse(condition))
    assert [flags.tolist() for flags in truth] == [[False], [True], [False]]


def test_what_one_part_keeps_another_from_does_no_harm() -> None:
    digits = " and ".join(f"regexp_matches(name_{side}, '^[0-9]+$')" for side in ("l", "r"))
    table = table_of([dict.fromkeys(RECORDS.names) | {"name": name} for name in ("12", "anna", "13")])
    sides = {"l": np.array([0, 0]), "r": np.array([1, 2])}
    with duckdb.connect() as sql:
        pairs = Pairs(RecordNumbers(sql, table, {}), sides)
        truth = pairs.truth(parse(f"{digits} and abs(name_l::int - name_r::int) <= 1"))
    assert [flags.tolist() for flags in truth] == [[False, True], [True, False], [False, False]]
