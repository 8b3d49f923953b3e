"""Segment's calls, as one bare ASGI application: bytes in, status out."""

from __future__ import annotations

import asyncio
import datetime
import logging
from collections.abc import Callable, Sequence
from contextlib import suppress

from starlette.types import Receive, Scope, Send

from connectors.log.logs import LogRecord
from connectors.sources.collector.answers import accept, allow_sites, refuse
from connectors.sources.collector.appenders import Appender
from connectors.sources.collector.bodies import MAX_BATCH_BYTES, MAX_EVENT_BYTES, parse_batch, parse_single, unpack
from connectors.sources.collector.messages import Reception, to_record
from connectors.sources.collector.receipts import read_body
from connectors.sources.collector.refusals import RefusedError
from connectors.sources.collector.translations import CALLS
from connectors.sources.collector.write_keys import WriteKeys, basic_user
from models.errors import KlantbeeldError, RetriableError

BATCH_CALLS = ("batch", "import")
SHORT_CALLS = {call[0]: call for call in (*CALLS, "batch")}
"""One letter a call: how Segment's client for browsers spells them."""

ANSWER_TIMEOUT_S = 10.0
"""After this long without the log's word a client is told to send again; Segment's own give up after 15 s."""

_TOO_SLOW = "does not keep up"
_REFUSED = "does not take events now"

Clock = Callable[[], datetime.datetime]

logger = logging.getLogger(__name__)


class TrackingCalls:
    """The calls ``identify``, ``track``, ``page``, ``screen``, ``group``, ``alias``, ``batch`` and ``import``."""

    def __init__(self, appender: Appender, write_keys: WriteKeys, topic: str, clock: Clock) -> None:
        """``topic`` takes all events."""
        self._appender = appender
        self._write_keys = write_keys
        self._topic = topic
        self._clock = clock

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request: 200 once the log holds its events, else why not."""
        if scope["method"] == "OPTIONS":
            await allow_sites(send)
            return
        try:
            unusable = await self._handle(scope, receive)
        except RefusedError as refused:
            await refuse(send, refused)
        except Exception as error:
            # Only its kind is logged: the text of an unexpected error may hold what was sent.
            logger.error(
                "Unexpected %s in a request; it was answered with 500. Please report it.", type(error).__name__
            )
            await refuse(send, RefusedError(500, "unexpected", "The collector failed. Send the same again later."))
        else:
            await accept(send, unusable)

    async def _handle(self, scope: Scope, receive: Receive) -> list[tuple[int, str]]:
        """Append the request's events; gives position and reason of those that go to quarantine."""
        call = _call(scope)
        headers = {name: value.decode("latin-1") for name, value in scope["headers"]}
        user = basic_user(headers.get(b"authorization", ""))
        source = None if user is None else self._write_keys.source_of(user)
        max_bytes = MAX_BATCH_BYTES if call in BATCH_CALLS else MAX_EVENT_BYTES
        packed = await read_body(headers, receive, max_bytes)
        unpacked = unpack(packed, headers.get(b"content-encoding", "").strip().lower(), max_bytes)
        body = parse_batch(unpacked) if call in BATCH_CALLS else parse_single(unpacked)
        reception = Reception(
            source or self._write_keys.source_of(body.write_key),
            self._topic,
            self._clock().isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            body.sent_at,
            body.context,
            call if call in CALLS else None,
        )
        received = [to_record(bytes(memoryview(message)), reception) for message in body.messages]
        unusable = [(position, reason) for position, (_, reason) in enumerate(received) if reason is not None]
        if unusable and call in CALLS:
            raise RefusedError(400, "invalid_message", f"The message cannot be used: {unusable[0][1]}.")
        await self._append([record for record, _ in received])
        return unusable

    async def _append(self, records: Sequence[LogRecord]) -> None:
        """Wait until the log holds the records.

        Raises:
            RefusedError: 503, it does not hold them, or not in time; the client still owns the events.
        """
        if not records:
            return
        loop = asyncio.get_running_loop()
        held: asyncio.Future[KlantbeeldError | None] = loop.create_future()

        def settle(error: KlantbeeldError | None) -> None:
            if not held.done():
                held.set_result(error)

        def done(error: KlantbeeldError | None) -> None:
            # After a shutdown that did not wait for this request there is no loop to tell.
            with suppress(RuntimeError):
                loop.call_soon_threadsafe(settle, error)

        try:
            self._appender.submit(records, done)
            async with asyncio.timeout(ANSWER_TIMEOUT_S):
                error = await held
        except (RetriableError, TimeoutError) as reason:
            raise _not_now(_TOO_SLOW) from reason
        if error is not None:
            raise _not_now(_REFUSED) from error


def _call(scope: Scope) -> str:
    name = str(scope["path"]).removeprefix(scope.get("root_path", "")).strip("/")
    call = SHORT_CALLS.get(name, name)
    if call not in CALLS and call not in BATCH_CALLS:
        known = ", ".join((*CALLS, *BATCH_CALLS))
        raise RefusedError(404, "unknown_call", f"No such call. Known under /v1/: {known}.")
    if scope["method"] != "POST":
        raise RefusedError(405, "wrong_method", "Use POST.")
    return call


def _not_now(what: str) -> RefusedError:
    return RefusedError(
        503, "unavailable", f"The event log {what}. Nothing is lost: send the same again.", retry_after_s=1
    )
