"""``klantbeeld match``, from the lake and from files."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipelines.judgements.files import COLUMNS
from tests.pipelines.commands.conftest import Klantbeeld
from tests.pipelines.match_models.models import fill_lake, write_people
from tests.support.workspaces import make_workspace

FEW = ("--max-pairs", "20000")


def test_a_model_of_the_lakes_records_is_trained_shown_and_compared(klantbeeld: Klantbeeld, tmp_path: Path) -> None:
    workspace = make_workspace(tmp_path)
    records = fill_lake(workspace)
    one, other = records["record_id"].to_pylist()[:2]
    (tmp_path / "judgements").mkdir()
    (tmp_path / "judgements" / "judgements.csv").write_text(
        ",".join(COLUMNS) + f"\n1,{one},{other},same,anna,2026-11-24T08:00:00Z,seen\n"
    )
    trained = klantbeeld("match", "train", "-w", tmp_path, "--version", "ours", *FEW, "--json")
    assert trained.code == 0
    assert trained.data["version"] == "ours"
    assert trained.data["records"] == records.num_rows
    assert trained.data["judged"]["same"] == 1
    assert trained.data["measured"] is None
    assert "Note: Trained without truth" in trained.err

    shown = klantbeeld("match", "show", "ours", "-w", tmp_path, "--json").data
    assert shown["thresholds"]["link_match_weight"] == trained.data["joins_from"]
    assert shown["card"]["data"]["first_seen"] == "2025-01-01"
    assert {"comparison", "level", "m", "u", "match_weight", "adjusts_for"} == set(shown["levels"][0])

    compared = klantbeeld("match", "compare", "default", "ours", "-w", tmp_path, "--json").data
    assert (compared["a"]["version"], compared["b"]["version"]) == ("people_v1", "ours")
    same = next(row for row in compared["levels"] if (row["comparison"], row["level"]) == ("email", "the same"))
    assert same["change"] == pytest.approx(same["b"] - same["a"])


@pytest.mark.slow
def test_a_model_of_files_is_measured_on_people_held_out(klantbeeld: Klantbeeld, tmp_path: Path) -> None:
    make_workspace(tmp_path)
    crm, truth = write_people(tmp_path, 700)
    with truth.open("a") as file:
        file.write("nobody,1\n")
    arguments = ("--file", crm, "--id", "record_id", "--truth", truth, *FEW)
    first = klantbeeld("match", "train", "-w", tmp_path, *arguments)
    assert first.code == 0
    assert "measured bcubed f1 " in first.out
    assert "truth.csv: 1 record ids are not among the records; left out." in first.err
    second = klantbeeld("match", "train", "-w", tmp_path, *arguments, "--json")
    assert Path(second.data["model"]).stem.endswith("_2")
    assert Path(second.data["model"]).is_file()


def test_the_shipped_model_is_said_in_plain_words(klantbeeld: Klantbeeld, tmp_path: Path) -> None:
    make_workspace(tmp_path)
    shown = klantbeeld("match", "show", "default", "-w", tmp_path)
    assert shown.code == 0
    assert "people_v1" in shown.out
    assert "all but proves a match" in shown.out
    assert "none beside it" in shown.out


def test_two_models_stand_side_by_side(klantbeeld: Klantbeeld, tmp_path: Path) -> None:
    make_workspace(tmp_path)
    out = klantbeeld("match", "compare", "default", "default", "-w", tmp_path).out
    assert "link match weight" in out
    assert "+0.00" in out


def test_an_unknown_model_is_named_with_those_there_are(klantbeeld: Klantbeeld, tmp_path: Path) -> None:
    make_workspace(tmp_path)
    (tmp_path / "match_models").mkdir()
    (tmp_path / "match_models" / "spring.json").write_text("{}")
    outcome = klantbeeld("match", "show", "sprint", "-w", tmp_path)
    assert outcome.code == 2
    assert "No match model 'sprint'. Known: default, spring. Did you mean 'spring'?" in outcome.refusal
    assert "spring.json is no match model" in klantbeeld("match", "show", "spring", "-w", tmp_path).refusal


def test_without_a_lake_and_without_files_there_is_nothing_to_train_on(klantbeeld: Klantbeeld, tmp_path: Path) -> None:
    workspace = make_workspace(tmp_path)
    assert klantbeeld("match", "train", "-w", tmp_path).code == 2
    fill_lake(workspace, 0)
    outcome = klantbeeld("match", "train", "-w", tmp_path)
    assert outcome.code == 2
    assert "has resolved nothing yet. Do it with: klantbeeld run. Or train with --file." in outcome.refusal


def test_how_files_are_read_is_said_of_files_only(klantbeeld: Klantbeeld, tmp_path: Path) -> None:
    make_workspace(tmp_path)
    outcome = klantbeeld("match", "train", "-w", tmp_path, "--id", "number")
    assert outcome.code == 2
    assert "--map, --id and --country say how files are read" in outcome.refusal
