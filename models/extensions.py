"""DuckDB's extensions, loaded from their installed packages; nothing is downloaded."""

from __future__ import annotations

import functools
import importlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import duckdb

from models.errors import FatalError

UNSIGNED = "allow_unsigned_extensions"

EXTENSION_CONFIG: dict[str, Any] = {
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
    UNSIGNED: "true",
}
"""With what a DuckDB starts that :func:`load_extensions` is then called on."""


def load_extensions(connection: duckdb.DuckDBPyConnection, names: Sequence[str]) -> None:
    """Load the named extensions from their packages; after that the connection takes no unsigned extension any more.

    DuckDB must have been started with :data:`EXTENSION_CONFIG`. It reads the 36 MB of an extension whole to check its
    signature, 0.2 s for each, as often as a lake is opened. So the signature is checked once a process.

    Raises:
        FatalError: an extension package is missing, was built for another DuckDB, or its signature is wrong.
    """
    for name in names:
        file = extension_file(name)
        stat = file.stat()
        _check_signature(name, file, stat.st_ino, stat.st_size, stat.st_mtime_ns)
        connection.load_extension(str(file))
    # DuckDB lets nobody turn it on again while it runs.
    connection.execute(f"set {UNSIGNED} = false")


def extension_file(name: str) -> Path:
    """The file of a DuckDB extension inside its installed package (``duckdb-extension-<name>``).

    Raises:
        FatalError: the package is not installed, or holds no file for this DuckDB.
    """
    try:
        module = importlib.import_module(f"duckdb_extension_{name}")
    except ModuleNotFoundError as error:
        extra = " Install it with: pip install 'klantbeeld[postgres]'" if name == "postgres_scanner" else ""
        msg = f"Package {_package(name)} is not installed.{extra}"
        raise FatalError(msg) from error
    path = Path(str(module.__file__)).parent / "extensions" / f"v{duckdb.__version__}" / f"{name}.duckdb_extension"
    if not path.exists():
        version = duckdb.__version__
        msg = f"Package {_package(name)} holds no extension for DuckDB {version}. Install {_package(name)}=={version}."
        raise FatalError(msg)
    return path


@functools.cache
def _check_signature(name: str, file: Path, *_version: int) -> None:
    with duckdb.connect(config=EXTENSION_CONFIG | {UNSIGNED: "false"}) as connection:
        try:
            connection.load_extension(str(file))
        except duckdb.Error as error:
            msg = (
                f"DuckDB does not accept {file}: its signature is wrong, or it was made for another machine. "
                f"Install it anew: pip install --force-reinstall {_package(name)}=={duckdb.__version__}"
            )
            raise FatalError(msg) from error


def _package(name: str) -> str:
    return f"duckdb-extension-{name.replace('_', '-')}"
