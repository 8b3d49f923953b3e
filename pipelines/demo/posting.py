"""Posts the demo's web events to a collector, as a server-side Segment client would: in batches, retrying."""

from __future__ import annotations

import base64
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from pathlib import Path
from urllib.parse import urlsplit

import orjson

from models.errors import RetriableError, UsageError
from models.progress import Progress, no_progress

BATCH_ITEMS = 100
# Segment's limits are 500 kB for a batch and 32 kB for an item. A larger item goes alone, so that it costs no other.
BATCH_BYTES = 450_000
ITEM_BYTES = 32_768
ATTEMPTS = 8
TIMEOUT_S = 60.0
LONGEST_PAUSE_S = 5.0


@dataclass(frozen=True)
class PostReport:
    """What a collector said to a file of events: every line is accepted, or refused with an HTTP status."""

    lines: int
    accepted: int
    #: HTTP status -> lines in requests that were refused with it.
    refused: Mapping[int, int]
    requests: int
    #: Requests sent again after a 429, a 5xx or a broken connection.
    retries: int


def post_web_events(
    path: Path,
    base_url: str,
    write_key: str,
    progress: Progress = no_progress,
    *,
    pause: Callable[[float], None] = time.sleep,
) -> PostReport:
    """Post each line of a JSON lines file to ``<base_url>/v1/batch``.

    Lines that are not JSON, or too large for a batch, are posted as they are, alone, and the answer is counted. When a
    whole batch is refused, its lines are posted one by one, so that a bad one costs no other.

    Raises:
        UsageError: the address is no HTTP address, or the write key was refused.
        RetriableError: the collector did not take a request after several attempts.
    """
    lines = path.read_bytes().splitlines()
    accepted, done = 0, 0
    refused: Counter[int] = Counter()
    client = _Client(base_url, write_key, pause)
    try:
        for batch in _batches(lines):
            answers = Counter({client.post(_body(batch)): len(batch)})
            if len(batch) > 1 and 200 not in answers:
                answers = Counter(client.post(_body([line])) for line in batch)
            accepted += answers.pop(200, 0)
            refused.update(answers)
            done += len(batch)
            progress("post web events", done, len(lines))
    finally:
        client.close()
    return PostReport(len(lines), accepted, dict(sorted(refused.items())), client.requests, client.retries)


class _Client:
    """One connection, kept open; a request is sent again until it has an answer that will not change."""

    def __init__(self, base_url: str, write_key: str, pause: Callable[[float], None]) -> None:
        self.connection = _connect(base_url)
        self.path = f"{urlsplit(base_url).path.rstrip('/')}/v1/batch"
        self.pause, self.requests, self.retries = pause, 0, 0
        credentials = base64.b64encode(f"{write_key}:".encode()).decode()
        self.headers = {"Authorization": f"Basic {credentials}", "Content-Type": "application/json"}

    def close(self) -> None:
        self.connection.close()

    def post(self, body: bytes) -> int:
        """The final HTTP status: 200, or a refusal of this body."""
        for attempt in range(ATTEMPTS):
            status, wait_s = self._attempt(body)
            if status in (401, 403):
                msg = f"The collector refused the write key (HTTP {status}). Give it the key that the collector has."
                raise UsageError(msg)
            if status is not None and status != 429 and status < 500:
                return status
            self.retries += 1
            self.pause(min(LONGEST_PAUSE_S, wait_s or 0.1 * 2**attempt))
        msg = f"The collector did not take a request in {ATTEMPTS} attempts. Is it running? Then post again."
        raise RetriableError(msg)

    def _attempt(self, body: bytes) -> tuple[int | None, float]:
        """The status, None when the connection broke, and for how long the collector asks to wait."""
        self.requests += 1
        try:
            self.connection.request("POST", self.path, body, self.headers)
            response = self.connection.getresponse()
            response.read()
        except (OSError, HTTPException):
            # The next request connects again.
            self.connection.close()
            return None, 0.0
        after = response.getheader("Retry-After") or ""
        return response.status, float(after) if after.isdigit() else 0.0


def _connect(base_url: str) -> HTTPConnection:
    address = urlsplit(base_url)
    if address.scheme not in ("http", "https") or not address.hostname:
        msg = f"'{base_url}' is no address of a collector. Give one such as http://localhost:8080."
        raise UsageError(msg)
    kind = HTTPSConnection if address.scheme == "https" else HTTPConnection
    return kind(address.hostname, address.port, timeout=TIMEOUT_S)


def _batches(lines: Sequence[bytes]) -> Iterator[list[bytes]]:
    """Lines that may travel together; a line that is not JSON or is too large is a batch of its own."""
    batch: list[bytes] = []
    size = 0
    for line in lines:
        alone = len(line) > ITEM_BYTES or not _is_json(line)
        if batch and (alone or len(batch) == BATCH_ITEMS or size + len(line) > BATCH_BYTES):
            yield batch
            batch, size = [], 0
        if alone:
            yield [line]
        else:
            batch.append(line)
            size += len(line)
    if batch:
        yield batch


def _body(batch: Sequence[bytes]) -> bytes:
    """The body of a request. History carries no ``sentAt``: today's would move its events to today."""
    if len(batch) == 1 and not _is_json(batch[0]):
        return batch[0]
    return b'{"batch":[' + b",".join(batch) + b"]}"


def _is_json(line: bytes) -> bool:
    try:
        orjson.loads(line)
    except orjson.JSONDecodeError:
        return False
    return True
