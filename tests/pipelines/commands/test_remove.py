"""Removals on the command line: what they say, what they refuse, and the files that they leave."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from models.errors import UsageError
from models.workspaces import Workspace
from pipelines.cli import main
from pipelines.removals import add_removal, read_removals, removals_key, undo_removal
from tests.pipelines.removals.removing import AT, removal, remove
from tests.pipelines.resolve.test_resolution import ANNA_MAIL, ANNA_SHOP, resolved
from tests.support.built_lakes import publish_now
from tests.support.copies import copy_workspace
from tests.support.ingests import resolve_all
from tests.support.kills import run_killed
from tests.support.workspaces import make_workspace

HEADER = "number,kind,what,record_id,removed_by,removed_at,reason\n"


def written(workspace: Workspace) -> str:
    return (workspace.root / "removals" / "removals.csv").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    return resolved(tmp_path_factory.mktemp("remove") / "ws")


@pytest.fixture
def workspace(made: Workspace, tmp_path: Path) -> Workspace:
    return copy_workspace(made, tmp_path / "ws")


def test_a_removal_is_a_line_and_undone_leaves_the_file_as_it_was(tmp_path: Path) -> None:
    workspace = make_workspace(tmp_path)
    assert remove(workspace, "record", "crm:crm_id:K1") == 1
    before, key = written(workspace), removals_key(workspace)
    assert before == HEADER + f"1,record,crm:crm_id:K1,,kim,{AT},sent by mistake\n"
    assert remove(workspace, "batch", "t/0/1-4", "t/1/7-7") == 2
    assert removals_key(workspace) != key
    assert len(undo_removal(workspace, 2)) == 2
    assert (written(workspace), removals_key(workspace)) == (before, key)
    assert remove(workspace, "record", "crm:crm_id:K1") == 1
    with pytest.raises(UsageError, match="No removal has the number 4"):
        undo_removal(workspace, 4)


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ("1,record,a", "3 values where 7 belong"),
        (f"1,people,a:b:c,,kim,{AT},x", "kind is none of 'record', 'identifier' and 'batch'"),
        (f"1,record,K1,,kim,{AT},x", "what is no record id (source:type:value)"),
        (f"1,identifier,email:,,kim,{AT},x", "what is no identifier (type:value)"),
        (f"1,batch,t/0/9-2,,kim,{AT},x", "what is no stretch of the log (topic/partition/first-last)"),
        (f"1,record,a:b:c,a:b:c,kim,{AT},x", "record_id belongs to an identifier alone"),
        (f"1,record,a:b:c,,kim,{AT},", "reason is empty"),
        ("1,record,a:b:c,,kim,yesterday,x", "removed_at is no ISO 8601 time"),
    ],
)
def test_a_wrong_line_is_named(tmp_path: Path, line: str, complaint: str) -> None:
    workspace = make_workspace(tmp_path)
    workspace.removals.mkdir()
    (workspace.removals / "ours.csv").write_text(HEADER + line + "\n", encoding="utf-8")
    with pytest.raises(UsageError) as refused:
        read_removals(workspace)
    assert str(refused.value) == f"removals/ours.csv line 2: {complaint}. Correct the line, or take it out."


def test_what_would_be_refused_when_read_is_not_written(tmp_path: Path) -> None:
    workspace = make_workspace(tmp_path)
    with pytest.raises(UsageError, match="what is no record id"):
        add_removal(workspace, [removal("record", "K1")])
    assert not workspace.removals.exists()


@pytest.mark.parametrize("moment", ["before", "after"])
def test_killed_while_it_writes_leaves_the_old_file_or_the_new(tmp_path: Path, moment: str) -> None:
    workspace = make_workspace(tmp_path)
    remove(workspace, "record", "crm:crm_id:K1")
    before = written(workspace)
    assert run_killed("os.fsync", moment, tmp_path, "remove", "undo", "1") == -9
    assert written(workspace) == before
    assert len(undo_removal(workspace, 1)) == 1


def test_the_commands_say_what_a_removal_does_and_readers_who_removed_it_and_why(
    workspace: Workspace, capsys: pytest.CaptureFixture[str]
) -> None:
    where = ["-w", str(workspace.root)]
    because = ["--why", "father's phone", "--by", "kim", *where]
    assert main(["remove", "identifier", "email", " Anna@people.TEST", *because]) == 0
    assert main(["remove", "record", "webshop:user_id:u2", *because]) == 0
    said = capsys.readouterr().err
    assert "Removal 1: 1 events are left out" not in said
    assert "Removal 1: 0 events are left out, 2 lose an identifier." in said
    assert "Removal 2: 1 events are left out, 0 lose an identifier." in said
    assert main(["remove", "list", "--json", *where]) == 0
    assert [(row["number"], row["kind"], row["what"]) for row in json.loads(capsys.readouterr().out)] == [
        (1, "identifier", "email:anna@people.test"),
        (2, "record", "webshop:user_id:u2"),
    ]
    resolve_all(workspace, "r2")
    publish_now(workspace)
    assert main(["explain", ANNA_MAIL, ANNA_SHOP, *where]) == 2
    assert f"Record {ANNA_MAIL} is removed with an identifier of its by kim" in capsys.readouterr().err
    assert main(["profile", "webshop:user_id:u2", *where]) == 2
    assert "father's phone (removal 2). See: klantbeeld remove list" in capsys.readouterr().err
    assert main(["explain", ANNA_SHOP, "anna@people.test", *where]) == 2


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["record", "webshop:user_id:u9"], "No event of a record of that id was ingested."),
        (["identifier", "email", "nobody@people.test"], "No record carries that email."),
        (["identifier", "shoe_size", "44"], "'shoe_size' is no identifier type. Known: crm_id"),
        (["identifier", "email", "anna@people.test", "--record", "webshop:user_id:u2"], "does not carry that email."),
        (["batch", "r9"], "No event came by a run 'r9'. The newest runs that brought some: r1."),
        (["batch"], "Name one batch: RUN_ID, or --source and --file, or --from and --to."),
        (["batch", "--from", "t/0/4", "--to", "t/1/9"], "--from and --to are places in one partition of the log"),
        (["batch", "--from", "t/0/4", "--to", "t/0/3"], "--from t/0/4 lies behind --to t/0/3."),
    ],
)
def test_what_cannot_be_removed_is_refused_and_nothing_is_written(
    workspace: Workspace, capsys: pytest.CaptureFixture[str], arguments: list[str], complaint: str
) -> None:
    assert main(["remove", *arguments, "--why", "x", "-w", str(workspace.root)]) == 2
    assert complaint in capsys.readouterr().err
    assert not workspace.removals.exists()


def test_a_run_is_removed_as_places_in_the_log(workspace: Workspace) -> None:
    assert main(["remove", "batch", "r1", "--why", "a test", "--by", "kim", "-w", str(workspace.root)]) == 0
    assert [entry.what for entry in read_removals(workspace)] == [
        "klantbeeld.email/0/0-0",
        "klantbeeld.web/0/0-0",
        "klantbeeld.web/2/0-0",
        "klantbeeld.web/3/0-0",
    ]
    assert resolve_all(workspace, "r2").records == 0
