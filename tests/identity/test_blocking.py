"""Candidate pairs: all that share a key few have, each once, in parts that do not overlap."""

from __future__ import annotations

import itertools

import pyarrow as pa
import pytest

from identity import blocking
from identity.blocking import KEYS, MAX_BLOCK_RECORDS, candidate_pairs


def keys(blocks: dict[int, list[int]]) -> pa.Table:
    """Key -> places; the rule is told by the key."""
    rows = [
        {"place": place, "rule": f"{key:02} rule", "key": key} for key, places in blocks.items() for place in places
    ]
    return pa.Table.from_pylist(rows, KEYS)


def rows(parts: list[pa.Table]) -> list[tuple[int, int, str]]:
    return [tuple(row.values()) for part in parts for row in part.to_pylist()]


def test_a_pair_is_found_once_by_the_first_of_its_rules() -> None:
    found = rows(list(candidate_pairs(keys({1: [0, 2], 2: [0, 1, 2], 3: [5]}))))
    assert sorted(found) == [(0, 1, "02 rule"), (0, 2, "01 rule"), (1, 2, "02 rule")]


def test_a_key_that_too_many_share_finds_nobody() -> None:
    most = list(range(MAX_BLOCK_RECORDS))
    assert len(rows(list(candidate_pairs(keys({1: most}))))) == MAX_BLOCK_RECORDS * (MAX_BLOCK_RECORDS - 1) // 2
    assert rows(list(candidate_pairs(keys({1: [*most, MAX_BLOCK_RECORDS]})))) == []


def test_parts_are_small_follow_each_other_and_hold_every_pair(monkeypatch: pytest.MonkeyPatch) -> None:
    blocks = keys({key: list(range(key, key + 12)) for key in range(0, 90, 3)})
    [whole] = candidate_pairs(blocks)
    monkeypatch.setattr(blocking, "PART_PAIRS", 200)
    parts = list(candidate_pairs(blocks))
    assert len(parts) == 10
    assert max(part.num_rows for part in parts) < 400
    for one, other in itertools.pairwise(part for part in parts if part.num_rows):
        assert max(one["join_key_l"].to_pylist()) < min(other["join_key_l"].to_pylist())
    assert sorted(rows(parts)) == sorted(rows([whole]))


def test_no_keys_find_no_pairs() -> None:
    assert rows(list(candidate_pairs(KEYS.empty_table()))) == []
