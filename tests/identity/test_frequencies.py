"""Frequencies: people behind values, rounded so that they stay put."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from identity.comparison_columns import comparison_columns
from identity.frequencies import (
    COUNTS,
    NOBODY_KNOWN,
    count_people,
    known_people,
    round_people,
    round_total,
    value_shares,
)
from identity.scoring import with_places
from tests.identity.factories import make_record, make_tables


def test_a_person_written_down_ten_times_makes_a_name_no_more_common() -> None:
    records, _ = make_tables(*(make_record(str(at), given_name="Anna", family_name="Vos") for at in range(10)))
    counts = {row["name"]: row["people"] for row in count_people(with_places(comparison_columns(records))).to_pylist()}
    assert counts == {"first_name": 1, "family_name": 1}


def test_two_people_of_one_name_are_counted_by_what_else_is_known() -> None:
    rows = [make_record(str(at), given_name="Anna", family_name=name) for at, name in enumerate(("Vos", "Bos", "Bos"))]
    counts = count_people(with_places(comparison_columns(make_tables(*rows)[0]))).to_pylist()
    assert {"name": "first_name", "value": "anna", "people": 2} in counts


@pytest.mark.parametrize(
    ("people", "rounded"), [(1, 1), (2, 2), (3, 3), (5, 4), (6, 8), (32, 32), (33, 64), (127, 64), (129, 256)]
)
def test_few_people_are_counted_exactly_and_many_to_a_power_of_two_or_four(people: int, rounded: float) -> None:
    assert round_people(np.array([people])).tolist() == [rounded]


def test_a_total_is_off_by_an_eighth_of_a_bit_at_most() -> None:
    assert all(abs(np.log2(round_total(total)) - np.log2(total)) <= 0.125 for total in (1.5, 7.0, 1000.5, 123456.0))


def test_shares_are_the_other_peoples_blended_with_the_typical_frequency() -> None:
    counts = pa.Table.from_pylist([{"name": "city", "value": "breda", "people": 2}], COUNTS)
    values, shares = value_shares(counts, {"city": 1024.0}, "city", 0.01)
    assert values.to_pylist() == ["breda"]
    assert shares.to_pylist() == [(1.5 + 1) / 1024]


def test_of_columns_of_which_hardly_anything_is_known_the_model_is_believed() -> None:
    counts = pa.Table.from_pylist([{"name": "city", "value": "breda", "people": 2}], COUNTS)
    assert known_people(counts) == {}
    assert value_shares(counts, {}, "city", 0.01)[1].to_pylist() == [(1.5 + 1) / NOBODY_KNOWN]
    many = pa.Table.from_pylist([{"name": "city", "value": "breda", "people": 2000}], COUNTS)
    assert known_people(many) == {"city": 2.0**11}
