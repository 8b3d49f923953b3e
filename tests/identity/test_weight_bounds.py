"""A comparison weighs at most what the best level does that may hold before one that surely holds."""

from __future__ import annotations

import math

import duckdb
import numpy as np
import pyarrow as pa

from identity.conditions import parse
from identity.level_weights import LevelWeight
from identity.record_numbers import RecordNumbers
from identity.truths import Pairs
from identity.weight_bounds import Level, most_weight

RECORDS = pa.table(
    {
        "name": pa.array(["anna", "anna", "hanna", "pieter", None]),
        "place": pa.array(range(5)),
    }
)
SHARES = {"name": (pa.array(["anna", "pieter"]), pa.array([1 / 8, 1 / 4]))}


def most(levels: list[Level], *pairs: tuple[int, int]) -> list[float]:
    rows = dict(zip("lr", np.array(pairs).T, strict=True))
    with duckdb.connect() as sql:
        return most_weight(Pairs(RecordNumbers(sql, RECORDS, SHARES), rows), levels).tolist()


def test_what_cannot_hold_counts_for_nothing_and_what_surely_holds_ends_the_levels() -> None:
    levels = [
        Level(parse("name_l is null or name_r is null"), LevelWeight(0.0)),
        Level(parse("name_l = name_r"), LevelWeight(4.0)),
        Level(parse("damerau_levenshtein(name_l, name_r) <= 1"), LevelWeight(6.0)),
        Level(None, LevelWeight(-3.0)),
    ]
    assert most(levels, (0, 1), (0, 2), (0, 3), (0, 4)) == [4.0, 6.0, -3.0, 0.0]


def test_the_commoner_value_adjusts_and_one_of_no_known_share_does_not() -> None:
    adjusted = LevelWeight(4.0, "name", 0.5, u_log2=math.log2(1 / 16))
    levels = [Level(parse("name_l is not null and name_r is not null"), adjusted)]
    assert most(levels, (0, 3), (0, 1), (2, 2), (0, 2)) == [3.0, 3.5, 4.0, 3.5]
    least = Level(None, adjusted._replace(least_share=1 / 2))
    assert most([least], (0, 3), (4, 4)) == [2.5, 2.5]


def test_a_pair_of_no_level_weighs_less_than_anything() -> None:
    assert most([Level(parse("name_l = name_r"), LevelWeight(4.0))], (0, 3)) == [-math.inf]
