"""The calls over real sockets: each is answered with 200 once the log holds it, or with what was wrong."""

from __future__ import annotations

import gzip
import json
import logging
import socket
import threading
import time
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from connectors.sources.collector import receipts, tracking_calls
from schemas.registry import check
from tests.connectors.sources.collector.collecting import (
    KEY,
    Collector,
    basic,
    collecting,
    post,
    query,
    standing_still,
    take,
    wait_until_full,
)

CALLS: dict[str, dict[str, Any]] = {
    "identify": {"traits": {"email": "an@people.test", "firstName": "An"}},
    "track": {"event": "Order Completed", "properties": {"revenue": 12.5, "currency": "EUR"}},
    "page": {"name": "Home", "properties": {"path": "/"}},
    "screen": {"name": "Basket"},
    "group": {"groupId": "g1", "traits": {"name": "Huis & Co"}},
    "alias": {"previousId": "a9"},
}


def message(call: str, message_id: str, **fields: Any) -> dict[str, Any]:
    return {"messageId": message_id, "userId": "u1", "timestamp": "2026-11-22T11:59:00Z"} | CALLS[call] | fields


def test_every_call_arrives_in_the_lake_once(collector: Collector) -> None:
    for call in CALLS:
        answer = collector.post(f"/v1/{call}", message(call, f"single-{call}"))
        assert (answer.status, answer.json) == (200, {"success": True})
        # Segment's client for browsers spells calls with one letter.
        assert collector.post(f"/v1/{call[0]}", message(call, f"short-{call}")).status == 200
    for call in ("batch", "import", "b"):
        batch = [message(name, f"{call}-{name}", type=name) for name in CALLS]
        assert collector.post(f"/v1/{call}", {"batch": batch, "sentAt": "2026-11-22T12:00:00Z"}).status == 200
    # A client that did not hear the answer sends the same again.
    assert collector.post("/v1/track", message("track", "single-track")).status == 200
    assert [check(held.event) for held in collector.messages()] == [[]] * 31
    summary = take(collector.workspace)
    assert (summary.events, summary.duplicates, summary.quarantined) == (30, 1, 0)
    rows = query(
        collector.workspace,
        "select type, string_agg(message_id, ' ' order by message_id), min(source), min(source_record_id)"
        " from {lake}.ingest.events group by type order by type",
    )
    assert rows == [
        (f"web.{call}", f"b-{call} batch-{call} import-{call} short-{call} single-{call}", "webshop", "user_id:u1")
        for call in sorted(CALLS)
    ]


def test_an_event_holds_what_was_sent_and_when_it_came(collector: Collector) -> None:
    batch = {"batch": [message("track", "m1", type="track")], "sentAt": "2026-11-22T11:59:59Z"}
    collector.post("/v1/batch", batch)
    (held,) = collector.messages()
    assert held.headers == {"source": "webshop"}
    assert held.key == b"u1"
    assert held.event == {
        "message_id": "m1",
        "type": "web.track",
        "schema_version": "1.0",
        "source": "webshop",
        "original_timestamp": "2026-11-22T11:59:00Z",
        "sent_at": "2026-11-22T11:59:59Z",
        "received_at": "2026-11-22T12:00:00.000Z",
        "user_id": "u1",
        "name": "Order Completed",
        "properties": {"revenue": 12.5, "currency": "EUR"},
    }


def test_the_write_key_may_stand_in_the_body_and_is_not_kept(collector: Collector) -> None:
    single = message("page", "m1", writeKey=KEY)
    assert post(collector.url, "/v1/page", single, key=None).status == 200
    batch = {"batch": [message("page", "m2", type="page", writeKey=KEY)], "writeKey": KEY}
    assert post(collector.url, "/v1/batch", batch, key=None).status == 200
    # analytics.js sends JSON as plain text, so that a browser need not ask first.
    assert (
        post(collector.url, "/v1/p", message("page", "m3", writeKey=KEY), key=None, content_type="text/plain").status
        == 200
    )
    assert len(collector.messages()) == 3
    assert not any(KEY.encode() in held.value for held in collector.messages())


@pytest.mark.parametrize(
    ("headers", "fields"),
    [
        ({}, {}),
        ({}, {"writeKey": "wrong"}),
        ({"authorization": basic("wrong")}, {"writeKey": KEY}),
        ({"authorization": basic("")}, {}),
        ({"authorization": "Bearer x"}, {}),
        ({"authorization": "Basic ???"}, {}),
    ],
)
def test_without_the_right_write_key_nothing_is_taken(
    collector: Collector, headers: dict[str, str], fields: dict[str, str]
) -> None:
    for path, body in (("/v1/track", message("track", "m1", **fields)), ("/v1/batch", {"batch": [], **fields})):
        answer = post(collector.url, path, body, key=None, **headers)
        assert answer.status == 401
        assert answer.json["code"] == "wrong_write_key"
        assert answer.headers["www-authenticate"] == 'Basic realm="klantbeeld"'
    assert collector.messages() == []


@pytest.mark.parametrize(
    ("path", "body", "headers", "status", "code"),
    [
        ("/v1/track", b'{"userId":"an@people.test","event', {}, 400, "invalid_json"),
        ("/v1/track", b"", {}, 400, "invalid_json"),
        ("/v1/track", b'["an@people.test"]', {}, 400, "invalid_json"),
        ("/v1/track", b'{"userId":"an@people.test\xff"}', {}, 400, "invalid_message"),
        ("/v1/track", b'{"userId":"an@people.test\\ud800"}', {}, 400, "invalid_json"),
        ("/v1/track", b'{"type":"an@people.test"}', {}, 400, "invalid_message"),
        ("/v1/track", b'{"an@people.test":' + b"[" * 12_000 + b"]" * 12_000 + b"}", {}, 400, "invalid_json"),
        ("/v1/batch", b'{"batch":{"an@people.test":1}}', {}, 400, "invalid_json"),
        ("/v1/batch", b'{"an@people.test":1}', {}, 400, "invalid_json"),
        ("/v1/batch", b'{"batch":[],"context":"an@people.test\xff"}', {}, 400, "invalid_json"),
        ("/v1/batch", gzip.compress(b'{"batch":[]}', mtime=0)[:-3], {"content_encoding": "gzip"}, 400, "bad_gzip"),
        ("/v1/batch", b"an@people.test", {"content_encoding": "GZIP"}, 400, "bad_gzip"),
        ("/v1/batch", b"an@people.test", {"content_encoding": "br"}, 415, "unknown_encoding"),
        ("/v1/batch", gzip.compress(b"0" * 50_000_000, mtime=0), {"content_encoding": "gzip"}, 413, "too_large"),
        ("/v1/batch", b'"' + b"x" * 5_000_000 + b'"', {}, 413, "too_large"),
        ("/v1/track", b'{"x":"' + b"x" * 32_768 + b'"}', {}, 413, "too_large"),
        ("/v1/batch", b'{"batch":[{"x":"' + b"x" * 32_768 + b'"}]}', {}, 413, "too_large"),
        ("/v1/buy", b"{}", {}, 404, "unknown_call"),
        ("/v1/", b"{}", {}, 404, "unknown_call"),
        ("/v2/track", b"{}", {}, 404, "unknown_address"),
        ("/v1/track", b"{}", {"method": "PUT"}, 405, "wrong_method"),
        ("/v1/track", b"", {"method": "GET"}, 405, "wrong_method"),
    ],
)
def test_what_is_wrong_is_answered_and_nothing_of_it_shown(
    collector: Collector,
    caplog: pytest.LogCaptureFixture,
    path: str,
    body: bytes,
    headers: dict[str, str],
    status: int,
    code: str,
) -> None:
    with caplog.at_level(logging.DEBUG):
        answer = collector.post(path, body, **headers)
        assert (answer.status, answer.json["code"], answer.json["success"]) == (status, code, False)
        assert answer.json["message"].endswith(".")
        assert collector.post("/v1/page", message("page", "after")).status == 200
    assert "people.test" not in answer.body.decode() + caplog.text
    assert [held.event["message_id"] for held in collector.messages()] == ["after"]


def test_a_bad_message_costs_no_other_and_is_in_quarantine_with_its_bytes(
    collector: Collector, caplog: pytest.LogCaptureFixture
) -> None:
    batch = [
        message("page", "good-1", type="page"),
        5,
        {"type": "buy", "userId": "an@people.test"},
        message("page", "good-2", type="page"),
        {"messageId": "m5", "type": "track", "userId": ["an@people.test"]},
    ]
    with caplog.at_level(logging.DEBUG):
        answer = collector.post("/v1/batch", {"batch": batch})
    assert answer.status == 200
    assert answer.json == {
        "success": True,
        "quarantined": [
            {"index": 1, "reason": "Expected `object`, got `int`"},
            {"index": 2, "reason": "type is not one of identify, track, page, screen, group, alias"},
        ],
    }
    assert "people.test" not in caplog.text
    summary = take(collector.workspace)
    assert (summary.events, summary.quarantined) == (2, 3)
    rows = query(
        collector.workspace,
        "select original, source, reasons[1].rule, reasons[1].path from {lake}.ingest.quarantine"
        " order by octet_length(original)",
    )
    assert rows[0] == (b"5", "webshop", "connector", "")
    assert json.loads(rows[1][0]) == batch[2]
    assert rows[1][1:] == ("webshop", "connector", "")
    assert rows[2][1:] == ("webshop", "required", "name")


def test_a_message_without_an_id_that_is_sent_twice_counts_once(collector: Collector) -> None:
    for _ in range(2):
        body = {"anonymousId": "a9", "event": "Signed Up", "timestamp": "2026-11-22T11:59:00Z"}
        assert collector.post("/v1/track", body).status == 200
    summary = take(collector.workspace)
    assert (summary.events, summary.duplicates) == (1, 1)


def test_an_empty_batch_is_no_fault(collector: Collector) -> None:
    assert collector.post("/v1/batch", {"batch": []}).json == {"success": True}
    assert collector.messages() == []


def test_a_log_that_stands_still_is_answered_with_503_and_when_to_come_back(
    collector: Collector, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tracking_calls, "ANSWER_TIMEOUT_S", 0.3)
    with standing_still(collector.workspace.log_file):
        answer = collector.post("/v1/track", message("track", "m1"))
    assert answer.status == 503
    assert answer.headers["retry-after"] == "1"
    assert answer.json["message"] == "The event log does not keep up. Nothing is lost: send the same again."
    # The log took it later, nobody knew; the client sends it again, as it was told.
    assert collector.post("/v1/track", message("track", "m1")).status == 200
    summary = take(collector.workspace)
    assert (summary.events, summary.duplicates) == (1, 1)


def test_more_than_may_be_in_flight_is_refused_at_once(tmp_path: Path) -> None:
    with collecting(tmp_path, "[log]\nmax_in_flight = 2\n") as collector:
        statuses: list[int] = []
        first = threading.Thread(
            target=lambda: statuses.append(
                collector.post("/v1/b", {"batch": [message("page", "m1", type="page")] * 2}).status
            )
        )
        with standing_still(collector.workspace.log_file):
            first.start()
            wait_until_full(collector.url)
            started = time.monotonic()
            answer = collector.post("/v1/page", message("page", "m2"))
            assert (answer.status, answer.headers["retry-after"]) == (503, "1")
            assert time.monotonic() - started < 3
        first.join()
        assert statuses == [200]
        assert [held.event["message_id"] for held in collector.messages()] == ["m1", "m1"]


def test_a_body_that_never_ends_is_given_up(collector: Collector, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(receipts, "BODY_TIMEOUT_S", 0.2)
    address = urlsplit(collector.url)
    with socket.create_connection((address.hostname, address.port), timeout=20) as connection:
        head = f"POST /v1/track HTTP/1.1\r\nHost: x\r\nAuthorization: {basic(KEY)}\r\nContent-Length: 100\r\n\r\n"
        connection.sendall(head.encode() + b'{"userId":')
        assert connection.recv(10_000).startswith(b"HTTP/1.1 408 ")
    assert collector.messages() == []


@pytest.mark.parametrize("chunk", [b"x" * 1_000, b"x" * 60_000])
def test_a_body_in_chunks_is_read_no_further_than_the_limit(collector: Collector, chunk: bytes) -> None:
    address = urlsplit(collector.url)
    with socket.create_connection((address.hostname, address.port), timeout=20) as connection:
        head = (
            f"POST /v1/track HTTP/1.1\r\nHost: x\r\nAuthorization: {basic(KEY)}\r\nTransfer-Encoding: chunked\r\n\r\n"
        )
        connection.sendall(head.encode())
        connection.sendall((b"%x\r\n" % len(chunk) + chunk + b"\r\n") * (40_000 // len(chunk) + 1))
        assert connection.recv(10_000).startswith(b"HTTP/1.1 413 ")


def test_what_is_no_http_is_refused_and_costs_nothing(collector: Collector, caplog: pytest.LogCaptureFixture) -> None:
    address = urlsplit(collector.url)
    with socket.create_connection((address.hostname, address.port), timeout=20) as connection:
        connection.sendall(b"an@people.test\r\n\r\n")
        assert connection.recv(10_000).startswith(b"HTTP/1.1 400 ")
    assert "people.test" not in caplog.text
    assert collector.post("/v1/page", message("page", "m1")).status == 200


def test_a_page_of_another_site_may_send(collector: Collector) -> None:
    asked = post(collector.url, "/v1/t", b"", method="OPTIONS", key=None, origin="https://shop.test")
    assert asked.status == 204
    assert asked.headers["access-control-allow-origin"] == "*"
    assert asked.headers["access-control-allow-methods"] == "POST, OPTIONS"
    assert "authorization" in asked.headers["access-control-allow-headers"]
    assert collector.post("/v1/t", message("track", "m1")).headers["access-control-allow-origin"] == "*"


def test_a_fault_of_our_own_is_answered_and_logged_without_its_text(
    collector: Collector, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: object) -> None:
        msg = "an@people.test"
        raise ValueError(msg)

    monkeypatch.setattr(tracking_calls, "to_record", fail)
    with caplog.at_level(logging.DEBUG):
        answer = collector.post("/v1/track", message("track", "m1"))
    assert (answer.status, answer.json["code"]) == (500, "unexpected")
    assert "Unexpected ValueError" in caplog.text
    assert "people.test" not in caplog.text + answer.body.decode()
