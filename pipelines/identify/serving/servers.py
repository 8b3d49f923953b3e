"""Running the service: in the foreground until a signal, or in a thread for tests and benchmarks."""

from __future__ import annotations

import datetime
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from connectors.http_servers import AnnouncingServer, listen, stopping_on_signals
from models.errors import RetriableError, UsageError
from models.workspaces import Workspace
from pipelines.identify.serving.applications import make_application
from pipelines.identify.serving.services import Clock, IdentifyService

REFRESH_S = 5.0
"""How often it is looked whether something new is published."""

MIN_SECRET_CHARACTERS = 16


def utc_now() -> datetime.datetime:
    """The server's clock."""
    return datetime.datetime.now(datetime.UTC)


def serve_identify(workspace: Workspace, secret: str, host: str, port: int, announce: Callable[[str], None]) -> None:
    """Answer until SIGTERM or SIGINT; then answer what is under way, and return.

    ``announce`` is called once with the base URL when requests are answered, which is once what is published was read.
    Call it in the main thread: signals come there.

    Raises:
        UsageError: the secret is too short, or the address is not one of this machine.
        RetriableError: the port is in use.
    """
    if len(secret) < MIN_SECRET_CHARACTERS:
        msg = f"The secret has fewer than {MIN_SECRET_CHARACTERS} characters. Make one with: openssl rand -hex 24"
        raise UsageError(msg)
    with listen(host, port) as listener, IdentifyService(workspace, utc_now) as service:
        service.refresh()
        server = AnnouncingServer(make_application(service, secret), listener, announce)
        with stopping_on_signals(server), _refreshing(service):
            server.run(sockets=[listener])


@contextmanager
def running_service(workspace: Workspace, secret: str, clock: Clock = utc_now) -> Iterator[tuple[str, IdentifyService]]:
    """(base URL, service) in a thread, on a free port of 127.0.0.1; refresh it by hand; stopped at the end."""
    with listen("127.0.0.1", 0) as listener, IdentifyService(workspace, clock) as service:
        service.refresh()
        started = threading.Event()
        server = AnnouncingServer(make_application(service, secret), listener, lambda _: started.set())
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, name="identify-server")
        thread.start()
        try:
            while not started.wait(0.1):
                if not thread.is_alive():
                    msg = "The service did not start."
                    raise RetriableError(msg)
            yield server.base_url, service
        finally:
            server.should_exit = True
            thread.join()


@contextmanager
def _refreshing(service: IdentifyService) -> Iterator[None]:
    """Look for new publications in a thread, for the block."""
    ended = threading.Event()

    def refresh() -> None:
        while not ended.wait(REFRESH_S):
            service.refresh()

    thread = threading.Thread(target=refresh, name="refresh")
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()
