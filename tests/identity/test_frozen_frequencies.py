"""Term frequencies frozen with a match model."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pyarrow as pa
import pytest

from identity.frozen_frequencies import FROZEN, FrozenFrequencies, read_frequencies, write_frequencies
from identity.match_models import read_match_model, write_match_model
from models.errors import UsageError

COUNTS = pa.Table.from_pylist(
    [
        {"name": "family_name", "value": "vos", "people": 40},
        {"name": "family_name", "value": "brouwershaven", "people": 1},
        {"name": "email", "value": "info@vos.nl", "people": 6},
        {"name": "email", "value": "anna@vos.nl", "people": 1},
    ],
    FROZEN,
)


def test_frequencies_come_back_with_the_model_that_names_them(tmp_path: Path) -> None:
    frozen = write_frequencies(COUNTS, tmp_path / "ours.frequencies.parquet")
    model = msgspec.structs.replace(read_match_model(), frozen_frequencies=frozen)
    write_match_model(model, tmp_path / "ours.json")
    table = read_match_model("ours.json", tmp_path).frequencies(tmp_path)
    assert table is not None
    assert table.to_pylist() == [
        {"name": "email", "value": "info@vos.nl", "people": 6},
        {"name": "family_name", "value": "vos", "people": 40},
    ]


def test_values_that_could_name_somebody_are_counted_and_not_written(tmp_path: Path) -> None:
    frozen = write_frequencies(COUNTS, tmp_path / "ours.parquet")
    assert frozen.known_people == {"email": 7, "family_name": 41}
    assert frozen.least_people == 5
    assert "brouwershaven" not in read_frequencies(frozen, tmp_path)["value"].to_pylist()


def test_the_order_of_rows_changes_nothing(tmp_path: Path) -> None:
    one = write_frequencies(COUNTS, tmp_path / "one.parquet")
    other = write_frequencies(COUNTS.take(pa.array([3, 1, 0, 2])), tmp_path / "other.parquet")
    assert one.sha256 == other.sha256


def test_a_changed_file_is_refused(tmp_path: Path) -> None:
    frozen = write_frequencies(COUNTS, tmp_path / "ours.parquet")
    write_frequencies(COUNTS.slice(0, 1), tmp_path / "ours.parquet")
    with pytest.raises(UsageError, match=r"frozen_frequencies.sha256: .*ours.parquet is not the file that was frozen"):
        read_frequencies(frozen, tmp_path)


@pytest.mark.parametrize("name", ["absent.parquet", "../ours.parquet"])
def test_a_file_that_is_not_beside_the_model_is_named(tmp_path: Path, name: str) -> None:
    (tmp_path / "model").mkdir()
    write_frequencies(COUNTS, tmp_path / "ours.parquet")
    frozen = FrozenFrequencies(file=name, sha256="0" * 64, least_people=5, known_people={})
    with pytest.raises(UsageError, match=r"frozen_frequencies.file: no file .*parquet"):
        read_frequencies(frozen, tmp_path / "model")


def test_a_model_without_frozen_frequencies_has_none(tmp_path: Path) -> None:
    assert read_match_model().frequencies(tmp_path) is None
