"""Running the collector: in the foreground until a signal, or in a thread for tests and the demo."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

from connectors.http_servers import AnnouncingServer, listen, stopping_on_signals
from connectors.log.logs import EventLog
from connectors.sources.collector.appenders import Appender
from connectors.sources.collector.applications import make_application, utc_now
from connectors.sources.collector.tracking_calls import Clock
from connectors.sources.collector.write_keys import WriteKeys, read_write_keys
from models.errors import RetriableError
from models.settings import Settings
from models.workspaces import Workspace


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
    listener = listen(host, port)
    try:
        log.create_topics([_topic(settings)])
        with Appender(log, settings.log.max_in_flight) as appender:
            application = make_application(log, appender, write_keys, _topic(settings))
            server = AnnouncingServer(application, listener, announce)
            with stopping_on_signals(server):
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
    with listen("127.0.0.1", 0) as listener, Appender(log, settings.log.max_in_flight) as appender:
        started = threading.Event()
        application = make_application(log, appender, WriteKeys(sources), _topic(settings), clock)
        server = AnnouncingServer(application, listener, lambda _: started.set())
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


def _topic(settings: Settings) -> str:
    return settings.log.topic_prefix + "web"
