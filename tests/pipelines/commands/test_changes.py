"""changes, history and profile --as-of, as a user calls them."""

from __future__ import annotations

from pathlib import Path

import pytest

from models.workspaces import Workspace
from tests.pipelines.changes.ledgers import ONE, TWO, published_ledger
from tests.pipelines.commands.conftest import Klantbeeld


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    workspace: Workspace = published_ledger(tmp_path_factory.mktemp("changes") / "ws")
    return workspace.root


def test_changes_gives_a_page_and_the_cursor_for_the_next(klantbeeld: Klantbeeld, root: Path) -> None:
    page = klantbeeld("changes", "--since", 4, "--limit", 2, "--json", "-w", root).data
    assert (page["cursor"], page["is_last"]) == (6, False)
    assert [
        (row["position"], row["kind"], row["old_profile_id"], row["new_profile_id"]) for row in page["changes"]
    ] == [
        (5, "move", "p2", "p1"),
        (6, "retire", "p2", "p1"),
    ]
    told = klantbeeld("changes", "--since", 8, "-w", root)
    assert told.err == "Cursor 10; that is all.\n"
    assert "retire" in told.out
    assert "klantbeeld changes --since 3" in klantbeeld("changes", "--limit", 3, "-w", root).err


def test_a_cursor_from_elsewhere_is_a_usage_error(klantbeeld: Klantbeeld, root: Path) -> None:
    refused = klantbeeld("changes", "--since", 99, "--json", "-w", root)
    assert refused.code == 2
    assert refused.refusal.startswith("klantbeeld: Cursor 99 lies after the newest published change (10)")


def test_history_tells_a_life_and_what_it_is_now(klantbeeld: Klantbeeld, root: Path) -> None:
    told = klantbeeld("history", "p2", "-w", root)
    assert told.out.splitlines()[0] == "Profile p2 is now p1."
    assert f"was merged into profile p1: {ONE} and {TWO} share the email, +9.5" in told.out
    data = klantbeeld("history", TWO, "--json", "-w", root).data
    assert (data["kind"], data["profile_id"], [row["run_id"] for row in data["changes"]]) == (
        "record",
        "p1",
        ["run1", "run2"],
    )
    assert klantbeeld("history", "p3", "-w", root).out.startswith("Profile p3 is no more.")
    assert klantbeeld("history", TWO, "-w", root).out.startswith(f"Record {TWO} is in profile p1.")


def test_profile_as_of_a_moment_shows_who_it_was(klantbeeld: Klantbeeld, root: Path) -> None:
    then = klantbeeld("profile", "p2", "--as-of", "2026-06-01", "--json", "-w", root).data
    assert (then["profile_id"], then["now"], then["records"]) == ("p2", "p1", [{"record_id": TWO, "now": "p1"}])
    told = klantbeeld("profile", "p1", "--as-of", "2026-06-09", "--valid-at", "2026-02-01", "-w", root).out
    assert ONE in told
    assert TWO not in told


def test_valid_at_needs_as_of(klantbeeld: Klantbeeld, root: Path) -> None:
    refused = klantbeeld("profile", "p1", "--valid-at", "2026-02-01", "-w", root)
    assert refused.code == 2
    assert refused.refusal.startswith("klantbeeld: --valid-at goes with --as-of")
