"""DuckDB answers what numbers leave open, once a pair and only where it may hold."""

from __future__ import annotations

from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
import pytest

from identity.answers import answers
from identity.blocking import CANDIDATES
from identity.conditions import parse

RECORDS = pa.table(
    {
        "Name": pa.array(["anna", "hanna", None, "12"]),
        "names": pa.array([["anna"], ["hanna", "anna"], ["x"], None], pa.list_(pa.string())),
    }
)
PAIRS = [(1, 3), (0, 1), (0, 2), (0, 0)]


def holds(condition: str, *may: bool) -> list[Any]:
    """Of each of PAIRS, sorted."""
    left, right = np.array(PAIRS).T
    possible = pa.table([left, right, ["a"] * len(left)], schema=CANDIDATES)
    possible = possible.append_column("may 0", pa.array(may or [True] * len(left)))
    with duckdb.connect() as sql:
        found = answers(sql, RECORDS, {"l": left, "r": right}, possible, [parse(condition)])
    pairs = list(zip(found["join_key_l"].to_pylist(), found["join_key_r"].to_pylist(), strict=True))
    assert pairs == sorted(PAIRS)
    return found["holds 0"].to_pylist()


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ("damerau_levenshtein(name_l, name_r) <= 1", [True, True, None, False]),
        ("damerau_levenshtein(name_l, name_r) = 0", [True, False, None, False]),
        ("jaro_winkler_similarity(name_l, name_r) >= 0.99", [True, False, None, False]),
        ("list_contains(names_r, name_l)", [True, True, False, None]),
        ("array_length(list_intersect(names_l, names_r)) >= 1", [True, True, False, False]),
        ("levenshtein(name_l, name_r) < 2", [True, True, None, False]),
    ],
)
def test_an_answer_is_what_duckdb_says(condition: str, expected: list[bool | None]) -> None:
    assert holds(condition) == expected


def test_what_may_not_hold_is_not_asked() -> None:
    assert holds("damerau_levenshtein(name_l, name_r) <= 1", False, False, False, True) == [True, False, False, False]


def test_what_fails_holds_for_nobody_and_stops_nothing() -> None:
    assert holds("name_l::int <= name_r::int") == [None, None, None, None]


def test_nothing_to_ask_leaves_the_pairs_sorted() -> None:
    left, right = np.array(PAIRS).T
    possible = pa.table([left, right, ["a"] * len(left)], schema=CANDIDATES)
    with duckdb.connect() as sql:
        found = answers(sql, RECORDS, {"l": left, "r": right}, possible, [])
    assert found.select(["join_key_l", "join_key_r"]).to_pylist() == [
        {"join_key_l": left, "join_key_r": right} for left, right in sorted(PAIRS)
    ]
