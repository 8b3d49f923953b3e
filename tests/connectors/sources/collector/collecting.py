"""A collector on loopback over a real log: post to it, read back what the log holds, and ingest it."""

from __future__ import annotations

import base64
import json
import sqlite3
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from connectors.log.embedded import EmbeddedLog
from connectors.log.logs import EventLog
from connectors.sources.collector import running_collector
from models.lakes import LAKE, open_lake
from models.workspaces import Workspace
from pipelines.ingest.ingestion import IngestSummary, ingest
from tests.support.workspaces import make_workspace

KEY = "web-key-1"
TOPIC = "klantbeeld.web"
RECEIVED_AT = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)

SETTINGS = """
[sources.webshop]
kind = "collector"
write_key_env = "TEST_WEBSHOP_KEY"
"""


@dataclass(frozen=True)
class Message:
    """A record of the log."""

    key: bytes | None
    value: bytes
    headers: dict[str, str]

    @property
    def event(self) -> dict[str, Any]:
        return json.loads(self.value)


@dataclass(frozen=True)
class Answer:
    """What the collector said."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> dict[str, Any]:
        return json.loads(self.body)


@dataclass(frozen=True)
class Collector:
    """A running collector and what is behind it."""

    url: str
    log: EmbeddedLog
    workspace: Workspace

    def post(self, path: str, body: object, *, key: str | None = KEY, **headers: str) -> Answer:
        return post(self.url, path, body, key=key, **headers)

    def messages(self) -> list[Message]:
        return read_messages(self.log)


@contextmanager
def collecting(root: Path, settings: str = "", log: EmbeddedLog | None = None) -> Iterator[Collector]:
    """A collector whose one source is ``webshop``, with the write key :data:`KEY`."""
    workspace = make_workspace(root, SETTINGS + settings)
    with (
        closing(log or EmbeddedLog(workspace.log_file)) as opened,
        running_collector({KEY: "webshop"}, opened, workspace.settings, lambda: RECEIVED_AT) as url,
    ):
        yield Collector(url, opened, workspace)


def post(url: str, path: str, body: object, *, key: str | None = KEY, method: str = "POST", **headers: str) -> Answer:
    """Send one request and wait for its answer; ``body`` is bytes, or anything that has JSON."""
    packed = body if isinstance(body, bytes) else json.dumps(body).encode()
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    if key is not None:
        sent["authorization"] = basic(key)
    address = urlsplit(url)
    with closing(HTTPConnection(str(address.hostname), address.port, timeout=30)) as connection:
        connection.request(method, path, packed, sent)
        response = connection.getresponse()
        return Answer(response.status, {name.lower(): text for name, text in response.getheaders()}, response.read())


def basic(key: str) -> str:
    """The Authorization header of a write key."""
    return "Basic " + base64.b64encode(f"{key}:".encode()).decode()


def read_messages(log: EventLog, topic: str = TOPIC) -> list[Message]:
    """Everything in a topic, by partition and offset."""
    return [
        Message(row["key"], row["value"], json.loads(row["headers"]))
        for (_, partition), end in sorted(log.end_offsets([topic]).items())
        for batch in log.read(topic, partition, 0, end, 1_000)
        for row in batch.to_pylist()
    ]


def take(workspace: Workspace, run_id: str = "r1") -> IngestSummary:
    """Ingest what is new in the embedded log."""
    with closing(EmbeddedLog(workspace.log_file)) as log, open_lake(workspace, create=True) as lake:
        return ingest(workspace, log, lake, run_id)


def query(workspace: Workspace, statement: str) -> list[tuple[Any, ...]]:
    """Rows of the lake; ``{lake}`` in the statement is its name."""
    with open_lake(workspace, read_only=True) as lake:
        return lake.rows(statement.format(lake=LAKE))


@contextmanager
def standing_still(log_file: Path) -> Iterator[None]:
    """The embedded log takes nothing meanwhile, because another process writes it."""
    with closing(sqlite3.connect(log_file, isolation_level=None, timeout=10, check_same_thread=False)) as other:
        other.execute("begin immediate")
        try:
            yield
        finally:
            other.execute("rollback")


def wait_until_full(url: str) -> None:
    """Return once as many messages wait for the log as ``max_in_flight`` lets wait."""
    deadline = time.monotonic() + 20
    while post(url, "/readyz", b"", method="GET").status == 200:
        assert time.monotonic() < deadline
        time.sleep(0.01)
