"""A Kafka-protocol broker for tests and for the demo: the pip-installed one, or the cluster that is named.

The pip-installed broker is an independent implementation of the protocol on one node. It proves that our client side
speaks Kafka; it proves nothing about replication, failover, quotas, TLS or log-in.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

NAMED_BROKER = "KLANTBEELD_TEST_KAFKA"
"""Environment variable with host:port of a cluster to test against instead."""


@contextmanager
def running_broker(data_dir: Path, port: int | None = None) -> Iterator[str]:
    """``host:port`` of a broker of our own on loopback, stopped with its children at the end of the block."""
    port = port or free_port()
    data_dir.mkdir(parents=True, exist_ok=True)
    command = [Path(sys.executable).with_name("noida-db"), "start", "--only", "kafka", "--kafka-port", str(port)]
    with (data_dir / "broker.out").open("wb") as output:
        # A session of its own, because the command is a wrapper around the real program.
        process = subprocess.Popen(
            [*command, "--host", "127.0.0.1", "--data-dir", data_dir / "state"],
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        _wait_until_open(port, process)
        yield f"127.0.0.1:{port}"
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


@contextmanager
def any_broker(data_dir: Path) -> Iterator[str]:
    """``host:port`` of the cluster that KLANTBEELD_TEST_KAFKA names, else of a broker of our own."""
    if named := os.environ.get(NAMED_BROKER):
        yield named
        return
    with running_broker(data_dir) as address:
        yield address


def free_port() -> int:
    """A port of 127.0.0.1 that nobody listens on now."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


def _wait_until_open(port: int, process: subprocess.Popen[bytes], timeout_s: float = 20.0) -> None:
    deadline = time.monotonic() + timeout_s
    while time.monotonic() < deadline:
        if process.poll() is not None:
            msg = f"The broker ended by itself with code {process.returncode}."
            raise RuntimeError(msg)
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.02)
    msg = f"The broker does not listen on port {port} after {timeout_s:g} s."
    raise RuntimeError(msg)
