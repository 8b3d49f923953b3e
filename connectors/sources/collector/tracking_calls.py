"""Segment's calls, as one bare ASGI application: bytes in, status out."""

from __future__ import annotations

import asyncio
import datetime
from collections.abc import Callable, Sequence
from contextlib import suppress
from http import HTTPStatus
from typing import Any

import msgspec
from starlette.types import Receive, Scope, Send

from connectors.log.logs import LogRecord
from connectors.sources.collector.appenders import Appender
from connectors.sources.collector.bodies import MAX_BATCH_BYTES, MAX_EVENT_BYTES, parse_batch, parse_single, unpack
from connectors.sources.collector.messages import Reception, to_record
from connectors.sources.collector.refusals import RefusedError
from connectors.sources.collector.translations import CALLS
from connectors.sources.collector.write_keys import WriteKeys, basic_user
from models.errors import KlantbeeldError, RetriableError

BATCH_CALLS = ("batch", "import")
BODY_TIMEOUT_S = 30.0
ANSWER_TIMEOUT_S = 10.0
"""After this long without the log's word a client is told to send again; Segment's own give up after 15 s."""

Clock = Callable[[], datetime.datetime]

_ENCODER = msgspec.json.Encoder()
_ALWAYS = [
    (b"content-type", b"application/json"),
    # Pages of any site send events; what they may send as is decided by the write key alone.
    (b"access-control-allow-origin", b"*"),
]
_PREFLIGHT = [
    (b"access-control-allow-methods", b"POST, OPTIONS"),
    (b"access-control-allow-headers", b"authorization, content-type, content-encoding"),
    (b"access-control-max-age", b"86400"),
]


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
        try:
            if scope["method"] == "OPTIONS":
                await _answer(send, 204, b"", _PREFLIGHT)
                return
            unusable = await self._handle(scope, receive)
        except RefusedError as refused:
            await _refuse(send, refused)
        else:
            await _answer(send, 200, _ENCODER.encode(_success(unusable)))

    async def _handle(self, scope: Scope, receive: Receive) -> list[tuple[int, str]]:
        """Append the request's events; gives position and reason of those that go to quarantine."""
        call = _call(scope)
        headers = {name: value.decode("latin-1") for name, value in scope["headers"]}
        user = basic_user(headers.get(b"authorization", ""))
        source = None if user is None else self._write_keys.source_of(user)
        max_bytes = MAX_BATCH_BYTES if call in BATCH_CALLS else MAX_EVENT_BYTES
        packed = await _read_body(headers, receive, max_bytes)
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
            raise _not_now("does not keep up") from reason
        if error is not None:
            raise _not_now("does not take events now") from error


def _call(scope: Scope) -> str:
    call = str(scope["path"]).removeprefix(scope.get("root_path", "")).strip("/")
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


async def _read_body(headers: dict[bytes, str], receive: Receive, max_bytes: int) -> bytes:
    """The body as it was sent, read no further than the limit."""
    limit = RefusedError(413, "too_large", f"The body is over {max_bytes} bytes.")
    announced = headers.get(b"content-length", "")
    if announced.isdigit() and int(announced) > max_bytes:
        raise limit
    chunks: list[bytes] = []
    size = 0
    try:
        async with asyncio.timeout(BODY_TIMEOUT_S):
            while True:
                part = await receive()
                if part["type"] == "http.disconnect":
                    raise RefusedError(400, "cut_off", "The connection closed before the body was complete.")
                chunks.append(part.get("body", b""))
                size += len(chunks[-1])
                if size > max_bytes:
                    raise limit
                if not part.get("more_body", False):
                    return b"".join(chunks)
    except TimeoutError as error:
        raise RefusedError(408, "too_slow", f"The body was not complete within {BODY_TIMEOUT_S:g} s.") from error


def _success(unusable: Sequence[tuple[int, str]]) -> dict[str, Any]:
    """Segment's answer; with what goes to quarantine, when there is any."""
    if not unusable:
        return {"success": True}
    return {"success": True, "quarantined": [{"index": position, "reason": reason} for position, reason in unusable]}


async def _refuse(send: Send, refused: RefusedError) -> None:
    headers = []
    if refused.retry_after_s is not None:
        headers.append((b"retry-after", str(refused.retry_after_s).encode()))
    if refused.status == HTTPStatus.UNAUTHORIZED:
        headers.append((b"www-authenticate", b'Basic realm="klantbeeld"'))
    if refused.status == HTTPStatus.METHOD_NOT_ALLOWED:
        headers.append((b"allow", b"POST, OPTIONS"))
    answer = {"success": False, "code": refused.code, "message": refused.message}
    await _answer(send, refused.status, _ENCODER.encode(answer), headers)


async def _answer(send: Send, status: int, body: bytes, headers: Sequence[tuple[bytes, bytes]] = ()) -> None:
    length = (b"content-length", str(len(body)).encode())
    await send({"type": "http.response.start", "status": status, "headers": [*_ALWAYS, length, *headers]})
    await send({"type": "http.response.body", "body": body})
