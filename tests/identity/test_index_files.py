"""Match indexes as files: what is read answers as what was written; what is not whole is not read."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from benchmarks.people import make_people
from identity.blocking import blocking_keys
from identity.comparison_columns import comparison_columns
from identity.index_files import read_index, tidy_indexes, write_index
from identity.match_indexes import INDEXES, MatchIndex
from identity.scoring import with_places

RECORDS = make_people(200, seed=4)[0].sort_by("record_id")
COMPARED = with_places(comparison_columns(RECORDS))
NONE = COMPARED.slice(0, 0)
EDGES = pa.table({"record_id_l": RECORDS["record_id"][:9], "record_id_r": RECORDS["record_id"][1:10]})


@pytest.fixture
def index() -> MatchIndex:
    return MatchIndex().with_records(NONE, COMPARED)[0].with_edges(EDGES.slice(0, 0), EDGES)


def answers(index: MatchIndex) -> list[object]:
    found = index.candidates(blocking_keys(COMPARED)).sort_by([("place", "ascending"), ("number", "ascending")])
    frequencies = index.frequencies(COMPARED).sort_by([("name", "ascending"), ("value", "ascending")])
    component = index.component_of(index.find_numbers(RECORDS["record_id"][:1].combine_chunks()))
    return [found.to_pydict(), frequencies.to_pydict(), index.known(), index.ids_of(component).to_pylist()]


def test_an_index_that_is_read_answers_as_the_one_that_was_written(tmp_path: Path, index: MatchIndex) -> None:
    write_index(index, tmp_path, "1")
    read = read_index(tmp_path, "1")
    assert read is not None
    assert answers(read) == answers(index)
    assert len(answers(index)[3]) == 10


def test_a_changed_index_writes_only_what_is_new_and_the_former_stays_readable(
    tmp_path: Path, index: MatchIndex
) -> None:
    write_index(index, tmp_path, "1")
    files = {path.name: path.stat().st_mtime_ns for path in tmp_path.iterdir()}
    read = read_index(tmp_path, "1")
    assert read is not None
    few = COMPARED.slice(0, 5)
    changed = read.with_records(few, few.slice(0, 4))[0].without_records(few["record_id"][4:5].combine_chunks())
    write_index(changed, tmp_path, "2")
    assert {name: path.stat().st_mtime_ns for name in files if (path := tmp_path / name).exists()} == files
    both = read_index(tmp_path, "1"), read_index(tmp_path, "2")
    assert both[0] is not None
    assert both[1] is not None
    assert answers(both[0]) == answers(index)
    assert answers(both[1]) == answers(changed)
    tidy_indexes(tmp_path, "2")
    assert read_index(tmp_path, "1") is None
    after = read_index(tmp_path, "2")
    assert after is not None
    assert answers(after) == answers(changed)


@pytest.mark.parametrize("damage", ["no manifest", "no segment", "cut segment", "cut manifest", "another duckdb"])
def test_an_index_that_is_not_whole_is_not_read(tmp_path: Path, index: MatchIndex, damage: str) -> None:
    write_index(index, tmp_path, "1")
    manifest, segment = tmp_path / "1.json", next(tmp_path.glob("*keys*.keys.npy"))
    match damage:
        case "no manifest":
            manifest.unlink()
        case "no segment":
            segment.unlink()
        case "cut segment":
            segment.write_bytes(segment.read_bytes()[:-100])
        case "cut manifest":
            manifest.write_bytes(manifest.read_bytes()[:50])
        case _:
            manifest.write_text(manifest.read_text().replace("duckdb ", "duckdb 0."))
    assert read_index(tmp_path, "1") is None


def test_an_index_made_in_steps_answers_as_one_made_at_once(index: MatchIndex) -> None:
    half = COMPARED.num_rows // 2
    first = with_places(COMPARED.slice(0, half).drop_columns(["place"]))
    second = with_places(COMPARED.slice(half).drop_columns(["place"]))
    steps = MatchIndex().with_records(NONE, first)[0].with_records(NONE, second)[0]
    steps = steps.with_edges(EDGES.slice(0, 0), EDGES)
    assert answers(steps) == answers(index)


def test_records_are_found_by_their_ids_and_strangers_are_not(index: MatchIndex) -> None:
    asked = pa.concat_arrays([RECORDS["record_id"][3:5].combine_chunks(), pa.array(["nobody"])])
    numbers = index.find_numbers(asked)
    assert numbers.tolist() == [3, 4, -1]
    assert index.ids_of(np.array([4])).to_pylist() == [asked[1].as_py()]
    assert set(INDEXES) >= {"keys", "neighbours"}
