"""Guards of the house: names, layers at run time, pinned packages, what a wheel carries."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

from pipelines.checkups import OUR_PACKAGES, check_dbt_folder, check_ownership
from pipelines.cli import COMMANDS

ROOT = Path(__file__).parent.parent
HEAVY = ("apache_beam", "splink", "dbt", "great_expectations", "pandas", "kafka", "duckdb", "pyarrow")


def tracked_files(*patterns: str) -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "-z", *patterns], cwd=ROOT, capture_output=True, check=True, text=True
    ).stdout
    return [ROOT / name for name in listed.split("\0") if name]


def test_our_package_names_are_ours_alone() -> None:
    assert check_ownership().ok, check_ownership().detail


def test_the_dbt_folder_does_not_hide_dbt() -> None:
    assert check_dbt_folder().ok
    assert not (ROOT / "dbt" / "__init__.py").exists()


def test_the_distribution_can_not_be_uploaded_by_accident() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert "Private :: Do Not Upload" in project["project"]["classifiers"]
    assert project["tool"]["setuptools"]["packages"]["find"]["include"] == [f"{name}*" for name in OUR_PACKAGES]


def test_help_imports_nothing_heavy() -> None:
    code = (
        "import sys; from pipelines.cli import main; main(['--help']); "
        f"print([name for name in {HEAVY!r} if name in sys.modules], file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True)
    assert done.stderr.strip() == "[]"
    assert all(name in done.stdout for name in COMMANDS)


def test_every_commands_help_shows_an_example_and_imports_no_slow_library() -> None:
    slow = HEAVY[:6]
    code = (
        "import sys; from pipelines.cli import main\n"
        "for name in sys.argv[1:]:\n    main([name, '--help'])\n"
        f"print([name for name in {slow!r} if name in sys.modules], file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code, *COMMANDS], capture_output=True, check=True, text=True)
    assert done.stderr.strip() == "[]"
    assert done.stdout.count("Example:") >= len(COMMANDS)


def test_pinned_packages_carry_hashes_and_no_address() -> None:
    for file in (ROOT / "constraints").glob("*.txt"):
        text = file.read_text(encoding="utf-8")
        assert "://" not in text
        assert "index" not in text.replace("importlib", "")
        pins = re.findall(r"^[A-Za-z0-9._-]+==", text, flags=re.MULTILINE)
        assert pins
        assert text.count("--hash=sha256:") >= len(pins)


def test_every_test_folder_is_a_package() -> None:
    folders = {file.parent for file in tracked_files("tests/**/*.py")}
    assert [str(folder) for folder in folders if not (folder / "__init__.py").exists()] == []


def test_a_wheel_carries_contracts_sql_and_the_dbt_project_and_no_tests(tmp_path: Path) -> None:
    source = tmp_path / "source"
    for file in tracked_files():
        if file.is_file() and file.suffix != ".parquet":
            target = source / file.relative_to(ROOT)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(file.read_bytes())
    subprocess.run(
        [sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "--no-build-isolation", "-w", str(tmp_path), "."],
        cwd=source, check=True, capture_output=True,
    )  # fmt: skip
    (wheel,) = tmp_path.glob("*.whl")
    names = set(zipfile.ZipFile(wheel).namelist())
    for wanted in (
        "pipelines/dbt_project/dbt_project.yml",
        "pipelines/dbt_project/models/segments/open_complaints.sql",
        "pipelines/workspace_template/klantbeeld.toml",
        "pipelines/ingest/duplicates.sql",
        "pipelines/demo/workspace.toml",
        "schemas/contracts/web/page/1.0.json",
    ):
        assert wanted in names, wanted
    project = {name.removeprefix("pipelines/dbt_project/") for name in names if "/dbt_project/" in name}
    assert project == {str(file.relative_to(ROOT / "dbt")) for file in tracked_files("dbt/")}
    tops = {name.split("/")[0] for name in names}
    assert {name for name in tops if not name.endswith(".dist-info")} == set(OUR_PACKAGES)
