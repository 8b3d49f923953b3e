"""Match models as files."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from identity.match_models import DEFAULT_FILE, read_match_model, write_match_model
from models.errors import UsageError


def test_the_default_is_the_shipped_model_and_says_where_it_comes_from() -> None:
    model = read_match_model()
    assert model.version == "people_v1"
    assert "make_people(40000, seed=7, numbered=True)" in model.trained_on


def test_writing_and_reading_gives_the_same_bytes(tmp_path: Path) -> None:
    write_match_model(read_match_model(), tmp_path / "mine.json")
    assert (tmp_path / "mine.json").read_bytes() == DEFAULT_FILE.read_bytes()
    assert read_match_model("mine.json", tmp_path) == read_match_model()


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"identity.match_model: no file .*absent.json. Name a match model's JSON"):
        read_match_model("absent.json", tmp_path)


@pytest.mark.parametrize("text", ["{", "[]", '{"format": 1}'])
def test_what_is_no_match_model_is_named(tmp_path: Path, text: str) -> None:
    (tmp_path / "other.json").write_text(text)
    with pytest.raises(UsageError, match=r"other.json is no match model: "):
        read_match_model("other.json", tmp_path)


def test_another_format_is_refused(tmp_path: Path) -> None:
    write_match_model(msgspec.structs.replace(read_match_model(), format=2), tmp_path / "new.json")
    with pytest.raises(UsageError, match=r"new.json has format 2, this release reads 1. Train it again."):
        read_match_model("new.json", tmp_path)


def test_untrained_levels_are_named(tmp_path: Path) -> None:
    model = msgspec.json.decode(DEFAULT_FILE.read_bytes())
    del model["settings"]["comparisons"][2]["comparison_levels"][1]["m_probability"]
    (tmp_path / "half.json").write_bytes(msgspec.json.encode(model))
    with pytest.raises(UsageError, match=r"half.json lacks the trained probabilities of birth_date: the same"):
        read_match_model("half.json", tmp_path)


def test_a_model_without_comparisons_is_refused(tmp_path: Path) -> None:
    write_match_model(msgspec.structs.replace(read_match_model(), settings={}), tmp_path / "none.json")
    with pytest.raises(UsageError, match=r"none.json lacks the trained probabilities of everything"):
        read_match_model("none.json", tmp_path)


def test_another_prior_changes_nothing_else() -> None:
    model = read_match_model().with_prior(1 / 1024)
    assert model.prior_match_weight == pytest.approx(-9.99859, abs=1e-5)
    assert model.settings["comparisons"] == read_match_model().settings["comparisons"]
