"""Segment's own client for Python, unmodified: every event is in the lake exactly once, whatever breaks between."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import requests
from segment.analytics.client import Client

from connectors.log.embedded import EmbeddedLog
from connectors.log.logs import LogRecord
from models.errors import RetriableError
from tests.connectors.sources.collector.collecting import KEY, Collector, collecting, query, take
from tests.connectors.sources.collector.proxies import cutting_proxy

AT = datetime(2026, 11, 22, 11, 0, tzinfo=UTC)


class RefusingLog(EmbeddedLog):
    """Takes nothing the first ``refusals`` times."""

    def __init__(self, path: Path, refusals: int) -> None:
        super().__init__(path)
        self.refusals = refusals

    def append(self, records: Sequence[LogRecord]) -> list[tuple[int, int]]:
        if self.refusals:
            self.refusals -= 1
            msg = "The log takes nothing now."
            raise RetriableError(msg)
        return super().append(records)


def client_of(url: str, **options: Any) -> Client:
    return Client(KEY, host=url, timeout=15, **options)


def send_all(client: Client) -> None:
    """One of each call that the client has."""
    client.identify("u1", {"email": "an@people.test", "firstName": "An"}, timestamp=AT, message_id="m-identify")
    client.track("u1", "Order Completed", {"revenue": 12.5}, timestamp=AT, message_id="m-track")
    client.page("u1", "Shop", "Home", {"path": "/"}, timestamp=AT, message_id="m-page")
    client.screen("u1", "App", "Basket", timestamp=AT, message_id="m-screen")
    client.group("u1", "g1", {"name": "Huis & Co"}, timestamp=AT, message_id="m-group")
    client.alias("a9", "u1", timestamp=AT, message_id="m-alias")


def taken(collector: Collector) -> tuple[list[str], int]:
    """Message ids in the lake after an ingest, and how many messages were dropped as duplicates."""
    summary = take(collector.workspace)
    assert summary.quarantined == 0
    rows = query(collector.workspace, "select message_id from {lake}.ingest.events order by message_id")
    return [row[0] for row in rows], summary.duplicates


@pytest.mark.parametrize("gzip", [False, True])
@pytest.mark.parametrize("sync_mode", [False, True])
def test_every_call_of_the_client_arrives_once(collector: Collector, sync_mode: bool, gzip: bool) -> None:
    client = client_of(collector.url, sync_mode=sync_mode, gzip=gzip)
    send_all(client)
    # In sync mode each call waited for its answer, and there is nothing to shut down.
    if client.consumers:
        client.shutdown()
    assert taken(collector) == (["m-alias", "m-group", "m-identify", "m-page", "m-screen", "m-track"], 0)
    rows = query(
        collector.workspace, "select type, source, name, source_record_id from {lake}.ingest.events order by type"
    )
    assert rows == [
        ("web.alias", "webshop", None, "user_id:u1"),
        ("web.group", "webshop", None, "user_id:u1"),
        ("web.identify", "webshop", None, "user_id:u1"),
        ("web.page", "webshop", "Home", "user_id:u1"),
        ("web.screen", "webshop", "Basket", "user_id:u1"),
        ("web.track", "webshop", "Order Completed", "user_id:u1"),
    ]


def test_thousands_of_events_in_batches_arrive_once(collector: Collector) -> None:
    client = client_of(collector.url, gzip=True, upload_size=100)
    for number in range(2_000):
        client.track(f"u{number % 50}", "Product Viewed", {"number": number}, message_id=f"m{number:04d}")
    client.shutdown()
    assert taken(collector) == ([f"m{number:04d}" for number in range(2_000)], 0)


def test_a_client_that_never_heard_the_answer_sends_again_and_it_counts_once(collector: Collector) -> None:
    with cutting_proxy(collector.url, cuts=2) as proxy:
        client = client_of(proxy.url)
        send_all(client)
        client.shutdown()
        assert proxy.lost == [b"HTTP/1.1 200 OK", b"HTTP/1.1 200 OK"]
    ids, duplicates = taken(collector)
    assert ids == ["m-alias", "m-group", "m-identify", "m-page", "m-screen", "m-track"]
    assert duplicates >= 2


def test_a_caller_that_sends_by_itself_again_counts_once(collector: Collector) -> None:
    with cutting_proxy(collector.url, cuts=1) as proxy:
        client = client_of(proxy.url, sync_mode=True)
        with pytest.raises(requests.ConnectionError):
            client.track("u1", "Order Completed", message_id="m1")
        client.track("u1", "Order Completed", message_id="m1")
    assert taken(collector) == (["m1"], 1)


def test_a_client_that_was_told_503_waits_and_sends_again(tmp_path: Path) -> None:
    log = RefusingLog(tmp_path / "data" / "log" / "log.sqlite", refusals=1)
    with collecting(tmp_path, log=log) as collector:
        client = client_of(collector.url)
        send_all(client)
        client.shutdown()
        assert log.refusals == 0
        assert taken(collector) == (["m-alias", "m-group", "m-identify", "m-page", "m-screen", "m-track"], 0)


def test_a_client_with_another_key_is_refused_and_told(collector: Collector) -> None:
    heard: list[str] = []
    client = Client("wrong", host=collector.url, on_error=lambda error, _: heard.append(str(error)))
    client.track("u1", "Order Completed")
    client.shutdown()
    assert heard == ["[Segment] wrong_write_key: No source has this write key. Check the key that you send. (401)"]
    assert collector.messages() == []
