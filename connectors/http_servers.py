"""HTTP servers on uvicorn: they say when they answer, and end by signal once what is under way is answered."""

from __future__ import annotations

import errno
import os
import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import uvicorn

from models.errors import RetriableError, UsageError

DRAIN_TIMEOUT_S = 30
"""How long a shutdown waits for requests that are under way."""

KEEP_ALIVE_S = 75
"""Longer than proxies and clients keep an idle connection: they must close it, or a request meets a closed one."""

_SIGNALS = (signal.SIGTERM, signal.SIGINT)


class AnnouncingServer(uvicorn.Server):
    """uvicorn's server, which says when it answers."""

    def __init__(self, application: Any, listener: socket.socket, announce: Callable[[str], None]) -> None:
        """``announce`` is called once with the base URL when requests are answered (port 0 becomes the real one)."""
        super().__init__(
            uvicorn.Config(
                application,
                log_config=None,
                access_log=False,
                lifespan="off",
                ws="none",
                server_header=False,
                # Behind a proxy its address is not ours to note: no client addresses are kept at all.
                proxy_headers=False,
                timeout_keep_alive=KEEP_ALIVE_S,
                timeout_graceful_shutdown=DRAIN_TIMEOUT_S,
            )
        )
        self.base_url = base_url(listener)
        self._announce = announce

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """As uvicorn's."""
        await super().startup(sockets)
        self._announce(self.base_url)


def listen(host: str, port: int) -> socket.socket:
    """A socket that listens.

    Raises:
        UsageError: the address is not one of this machine, or the port not allowed.
        RetriableError: the port is in use.
    """
    try:
        family, *_, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
        return socket.create_server(address[:2], family=family, backlog=2048)
    except PermissionError as error:
        msg = f"Cannot listen on port {port}: not allowed. Choose a port over 1023 with --port."
        raise UsageError(msg) from error
    except OSError as error:
        # Python adds the address to the system's words, where it stands already.
        reason = error.strerror if isinstance(error, socket.gaierror) else os.strerror(error.errno or 0)
        if isinstance(error, socket.gaierror) or error.errno == errno.EADDRNOTAVAIL:
            msg = f"Cannot listen on '{host}': {reason}. Give --host an address of this machine."
            raise UsageError(msg) from error
        msg = f"Cannot listen on {host}:{port}: {reason}. Stop what uses it, or choose another with --port."
        raise RetriableError(msg) from error


def base_url(listener: socket.socket) -> str:
    """The address that clients call."""
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


@contextmanager
def stopping_on_signals(server: uvicorn.Server) -> Iterator[None]:
    """A signal ends the server and nothing else: uvicorn sends it on to the handlers of before once it has stopped."""

    def stop(*_: object) -> None:
        server.should_exit = True

    before = {number: signal.signal(number, stop) for number in _SIGNALS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
