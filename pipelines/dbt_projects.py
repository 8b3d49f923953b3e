"""dbt, run in this process: the project copied into the workspace, a profile written for it, results as values.

The installed package is never written to. ``data/dbt`` of the workspace holds the copy, the profile and dbt's target.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pipelines
from models.errors import FatalError, UsageError, suggest
from models.extensions import EXTENSION_CONFIG
from models.lakes import LAKE, attach_target, catalog_extensions
from models.progress import Progress, no_progress
from models.workspaces import Workspace

PROJECT_SUFFIXES = (".sql", ".yml", ".md")
WORKSPACE_SEGMENTS = Path("models", "segments", "workspace")
VARS_FILE = "vars.yml"
PARSED_FILE = "partial_parse.msgpack"
PARSE_KEY_FILE = "parse_key"
RESERVED_VARS = ("as_of", "default_currency")
FAILED_STATUSES = ("error", "fail", "runtime error")

_parsed: dict[str, bytes] = {}
"""What this process parsed, by key: workspaces alike are parsed once."""


@dataclass(frozen=True)
class DbtFailure:
    """One model or test that failed: what, why on one line (no values of people), and where to look."""

    kind: str
    name: str
    message: str
    path: str

    def __str__(self) -> str:
        return f"{self.kind} {self.name}: {self.message} ({self.path})"


@dataclass(frozen=True)
class DbtResult:
    """What one invocation of dbt did: names of models and tests that ran, and what failed."""

    models: tuple[str, ...]
    tests: tuple[str, ...]
    failures: tuple[DbtFailure, ...]


def dbt_project_dir() -> Path:
    """The folder of the product's dbt project: inside the package (a wheel) or beside it (a checkout)."""
    package = Path(pipelines.__file__).parent
    installed = package / "dbt_project"
    return installed if (installed / "dbt_project.yml").exists() else package.parent / "dbt"


def run_dbt(
    workspace: Workspace,
    args: Sequence[str],
    variables: Mapping[str, Any],
    progress: Progress = no_progress,
) -> DbtResult:
    """Run one dbt command (``["build", "--select", "marts"]``) on the workspace's lake, silently.

    No other connection of this process may hold a transaction on the lake meanwhile.

    Raises:
        UsageError: the project does not parse, mostly for a mistake in a segment of the workspace's own.
        FatalError: dbt ended without a result (the lake could not be attached).
    """
    from dbt.cli.main import dbtRunner

    home = workspace.data / "dbt"
    project = copy_project(workspace)
    profile = write_profile(workspace, home)
    key = _parse_key(workspace, project, profile, variables)
    command = [
        *("--log-level", "none", "--log-level-file", "none", "--no-print", "--no-version-check"),
        *("--no-use-colors", "--no-send-anonymous-usage-stats"),
        *args,
        *("--project-dir", str(project), "--profiles-dir", str(home)),
        *("--target-path", str(home / "target"), "--log-path", str(home / "logs")),
        *("--vars", json.dumps(dict(variables))),
    ]
    folder = Path.cwd()
    try:
        outcome = dbtRunner(_parsed_manifest(home, key), [_Counter(args[0], progress)]).invoke(command)
    finally:
        os.chdir(folder)  # dbt moves into the project and, when it fails early, stays there
        _close_connections()
    if outcome.exception is not None:
        raise _as_error(workspace, outcome.exception)
    _keep_parsed(home, key)
    return _read_results(outcome.result, home)


def copy_project(workspace: Workspace) -> Path:
    """The project in the workspace's data folder, made equal to the product's, with the workspace's own segments.

    Unchanged files are not touched, so that dbt parses only what changed.

    Raises:
        UsageError: a segment of the workspace has the name of one of the product's.
    """
    target = workspace.data / "dbt" / "project"
    wanted = _project_files(dbt_project_dir())
    own = _project_files(workspace.segments)
    own.pop(Path(VARS_FILE), None)
    _refuse_taken_names(workspace, wanted, own)
    wanted |= {WORKSPACE_SEGMENTS / path: content for path, content in own.items()}
    for path, content in wanted.items():
        file = target / path
        if not file.exists() or file.read_bytes() != content:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content)
    for path in set(_project_files(target)) - set(wanted):
        (target / path).unlink()
    return target


def write_profile(workspace: Workspace, home: Path) -> Path:
    """Write dbt's connection profile. With a Postgres catalog it names the environment variable, not the secret.

    Raises:
        UsageError: the catalog is Postgres and its environment variable is not set.
    """
    path, options = attach_target(workspace)
    lake = workspace.settings.lake
    if lake.catalog == "postgres":
        path = "ducklake:postgres:{{ env_var('" + lake.postgres_dsn_env + "') }}"
    config = {
        **EXTENSION_CONFIG,
        "temp_directory": str(workspace.data / "tmp"),
        **({"memory_limit": lake.memory_limit} if lake.memory_limit else {}),
        **({"threads": lake.threads} if lake.threads else {}),
    }
    output = {
        "type": "duckdb",
        "path": ":memory:",
        # dbt's threads are connections: two of them lock each other out of a SQLite catalog.
        "threads": 1,
        "config_options": config,
        # See models.lakes.connect_duckdb.
        "settings": {"TimeZone": "UTC", "disabled_optimizers": "statistics_propagation"},
        "plugins": [{"module": "pipelines.dbt_extensions", "config": {"names": list(catalog_extensions(workspace))}}],
        "attach": [{"path": path, "alias": LAKE, "is_ducklake": True, "options": options}],
    }
    file = home / "profiles.yml"
    home.mkdir(parents=True, exist_ok=True)
    # JSON is YAML.
    file.write_text(json.dumps({"klantbeeld": {"target": "lake", "outputs": {"lake": output}}}, indent=2))
    return file


def segment_variables(workspace: Workspace) -> dict[str, Any]:
    """Thresholds that the workspace sets itself, from ``segments/vars.yml``; empty without that file.

    Raises:
        UsageError: not a YAML mapping, or a name that no segment reads.
    """
    file = workspace.segments / VARS_FILE
    if not file.exists():
        return {}
    chosen = read_yaml(file)
    known = set(project_variables())
    own_sql = "\n".join(content.decode() for content in _project_files(workspace.segments, (".sql",)).values())
    for name in chosen:
        if name in RESERVED_VARS:
            msg = f"{file}: '{name}' is set by klantbeeld build itself. Remove it."
            raise UsageError(msg)
        if name not in known and f"'{name}'" not in own_sql and f'"{name}"' not in own_sql:
            msg = f"{file}: no segment reads '{name}'. {suggest(str(name), known)}"
            raise UsageError(msg)
    return chosen


def project_variables() -> dict[str, Any]:
    """The product's thresholds and word lists, with their defaults."""
    found: dict[str, Any] = read_yaml(dbt_project_dir() / "dbt_project.yml")["vars"]
    return found


def read_yaml(file: Path) -> dict[str, Any]:
    """The mapping in a YAML file.

    Raises:
        UsageError: not YAML, or no mapping; names file and line.
    """
    import yaml  # type: ignore[import-untyped]

    try:
        found = yaml.safe_load(file.read_text(encoding="utf-8"))
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f"{file}:{mark.line + 1}" if mark else str(file)
        msg = f"{where}: not valid YAML: {getattr(error, 'problem', None) or 'cannot be read'}."
        raise UsageError(msg) from error
    if found is None:
        return {}
    if not isinstance(found, dict):
        msg = f"{file}: must be a mapping of names to values."
        raise UsageError(msg)
    return found


class _Counter:
    """Turns dbt's events into progress: one step per model or test."""

    def __init__(self, command: str, progress: Progress) -> None:
        self.what = f"dbt {command}"
        self.progress = progress

    def __call__(self, event: Any) -> None:
        totals = {"LogModelResult": "total", "LogTestResult": "num_models"}
        if event.info.name in totals:
            self.progress(self.what, int(event.data.index), int(getattr(event.data, totals[event.info.name])))


def _project_files(folder: Path, suffixes: Sequence[str] = PROJECT_SUFFIXES) -> dict[Path, bytes]:
    if not folder.exists():
        return {}
    files = sorted(path for path in folder.rglob("*") if path.suffix in suffixes and path.is_file())
    return {path.relative_to(folder): path.read_bytes() for path in files}


def _refuse_taken_names(workspace: Workspace, product: Mapping[Path, bytes], own: Mapping[Path, bytes]) -> None:
    taken = {path.stem for path in product if path.suffix == ".sql" and path.parts[0] == "models"}
    for path in own:
        if path.suffix == ".sql" and path.stem in taken:
            msg = f"{workspace.segments / path}: the name '{path.stem}' is taken by the product. Rename the file."
            raise UsageError(msg)


def _parse_key(workspace: Workspace, project: Path, profile: Path, variables: Mapping[str, Any]) -> str:
    """Fingerprint of what parsing depends on; ``as_of`` is read when a model is compiled, not when it is parsed.

    Where the workspace lies is not in it: a copy need not be parsed again.
    """
    parsed = {name: value for name, value in variables.items() if name != "as_of"}
    content = {str(path): hashlib.sha256(text).hexdigest() for path, text in _project_files(project).items()}
    versions = [version("dbt-core"), version("dbt-duckdb")]
    connection = profile.read_text().replace(str(workspace.root), "")
    return hashlib.sha256(json.dumps([versions, connection, parsed, content]).encode()).hexdigest()


def _parsed_manifest(home: Path, key: str) -> Any:
    """What dbt parsed last time, if it would parse the same; None: let dbt parse.

    dbt's own partial parsing starts anew whenever a var changes, and ``as_of`` changes with every run.
    """
    from dbt.contracts.graph.manifest import Manifest

    parsed, key_file = home / "target" / PARSED_FILE, home / "target" / PARSE_KEY_FILE
    if parsed.exists() and key_file.exists() and key_file.read_text() == key:
        _parsed[key] = parsed.read_bytes()
    else:
        # Killed after the next parse is written, this must not leave it under another key.
        key_file.unlink(missing_ok=True)
    return Manifest.from_msgpack(_parsed[key]) if key in _parsed else None


def _keep_parsed(home: Path, key: str) -> None:
    """Keep what dbt parsed, or was given, for the next time; what lay there under this key lies there still."""
    parsed, key_file = home / "target" / PARSED_FILE, home / "target" / PARSE_KEY_FILE
    if key_file.exists():
        return
    if key in _parsed:
        # dbt writes down only what it parsed itself.
        parsed.write_bytes(_parsed[key])
    else:
        _parsed[key] = parsed.read_bytes()
    key_file.write_text(key)


def take_parsed(source: Workspace, target: Workspace) -> None:
    """Let a workspace that was made from another begin with what dbt parsed there."""
    taken, place = source.data / "dbt" / "target", target.data / "dbt" / "target"
    place.mkdir(parents=True, exist_ok=True)
    for name in (PARSED_FILE, PARSE_KEY_FILE):
        if (taken / name).exists():
            shutil.copyfile(taken / name, place / name)


def _close_connections() -> None:
    # dbt-duckdb keeps the lake attached for the next invocation; others must be able to write in between.
    from dbt.adapters.duckdb.connections import DuckDBConnectionManager

    manager: Any = DuckDBConnectionManager
    with suppress(Exception):  # "requested before creation": dbt never got as far as connecting
        manager.env().close()
    manager.close_all_connections()


def _read_results(result: Any, home: Path) -> DbtResult:
    results = list(getattr(result, "results", None) or ())
    nodes = {
        kind: tuple(str(r.node.name) for r in results if str(r.node.resource_type) in kinds)
        for kind, kinds in {"models": ("model",), "tests": ("test", "unit_test")}.items()
    }
    failures = tuple(_failure(r, home) for r in results if str(r.status) in FAILED_STATUSES)
    return DbtResult(models=nodes["models"], tests=nodes["tests"], failures=failures)


def _failure(result: Any, home: Path) -> DbtFailure:
    node = result.node
    compiled = getattr(node, "compiled_path", None)
    path = home / "project" / compiled if compiled else home / "project" / node.original_file_path
    return DbtFailure(str(node.resource_type), str(node.name), _without_values(str(result.message)), str(path))


def _as_error(workspace: Workspace, error: BaseException) -> Exception:
    message = _without_secret(workspace, str(error))
    if type(error).__name__ in ("FailedToConnectError", "DbtRuntimeError", "DbtDatabaseError"):
        msg = f"dbt could not work on the lake: {_without_values(message)}"
        return FatalError(msg)
    # Reading the project touches no row: what dbt quotes is a name, and the one to correct.
    msg = f"dbt cannot read the project: {_one_line(message)}. Your own segments are in {workspace.segments}."
    return UsageError(msg)


def _without_secret(workspace: Workspace, text: str) -> str:
    dsn = os.environ.get(workspace.settings.lake.postgres_dsn_env, "")
    return text.replace(dsn, "***") if dsn else text


def _without_values(message: str) -> str:
    """The message on one line. DuckDB quotes the value that it could not use; values may be people's."""
    return re.sub(r"'[^']*'", "'…'", _one_line(message))


def _one_line(message: str) -> str:
    return " ".join(message.split())[:5000].rstrip(".")
