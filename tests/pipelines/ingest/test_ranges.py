"""Offset ranges: nothing is left out, nothing is read twice."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.errors import FatalError
from pipelines.ingest.ranges import OffsetRange, find_backlog, pack_chunks, split_commits

T = "klantbeeld.web"


def test_the_backlog_goes_from_the_committed_offset_to_the_end() -> None:
    backlog = find_backlog({(T, 0): 5}, {(T, 0): 0, (T, 1): 0}, {(T, 0): 9, (T, 1): 3})
    assert backlog.ranges == (OffsetRange(T, 0, 5, 9), OffsetRange(T, 1, 0, 3))
    assert backlog.messages == 7
    assert backlog.lost == 0


def test_a_partition_with_nothing_new_has_no_range() -> None:
    assert find_backlog({(T, 0): 9}, {(T, 0): 0}, {(T, 0): 9}).ranges == ()


def test_offsets_that_retention_removed_unread_are_counted() -> None:
    backlog = find_backlog({(T, 0): 5}, {(T, 0): 8}, {(T, 0): 9})
    assert backlog.ranges == (OffsetRange(T, 0, 8, 9),)
    assert backlog.lost == 3


def test_a_log_that_was_never_read_and_begins_late_lost_nothing() -> None:
    assert find_backlog({}, {(T, 0): 8}, {(T, 0): 9}).lost == 0


def test_another_log_than_the_lakes_is_refused() -> None:
    with pytest.raises(FatalError, match="ends at offset 3, the lake has read up to 5"):
        find_backlog({(T, 0): 5}, {(T, 0): 0}, {(T, 0): 3})


ranges = st.lists(st.tuples(st.integers(0, 50), st.integers(1, 40)), max_size=6).map(
    lambda parts: [OffsetRange(T, number, start, start + size) for number, (start, size) in enumerate(parts)]
)


@given(ranges, st.integers(1, 30))
def test_groups_hold_every_offset_once_in_order_and_no_more_than_allowed(parts: list[OffsetRange], most: int) -> None:
    wanted = [(part.partition, offset) for part in parts for offset in range(part.start, part.stop)]
    groups = list(split_commits(parts, most))
    got = [(part.partition, offset) for group in groups for part in group for offset in range(part.start, part.stop)]
    assert got == wanted
    sizes = [sum(part.messages for part in group) for group in groups]
    assert all(size == most for size in sizes[:-1])
    assert all(0 < size <= most for size in sizes)


def test_thin_partitions_share_a_chunk() -> None:
    parts = [OffsetRange(T, number, 0, 10) for number in range(20)]
    assert [len(chunk.ranges) for chunk in pack_chunks(parts, 100)] == [10, 10]
