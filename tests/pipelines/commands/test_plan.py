"""``klantbeeld plan`` as a person and as a machine read it."""

from __future__ import annotations

from pathlib import Path

from tests.pipelines.commands.conftest import Klantbeeld
from tests.pipelines.resolve.test_resolution import ANNA_BROWSER, ANNA_SHOP, resolved

BLOCKED = '[identity.identifiers.email]\nblocked_values = ["anna@people.test"]\n'


def test_counts_come_first_and_then_examples_with_the_records_side_by_side(
    klantbeeld: Klantbeeld, tmp_path: Path
) -> None:
    workspace = resolved(tmp_path / "ws")
    (tmp_path / "proposed.toml").write_text(BLOCKED, encoding="utf-8")
    told = klantbeeld("plan", "-w", workspace.root, "--settings", tmp_path / "proposed.toml", "--no-audiences")
    assert told.code == 0
    lines = told.out.splitlines()
    assert "settings of identity  other than at the last resolution" in lines
    facts = [" ".join(line.split()) for line in lines[: lines.index("Example 1 of 1: one person would be 2")]]
    for fact in ("before 2", "after 3", "unchanged 1", "merged 0", "split 1", "split into 2", "minted 1", "moved 1"):
        assert fact in facts
    assert "email ok junk 1" in facts
    example = told.out[told.out.index("Example 1 of 1") :]
    assert f"{ANNA_BROWSER}, {ANNA_SHOP}\n" in example
    assert "given name" in example
    assert "What would hold them together no more (the e-mail address they share is junk (" in example
    assert f"mailer:email:a***@people.test  =  {ANNA_SHOP}" in example
    assert "anna@people.test" not in told.out
    assert "Segments and audiences" not in told.out


def test_json_holds_the_same_and_no_examples_when_none_are_asked_for(klantbeeld: Klantbeeld, tmp_path: Path) -> None:
    workspace = resolved(tmp_path / "ws")
    (workspace.root / "klantbeeld.toml").write_text(BLOCKED, encoding="utf-8")
    found = klantbeeld("plan", "-w", workspace.root, "--no-audiences", "--json", "--examples", 0).data
    assert found["people"] == {
        "before": 2, "after": 3, "unchanged": 1, "merged": 0, "merged_into": 0, "split": 1, "split_into": 2,
        "rearranged": 0, "rearranged_into": 0, "new": 0, "gone": 0,
    }  # fmt: skip
    assert found["ids"] == {"minted": 1, "retired": 0, "ended": 0, "moved": 1}
    assert (found["examples"], found["audiences"], found["stability"]["limits"]) == ([], None, {})


def test_nothing_to_compare_with_is_a_usage_error_that_says_what_to_do(klantbeeld: Klantbeeld, tmp_path: Path) -> None:
    (tmp_path / "klantbeeld.toml").touch()
    refused = klantbeeld("plan", "-w", tmp_path)
    assert refused.code == 2
    assert "holds no lake yet. Fill it with: klantbeeld ingest" in refused.err
