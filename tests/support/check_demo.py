"""Check what ``make demo`` left behind: counts against the truth, people, audiences; a second run must do nothing.

    python -m tests.support.check_demo demo

Prints what it compared; exit code 1 when something is wrong.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pipelines.cli import main

PRECISION_FLOOR = 0.90
RECALL_FLOOR = 0.76
"""Pairwise; today's code reaches 0.95 and 0.81 on the 5,000 people of ``make demo``. About 18 % of the true pairs
cannot be found by anybody: a browser on which its owner never said who they were shares nothing with their records."""


def run_json(*arguments: str) -> Any:
    """The JSON that a command prints."""
    output = io.StringIO()
    with contextlib.redirect_stdout(output):
        code = main([*arguments, "--json"])
    if code:
        msg = f"klantbeeld {arguments[0]} ended with {code}"
        raise AssertionError(msg)
    return json.loads(output.getvalue())


def findings(workspace: Path) -> Iterator[tuple[str, bool, object]]:
    """What was checked, whether it is right, and what was found."""
    report = json.loads((workspace / "data" / "demo" / "report.json").read_text(encoding="utf-8"))
    status = run_json("status", "--workspace", str(workspace))
    ingested, expected = report["stages"]["ingest"], report["expected"]
    for name in ("events", "duplicates", "quarantined"):
        yield f"{name} as written", ingested[name] == expected[name], ingested[name]
    yield "events in the lake", status["lake"]["events"] == expected["events"], status["lake"]["events"]
    yield (
        "refused by the collector",
        sum(report["posted"]["refused"].values()) == expected["refused"],
        expected["refused"],
    )
    found = report["evaluation"]
    yield "pairwise precision", found["pairwise_precision"] >= PRECISION_FLOOR, found["pairwise_precision"]
    yield "pairwise recall", found["pairwise_recall"] >= RECALL_FLOOR, found["pairwise_recall"]
    yield "every gate passed", all(gate["passed"] for gate in status["gates"]), len(status["gates"])
    for name, members in report["segments"].items():
        yield f"segment {name} has members", members > 0, members
    for export in report["exports"]:
        for file in export["files"]:
            data = (Path(export["folder"]) / file["name"]).read_bytes()
            right = hashlib.sha256(data).hexdigest() == file["sha256"] and data.count(b"\n") == file["rows"] + 1
            yield f"{export['audience']}/{file['name']} is as its manifest says", right, file["rows"]
    person = run_json("profile", report["showcase"], "--workspace", str(workspace))
    yield "the person shown is known to many sources", len(person["profile"]["sources"]) >= 5, len(person["records"])
    why = run_json("explain", report["showcase"], "--workspace", str(workspace))
    yield "each of their records hangs on evidence", len(why["edges"]) == len(why["records"]) - 1, len(why["edges"])
    yield from second_run(workspace, report["as_of"])


def second_run(workspace: Path, as_of: str) -> Iterator[tuple[str, bool, object]]:
    """A second run with nothing new leaves its manifest and nothing else."""
    before = lasting_files(workspace)
    run = run_json("run", "--as-of", as_of, "--workspace", str(workspace))
    new = lasting_files(workspace) - before
    stages = {stage["stage"]: stage["status"] for stage in run["stages"]}
    yield "a second run skips every stage", set(stages.values()) == {"skipped"}, stages
    yield "a second run writes its manifest alone", new == {Path("data/runs") / f"{run['run_id']}.json"}, len(new)


def lasting_files(workspace: Path) -> set[Path]:
    """Files of a workspace, without SQLite's own beside a database that is open."""
    files = (path.relative_to(workspace) for path in workspace.rglob("*") if path.is_file())
    return {path for path in files if not path.name.endswith(("-wal", "-shm"))}


def check(workspace: Path) -> int:
    """Print every finding; the number of wrong ones."""
    wrong = 0
    for what, right, found in findings(workspace):
        wrong += not right
        sys.stdout.write(f"{'ok   ' if right else 'WRONG'} {what}: {found}\n")
    return wrong


if __name__ == "__main__":
    sys.exit(1 if check(Path(sys.argv[1])) else 0)
