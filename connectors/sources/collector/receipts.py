"""Taking in the body of a request: whole, within its limit and within its time."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

from starlette.types import Receive

from connectors.sources.collector.refusals import RefusedError

BODY_TIMEOUT_S = 30.0
"""How long a client may take to send one body."""


async def read_body(headers: Mapping[bytes, str], receive: Receive, max_bytes: int) -> bytes:
    """The body as it was sent, read no further than the limit.

    Raises:
        RefusedError: it is too large, was cut off, or did not come in time.
    """
    announced = headers.get(b"content-length", "")
    if announced.isdigit() and int(announced) > max_bytes:
        raise _too_large(max_bytes)
    try:
        async with asyncio.timeout(BODY_TIMEOUT_S):
            return await _join_parts(receive, max_bytes)
    except TimeoutError as error:
        raise RefusedError(408, "too_slow", f"The body was not complete within {BODY_TIMEOUT_S:g} s.") from error


async def _join_parts(receive: Receive, max_bytes: int) -> bytes:
    parts: list[bytes] = []
    size = 0
    while True:
        part = await receive()
        if part["type"] == "http.disconnect":
            raise RefusedError(400, "cut_off", "The connection closed before the body was complete.")
        parts.append(part.get("body", b""))
        size += len(parts[-1])
        if size > max_bytes:
            raise _too_large(max_bytes)
        if not part.get("more_body", False):
            return b"".join(parts)


def _too_large(max_bytes: int) -> RefusedError:
    return RefusedError(413, "too_large", f"The body is over {max_bytes} bytes.")
