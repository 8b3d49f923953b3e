"""``klantbeeld serve`` as a process of its own: started, asked, stopped."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from models.workspaces import Workspace
from tests.connectors.sources.collector.collecting import post
from tests.pipelines.resolve.test_resolution import resolved
from tests.support.built_lakes import publish_now

SECRET = "a-secret-of-some-length"
COMMAND = [sys.executable, "-m", "pipelines.cli", "serve", "--port", "0"]
ENVIRONMENT = os.environ | {"KLANTBEELD_IDENTIFY_SECRET": SECRET}


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    workspace = resolved(tmp_path_factory.mktemp("serving"))
    publish_now(workspace)
    return workspace


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_answers_until_a_signal_ends_it(published: Workspace, number: signal.Signals) -> None:
    process = subprocess.Popen(
        [*COMMAND, "-w", str(published.root)],
        env=ENVIRONMENT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stderr is not None
        announced = next(line for line in process.stderr if line.startswith("Answering on "))
        url = announced.split()[2].removesuffix("/v1/identify")
        body = {"email": "anna@people.test", "given_name": "Anna"}
        assert post(url, "/v1/identify", body, key=None, authorization=f"Bearer {SECRET}").json["status"] == "known"
        process.send_signal(number)
        out, err = process.communicate(timeout=60)
        assert (process.returncode, out) == (0, "")
        assert "Traceback" not in err
    finally:
        process.kill()
        process.communicate()


@pytest.mark.parametrize(
    ("secret", "words"),
    [("", "KLANTBEELD_IDENTIFY_SECRET is not set"), ("short", "fewer than 16 characters")],
)
def test_a_secret_that_is_none_is_one_line(published: Workspace, secret: str, words: str) -> None:
    environment = os.environ | {"KLANTBEELD_IDENTIFY_SECRET": secret}
    done = subprocess.run(
        [*COMMAND, "-w", str(published.root)], env=environment, capture_output=True, check=False, text=True, timeout=60
    )
    assert (done.returncode, done.stdout) == (2, "")
    [line] = done.stderr.splitlines()
    assert words in line


def test_a_workspace_that_is_none_is_one_line(tmp_path: Path) -> None:
    done = subprocess.run(
        [*COMMAND, "-w", str(tmp_path)], env=ENVIRONMENT, capture_output=True, check=False, text=True, timeout=60
    )
    assert done.returncode == 2
    assert "No klantbeeld.toml" in done.stderr
