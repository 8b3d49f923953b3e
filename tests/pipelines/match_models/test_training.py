"""Training a match model with its card."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path
from xml.etree import ElementTree

import msgspec
import pytest

from identity.frequencies import known_people
from identity.judgements import Judgement
from identity.match_models import read_match_model
from identity.model_cards import Judged, ModelCard
from models.errors import UsageError
from pipelines.match_models.inputs import read_truth
from pipelines.match_models.measuring import is_held_out, judge_model, scored_pairs
from pipelines.match_models.training import TrainingOptions
from tests.pipelines.match_models.models import TODAY, Trained, file_data, train, write_people

pytestmark = pytest.mark.xdist_group("training")

WITH_TRUTH = TrainingOptions(version="ours", today=TODAY, held_out=0.3, max_pairs=5e4, freeze_frequencies=True)


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Trained:
    """A model trained with truth, 30 % held out, frequencies frozen."""
    folder = tmp_path_factory.mktemp("trained")
    crm, truth = write_people(folder)
    return train(folder / "match_models", crm, truth, WITH_TRUTH)


@pytest.fixture(scope="module")
def untaught(tmp_path_factory: pytest.TempPathFactory) -> Trained:
    """A model trained without truth."""
    folder = tmp_path_factory.mktemp("untaught")
    crm, _ = write_people(folder, 900)
    return train(folder / "match_models", crm, None, TrainingOptions(version="ours", today=TODAY, max_pairs=5e4))


def test_the_model_can_be_read_and_is_the_one_that_its_card_names(trained: Trained) -> None:
    model = read_match_model("ours.json", trained.files.model.parent)
    assert model.version == trained.card.version == "ours"
    assert model.thresholds == trained.card.thresholds
    assert hashlib.sha256(trained.files.model.read_bytes()).hexdigest() == trained.card.model_sha256
    assert msgspec.json.decode(trained.files.card.read_bytes(), type=ModelCard) == trained.card
    assert sorted(path.name for path in trained.files.model.parent.iterdir()) == [
        *("ours.card.html", "ours.card.json", "ours.frequencies.parquet", "ours.json"),
    ]


def test_whom_it_is_measured_on_was_not_trained_on(trained: Trained) -> None:
    truth = trained.card.truth
    assert truth is not None
    assert truth.records + truth.held_out_records == trained.data.records.num_rows
    assert trained.card.data.records == truth.records
    assert trained.card.measured is not None
    assert trained.card.measured.records == truth.held_out_records > 200
    assert trained.card.measured.people_found["bcubed_f1"] > 0.9


def test_a_person_is_held_out_whatever_the_order() -> None:
    held = [str(number) for number in range(1000) if is_held_out(str(number), 0.2)]
    assert 150 < len(held) < 250
    assert not is_held_out(held[0], 0.0)


def test_recall_falls_and_precision_rises_with_the_threshold(trained: Trained) -> None:
    assert trained.card.measured is not None
    figures = trained.card.measured.by_threshold
    assert [figure.match_weight for figure in figures] == sorted(figure.match_weight for figure in figures)
    assert [figure.recall for figure in figures] == sorted((figure.recall for figure in figures), reverse=True)
    assert figures[-1].precision >= figures[0].precision


def test_m_rests_on_the_pairs_of_one_person_that_were_trained_on(trained: Trained) -> None:
    levels = [level for level in trained.card.levels if level.comparison == "birth_date"]
    counted = sum(level.m_pairs for level in levels)
    same = next(level for level in levels if level.level == "the same")
    assert same.m == pytest.approx(same.m_pairs / counted, abs=0.001)


def test_frequencies_are_frozen_with_it(trained: Trained) -> None:
    model = read_match_model("ours.json", trained.files.model.parent)
    frozen = model.frequencies(trained.files.model.parent)
    assert frozen is not None
    assert min(frozen["people"].to_pylist()) == 5
    assert known_people(frozen)["city"] > 0
    assert trained.card.frozen_frequencies is not None
    assert trained.card.frozen_frequencies["city"] >= sum(
        row["people"] for row in frozen.to_pylist() if row["name"] == "city"
    )


def test_the_card_says_of_the_data_what_is_nobodys(trained: Trained) -> None:
    text = trained.files.card.read_text() + trained.files.page.read_text()
    for column in ("email", "phone", "record_id"):
        values = [value for value in trained.data.records[column].to_pylist() if value]
        assert not [value for value in values if value in text]
    assert trained.card.data.known["family_name"] > 0.9
    assert trained.card.data.sources == {"crm.csv": trained.card.data.records}
    assert trained.card.data.first_seen is None


def test_the_page_stands_alone_with_four_pictures(trained: Trained) -> None:
    page = trained.files.page.read_text()
    pictures = re.findall(r"<svg.*?</svg>", page, re.DOTALL)
    assert len(pictures) == 4
    for picture in pictures:
        assert ElementTree.fromstring(picture).tag == "svg"  # noqa: S314 - our own text
    assert not re.search(r"<script|<link|https?://|src=", page)


def test_equal_input_gives_equal_files(trained: Trained, tmp_path: Path) -> None:
    crm, truth = write_people(tmp_path)
    again = train(tmp_path / "match_models", crm, truth, WITH_TRUTH)
    for name in ("model", "card", "page", "frequencies"):
        assert getattr(again.files, name).read_bytes() == getattr(trained.files, name).read_bytes()


def test_without_truth_it_says_how_expectation_maximisation_ended(untaught: Trained) -> None:
    assert {"email", "phone", "birth_date"} <= {session.equal for session in untaught.card.convergence}
    assert all(session.iterations > 1 for session in untaught.card.convergence)
    assert all(session.largest_last_change < 0.001 for session in untaught.card.convergence)
    assert untaught.card.truth is None
    assert untaught.card.measured is None
    assert untaught.card.warnings[0].startswith("Trained without truth: m is what expectation maximisation believes.")
    assert len(re.findall("<svg", untaught.files.page.read_text())) == 4


def test_levels_that_nobody_had_are_warned_of(untaught: Trained) -> None:
    assert "crm_id: hardly any two records have it both, so nothing was learned of it." in untaught.card.warnings


def test_judgements_are_measured_against(untaught: Trained) -> None:
    model = read_match_model("ours.json", untaught.files.model.parent)
    edges = scored_pairs(untaught.data, model)
    rows = sorted(edges.to_pylist(), key=lambda row: row["match_weight"])
    weak, strong = rows[0], rows[-1]

    def judged(row: dict[str, str], verdict: str) -> Judgement:
        return Judgement(row["record_id_r"], row["record_id_l"], verdict, "anna", "2026-11-24T08:00:00Z", "seen")

    found = judge_model(edges, [judged(strong, "same"), judged(weak, "same"), judged(strong, "different")], model)
    assert found == Judged(same=2, same_found=1, different=1, different_joined=1)
    assert judge_model(edges, [], model) is None


def test_a_version_that_is_there_is_not_overwritten(trained: Trained, tmp_path: Path) -> None:
    crm, truth = write_people(tmp_path)
    before = trained.files.model.read_bytes()
    with pytest.raises(UsageError, match=r"--version ours: .*ours.json is there already. Name another version"):
        train(trained.files.model.parent, crm, truth, WITH_TRUTH)
    assert trained.files.model.read_bytes() == before


@pytest.mark.parametrize("version", ["", "../ours", "a b", "ours.card", "x" * 64])
def test_a_version_is_a_name_for_a_file(tmp_path: Path, version: str) -> None:
    crm, truth = write_people(tmp_path, 150)
    with pytest.raises(UsageError, match=r"--version .*: use letters, digits"):
        train(tmp_path, crm, truth, TrainingOptions(version=version, today=TODAY))


def test_a_truth_of_other_records_is_refused(tmp_path: Path) -> None:
    crm, truth = write_people(tmp_path, 150)
    truth.write_text("record_id,person_id\nnobody,1\n")
    with pytest.raises(UsageError, match=r"truth.csv and the records have no record_id in common"):
        read_truth(truth, file_data(crm).records)


def test_a_truth_without_pairs_is_refused(tmp_path: Path) -> None:
    crm, truth = write_people(tmp_path, 150)
    ids = file_data(crm).records["record_id"].to_pylist()
    truth.write_text("record_id,person_id\n" + "".join(f"{name},{at}\n" for at, name in enumerate(ids)))
    with pytest.raises(UsageError, match=r"truth.csv gives every record a person of its own"):
        read_truth(truth, file_data(crm).records)


def test_too_few_records_are_refused_and_nothing_is_written(tmp_path: Path) -> None:
    crm, _ = write_people(tmp_path, 60)
    with pytest.raises(UsageError, match=r"A match model is trained on 100 records or more"):
        train(tmp_path / "match_models", crm, None, TrainingOptions(version="ours", today=TODAY))
    assert not (tmp_path / "match_models").exists()
