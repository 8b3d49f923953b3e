from __future__ import annotations

import csv
import hashlib
import json
import subprocess
import sys
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from models.errors import UsageError
from models.lakes import LAKE, open_lake
from models.workspaces import Workspace
from pipelines.audiences.syncs import sync
from tests.support.built_lakes import built_copy, publish_now
from tests.support.kills import killed_at
from tests.support.lakes import AS_OF

pytestmark = pytest.mark.xdist_group("built_lake")

WINBACK = """
[audiences.winback]
segment = "lapsed_high_value_buyers"
columns = ["email", "given_name", "monetary_amount"]
"""
CARE = """
[audiences.care]
segment = "open_complaints"
channel = "any"
columns = ["given_name", "sources"]
"""
REASON = "bought for 812.40 EUR in 10 purchases, last 2025-10-01 (more than 180 days ago)"
LATER = AS_OF + timedelta(days=1)


def read_csv(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as handle:
        return list(csv.DictReader(handle))


def history(workspace: Workspace) -> list[tuple[object, ...]]:
    with open_lake(workspace, read_only=True) as lake:
        return lake.rows(
            "select audience, profile_id, entered_at, entered_reason, exited_at, exited_reason"
            f" from {LAKE}.audiences.memberships order by all"
        )


def folders(workspace: Workspace) -> list[str]:
    return sorted(str(path.relative_to(workspace.exports)) for path in workspace.exports.glob("*/*"))


def test_the_first_sync_exports_every_reachable_member_with_a_manifest_that_adds_up(tmp_path: Path) -> None:
    workspace = built_copy(tmp_path / "ws", WINBACK + CARE)
    snapshot_id = publish_now(workspace)
    care, winback = sync(workspace, "run1", AS_OF)
    assert (care.audience, care.members, care.added) == ("care", 1, 1)
    assert (winback.members, winback.added, winback.updated, winback.removed) == (1, 1, 0, 0)
    folder = workspace.exports / "winback" / "run1"
    assert winback.folder == folder
    assert read_csv(folder / "members.csv") == [
        {
            "profile_id": "p01_lapsed",
            "email": "anneke@people.test",
            "given_name": "Anneke",
            "monetary_amount": "812.4000",
            "entered_at": "2026-07-01T00:00:00Z",
            "reason": REASON,
        }
    ]
    assert read_csv(folder / "changes.csv") == [
        {
            "change": "added",
            "profile_id": "p01_lapsed",
            "email": "anneke@people.test",
            "given_name": "Anneke",
            "monetary_amount": "812.4000",
            "reason": REASON,
        }
    ]
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["counts"] == {
        "segment": 5,
        "members": 1,
        "added": 1,
        "updated": 0,
        "removed": 0,
        "left_out": {
            "no e-mail address": 1,
            "suppressed: complained": 1,
            "suppressed: hard bounced": 1,
            "suppressed: unsubscribed": 1,
        },
    }
    assert (manifest["snapshot_id"], manifest["run_id"]) == (snapshot_id, "run1")
    assert manifest["created_at"] == "2026-07-01T00:00:00+00:00"
    for entry in manifest["files"]:
        content = (folder / entry["name"]).read_bytes()
        assert (entry["bytes"], entry["sha256"]) == (len(content), hashlib.sha256(content).hexdigest())
    assert history(workspace) == [
        ("care", "p08_complaint", AS_OF, care_reason(), None, None),
        ("winback", "p01_lapsed", AS_OF, REASON, None, None),
    ]


def care_reason() -> str:
    return "1 open complaint, newest opened 2026-06-25 (ticket T-p08), in the last 14 days"


def test_a_sync_with_nothing_new_writes_nothing(tmp_path: Path) -> None:
    workspace = built_copy(tmp_path / "ws", WINBACK)
    publish_now(workspace)
    sync(workspace, "run1", AS_OF)
    publish_now(workspace)
    with open_lake(workspace, read_only=True) as lake:
        before = lake.snapshot_id()
    (again,) = sync(workspace, "run2", LATER)
    assert (again.members, again.added, again.updated, again.removed, again.folder) == (1, 0, 0, 0, None)
    assert folders(workspace) == ["winback/run1"]
    with open_lake(workspace, read_only=True) as lake:
        assert lake.snapshot_id() == before


def test_the_first_sync_of_an_empty_audience_tells_the_channel_that_it_is_empty(tmp_path: Path) -> None:
    workspace = built_copy(tmp_path / "ws", WINBACK)
    publish_now(workspace, [f"delete from {LAKE}.segments.lapsed_high_value_buyers"])
    (summary,) = sync(workspace, "run1", AS_OF)
    assert summary.members == 0
    assert read_csv(workspace.exports / "winback" / "run1" / "members.csv") == []
    assert sync(workspace, "run2", LATER)[0].folder is None


def test_changes_are_exported_as_added_updated_and_removed_each_with_its_reason(tmp_path: Path) -> None:
    workspace = built_copy(tmp_path / "ws", WINBACK)
    profiles = f"{LAKE}.marts.dim_profiles"
    publish_now(
        workspace,
        [f"update {profiles} set email = 'dirk@people.test' where profile_id = 'p04_lapsed_no_mail'"],
    )
    sync(workspace, "run1", AS_OF)
    publish_now(
        workspace,
        [
            f"update {profiles} set is_email_suppressed = true, email_suppression = 'unsubscribed',"
            " email = 'other@people.test' where profile_id = 'p01_lapsed'",
            f"update {profiles} set given_name = '=Dirk' where profile_id = 'p04_lapsed_no_mail'",
            f"update {profiles} set is_email_suppressed = false, email_suppression = null"
            " where profile_id = 'p03_lapsed_bounced'",
        ],
    )
    (summary,) = sync(workspace, "run2", LATER)
    assert (summary.added, summary.updated, summary.removed, summary.members) == (1, 1, 1, 2)
    rows = read_csv(workspace.exports / "winback" / "run2" / "changes.csv")
    assert [(row["change"], row["profile_id"], row["email"], row["given_name"], row["reason"]) for row in rows] == [
        # Who leaves is named by the address that the channel was given, not by the newest one.
        ("removed", "p01_lapsed", "anneke@people.test", "Anneke", "suppressed: unsubscribed"),
        ("added", "p03_lapsed_bounced", "chaima@people.test", "Chaima", REASON),
        ("updated", "p04_lapsed_no_mail", "dirk@people.test", "'=Dirk", "values changed"),
    ]
    members = read_csv(workspace.exports / "winback" / "run2" / "members.csv")
    assert [(row["profile_id"], row["entered_at"]) for row in members] == [
        ("p03_lapsed_bounced", "2026-07-02T00:00:00Z"),
        ("p04_lapsed_no_mail", "2026-07-01T00:00:00Z"),
    ]
    assert history(workspace) == [
        ("winback", "p01_lapsed", AS_OF, REASON, LATER, "suppressed: unsubscribed"),
        ("winback", "p03_lapsed_bounced", LATER, REASON, None, None),
        ("winback", "p04_lapsed_no_mail", AS_OF, REASON, None, None),
    ]


def test_a_merge_carries_the_stay_over_to_the_profile_that_remains(tmp_path: Path) -> None:
    workspace = built_copy(tmp_path / "ws", WINBACK)
    publish_now(workspace)
    sync(workspace, "run1", AS_OF)
    publish_now(
        workspace,
        [
            f"update {LAKE}.marts.dim_profiles set profile_id = 'p11_merged' where profile_id = 'p01_lapsed'",
            f"update {LAKE}.segments.lapsed_high_value_buyers set profile_id = 'p11_merged'"
            " where profile_id = 'p01_lapsed'",
            f"update {LAKE}.identity.profile_ids set retired_at = '2026-07-02', successor = 'p11_merged'"
            " where profile_id = 'p01_lapsed'",
        ],
    )
    sync(workspace, "run2", LATER)
    assert history(workspace) == [
        ("winback", "p01_lapsed", AS_OF, REASON, LATER, "merged into p11_merged"),
        ("winback", "p11_merged", AS_OF, f"was in as p01_lapsed, now merged: {REASON}", None, None),
    ]


def test_other_columns_in_the_settings_send_every_member_again(tmp_path: Path) -> None:
    workspace = built_copy(tmp_path / "ws", WINBACK)
    publish_now(workspace)
    sync(workspace, "run1", AS_OF)
    settings = WINBACK.replace('"given_name", ', "")
    (workspace.root / "klantbeeld.toml").write_text(settings)
    (summary,) = sync(type(workspace)(workspace.root, reload(workspace)), "run2", LATER)
    assert (summary.added, summary.updated, summary.removed) == (0, 1, 0)


def reload(workspace: Workspace) -> object:
    from models.settings import read_settings

    return read_settings(workspace.root / "klantbeeld.toml")


KILL = """
import importlib, os, signal, sys
from datetime import datetime
from pathlib import Path
from models.workspaces import open_workspace
from pipelines.audiences import syncs

module, _, name = sys.argv[2].rpartition(".")
owner = importlib.import_module(module)
real = getattr(owner, name)

def deadly(*args, **kwargs):
    if sys.argv[3] == "after":
        real(*args, **kwargs)
    os.kill(os.getpid(), signal.SIGKILL)

setattr(owner, name, deadly)
syncs.sync(open_workspace(Path(sys.argv[1])), "run1", datetime.fromisoformat(sys.argv[4]))
"""


@killed_at(
    ("pipelines.audiences.syncs._commit", "after"),
    ("pipelines.audiences.syncs._commit", "before"),
    ("connectors.destinations.csv_files._sync_folder", "before"),
    ("pipelines.audiences.syncs.reveal_export", "after"),
    quickly=2,
)
def test_a_sync_killed_anywhere_ends_as_if_it_had_not_been(tmp_path: Path, target: str, moment: str) -> None:
    workspace = built_copy(tmp_path / "ws", WINBACK + CARE)
    publish_now(workspace)
    command = [sys.executable, "-c", KILL, str(workspace.root), target, moment, AS_OF.isoformat()]
    assert subprocess.run(command, check=False, capture_output=True).returncode == -9

    sync(workspace, "run2", AS_OF)
    runs = {folder.split("/")[1] for folder in folders(workspace)}
    assert len(runs) == 1
    (run_id,) = runs
    assert folders(workspace) == [f"care/{run_id}", f"winback/{run_id}"]
    exported = [read_csv(workspace.exports / name / run_id / "changes.csv") for name in ("care", "winback")]
    assert [[(row["change"], row["profile_id"]) for row in rows] for rows in exported] == [
        [("added", "p08_complaint")],
        [("added", "p01_lapsed")],
    ]
    assert [row[:3] for row in history(workspace)] == [
        ("care", "p08_complaint", AS_OF),
        ("winback", "p01_lapsed", AS_OF),
    ]
    assert all((workspace.exports / folder / "manifest.json").exists() for folder in folders(workspace))


def test_an_audience_of_an_unknown_segment_or_column_is_refused_with_a_suggestion(tmp_path: Path) -> None:
    wrong_segment = built_copy(tmp_path / "a", WINBACK.replace("lapsed_high_value_buyers", "lapsed_high_value"))
    publish_now(wrong_segment)
    with pytest.raises(UsageError, match=r"audiences\.winback\.segment.*Did you mean 'lapsed_high_value_buyers'"):
        sync(wrong_segment, "run1", AS_OF)
    wrong_column = built_copy(tmp_path / "b", WINBACK.replace('"given_name"', '"given_nam"'))
    publish_now(wrong_column)
    with pytest.raises(UsageError, match=r"audiences\.winback\.columns.*Did you mean 'given_name'"):
        sync(wrong_column, "run1", AS_OF)


def test_nothing_is_exported_before_something_is_published(tmp_path: Path) -> None:
    workspace = built_copy(tmp_path / "ws", WINBACK)
    with pytest.raises(UsageError, match="published nothing yet"):
        sync(workspace, "run1", AS_OF)
    assert not workspace.exports.exists()
    assert isinstance(AS_OF, datetime)
