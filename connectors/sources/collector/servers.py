"""Running the collector: in the foreground until a signal, or in a thread for tests and the demo."""

from __future__ import annotations

import errno
import os
import signal
import socket
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

import uvicorn

from connectors.log.logs import EventLog
from connectors.sources.collector.appenders import Appender
from connectors.sources.collector.applications import make_application, utc_now
from connectors.sources.collector.tracking_calls import Clock
from connectors.sources.collector.write_keys import WriteKeys, read_write_keys
from models.errors import RetriableError, UsageError
from models.settings import Settings
from models.workspaces import Workspace

DRAIN_TIMEOUT_S = 30
"""How long a shutdown waits for requests that are under way."""

KEEP_ALIVE_S = 75
"""Longer than proxies and clients keep an idle connection: they must close it, or a request meets a closed one."""

_SIGNALS = (signal.SIGTERM, signal.SIGINT)


def serve(workspace: Workspace, log: EventLog, host: str, port: int, announce: Callable[[str], None]) -> None:
    """Collect until SIGTERM or SIGINT; then answer what is under way, append all that was taken, and return.

    ``announce`` is called once with the base URL when requests are answered (port 0 becomes the real one). Call it in
    the main thread: signals come there.

    Raises:
        UsageError: no collector source, a write key is missing, or the address is not one of this machine.
        RetriableError: the port is in use, or the log does not answer.
    """
    settings = workspace.settings
    write_keys = read_write_keys(settings)
    listener = _listen(host, port)
    try:
        log.create_topics([_topic(settings)])
        with Appender(log, settings.log.max_in_flight) as appender:
            server = _Server(_config(log, appender, write_keys, settings), _base_url(listener), announce)
            with _stopping_on_signals(server):
                server.run(sockets=[listener])
    finally:
        listener.close()


@contextmanager
def running_collector(
    sources: Mapping[str, str], log: EventLog, settings: Settings, clock: Clock = utc_now
) -> Iterator[str]:
    """The base URL of a collector in a thread, on a free port of 127.0.0.1; drained and stopped at the end.

    ``sources``: write key -> source name.
    """
    log.create_topics([_topic(settings)])
    with _listen("127.0.0.1", 0) as listener, Appender(log, settings.log.max_in_flight) as appender:
        started = threading.Event()
        config = _config(log, appender, WriteKeys(sources), settings, clock)
        server = _Server(config, _base_url(listener), lambda _: started.set())
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, name="collector")
        thread.start()
        try:
            while not started.wait(0.1):
                if not thread.is_alive():
                    msg = "The collector did not start."
                    raise RetriableError(msg)
            yield server.base_url
        finally:
            server.should_exit = True
            thread.join()


class _Server(uvicorn.Server):
    """uvicorn's server, which says when it answers."""

    def __init__(self, config: uvicorn.Config, base_url: str, announce: Callable[[str], None]) -> None:
        super().__init__(config)
        self.base_url = base_url
        self._announce = announce

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """As uvicorn's."""
        await super().startup(sockets)
        self._announce(self.base_url)


def _config(
    log: EventLog, appender: Appender, write_keys: WriteKeys, settings: Settings, clock: Clock = utc_now
) -> uvicorn.Config:
    return uvicorn.Config(
        make_application(log, appender, write_keys, _topic(settings), clock),
        log_config=None,
        access_log=False,
        lifespan="off",
        ws="none",
        server_header=False,
        # Behind a proxy its address is not ours to note: the collector keeps no client addresses at all.
        proxy_headers=False,
        timeout_keep_alive=KEEP_ALIVE_S,
        timeout_graceful_shutdown=DRAIN_TIMEOUT_S,
    )


def _topic(settings: Settings) -> str:
    return settings.log.topic_prefix + "web"


def _listen(host: str, port: int) -> socket.socket:
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


def _base_url(listener: socket.socket) -> str:
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


@contextmanager
def _stopping_on_signals(server: uvicorn.Server) -> Iterator[None]:
    """A signal ends the server and nothing else: uvicorn sends it on to the handlers of before once it has stopped."""

    def stop(*_: object) -> None:
        server.should_exit = True

    before = {number: signal.signal(number, stop) for number in _SIGNALS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
