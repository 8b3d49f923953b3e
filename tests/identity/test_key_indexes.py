"""Indexes of sorted segments: what they hold is the sum of what came and went."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from identity.key_indexes import MAX_SEGMENTS, KeyIndex, Segment, read_segment, unique_keys, write_segment

ENTRIES = st.lists(st.tuples(st.integers(0, 5), st.integers(0, 3), st.sampled_from([-1, 1, 1])), max_size=8)


def arrays(entries: list[tuple[int, int, int]]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    columns = np.array(entries, np.int64).reshape(-1, 3)
    return columns[:, 0], columns[:, 1], columns[:, 2]


@given(st.lists(ENTRIES, max_size=2 * MAX_SEGMENTS + 2))
@settings(max_examples=150, deadline=None)
def test_an_index_holds_the_sum_of_its_changes(changes: list[list[tuple[int, int, int]]]) -> None:
    index, expected = KeyIndex(), Counter()
    for change in changes:
        index = index.changed(*arrays(change))
        for key, value, count in change:
            expected[key, value] += count
    keys = unique_keys(range(7))
    at, values, counts = index.entries(keys)
    live = {entry: count for entry, count in expected.items() if count}
    found = zip(keys[at].tolist(), values.tolist(), strict=True)
    assert dict(zip(found, counts.tolist(), strict=True)) == live
    assert index.counts(keys).tolist() == [sum(c for (key, _), c in live.items() if key == k) for k in range(7)]
    assert len(index.segments) <= MAX_SEGMENTS


def test_an_older_index_is_left_as_it_was() -> None:
    older = KeyIndex().changed(*arrays([(1, 1, 1)]))
    older.changed(*arrays([(1, 1, -1), (2, 1, 1)]))
    assert older.entries(unique_keys([1, 2]))[1].tolist() == [1]


@pytest.mark.parametrize("entries", [[], [(3, 9, 1), (1, 2**40, -2)], [(5, 0, 1), (4, 0, 1)]])
def test_a_segment_comes_back_from_its_files(tmp_path: Path, entries: list[tuple[int, int, int]]) -> None:
    segment = Segment.of(*arrays(entries))
    write_segment(segment, tmp_path, "numbers-1")
    again = read_segment(tmp_path, "numbers-1")
    for part in ("keys", "values"):
        assert getattr(again, part).tolist() == getattr(segment, part).tolist()
    assert KeyIndex((again,)).counts(unique_keys([1, 3, 4, 5])).tolist() == (
        KeyIndex((segment,)).counts(unique_keys([1, 3, 4, 5])).tolist()
    )


def test_a_segment_that_is_cut_off_is_refused(tmp_path: Path) -> None:
    write_segment(Segment.of(*arrays([(key, 1, 1) for key in range(100)])), tmp_path, "keys-1")
    path = tmp_path / "keys-1.keys.npy"
    path.write_bytes(path.read_bytes()[:-8])
    with pytest.raises(ValueError, match="mmap length|size"):
        read_segment(tmp_path, "keys-1")
    with pytest.raises(FileNotFoundError):
        read_segment(tmp_path, "keys-2")
