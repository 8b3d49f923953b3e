"""Posting web events, against a real HTTP server on loopback that answers as told."""

from __future__ import annotations

import base64
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import orjson
import pytest

from models.errors import RetriableError, UsageError
from pipelines.demo.population import DemoTruth
from pipelines.demo.posting import PostReport, post_web_events


class Collector(ThreadingHTTPServer):
    """Takes what is JSON and at most 500 kB; ``script`` holds answers to give first (0: hang up)."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.script: list[int] = []
        self.bodies: list[bytes] = []
        self.connections: set[int] = set()
        self.refuses_unknown_types = False
        self.keys: set[str] = set()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def items(self) -> list[dict[str, object]]:
        return [item for body in self.bodies for item in orjson.loads(body)["batch"]]

    def judge(self, body: bytes) -> int:
        if len(body) > 500_000:
            return 413
        try:
            batch = orjson.loads(body)["batch"]
        except orjson.JSONDecodeError:
            return 400
        return 400 if self.refuses_unknown_types and any(item["type"] == "?" for item in batch) else 200


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Collector

    def do_POST(self) -> None:  # noqa: N802
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.connections.add(self.client_address[1])
        self.server.keys.add(self.headers["Authorization"])
        status = self.server.script.pop(0) if self.server.script else self.server.judge(body)
        if status == 0:
            self.close_connection = True
            return
        if status == 200:
            self.server.bodies.append(body)
        self.send_response(status)
        if status == 429:
            self.send_header("Retry-After", "3")
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"{}")

    def log_message(self, format: str, *args: object) -> None:
        return


@pytest.fixture
def collector() -> Iterator[Collector]:
    server = Collector()
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def write_lines(path: Path, lines: list[bytes]) -> Path:
    path.write_bytes(b"".join(line + b"\n" for line in lines))
    return path


def events(count: int) -> list[bytes]:
    return [orjson.dumps({"type": "track", "messageId": f"m{number}"}) for number in range(count)]


def test_every_event_arrives_once_in_batches_over_one_connection(collector: Collector, tmp_path: Path) -> None:
    heard: list[tuple[int, int | None]] = []
    path = write_lines(tmp_path / "web.jsonl", events(250))
    report = post_web_events(path, collector.url, "key", lambda _, done, total=None: heard.append((done, total)))
    assert report == PostReport(lines=250, accepted=250, refused={}, requests=3, retries=0)
    assert [item["messageId"] for item in collector.items()] == [f"m{number}" for number in range(250)]
    assert heard == [(100, 250), (200, 250), (250, 250)]
    assert len(collector.connections) == 1
    assert collector.keys == {"Basic " + base64.b64encode(b"key:").decode()}


def test_a_busy_or_broken_collector_is_asked_again(collector: Collector, tmp_path: Path) -> None:
    collector.script = [429, 503, 0]
    pauses: list[float] = []
    report = post_web_events(write_lines(tmp_path / "w", events(10)), collector.url, "key", pause=pauses.append)
    assert report == PostReport(lines=10, accepted=10, refused={}, requests=4, retries=3)
    assert pauses == [3.0, 0.2, 0.4]
    assert len(collector.items()) == 10


def test_a_collector_that_never_answers_is_an_error_with_a_way_out(tmp_path: Path) -> None:
    server = Collector()
    server.server_close()
    with pytest.raises(RetriableError, match="8 attempts. Is it running"):
        post_web_events(write_lines(tmp_path / "w", events(1)), server.url, "key", pause=lambda _: None)


def test_lines_that_are_no_json_or_too_large_are_refused_and_cost_no_other(
    collector: Collector, tmp_path: Path
) -> None:
    large = orjson.dumps({"type": "track", "text": "x" * 600_000})
    lines = [*events(3), b'{"type":"tra', *events(2), large, b"\xff{}", *events(1)]
    report = post_web_events(write_lines(tmp_path / "w", lines), collector.url, "key")
    assert report == PostReport(lines=9, accepted=6, refused={400: 2, 413: 1}, requests=6, retries=0)


def test_a_refused_batch_is_posted_one_by_one(collector: Collector, tmp_path: Path) -> None:
    collector.refuses_unknown_types = True
    lines = [*events(4), b'{"type":"?"}', *events(4)]
    report = post_web_events(write_lines(tmp_path / "w", lines), collector.url, "key")
    assert report == PostReport(lines=9, accepted=8, refused={400: 1}, requests=10, retries=0)


def test_a_refused_write_key_ends_it(collector: Collector, tmp_path: Path) -> None:
    collector.script = [401]
    with pytest.raises(UsageError, match=r"write key \(HTTP 401\)"):
        post_web_events(write_lines(tmp_path / "w", events(1)), collector.url, "key")


@pytest.mark.parametrize("url", ["localhost:8080", "ftp://localhost", "http://"])
def test_what_is_no_address_is_refused(url: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no address of a collector"):
        post_web_events(write_lines(tmp_path / "w", events(1)), url, "key")


def test_the_demos_events_are_all_accepted_but_those_that_are_expected_to_be_refused(
    collector: Collector, demo: DemoTruth
) -> None:
    report = post_web_events(demo.files["webshop"], collector.url, "key")
    expected = demo.expected
    broken = sum(expected.broken["webshop"].values())
    assert report.accepted == expected.events["webshop"] + expected.duplicates["webshop"] + broken
    assert report.refused == {400: 1, 413: 1}
    assert sum(report.refused.values()) + report.accepted == report.lines
