"""What is asked of one record alone stands in arrays, one entry a record."""

from __future__ import annotations

from collections.abc import Iterator

import duckdb
import numpy as np
import pyarrow as pa
import pytest

from identity.record_numbers import NO_CODE, NULL_FLAG, RecordNumbers

RECORDS = pa.table(
    {
        "name": pa.chunked_array([["anna"], [None, "jan"]], pa.string()),
        "other": pa.array(["jan", "anna", "anna"]),
        "age": pa.array([None, 3, 4], pa.int32()),
        "number": pa.array([1, 2**60, None]),
        "names": pa.array([["a", "b"], None, []], pa.list_(pa.string())),
        "place": pa.array([3, 7, 8]),
    }
)


@pytest.fixture
def numbers() -> Iterator[RecordNumbers]:
    with duckdb.connect() as sql:
        yield RecordNumbers(sql, RECORDS, {"name": (pa.array(["jan", "anna"]), pa.array([0.5, 0.25]))})


def test_flags_are_of_conditions_alone(numbers: RecordNumbers) -> None:
    flags = numbers.flags("name = 'jan'")
    assert flags is not None
    assert flags.tolist() == [0, NULL_FLAG, 1]
    assert numbers.flags("name") is None


def test_numbers_are_whole_and_so_small_that_each_is_its_own(numbers: RecordNumbers) -> None:
    lengths = numbers.numbers("length(name)")
    assert lengths is not None
    assert lengths.values[~lengths.null].tolist() == [4, 3]
    assert lengths.null.tolist() == [False, True, False]
    assert numbers.numbers("number") is None
    assert numbers.numbers("age / 2") is None
    assert numbers.numbers("name") is None


def test_what_fails_of_a_record_is_null_there(numbers: RecordNumbers) -> None:
    found = numbers.numbers("case when name = 'jan' then '3' else other end::int")
    assert found is not None
    assert found.null.tolist() == [True, True, False]


def test_equal_values_of_two_columns_have_one_code(numbers: RecordNumbers) -> None:
    codes = numbers.codes("other", "name")
    assert codes is not None
    other, name = codes
    assert name[1] == NO_CODE
    assert (other[0], other[1]) == (name[2], name[0])
    assert other[0] != other[1]
    assert numbers.codes("name", "age") is None


def test_lists_that_share_an_element_share_a_bit(numbers: RecordNumbers) -> None:
    masks, texts = numbers.masks("names"), numbers.masks("name")
    assert masks is not None
    assert texts is not None
    assert masks.null.tolist() == [False, True, False]
    assert int(masks.values[0]).bit_count() in (1, 2)
    assert masks.values[2] == 0
    assert int(texts.values[0]).bit_count() == 1
    assert numbers.masks("age") is None


def test_shares_are_the_values_own(numbers: RecordNumbers) -> None:
    shares = numbers.shares("name")
    assert shares[[0, 2]].tolist() == [-2.0, -1.0]
    assert np.isnan(shares[1])


def test_letters_are_of_texts_alone(numbers: RecordNumbers) -> None:
    letters = numbers.letters("name")
    assert letters is not None
    assert letters.lengths.tolist() == [4, 0, 3]
    assert numbers.letters("age") is None


def test_records_are_found_by_place_in_whatever_order_they_stand(numbers: RecordNumbers) -> None:
    assert numbers.rows(np.array([8, 3])).tolist() == [2, 0]
    with duckdb.connect() as sql:
        found = RecordNumbers(sql, RECORDS.take([2, 0, 1]), {})
        assert found.rows(np.array([8, 3])).tolist() == [2, 0]
        assert found.records.equals(RECORDS)
