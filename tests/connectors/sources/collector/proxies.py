"""A TCP proxy before the collector, whose connections break as they do on the internet."""

from __future__ import annotations

import re
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from urllib.parse import urlsplit

_LENGTH = re.compile(rb"\r\ncontent-length: (\d+)\r\n", re.IGNORECASE)


class CuttingProxy:
    """Passes requests on; the first ``cuts`` answers are taken from the collector and thrown away."""

    def __init__(self, upstream: str, cuts: int) -> None:
        address = urlsplit(upstream)
        self._upstream = (address.hostname, address.port)
        self._cuts = cuts
        self._lock = threading.Lock()
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.listener.getsockname()[1]}"
        #: Status lines that the collector gave and the client never heard.
        self.lost: list[bytes] = []

    def serve(self) -> None:
        """Take connections until the listener is closed."""
        with suppress(OSError):
            while True:
                client, _ = self.listener.accept()
                threading.Thread(target=self._pass_on, args=(client,), daemon=True).start()

    def _pass_on(self, client: socket.socket) -> None:
        with client, socket.create_connection(self._upstream) as upstream, suppress(OSError):
            while request := _read_message(client):
                upstream.sendall(request)
                answer = _read_message(upstream)
                if self._is_cut():
                    self.lost.append(answer.split(b"\r\n")[0])
                    return
                client.sendall(answer)

    def _is_cut(self) -> bool:
        with self._lock:
            self._cuts -= 1
            return self._cuts >= 0


@contextmanager
def cutting_proxy(upstream: str, cuts: int) -> Iterator[CuttingProxy]:
    """A running proxy before the collector at ``upstream``."""
    proxy = CuttingProxy(upstream, cuts)
    thread = threading.Thread(target=proxy.serve, daemon=True)
    thread.start()
    yield proxy
    # accept() does not notice that its socket is closed, but that it is shut down.
    proxy.listener.shutdown(socket.SHUT_RDWR)
    proxy.listener.close()
    thread.join()


def _read_message(connection: socket.socket) -> bytes:
    """One HTTP message whole, by its Content-Length; empty at the end of the connection."""
    data = b""
    while b"\r\n\r\n" not in data:
        part = connection.recv(65_536)
        if not part:
            return b""
        data += part
    head, _, _ = data.partition(b"\r\n\r\n")
    found = _LENGTH.search(head + b"\r\n")
    missing = len(head) + 4 + (int(found[1]) if found else 0) - len(data)
    while missing > 0:
        part = connection.recv(65_536)
        if not part:
            return b""
        data += part
        missing -= len(part)
    return data
