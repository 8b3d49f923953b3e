"""Training a match model."""

from __future__ import annotations

from datetime import date

import pyarrow as pa
import pytest

from benchmarks.people import make_people
from identity.match_models import MatchModel, read_match_model, write_match_model
from identity.training import train_match_model
from models.errors import UsageError


def train(records: pa.Table, truth: pa.Table | None) -> MatchModel:
    return train_match_model(
        records, truth=truth, version="test_v1", trained_on="test", trained_at=date(2026, 3, 1), max_pairs=2e5
    )


def probabilities(model: MatchModel, comparison: str, label: str) -> tuple[float, float]:
    levels = next(c for c in model.settings["comparisons"] if c["output_column_name"] == comparison)
    level = next(level for level in levels["comparison_levels"] if level["label_for_charts"] == label)
    return level["m_probability"], level["u_probability"]


def test_with_truth_training_is_repeatable_and_gives_a_model_that_can_be_read(tmp_path) -> None:
    records, _, truth = make_people(1500, seed=5)
    model = train(records, truth)
    assert train(records, truth) == model
    write_match_model(model, tmp_path / "test.json")
    assert read_match_model("test.json", tmp_path) == model
    m, u = probabilities(model, "birth_date", "the same")
    assert 0.7 < m < 0.9
    assert u < 0.001


@pytest.mark.slow
def test_without_truth_equal_values_still_speak_for_a_match() -> None:
    records, _, _ = make_people(1500, seed=5)
    model = train(records, None)
    for comparison in ("given_name", "family_name", "birth_date", "email"):
        m, u = probabilities(model, comparison, "the same")
        assert m > 20 * u


def test_too_few_records_are_refused() -> None:
    records, _, truth = make_people(90, seed=5)
    with pytest.raises(UsageError, match=r"A match model is trained on 100 records or more, these are 9\d"):
        train(records, truth)
