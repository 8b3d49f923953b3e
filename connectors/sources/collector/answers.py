"""What the collector answers, as ASGI messages: Segment's JSON, for pages of any site."""

from __future__ import annotations

from collections.abc import Sequence
from http import HTTPStatus

import msgspec
from starlette.types import Send

from connectors.sources.collector.refusals import RefusedError

Headers = Sequence[tuple[bytes, bytes]]

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


async def accept(send: Send, unusable: Sequence[tuple[int, str]] = ()) -> None:
    """200, as Segment says it; with position and reason of the messages that go to quarantine, when there are any."""
    answer: dict[str, object] = {"success": True}
    if unusable:
        answer["quarantined"] = [{"index": position, "reason": reason} for position, reason in unusable]
    await _answer(send, HTTPStatus.OK, _ENCODER.encode(answer))


async def allow_sites(send: Send) -> None:
    """204: what a browser asks before a page of another site may send."""
    await _answer(send, HTTPStatus.NO_CONTENT, b"", _PREFLIGHT)


async def refuse(send: Send, refused: RefusedError) -> None:
    """An error's status, code and sentence, and when to try again."""
    headers = []
    if refused.retry_after_s is not None:
        headers.append((b"retry-after", str(refused.retry_after_s).encode()))
    if refused.status == HTTPStatus.UNAUTHORIZED:
        headers.append((b"www-authenticate", b'Basic realm="klantbeeld"'))
    if refused.status == HTTPStatus.METHOD_NOT_ALLOWED:
        headers.append((b"allow", b"POST, OPTIONS"))
    answer = {"success": False, "code": refused.code, "message": refused.message}
    await _answer(send, refused.status, _ENCODER.encode(answer), headers)


async def _answer(send: Send, status: int, body: bytes, headers: Headers = ()) -> None:
    # A 204 may not say how long its empty body is.
    length = [(b"content-length", str(len(body)).encode())] if status != HTTPStatus.NO_CONTENT else []
    await send({"type": "http.response.start", "status": status, "headers": [*_ALWAYS, *length, *headers]})
    await send({"type": "http.response.body", "body": body})
