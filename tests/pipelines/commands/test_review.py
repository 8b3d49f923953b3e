"""``klantbeeld review``, called as a user calls it."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from models.workspaces import Workspace
from pipelines.judgements import read_judgements
from tests.pipelines.commands.conftest import Klantbeeld
from tests.pipelines.reviews.lakes import publish_people, record_id


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    """Three pairs of people that are nearly one."""
    edges = [
        ("a", "b", "probabilistic", 0.9),
        ("c", "d", "probabilistic", 0.5),
        ("e", "f", "probabilistic", 0.1),
    ]
    return publish_people(tmp_path / "ws", {letter: letter for letter in "abcdef"}, edges, settings="# ours\n")


def answer(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(text))


def judged(workspace: Workspace) -> list[tuple[str, str, str]]:
    return [(entry.record_id_a[-1], entry.judgement, entry.reason) for entry in read_judgements(workspace)]


def test_the_queue_is_listed_as_json_and_nobody_is_asked(klantbeeld: Klantbeeld, workspace: Workspace) -> None:
    listed = klantbeeld("review", "--json", "--limit", 2, "-w", workspace.root).data
    assert [(one["kind"], one["record_id_a"], one["moved"]) for one in listed] == [
        ("grey", record_id("a"), 1),
        ("grey", record_id("c"), 1),
    ]
    assert listed[0]["gain"] == pytest.approx(2**0.9 / (1 + 2**0.9))
    assert judged(workspace) == []


def test_answers_are_judgements_and_what_was_answered_is_not_asked_again(
    klantbeeld: Klantbeeld, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer(monkeypatch, "same\nk\nq\n")
    outcome = klantbeeld("review", "--by", "kim", "-w", workspace.root)
    assert outcome.code == 0
    assert "Question 1 of 3 · grey: a match weight near the threshold\n" in outcome.out
    assert "  given name      Namea                                 ≠ Nameb\n" in outcome.out
    assert "e-mail address the same: ***\n" in outcome.out
    assert outcome.out.endswith("judged the same   1\njudged different  0\nskipped           1\n")
    assert judged(workspace) == [("a", "same", "reviewed: grey")]
    # The skipped pair comes last.
    left = klantbeeld("review", "--json", "-w", workspace.root).data
    assert [one["record_id_a"] for one in left] == [record_id("e"), record_id("c")]
    answer(monkeypatch, "d\nD\n")
    klantbeeld("review", "-w", workspace.root)
    assert judged(workspace)[1:] == [("e", "different", "reviewed: grey"), ("c", "different", "reviewed: grey")]
    outcome = klantbeeld("review", "-w", workspace.root)
    assert (outcome.code, outcome.err) == (0, "Nothing to review: all that the evidence leaves open is judged.\n")


def test_answers_that_end_early_are_kept(
    klantbeeld: Klantbeeld, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer(monkeypatch, "same\n")
    assert klantbeeld("review", "-w", workspace.root).code == 0
    answer(monkeypatch, "different\nperhaps\n")
    outcome = klantbeeld("review", "-w", workspace.root)
    assert outcome.code == 2
    assert "Answer 2 on stdin is none. Write same, different, skip or quit, a line each." in outcome.err
    assert [entry[:2] for entry in judged(workspace)] == [("a", "same"), ("c", "different")]


def test_without_a_terminal_and_without_answers_it_says_what_to_do(
    klantbeeld: Klantbeeld, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer(monkeypatch, "")
    outcome = klantbeeld("review", "-w", workspace.root)
    assert outcome.code == 2
    assert "Nobody answers: stdin is no terminal and holds no answers." in outcome.err


class Terminal(io.StringIO):
    """A stdin at which somebody sits."""

    def isatty(self) -> bool:
        return True


def test_at_a_terminal_a_slip_is_asked_again(
    klantbeeld: Klantbeeld, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", Terminal("x\ns\n"))
    outcome = klantbeeld("review", "-w", workspace.root)
    assert (outcome.code, judged(workspace)) == (0, [("a", "same", "reviewed: grey")])


def test_a_sample_is_drawn_when_asked_for_and_calibrates(
    klantbeeld: Klantbeeld, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer(monkeypatch, "same\nsame\ndifferent\n")
    assert "of 3 · sample: drawn by chance" in klantbeeld("review", "--kind", "sample", "-w", workspace.root).out
    # The group may name the workspace as well as its subcommand.
    for arguments in (("calibrate", "-w", workspace.root), ("-w", workspace.root, "calibrate")):
        found = klantbeeld("review", *arguments, "--json").data
        assert (found["pairs"], found["labels"], found["same"], found["link_match_weight"]) == (3, 3, 2, 0.5)
    assert "of them the same person              2\n" in klantbeeld("review", "calibrate", "-w", workspace.root).out
    refused = klantbeeld("review", "calibrate", "--write", "-w", workspace.root)
    assert (refused.code, "3 labels are too few to write a threshold; 20 are needed." in refused.err) == (2, True)
    assert (workspace.root / "klantbeeld.toml").read_text(encoding="utf-8") == "# ours\n"


def test_a_threshold_is_written_only_when_asked_for(
    klantbeeld: Klantbeeld, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    letters = [chr(0x4E00 + at) for at in range(60)]
    edges = [(letters[at], letters[at + 1], "probabilistic", 4.0) for at in range(0, 60, 2)]
    workspace = publish_people(tmp_path / "ws", {letter: letter for letter in letters}, edges, settings="# ours\n")
    answer(monkeypatch, "different\n" * 30)
    klantbeeld("review", "--kind", "sample", "--limit", 30, "-w", workspace.root)
    found = klantbeeld("review", "calibrate", "--json", "-w", workspace.root).data
    assert found["proposed"]["value"] > 4
    assert (workspace.root / "klantbeeld.toml").read_text(encoding="utf-8") == "# ours\n"
    klantbeeld("review", "calibrate", "--write", "-w", workspace.root)
    written = f"# ours\n\n[identity]\nlink_match_weight = {found['proposed']['value']}\n"
    assert (workspace.root / "klantbeeld.toml").read_text(encoding="utf-8") == written


def test_a_limit_of_nothing_and_an_unknown_kind_are_refused(klantbeeld: Klantbeeld, workspace: Workspace) -> None:
    assert klantbeeld("review", "--limit", 0, "-w", workspace.root).code == 2
    assert klantbeeld("review", "--kind", "odd", "-w", workspace.root).code == 2
