"""``klantbeeld collect`` as a process of its own: started, stopped, killed, and beside others."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from http.client import HTTPException
from pathlib import Path

import pytest

from connectors.log.embedded import EmbeddedLog
from models.workspaces import Workspace
from tests.connectors.sources.collector.collecting import (
    KEY,
    SETTINGS,
    post,
    query,
    read_messages,
    standing_still,
    take,
    wait_until_full,
)
from tests.support.brokers import free_port
from tests.support.workspaces import make_workspace

COMMAND = [sys.executable, "-m", "pipelines.cli", "collect"]
ENVIRONMENT = os.environ | {"TEST_WEBSHOP_KEY": KEY}


@contextmanager
def collect(workspace: Workspace) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """The process and the address that it announced; killed at the end if it still runs."""
    process = subprocess.Popen(
        [*COMMAND, "--port", "0", "--workspace", str(workspace.root)],
        env=ENVIRONMENT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stderr is not None
        announced = process.stderr.readline()
        assert announced.startswith("Collecting on http://127.0.0.1:"), announced
        yield process, announced.split()[2].removesuffix("/v1/")
    finally:
        process.kill()
        process.communicate()


def fail(*arguments: str, environment: dict[str, str] = ENVIRONMENT) -> tuple[int, str]:
    """Exit code and stderr of a collector that cannot start."""
    done = subprocess.run(
        [*COMMAND, *arguments], env=environment, capture_output=True, check=False, text=True, timeout=60
    )
    assert done.stdout == ""
    return done.returncode, done.stderr


class Senders:
    """Threads that post batches of ten pages to one address after another, until an answer does not come."""

    def __init__(self, *urls: str, batches: int = 1_000_000) -> None:
        self.acknowledged: list[str] = []
        self._urls = urls
        self._batches = batches
        self._threads = [threading.Thread(target=self._send, args=(f"t{number}",)) for number in range(4)]
        for thread in self._threads:
            thread.start()

    def wait_for(self, count: int) -> None:
        deadline = time.monotonic() + 30
        while len(self.acknowledged) < count:
            assert time.monotonic() < deadline
            time.sleep(0.005)

    def join(self) -> None:
        for thread in self._threads:
            thread.join()

    def _send(self, name: str) -> None:
        for number in range(self._batches):
            ids = [f"{name}-{number}-{item}" for item in range(10)]
            batch = [{"type": "page", "messageId": message_id, "anonymousId": name} for message_id in ids]
            try:
                answer = post(self._urls[number % len(self._urls)], "/v1/batch", {"batch": batch})
            except (OSError, HTTPException):
                return
            if answer.status == 200:
                self.acknowledged += ids


def held(workspace: Workspace) -> list[str]:
    with closing(EmbeddedLog(workspace.log_file)) as log:
        return [message.event["message_id"] for message in read_messages(log)]


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return make_workspace(tmp_path, SETTINGS)


def test_killed_under_load_the_log_holds_everything_that_was_acknowledged(workspace: Workspace) -> None:
    with collect(workspace) as (process, url):
        senders = Senders(url)
        senders.wait_for(500)
        # While the log takes nothing nothing may be acknowledged: what is under way dies with the process.
        with standing_still(workspace.log_file):
            time.sleep(0.3)
            process.send_signal(signal.SIGKILL)
            assert process.wait(timeout=20) == -9
        senders.join()
    assert len(senders.acknowledged) >= 500
    assert set(senders.acknowledged) <= set(held(workspace))


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_under_load_ends_it_with_everything_answered(workspace: Workspace, number: signal.Signals) -> None:
    with collect(workspace) as (process, url):
        senders = Senders(url)
        senders.wait_for(200)
        process.send_signal(number)
        senders.join()
        output, errors = process.communicate(timeout=30)
        assert (process.returncode, output, errors) == (0, "", "")
    assert sorted(senders.acknowledged) == sorted(held(workspace))


def test_a_signal_waits_for_what_the_log_has_not_taken_yet(tmp_path: Path) -> None:
    workspace = make_workspace(tmp_path, SETTINGS + "[log]\nmax_in_flight = 1\n")
    statuses: list[int] = []
    with collect(workspace) as (process, url), ExitStack() as stillness:
        stillness.enter_context(standing_still(workspace.log_file))
        body = {"messageId": "m1", "userId": "u1"}
        sender = threading.Thread(target=lambda: statuses.append(post(url, "/v1/page", body).status))
        sender.start()
        wait_until_full(url)
        process.terminate()
        time.sleep(0.5)
        assert process.poll() is None
        stillness.close()
        sender.join()
        assert process.wait(timeout=20) == 0
    assert statuses == [200]
    assert held(workspace) == ["m1"]


def test_two_collectors_and_an_ingest_work_beside_each_other(workspace: Workspace) -> None:
    with collect(workspace) as (_, first), collect(workspace) as (_, second):
        senders = Senders(first, second, batches=30)
        senders.wait_for(100)
        early = take(workspace, "r1").events
        senders.join()
    late = take(workspace, "r2").events
    assert len(senders.acknowledged) == 1_200
    assert early >= 100
    assert early + late == 1_200
    rows = query(workspace, "select message_id from {lake}.ingest.events order by message_id")
    assert [row[0] for row in rows] == sorted(senders.acknowledged)


def test_without_a_source_to_collect_for_it_says_what_to_add(tmp_path: Path) -> None:
    make_workspace(tmp_path)
    assert fail("--workspace", str(tmp_path)) == (
        2,
        "klantbeeld: klantbeeld.toml has no source of kind 'collector'. Add [sources.webshop] with"
        ' kind = "collector" and write_key_env = "WEBSHOP_WRITE_KEY".\n',
    )


def test_a_missing_secret_names_its_variable(workspace: Workspace) -> None:
    environment = {name: value for name, value in os.environ.items() if name != "TEST_WEBSHOP_KEY"}
    assert fail("--workspace", str(workspace.root), environment=environment) == (
        2,
        "klantbeeld: Environment variable TEST_WEBSHOP_KEY is not set; it must hold the write key of source"
        " 'webshop'.\n",
    )


def test_a_port_in_use_is_one_line(workspace: Workspace) -> None:
    with collect(workspace) as (_, url):
        port = url.rpartition(":")[2]
        assert fail("--port", port, "--workspace", str(workspace.root)) == (
            1,
            f"klantbeeld: Cannot listen on 127.0.0.1:{port}: Address already in use. Stop what uses it, or choose"
            " another with --port.\n",
        )


def test_a_broker_that_is_down_is_one_line(tmp_path: Path) -> None:
    address = f"127.0.0.1:{free_port()}"
    log = f'[log]\nkind = "kafka"\n[log.kafka]\nbootstrap_servers = "{address}"\nconnect_timeout_s = 0.5\n'
    make_workspace(tmp_path, SETTINGS + log)
    code, errors = fail("--port", "0", "--workspace", str(tmp_path))
    assert code == 1
    assert errors.startswith(f"klantbeeld: Kafka at {address} did not connect")
    assert errors.count("\n") == 1


def test_a_wrong_port_is_refused_by_the_command_line(workspace: Workspace) -> None:
    code, errors = fail("--port", "70000", "--workspace", str(workspace.root))
    assert code == 2
    assert "70000 is not in the range 0<=x<=65535" in errors
