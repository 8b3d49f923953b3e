"""What ``doctor`` looks at: each check says whether it is well, and if not, what to do."""

from __future__ import annotations

import importlib
import os
import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.metadata import packages_distributions, version
from pathlib import Path

import pipelines
from connectors.log.opening import family_topics, open_log
from models.errors import KlantbeeldError
from models.lakes import catalog_extensions, connect_duckdb, open_lake
from models.workspaces import Workspace
from pipelines.runs.manifests import VERSIONED

OUR_PACKAGES = ("connectors", "identity", "models", "pipelines", "schemas")
FREE_BYTES_WANTED = 2 * 1024**3


@dataclass(frozen=True)
class Checkup:
    """The outcome of one check. ``detail`` is what was found, or what is wrong and what to do."""

    name: str
    ok: bool
    detail: str


def check_installation() -> Iterator[Checkup]:
    """Python, packages, and whether our package names are ours alone."""
    current = sys.version_info[:2]
    yield Checkup("python", (3, 11) <= current <= (3, 13), f"{current[0]}.{current[1]} (3.11 to 3.13)")
    yield Checkup("packages", True, ", ".join(f"{name} {version(name)}" for name in VERSIONED))
    yield check_ownership()
    yield check_dbt_folder()


def check_ownership() -> Checkup:
    """Our top-level names are common: another distribution with a package ``identity`` would overwrite ours."""
    owners = packages_distributions()
    foreign = {
        name: sorted(set(owners.get(name, ())) - {"klantbeeld"})
        for name in OUR_PACKAGES
        if set(owners.get(name, ())) - {"klantbeeld"}
    }
    home = Path(pipelines.__file__).resolve().parent.parent
    elsewhere = [
        name
        for name in OUR_PACKAGES
        if Path(str(importlib.import_module(name).__file__)).resolve().parent.parent != home
    ]
    if foreign or elsewhere:
        names = ", ".join([f"{name} (from {', '.join(by)})" for name, by in foreign.items()] + elsewhere)
        return Checkup("package names", False, f"taken by others: {names}. Uninstall those, then reinstall klantbeeld.")
    return Checkup("package names", True, f"{', '.join(OUR_PACKAGES)} are ours alone")


def check_dbt_folder() -> Checkup:
    """A ``dbt/__init__.py`` beside our packages would shadow dbt itself."""
    stray = Path(pipelines.__file__).resolve().parent.parent / "dbt" / "__init__.py"
    if stray.exists() and (stray.parent / "dbt_project.yml").exists():
        return Checkup("dbt folder", False, f"{stray} hides the dbt package. Delete that file.")
    return Checkup("dbt folder", True, "does not hide dbt")


def check_workspace(workspace: Workspace) -> Iterator[Checkup]:
    """Settings, secrets, disk, extensions, log and lake of a workspace."""
    yield Checkup("settings", True, f"{workspace.root / 'klantbeeld.toml'} is well formed")
    yield check_secrets(workspace)
    yield check_disk(workspace)
    yield _attempt("duckdb extensions", lambda: _load_extensions(workspace))
    yield _attempt("event log", lambda: _reach_log(workspace))
    yield _attempt("lake", lambda: _read_lake(workspace))


def check_secrets(workspace: Workspace) -> Checkup:
    """Environment variables that the settings name."""
    kafka = workspace.settings.log.kafka
    wanted: dict[str, str | None] = {
        f"sources.{name}.write_key_env": source.write_key_env
        for name, source in workspace.settings.sources.items()
        if source.write_key_env
    }
    if workspace.settings.log.kind == "kafka":
        wanted |= {"log.kafka.username_env": kafka.username_env, "log.kafka.password_env": kafka.password_env}
    if workspace.settings.lake.catalog == "postgres":
        wanted["lake.postgres_dsn_env"] = workspace.settings.lake.postgres_dsn_env
    missing = [f"{variable} ({key})" for key, variable in wanted.items() if variable and not os.environ.get(variable)]
    if missing:
        return Checkup("secrets", False, f"not set in the environment: {', '.join(missing)}")
    return Checkup("secrets", True, "every variable that the settings name is set")


def check_disk(workspace: Workspace) -> Checkup:
    """Room for the lake and for what an ingest stages."""
    free = shutil.disk_usage(workspace.root).free
    text = f"{free / 1024**3:.1f} GiB free"
    if free < FREE_BYTES_WANTED:
        return Checkup("disk", False, f"{text}; at least {FREE_BYTES_WANTED / 1024**3:.0f} GiB are wanted")
    return Checkup("disk", True, text)


def _attempt(name: str, look: Callable[[], str]) -> Checkup:
    try:
        return Checkup(name, True, look())
    except KlantbeeldError as error:
        return Checkup(name, False, str(error))


def _load_extensions(workspace: Workspace) -> str:
    names = catalog_extensions(workspace)
    connect_duckdb(workspace, names).close()
    return f"{', '.join(names)} load from their packages"


def _reach_log(workspace: Workspace) -> str:
    log = open_log(workspace)
    try:
        held = len(log.end_offsets(family_topics(workspace.settings)))
    finally:
        log.close()
    return f"{workspace.settings.log.kind} log answers, {held} partitions"


def _read_lake(workspace: Workspace) -> str:
    if workspace.settings.lake.catalog == "sqlite" and not workspace.lake_catalog.exists():
        return "none yet; the first ingest makes it"
    with open_lake(workspace, read_only=True) as lake:
        return f"{workspace.settings.lake.catalog} catalog answers, snapshot {lake.snapshot_id()}"
