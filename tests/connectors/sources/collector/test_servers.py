"""Running the collector: where it listens, how it starts and how it stops."""

from __future__ import annotations

import socket
import subprocess
import sys
import threading
import uuid
from contextlib import ExitStack, closing
from pathlib import Path

import pytest

from connectors.log.embedded import EmbeddedLog
from connectors.log.kafka_log import KafkaLog
from connectors.sources.collector import running_collector, serve
from models.errors import RetriableError, UsageError
from models.settings import KafkaSettings
from tests.connectors.sources.collector.collecting import (
    SETTINGS,
    collecting,
    post,
    read_messages,
    standing_still,
    wait_until_full,
)
from tests.support.brokers import free_port, running_broker
from tests.support.workspaces import make_workspace


def test_the_package_imports_no_web_server_until_it_is_needed() -> None:
    code = (
        "import sys, connectors.sources.collector as collector\n"
        "print('uvicorn' in sys.modules, 'starlette' in sys.modules)\n"
        "collector.serve\nprint('uvicorn' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True)
    assert done.stdout.split() == ["False", "False", "True"]


def test_what_is_under_way_when_it_stops_is_answered_and_in_the_log(tmp_path: Path) -> None:
    statuses: list[int] = []
    with collecting(tmp_path, "[log]\nmax_in_flight = 1\n") as collector:
        path = collector.workspace.log_file
        body = {"messageId": "m1", "userId": "u1"}
        sender = threading.Thread(target=lambda: statuses.append(collector.post("/v1/page", body).status))
        stillness = ExitStack()
        stillness.enter_context(standing_still(path))
        sender.start()
        wait_until_full(collector.url)
        threading.Timer(0.5, stillness.close).start()
    sender.join()
    assert statuses == [200]
    with closing(EmbeddedLog(path)) as log:
        assert [message.event["message_id"] for message in read_messages(log)] == ["m1"]
    with pytest.raises(OSError, match="refused"):
        post(collector.url, "/healthz", b"", method="GET")


def test_two_collectors_share_one_log(tmp_path: Path) -> None:
    workspace = make_workspace(tmp_path, SETTINGS)
    with (
        closing(EmbeddedLog(workspace.log_file)) as one,
        closing(EmbeddedLog(workspace.log_file)) as two,
        running_collector({"k": "webshop"}, one, workspace.settings) as first,
        running_collector({"k": "app"}, two, workspace.settings) as second,
    ):
        assert first != second
        for number in range(20):
            for url in (first, second):
                assert post(url, "/v1/page", {"messageId": f"{url}-{number}"}, key="k").status == 200
        held = read_messages(one)
        assert len(held) == 40
        assert {message.headers["source"] for message in held} == {"webshop", "app"}


def test_an_address_that_is_not_ours_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TEST_WEBSHOP_KEY", "k")
    workspace = make_workspace(tmp_path, SETTINGS)
    with closing(EmbeddedLog(workspace.log_file)) as log:
        for host in ("192.0.2.1", "not a host"):
            with pytest.raises(UsageError, match=f"Cannot listen on '{host}': .* Give --host an address"):
                serve(workspace, log, host, 0, print)


def test_a_port_in_use_is_one_clear_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TEST_WEBSHOP_KEY", "k")
    workspace = make_workspace(tmp_path, SETTINGS)
    with closing(EmbeddedLog(workspace.log_file)) as log, socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(RetriableError) as caught:
            serve(workspace, log, "127.0.0.1", port, print)
    assert str(caught.value) == (
        f"Cannot listen on 127.0.0.1:{port}: Address already in use. Stop what uses it, or choose another with --port."
    )


def test_a_broker_that_is_down_is_said_before_anything_is_taken(tmp_path: Path) -> None:
    workspace = make_workspace(tmp_path, SETTINGS)
    address = f"127.0.0.1:{free_port()}"
    with (
        closing(KafkaLog(KafkaSettings(bootstrap_servers=address, connect_timeout_s=0.5))) as log,
        pytest.raises(RetriableError, match=f"Kafka at {address} did not connect"),
        running_collector({"k": "webshop"}, log, workspace.settings),
    ):
        pass


@pytest.mark.kafka
def test_on_kafka_an_event_is_answered_when_the_broker_has_it(tmp_path: Path, kafka_address: str) -> None:
    topics = f"test-{uuid.uuid4().hex}."
    workspace = make_workspace(tmp_path, SETTINGS + f'[log]\ntopic_prefix = "{topics}"\n')
    with (
        closing(KafkaLog(KafkaSettings(bootstrap_servers=kafka_address))) as log,
        running_collector({"k": "webshop"}, log, workspace.settings) as url,
    ):
        batch = [{"type": "page", "messageId": f"m{number}", "anonymousId": "a9"} for number in range(3)]
        assert post(url, "/v1/batch", {"batch": batch}, key="k").status == 200
        assert post(url, "/readyz", b"", method="GET").status == 200
        held = read_messages(log, topics + "web")
        assert [message.event["message_id"] for message in held] == ["m0", "m1", "m2"]
        assert held[0].headers == {"source": "webshop"}


@pytest.mark.kafka
def test_while_its_broker_is_away_it_answers_503_and_once_it_is_back_200(tmp_path: Path) -> None:
    workspace = make_workspace(tmp_path, SETTINGS)
    port = free_port()
    settings = KafkaSettings(bootstrap_servers=f"127.0.0.1:{port}", connect_timeout_s=1, delivery_timeout_s=2)

    def send(message_id: str) -> int:
        return post(url, "/v1/page", {"messageId": message_id, "anonymousId": "a9"}, key="k").status

    with ExitStack() as stack:
        log = stack.enter_context(closing(KafkaLog(settings)))
        with running_broker(tmp_path / "broker", port):
            url = stack.enter_context(running_collector({"k": "webshop"}, log, workspace.settings))
            assert send("before") == 200
        assert send("during") == 503
        assert post(url, "/readyz", b"", method="GET").status == 503
        assert post(url, "/healthz", b"", method="GET").status == 200
        with running_broker(tmp_path / "broker", port):
            assert send("during") == 200
            # The broker of the tests keeps nothing over being killed, so what was before is not asked for.
            assert "during" in {message.event["message_id"] for message in read_messages(log)}
