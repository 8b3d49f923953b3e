"""``klantbeeld evaluate``, called as a user calls it."""

from __future__ import annotations

from pathlib import Path

import pytest

from models.lakes import LAKE, open_lake
from tests.pipelines.commands.conftest import Klantbeeld
from tests.support.built_lakes import built_copy, publish_now


@pytest.fixture
def crosswalk(tmp_path: Path) -> Path:
    path = tmp_path / "crosswalk.csv"
    path.write_text("record_id,profile_id\n1,P1\n2,P1\n3,P1\n4,P2\n5,P3\n", encoding="utf-8")
    return path


def write_truth(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "truth.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_people_are_compared_with_the_truth(klantbeeld: Klantbeeld, crosswalk: Path, tmp_path: Path) -> None:
    truth = write_truth(tmp_path, "record_id,person_id\n1,a\n2,a\n3,b\n4,b\n5,c\n")
    found = klantbeeld("evaluate", crosswalk, "--truth", truth, "--json").data["evaluation"]
    assert (found["records"], found["people"], found["clusters"]) == (5, 3, 3)
    assert found["pairwise_precision"] == pytest.approx(1 / 3)
    assert found["pairwise_recall"] == pytest.approx(1 / 2)
    assert found["bcubed_precision"] == pytest.approx((2 / 3 + 2 / 3 + 1 / 3 + 1 + 1) / 5)
    assert found["exact"] == pytest.approx(1 / 3)
    assert found["over_merge"] == 1


def test_records_that_only_one_side_knows_are_counted_and_said(
    klantbeeld: Klantbeeld, crosswalk: Path, tmp_path: Path
) -> None:
    truth = write_truth(tmp_path, "record_id,person_id\n1,a\n2,a\n98,b\n99,c\n")
    outcome = klantbeeld("evaluate", crosswalk, "--truth", truth)
    assert "truth.csv: 2 record ids are not in crosswalk.csv; left out." in outcome.err
    assert "crosswalk.csv: 3 records are not in truth.csv; left out." in outcome.err
    assert "pairwise f1         1.000      0.000  1.000\n" in outcome.out


def test_a_complete_truth_counts_the_strangers_in_its_peoples_profiles(
    klantbeeld: Klantbeeld, crosswalk: Path, tmp_path: Path
) -> None:
    truth = write_truth(tmp_path, "record_id,person_id\n1,a\n2,a\n")
    assert klantbeeld("evaluate", crosswalk, "--truth", truth, "--json").data["evaluation"]["exact"] == 1.0
    outcome = klantbeeld("evaluate", crosswalk, "--truth", truth, "--complete", "--json")
    assert (outcome.data["evaluation"]["exact"], outcome.data["evaluation"]["over_merge"]) == (0.0, 1.0)
    assert "crosswalk.csv: 3 records are not in truth.csv; taken for other people's." in outcome.err


@pytest.mark.xdist_group("built_lake")
def test_the_newest_published_people_of_a_workspace_are_compared(klantbeeld: Klantbeeld, tmp_path: Path) -> None:
    workspace = built_copy(tmp_path / "ws")
    truth = write_truth(
        tmp_path,
        "record_id,person_id\nshop:user_id:u11,ines\ntill:loyalty_id:p11_regular,ines\n"
        "till:loyalty_id:p01_lapsed,anneke\nshop:user_id:nobody,x\n",
    )
    assert "has published nothing yet" in klantbeeld("evaluate", "-w", workspace.root, "--truth", truth).refusal
    publish_now(workspace)
    outcome = klantbeeld("evaluate", "-w", workspace.root, "--truth", truth, "--json")
    found = outcome.data["evaluation"]
    assert (outcome.code, found["records"], found["people"], found["pairwise_f1"]) == (0, 3, 2, 1.0)
    assert "truth.csv: 1 record ids are not in the workspace; left out." in outcome.err
    # What was resolved and not yet published is nobody's answer.
    with open_lake(workspace) as lake:
        lake.connection.execute(f"update {LAKE}.identity.record_profiles set profile_id = 'p11_regular'")
    assert klantbeeld("evaluate", "-w", workspace.root, "--truth", truth, "--json").data["evaluation"] == found
    publish_now(workspace)
    worse = klantbeeld("evaluate", "-w", workspace.root, "--truth", truth, "--json").data["evaluation"]
    assert worse["over_merge"] == 1.0


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("record_id,person\n1,a\n", "truth.csv has no column 'person_id'. Known: person, record_id."),
        ("record_id,person_id\n1,a\n1,b\n2,c\n2,c\n", "truth.csv: 2 rows repeat a record_id, 1 of them with another"),
        ("record_id,person_id\n", "truth.csv has a header and no rows."),
        ("record_id,person_id\n1,\n", "truth.csv: 1 cells are empty"),
        ("record_id,person_id\n77,a\n", "truth.csv and crosswalk.csv have no record_id in common."),
    ],
)
def test_a_truth_that_cannot_be_used_is_refused(
    klantbeeld: Klantbeeld, crosswalk: Path, tmp_path: Path, text: str, message: str
) -> None:
    outcome = klantbeeld("evaluate", crosswalk, "--truth", write_truth(tmp_path, text))
    assert outcome.code == 2
    assert message in outcome.refusal
