"""init, doctor and status, and what every command says of a workspace that is not as it should be."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.pipelines.commands.conftest import Klantbeeld
from tests.support.brokers import free_port
from tests.support.workspaces import make_workspace

READING = (
    ("status",),
    ("profile", "x"),
    ("audience", "list"),
    ("audience", "preview", "x"),
    ("audience", "why", "x", "y"),
)
STAGES = ("run", "ingest", "resolve", "build", "check", "sync")


def test_init_lists_the_files_on_stdout_and_says_what_is_next_on_stderr(klantbeeld: Klantbeeld, tmp_path: Path) -> None:
    done = klantbeeld("init", tmp_path / "shop", "--name", "De Winkel")
    assert done.code == 0
    assert done.out.splitlines() == [
        "klantbeeld.toml",
        "README.md",
        "segments/README.md",
        "tracking_plans/.gitkeep",
        "judgements/.gitkeep",
        ".gitignore",
    ]
    assert done.err.startswith("Workspace made. Next: look at ")
    assert klantbeeld("status", "-w", tmp_path / "shop", "--json").data["workspace"] == "De Winkel"
    again = klantbeeld("init", tmp_path / "shop")
    assert again.code == 2
    assert again.refusal.endswith("Edit that, or name another folder.")


def test_doctor_is_content_only_when_every_check_is(
    klantbeeld: Klantbeeld, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    klantbeeld("init", tmp_path / "shop")
    monkeypatch.delenv("KLANTBEELD_WEBSHOP_WRITE_KEY", raising=False)
    found = klantbeeld("doctor", "-w", tmp_path / "shop", "--json")
    assert found.code == 1
    assert [checkup["name"] for checkup in found.data if not checkup["ok"]] == ["secrets"]
    monkeypatch.setenv("KLANTBEELD_WEBSHOP_WRITE_KEY", "k")
    well = klantbeeld("doctor", "-w", tmp_path / "shop")
    assert (well.code, well.err) == (0, "")
    assert "WRONG" not in well.out


def test_doctor_without_a_workspace_checks_the_rest_and_says_how_to_make_one(
    klantbeeld: Klantbeeld, tmp_path: Path
) -> None:
    found = klantbeeld("doctor", "-w", tmp_path)
    assert found.code == 1
    assert f"Make a workspace with: klantbeeld init {tmp_path}" in found.out


def test_status_of_a_new_workspace_says_how_to_fill_it(klantbeeld: Klantbeeld, tmp_path: Path) -> None:
    make_workspace(tmp_path, "[log]\npartitions = 2\n")
    report = klantbeeld("status", "-w", tmp_path, "--json")
    assert (report.code, report.err) == (0, "")
    assert (report.data["lake"], report.data["runs"]) == (None, [])
    assert [row["topic"] for row in report.data["log"]] == [
        "klantbeeld.web",
        "klantbeeld.email",
        "klantbeeld.pos",
        "klantbeeld.service",
        "klantbeeld.crm",
    ]
    told = klantbeeld("status", "-w", tmp_path)
    assert told.out.endswith(
        "Lake: none yet. Fill the log (klantbeeld load, klantbeeld collect), then: klantbeeld run\n"
    )


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ("[lag]\n", "unknown setting 'lag'. Known: audiences, gates, identity, ingest, lake, log, profiles, sources,"),
        ("[log]\nkindd = 'kafka'\n", "unknown setting 'log.kindd'. Known: identity_changes, kafka, kind,"),
        ("[log]\npartitions = 'four'\n", "log.partitions: Expected `int`, got `str`."),
        ("[log\n", "not valid TOML: "),
        ("[audiences.Spring]\nsegment = 'open_complaints'\n", "[audiences.Spring]: a name is lower-case letters"),
        ("[identity.identifiers.e_mail]\n", "unknown identifier type 'identity.identifiers.e_mail'. Known: "),
    ],
)
def test_a_setting_that_is_wrong_is_named_with_its_file(
    klantbeeld: Klantbeeld, tmp_path: Path, settings: str, told: str
) -> None:
    (tmp_path / "klantbeeld.toml").write_text(settings)
    refused = klantbeeld("status", "--workspace", tmp_path)
    assert refused.code == 2
    assert refused.refusal.startswith(f"klantbeeld: {tmp_path / 'klantbeeld.toml'}: {told}")


def test_a_setting_that_is_close_to_a_known_one_is_suggested(klantbeeld: Klantbeeld, tmp_path: Path) -> None:
    (tmp_path / "klantbeeld.toml").write_text("[audience.spring]\n")
    assert klantbeeld("run", "-w", tmp_path).refusal.endswith("Did you mean 'audiences'?")


@pytest.mark.parametrize("command", [*READING, *((stage,) for stage in STAGES)], ids=" ".join)
def test_a_folder_that_is_no_workspace_is_said_to_be_none(
    klantbeeld: Klantbeeld, tmp_path: Path, command: tuple[str, ...]
) -> None:
    refused = klantbeeld(*command, "-w", tmp_path)
    assert refused.code == 2
    assert refused.refusal == (
        f"klantbeeld: No klantbeeld.toml in {tmp_path}. Make a workspace with: klantbeeld init {tmp_path}"
    )


@pytest.mark.parametrize("command", READING[1:], ids=" ".join)
def test_reading_before_the_first_run_says_what_to_run(
    klantbeeld: Klantbeeld, tmp_path: Path, command: tuple[str, ...]
) -> None:
    make_workspace(tmp_path, "[audiences.x]\nsegment = 'open_complaints'\n")
    refused = klantbeeld(*command, "-w", tmp_path)
    assert refused.code == 2
    assert refused.refusal == f"klantbeeld: Workspace {tmp_path} holds no lake yet. Fill it with: klantbeeld ingest"


@pytest.mark.parametrize("command", STAGES)
def test_a_stage_without_anything_to_do_does_nothing_and_is_content(
    klantbeeld: Klantbeeld, tmp_path: Path, command: str
) -> None:
    make_workspace(tmp_path)
    done = klantbeeld(command, "-w", tmp_path)
    assert (done.code, done.err) == (0, "")
    because = {
        "ingest": "nothing new",
        "resolve": "nothing is ingested yet",
        "build": "nothing is resolved yet",
        "check": "nothing is built yet",
        "sync": "nothing is published yet",
    }
    stages = list(because) if command == "run" else [command]
    assert [line.split(" s  ")[1] for line in done.out.splitlines()] == [because[stage] for stage in stages]


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("statsu",), "Error: No such command 'statsu'."),
        (("run", "--as-of", "yesterday"), "'yesterday' is no ISO 8601 date or time, for example 2026-11-22"),
        (("run", "--fast"), "Error: No such option '--fast'."),
        (("profile",), "Error: Missing argument 'ID-OR-IDENTIFIER'."),
        (("load", "a.csv"), "Error: Missing option '--source'."),
        (("audience", "preview", "x", "--limit", "-1"), "Error: Invalid value for '--limit': -1 is not in the range"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_a_command_that_is_written_wrongly_is_a_usage_error(
    klantbeeld: Klantbeeld, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...], told: str
) -> None:
    make_workspace(tmp_path)
    monkeypatch.chdir(tmp_path)
    refused = klantbeeld(*arguments)
    assert (refused.code, refused.out) == (2, "")
    assert told in refused.err.splitlines()[-1]


def test_a_workspace_that_somebody_writes_is_left_to_them(klantbeeld: Klantbeeld, tmp_path: Path) -> None:
    with make_workspace(tmp_path).writer_lock("run"):
        refused = klantbeeld("ingest", "-w", tmp_path)
    assert refused.code == 1
    assert refused.refusal.startswith(
        f"klantbeeld: Workspace {tmp_path} is being written by 'klantbeeld run' (process "
    )
    assert refused.refusal.endswith("Wait for it to end, then run again.")


def test_a_broker_that_is_down_is_one_line_with_its_address(klantbeeld: Klantbeeld, tmp_path: Path) -> None:
    address = f"127.0.0.1:{free_port()}"
    make_workspace(
        tmp_path,
        f"[log]\nkind = 'kafka'\n[log.kafka]\nbootstrap_servers = '{address}'\nconnect_timeout_s = 0.5\n"
        "[sources.crm]\nkind = 'file'\ntype = 'crm.contact'\n[sources.crm.columns]\nuser_id = 'id'\n",
    )
    (tmp_path / "crm.csv").write_text("id\n1\n")
    for command in (("ingest",), ("run",), ("load", tmp_path / "crm.csv", "--source", "crm")):
        refused = klantbeeld(*command, "-w", tmp_path)
        assert refused.code == 1
        assert address in refused.refusal
    report = klantbeeld("status", "-w", tmp_path, "--json")
    assert report.code == 0
    assert address in report.data["log_error"]
    assert klantbeeld("doctor", "-w", tmp_path).code == 1


def test_what_nobody_foresaw_is_one_line_and_its_traceback_is_kept_apart(
    klantbeeld: Klantbeeld, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    workspace = make_workspace(tmp_path / "ws")
    workspace.data.mkdir()
    workspace.runs.write_text("a file where the folder of runs belongs")
    failed = klantbeeld("ingest", "-w", workspace.root)
    assert failed.code == 1
    [kept] = tmp_path.glob("klantbeeld-*.traceback")
    assert failed.refusal == (f"klantbeeld: unexpected FileExistsError; the details are in {kept}. Please report it.")
    assert kept.stat().st_mode & 0o777 == 0o600
    assert "FileExistsError" in kept.read_text()


def test_a_reader_that_goes_away_is_not_told_about_it(tmp_path: Path) -> None:
    make_workspace(tmp_path)
    script = "import sys; from pipelines.cli import main; sys.exit(main(sys.argv[1:]))"
    process = subprocess.Popen(
        [sys.executable, "-u", "-c", script, "status", "--json", "-w", tmp_path],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdout is not None
    process.stdout.close()
    assert process.stderr is not None
    assert process.stderr.read() == b""
    process.stderr.close()
    process.wait(timeout=60)
