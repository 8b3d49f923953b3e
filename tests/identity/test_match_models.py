"""Match models as files."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from identity.match_models import DEFAULT_FILE, prior_probability, read_match_model, write_match_model
from models.errors import UsageError


def test_the_default_is_the_shipped_model_and_says_where_it_comes_from() -> None:
    model = read_match_model()
    assert model.version == "people_v1"
    assert "make_people(40000, seed=7, numbered=True, described=True)" in model.trained_on


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
    write_match_model(msgspec.structs.replace(read_match_model(), format=3), tmp_path / "new.json")
    with pytest.raises(UsageError, match=r"new.json has format 3, this release reads 1 and 2. Train it again."):
        read_match_model("new.json", tmp_path)


def test_untrained_levels_are_named(tmp_path: Path) -> None:
    model = msgspec.json.decode(DEFAULT_FILE.read_bytes())
    del model["settings"]["comparisons"][2]["comparison_levels"][1]["m_probability"]
    (tmp_path / "half.json").write_bytes(msgspec.json.encode(model))
    with pytest.raises(UsageError, match=r"half.json lacks the trained probabilities of birth_date: one is senior"):
        read_match_model("half.json", tmp_path)


def test_a_model_without_comparisons_is_refused(tmp_path: Path) -> None:
    write_match_model(msgspec.structs.replace(read_match_model(), settings={}), tmp_path / "none.json")
    with pytest.raises(UsageError, match=r"none.json lacks the trained probabilities of everything"):
        read_match_model("none.json", tmp_path)


def test_the_prior_is_one_match_per_record_in_powers_of_two() -> None:
    assert prior_probability(10) == 1 / 64
    assert prior_probability(1000) == 1 / 1024
    assert prior_probability(1200) == 1 / 1024


def test_the_prior_grows_with_the_matches_per_record() -> None:
    model = msgspec.structs.replace(read_match_model(), matches_per_record=4.0)
    assert model.of_records(1000).settings["probability_two_random_records_match"] == 4 / 1024


def test_the_prior_of_so_many_records_changes_nothing_else() -> None:
    model = read_match_model().of_records(1000)
    assert model.prior_match_weight == pytest.approx(-9.99859, abs=1e-5)
    assert model.settings["comparisons"] == read_match_model().settings["comparisons"]


def test_a_file_that_was_cut_off_is_named(tmp_path: Path) -> None:
    (tmp_path / "cut.json").write_bytes(DEFAULT_FILE.read_bytes()[:4000])
    with pytest.raises(UsageError, match=r"cut.json is no match model: Input data was truncated\."):
        read_match_model("cut.json", tmp_path)


def test_a_later_format_is_called_that_even_if_its_fields_are_others(tmp_path: Path) -> None:
    (tmp_path / "later.json").write_text('{"format": 9, "levels": []}')
    with pytest.raises(UsageError, match=r"later.json has format 9, this release reads 1 and 2"):
        read_match_model("later.json", tmp_path)


def test_a_file_of_format_1_has_thresholds_worked_out(tmp_path: Path) -> None:
    write_match_model(msgspec.structs.replace(read_match_model(), format=1, thresholds=None), tmp_path / "old.json")
    model = read_match_model("old.json", tmp_path)
    assert model.thresholds is None
    assert model.calibrated().records == 32768
    assert model.calibrated().link_match_weight == 0.5
    assert model.calibrated().expected_precision > 0.98


@pytest.mark.parametrize(
    ("place", "value", "said"),
    [
        (("settings", "comparisons", 3, "comparison_levels", 1, "u_probability"), 2, r"levels\[1\] \(email\).u_prob"),
        (("settings", "comparisons", 3, "comparison_levels", 1, "m_probability"), "x", r"levels\[1\] \(email\).m_prob"),
        (("settings", "comparisons", 3, "comparison_levels", 1, "label_for_charts"), 7, r"\(email\).label_for_charts"),
        (("settings", "comparisons", 3, "output_column_name"), None, r"no name in settings.comparisons\[3\]"),
        (("settings", "comparisons", 3, "comparison_levels"), {}, r"no levels in settings.comparisons\[3\]"),
        (("settings", "comparisons", 3), "email", r"no name in settings.comparisons\[3\]"),
        (("settings", "probability_two_random_records_match"), 0, r"probability_two_random_records_match: 0"),
        (("typical_frequencies",), {}, r"lacks typical_frequencies.first_name, which settings.comparisons\[0\]"),
    ],
)
def test_what_is_wrong_inside_is_named_by_field(
    tmp_path: Path, place: tuple[str | int, ...], value: object, said: str
) -> None:
    model = msgspec.json.decode(DEFAULT_FILE.read_bytes())
    part = model
    for step in place[:-1]:
        part = part[step]
    part[place[-1]] = value
    (tmp_path / "wrong.json").write_bytes(msgspec.json.encode(model))
    with pytest.raises(UsageError, match=rf"wrong.json .*{said}.*Train it again."):
        read_match_model("wrong.json", tmp_path)


def test_a_comparison_of_a_column_that_records_do_not_have_is_named(tmp_path: Path) -> None:
    text = DEFAULT_FILE.read_text().replace(
        '\\"birth_date_l\\" = \\"birth_date_r\\"', '\\"birthdate_l\\" = \\"birthdate_r\\"'
    )
    (tmp_path / "other.json").write_text(text)
    with pytest.raises(
        UsageError, match=r"compares a column 'birthdate' .*\(birth_date\).*Did you mean 'birth_date'\?"
    ):
        read_match_model("other.json", tmp_path)
