"""DuckDB's extensions: from their packages, signed, and none but those."""

from __future__ import annotations

import sys
import time
from pathlib import Path

import duckdb
import pytest

from models.errors import FatalError
from models.extensions import EXTENSION_CONFIG, extension_file, load_extensions


def make_package(folder: Path, name: str, extension: bytes) -> Path:
    """A package as ``duckdb-extension-<name>`` installs it."""
    file = folder / f"duckdb_extension_{name}" / "extensions" / f"v{duckdb.__version__}" / f"{name}.duckdb_extension"
    file.parent.mkdir(parents=True)
    file.parents[2].joinpath("__init__.py").touch()
    file.write_bytes(extension)
    return file


def altered(extension: bytes) -> bytes:
    """The extension with one bit of its code turned."""
    middle = len(extension) // 2
    return extension[:middle] + bytes([extension[middle] ^ 1]) + extension[middle + 1 :]


def test_an_extension_that_is_not_installed_is_named_by_its_package() -> None:
    with pytest.raises(FatalError, match="duckdb-extension-nonesuch is not installed"):
        extension_file("nonesuch")


def test_an_extension_for_another_duckdb_says_which_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = make_package(tmp_path, "foreign", b"")
    file.parent.rename(file.parents[1] / "v0.9.0")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(FatalError, match=f"Install duckdb-extension-foreign=={duckdb.__version__}"):
        extension_file("foreign")


def test_an_extension_that_was_altered_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make_package(tmp_path, "altered", altered(extension_file("sqlite_scanner").read_bytes()))
    monkeypatch.syspath_prepend(tmp_path)
    with (
        duckdb.connect(config=EXTENSION_CONFIG) as connection,
        pytest.raises(FatalError, match="signature is wrong.*--force-reinstall duckdb-extension-altered=="),
    ):
        load_extensions(connection, ["altered"])


def test_an_extension_that_is_altered_after_it_was_loaded_once_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    good = extension_file("sqlite_scanner").read_bytes()
    file = make_package(tmp_path, "sqlite_scanner", good)
    monkeypatch.delitem(sys.modules, "duckdb_extension_sqlite_scanner")
    monkeypatch.syspath_prepend(tmp_path)
    with duckdb.connect(config=EXTENSION_CONFIG) as connection:
        load_extensions(connection, ["sqlite_scanner"])
    # Not written into: this process has its code from that file.
    other = tmp_path / "other"
    other.write_bytes(altered(good))
    other.rename(file)
    with (
        duckdb.connect(config=EXTENSION_CONFIG) as connection,
        pytest.raises(FatalError, match="signature is wrong"),
    ):
        load_extensions(connection, ["sqlite_scanner"])


def test_after_loading_no_unsigned_extension_is_taken(tmp_path: Path) -> None:
    file = tmp_path / "sqlite_scanner.duckdb_extension"
    file.write_bytes(altered(extension_file("sqlite_scanner").read_bytes()))
    with duckdb.connect(config=EXTENSION_CONFIG) as connection:
        load_extensions(connection, ["ducklake"])
        with pytest.raises(duckdb.Error, match="signature is either missing or invalid"):
            connection.load_extension(str(file))
        with pytest.raises(duckdb.Error, match="Cannot change"):
            connection.execute("set allow_unsigned_extensions = true")


def test_an_extension_is_read_whole_only_once_a_process() -> None:
    def cpu_seconds() -> float:
        before = time.process_time()
        with duckdb.connect(config=EXTENSION_CONFIG) as connection:
            load_extensions(connection, ["ducklake", "sqlite_scanner"])
        return time.process_time() - before

    cpu_seconds()
    # 0.42 s where both signatures are checked, 0.02 s where they were.
    assert min(cpu_seconds() for _ in range(3)) < 0.2
