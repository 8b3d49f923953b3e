"""A SQLite file as a log needs it: every commit on disk, several processes at once, faults in plain words."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from models.errors import FatalError, RetriableError

BUSY_TIMEOUT_S = 30.0
"""How long one process waits for another's write."""

_APPLICATION_ID = 0x4B42_4C31  # "KBL1": an event log, in its first layout.

_DAMAGE = {
    sqlite3.SQLITE_CORRUPT: "is damaged",
    sqlite3.SQLITE_NOTADB: "is not a SQLite file",
}


def connect(path: Path) -> sqlite3.Connection:
    """A connection in write-ahead mode with full syncs; the file and its folder are made when missing.

    Raises:
        FatalError: the file is another program's, or of another layout.
        sqlite3.Error: see :func:`explained`.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    connection = sqlite3.connect(path, timeout=BUSY_TIMEOUT_S, isolation_level=None, check_same_thread=False)
    try:
        claim(connection, path)
        # FULL: a commit is on disk when it returns. macOS needs fullfsync besides; elsewhere it does nothing.
        connection.execute("pragma synchronous = full")
        connection.execute("pragma fullfsync = on")
        connection.execute("pragma journal_size_limit = 67108864")
    except BaseException:
        connection.close()
        raise
    return connection


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """All or nothing, taking the write lock at once so that two writers queue instead of failing half-way."""
    connection.execute("begin immediate")
    try:
        yield
    except BaseException:
        if connection.in_transaction:
            connection.execute("rollback")
        raise
    connection.execute("commit")


@contextmanager
def explained(path: Path) -> Iterator[None]:
    """Turn SQLite's errors into ours: damage is fatal; a full disk, a lock or missing rights may pass."""
    try:
        yield
    except sqlite3.Error as error:
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF
        if code in _DAMAGE:
            msg = (
                f"The event log {path} {_DAMAGE[code]}. Restore it from a backup, or move it away to begin a new log;"
                " what was ingested before stays in the lake."
            )
            raise FatalError(msg) from error
        msg = f"The event log {path} does not answer: {error}. Check the disk and the rights, then try again."
        raise RetriableError(msg) from error
    except OSError as error:
        msg = f"The event log {path} cannot be opened: {error.strerror}. Check the path and the rights, then try again."
        raise RetriableError(msg) from error


def claim(connection: sqlite3.Connection, path: Path) -> None:
    """Mark a new file as ours and turn write-ahead mode on; a file that is ours already is left as it is.

    Raises:
        FatalError: the file is another program's, or of another layout.
    """
    # In this order: whoever makes a log at the same moment marks it before there is a table.
    (tables,) = connection.execute("select count(*) from sqlite_master").fetchone()
    (application,) = connection.execute("pragma application_id").fetchone()
    if application == _APPLICATION_ID:
        return
    if tables:
        msg = f"{path} is a SQLite file, but no event log of this version. Point the workspace at another folder."
        raise FatalError(msg)
    _turn_on_write_ahead(connection)
    connection.execute(f"pragma application_id = {_APPLICATION_ID}")


def _turn_on_write_ahead(connection: sqlite3.Connection) -> None:
    """SQLite does not wait for its busy timeout here, so two processes that make the log at once would fail."""
    deadline = time.monotonic() + BUSY_TIMEOUT_S
    while True:
        try:
            connection.execute("pragma journal_mode = wal")
        except sqlite3.OperationalError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.01)
        else:
            return
