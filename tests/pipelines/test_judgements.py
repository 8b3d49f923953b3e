"""The files of judgements, and what a resolve makes of them."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from identity.judgements import Judgement
from models.errors import UsageError
from models.lakes import open_lake
from models.workspaces import Workspace
from pipelines.cli import main
from pipelines.explanations import explain_two
from pipelines.judgements import add_decision, judgements_key, read_judgements, undo_decision
from tests.pipelines.resolve.test_resolution import (
    ANNA_BROWSER,
    ANNA_MAIL,
    ANNA_SHOP,
    BERT,
    profiles_by_record,
    resolve_two_people,
    resolved,
)
from tests.support.built_lakes import publish_now
from tests.support.ingests import RESOLVED_AT, people_of, resolve_all
from tests.support.kills import run_killed
from tests.support.workspaces import make_workspace

HEADER = "number,record_id_a,record_id_b,judgement,judged_by,judged_at,reason\n"
AT = "2026-05-01T10:00:00Z"


def judged(a: str, b: str, judgement: str = "same") -> Judgement:
    return Judgement(a, b, judgement, "kim", AT, "seen, twice")  # type: ignore[arg-type]


def written(workspace: Workspace) -> str:
    return (workspace.root / "judgements" / "judgements.csv").read_text(encoding="utf-8")


def test_a_decision_is_a_line_and_undone_leaves_the_file_as_it_was(tmp_path: Path) -> None:
    workspace = make_workspace(tmp_path)
    assert add_decision(workspace, [judged("a", "b")]) == 1
    before, key = written(workspace), judgements_key(workspace)
    assert before == HEADER + f'1,a,b,same,kim,{AT},"seen, twice"\n'
    assert add_decision(workspace, [judged("a", "c", "different"), judged("b", "d", "different")]) == 2
    assert judgements_key(workspace) != key
    assert undo_decision(workspace, 2) == 2
    assert (written(workspace), judgements_key(workspace)) == (before, key)


def test_judging_the_same_again_writes_nothing(tmp_path: Path) -> None:
    workspace = make_workspace(tmp_path)
    assert [add_decision(workspace, [judged("a", "b")]), add_decision(workspace, [judged("b", "a")])] == [1, 1]
    assert len(read_judgements(workspace)) == 1


def test_a_contradiction_is_refused_with_files_and_lines_and_nothing_is_written(tmp_path: Path) -> None:
    workspace = make_workspace(tmp_path)
    add_decision(workspace, [judged("a", "b")])
    add_decision(workspace, [judged("b", "c")])
    before = written(workspace)
    with pytest.raises(UsageError) as refused:
        add_decision(workspace, [judged("a", "c", "different")])
    assert str(refused.value) == (
        "Contradictory judgements: judgements/judgements.csv line 4 (number 3) keeps apart what "
        "judgements/judgements.csv line 2 (number 1), judgements/judgements.csv line 3 (number 2) makes one person. "
        "Take one of them back, for example with: klantbeeld judge undo NUMBER"
    )
    assert written(workspace) == before


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ("1,a,b", "3 values where 7 belong"),
        (f"1,a,b,maybe,kim,{AT},x", "judgement is neither 'same' nor 'different'"),
        (f"1,a,b,same,kim,{AT},", "reason is empty"),
        ("1,a,b,same,kim,yesterday,x", "judged_at is no ISO 8601 time"),
        (f"one,a,b,same,kim,{AT},x", "number is no whole number"),
    ],
)
def test_a_wrong_line_is_named(tmp_path: Path, line: str, complaint: str) -> None:
    workspace = make_workspace(tmp_path)
    (tmp_path / "judgements").mkdir()
    (tmp_path / "judgements" / "ours.csv").write_text(HEADER + line + "\n", encoding="utf-8")
    with pytest.raises(UsageError) as refused:
        read_judgements(workspace)
    assert str(refused.value) == f"judgements/ours.csv line 2: {complaint}. Correct the line, or take it out."


def test_a_number_that_nobody_gave_cannot_be_undone(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="No decision has the number 4"):
        undo_decision(make_workspace(tmp_path), 4)


def test_a_number_that_two_branches_gave_takes_back_neither_until_it_is_clear_which(tmp_path: Path) -> None:
    workspace = make_workspace(tmp_path)
    (tmp_path / "judgements").mkdir()
    lines = (
        "1,a,b,same,kim,2026-05-01T10:00:00Z,x\n"
        "1,c,d,same,lou,2026-05-02T10:00:00Z,y\n"
        "1,c,e,same,lou,2026-05-02T10:00:00Z,y\n"
    )
    (tmp_path / "judgements" / "judgements.csv").write_text(HEADER + lines, encoding="utf-8")
    with pytest.raises(UsageError) as refused:
        undo_decision(workspace, 1)
    assert str(refused.value) == (
        "Number 1 was given to 2 decisions: judgements/judgements.csv line 2 (2026-05-01T10:00:00Z); "
        "judgements/judgements.csv line 3, judgements/judgements.csv line 4 (2026-05-02T10:00:00Z). Nothing was taken "
        "back. Give the lines of one of them another number, for example 2, then undo the one that you mean."
    )
    assert written(workspace) == HEADER + lines
    (tmp_path / "judgements" / "judgements.csv").write_text(HEADER + lines.replace("1,c", "2,c"), encoding="utf-8")
    assert undo_decision(workspace, 2) == 2
    assert [(entry.record_id_a, entry.record_id_b) for entry in read_judgements(workspace)] == [("a", "b")]


def test_split_holds_through_a_rebuild_and_undone_brings_them_back(tmp_path: Path) -> None:
    workspace = resolved(tmp_path)
    publish_now(workspace)
    before = profiles_by_record(workspace)
    where = ["-w", str(tmp_path)]
    split = ["judge", "split", ANNA_SHOP, ANNA_MAIL, "--why", "another Anna", "--by", "kim", *where]
    assert main(split) == 0
    summary = resolve_all(workspace, "r2", RESOLVED_AT + timedelta(days=1))
    assert (summary.judged_pairs, summary.waiting_judgements, summary.refused_unions) == (1, 0, 1)
    apart = {frozenset({ANNA_SHOP, ANNA_BROWSER}), frozenset({ANNA_MAIL}), frozenset({BERT})}
    assert people_of(workspace) == apart
    assert profiles_by_record(workspace)[ANNA_SHOP] == before[ANNA_SHOP]
    with open_lake(workspace, read_only=True) as lake:
        why = explain_two(lake, ANNA_SHOP, ANNA_MAIL)
    assert (why.verdict, why.reason) == ("two people", "a judgement keeps them apart")
    assert [(part.level, part.value_l) for part in why.judgements[0].evidence] == [("another Anna", "kim")]
    rebuilt = tmp_path / "rebuilt"
    (rebuilt / "judgements").mkdir(parents=True)
    (rebuilt / "judgements" / "judgements.csv").write_text(written(workspace), encoding="utf-8")
    assert people_of(resolve_two_people(rebuilt)) == apart
    assert main(["judge", "undo", "1", *where]) == 0
    resolve_all(workspace, "r3", RESOLVED_AT + timedelta(days=2))
    assert profiles_by_record(workspace) == before


def test_detach_keeps_a_record_apart_from_all_others_of_its_person(tmp_path: Path) -> None:
    workspace = resolved(tmp_path)
    publish_now(workspace)
    assert main(["judge", "detach", ANNA_SHOP, "--why", "a shared login", "-w", str(tmp_path)]) == 0
    resolve_all(workspace, "r2")
    assert {ANNA_SHOP} in people_of(workspace)


def test_a_text_of_several_records_is_refused_with_their_ids(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    publish_now(resolved(tmp_path))
    assert main(["judge", "split", "anna@people.test", BERT, "--why", "x", "-w", str(tmp_path)]) == 2
    assert "That stands for 2 records: mailer:email:anna@people.test, webshop:user_id:u1." in capsys.readouterr().err


@pytest.mark.parametrize(("target", "moment"), [("os.fsync", "before"), ("os.fsync", "after")])
def test_killed_while_it_writes_leaves_the_old_file_or_the_new(tmp_path: Path, target: str, moment: str) -> None:
    workspace = make_workspace(tmp_path)
    add_decision(workspace, [judged("a", "b")])
    add_decision(workspace, [judged("c", "d")])
    before = written(workspace)
    assert run_killed(target, moment, tmp_path, "judge", "undo", "2") == -9
    assert written(workspace) == before
    assert undo_decision(workspace, 2) == 1


def test_a_judgement_makes_resolve_due_and_the_command_heeds_it(tmp_path: Path) -> None:
    workspace = resolved(tmp_path)
    publish_now(workspace)
    where = ["-w", str(tmp_path)]
    assert main(["resolve", *where]) == 0
    assert main(["judge", "join", ANNA_SHOP, BERT, "--why", "married name", *where]) == 0
    assert main(["resolve", *where]) == 0
    assert people_of(workspace) == {frozenset({ANNA_SHOP, ANNA_BROWSER, ANNA_MAIL, BERT})}
